/* My trade: a daily round through the stores that warns of lots nobody has sold or used for too long, each lot once. */
#include "baara_json.h"

BAARA_MANIFEST(manifest, JSON({"id": "my-trade", "version": "0.1.0", "abi": "1.0", "summary": "My trade: a round that warns"}))

/* How old a lot grows unnoticed. */
#define DAYS 90

/* What it may write, and its words. It asks nothing: the book makes the round by itself, before a site's first command of a day. */
static const char declaration[] = JSON({
    "id": "my-trade",
    "version": "0.1.0",
    "kinds": [{
        "kind": "my-trade-round/1",
        "sweep": true,
        "fields": [],
        "writes": {"things": ["my-trade-finding"]},
        "refusals": ["my-trade/nothing-new"]
    }],
    "things": [{
        "kind": "my-trade-finding",
        "keys": [
            {"name": "lot", "type": "id", "of": "lot", "required": false},
            {"name": "store", "type": "id", "of": "store", "required": false}
        ]
    }],
    "words": {
        "fr": {
            "kind.my-trade-round": "My trade : une ronde",
            "thing.my-trade-finding": "My trade : un constat",
            "field.store": "Magasin",
            "field.lot": "Lot",
            "warning.my-trade/old-lot.text": "{left} en magasin depuis {days} jours",
            "refusal.my-trade/nothing-new.happened": "rien de plus vieux que {days} jours en magasin, ou déjà signalé",
            "refusal.my-trade/nothing-new.expected": "un lot resté trop longtemps",
            "refusal.my-trade/nothing-new.try": "revenir un autre jour"
        },
        "en": {
            "kind.my-trade-round": "My trade: a round",
            "thing.my-trade-finding": "My trade: a finding",
            "field.store": "Store",
            "field.lot": "Lot",
            "warning.my-trade/old-lot.text": "{left} in store for {days} days",
            "refusal.my-trade/nothing-new.happened": "nothing older than {days} days in store, or told already",
            "refusal.my-trade/nothing-new.expected": "a lot that stayed too long",
            "refusal.my-trade/nothing-new.try": "come back another day"
        }
    }
});

/* Whether a lot has been told: a plugin has no memory but what it has written. */
static int is_told(const BaaraHost *host, const Command *command, const char *lot) {
    Json told = baara_ask(host, JSON({"ask": "things", "kind": "my-trade-finding", "having": ["lot", "%s"], "date": "%s"}), lot,
                          command->date);
    return json_item(json_get(told, "ids"), 0).len > 0;
}

/* Warns of each lot of a store that is old enough and was not told. */
static void look_into(const BaaraHost *host, const Command *command, const char *store, Reply *reply, size_t *found) {
    char lot[BAARA_WORD], left[BAARA_WORD], since[BAARA_WORD];
    Json holdings = json_get(baara_ask(host, JSON({"ask": "holdings", "place": "%s"}), store), "holdings"), held;
    int64_t age;
    size_t i;
    for (i = 0; (held = json_item(holdings, i)).len; i++) {
        if (!json_text(json_get(held, "lot"), lot, sizeof lot) || !json_text(json_get(held, "balance"), left, sizeof left)) continue;
        held = thing_of(host, command, lot);
        if (!json_text(json_get(held, "since"), since, sizeof since)) continue;
        age = date_days(command->date) - date_days(since);
        if (age < DAYS || is_told(host, command, lot)) continue;
        ++*found;
        reply_say(reply, JSON(%s{"do": "open", "thing": "my-trade-finding/$%zu", "values": {"lot": "%s", "store": "%s"}}),
                  *found > 1 ? ", " : "", *found, lot, store);
        reply_say(reply, JSON(, {"do": "warn", "warning": "warning/$%zu", "code": "my-trade/old-lot", "about": ["%s", "%s"],
            "args": {"left": "%s", "days": "%lld"}}), *found, lot, store, left, (long long)age);
    }
}

/* The round. One that finds nothing is refused, and leaves no entry. */
static int32_t decide(const BaaraHost *host, const Command *command, Reply *reply, BaaraBytes *out) {
    char store[BAARA_WORD];
    Json stores = json_get(baara_ask(host, JSON({"ask": "things", "kind": "store", "date": "%s"}), command->date), "ids");
    size_t i, found = 0;
    reply_say(reply, JSON({"effects": [));
    for (i = 0; json_text(json_item(stores, i), store, sizeof store); i++) look_into(host, command, store, reply, &found);
    reply_say(reply, "]}");
    if (found) return reply_send(reply, host, out, BAARA_OK);
    return refuse(host, out, reply, JSON({"code": "my-trade/nothing-new", "args": {"days": "%d"}}), DAYS);
}

static int32_t describe(const BaaraHost *host, BaaraBytes *out) {
    return baara_answer(host, out, declaration, sizeof declaration - 1);
}

static int32_t call(const BaaraHost *host, const BaaraBytes *message, BaaraBytes *out) {
    Command command;
    Reply reply;
    reply_begin(&reply);
    if (!command_read(message, &command) || strcmp(command.call, "decide") || strcmp(command.kind, "my-trade-round/1")) return BAARA_BAD_MESSAGE;
    return decide(host, &command, &reply, out);
}

BAARA_EXPORT const BaaraPlugin baara_plugin_v1 = BAARA_PLUGIN(describe, call, manifest);
