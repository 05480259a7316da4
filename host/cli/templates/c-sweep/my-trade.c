/* My trade: a round through a store that warns of lots nobody has sold or used for too long, each lot once. */
#include "baara_json.h"

BAARA_MANIFEST(manifest, JSON({"id": "my-trade", "version": "0.1.0", "abi": "1.0", "summary": "My trade: a round that warns"}))

/* How old a lot grows unnoticed when the round does not say. */
#define USUAL_DAYS 90

/* What it asks, what it may write, and its words. */
static const char declaration[] = JSON({
    "id": "my-trade",
    "version": "0.1.0",
    "kinds": [{
        "kind": "my-trade-round/1",
        "fields": [
            {"name": "store", "type": "id", "of": "store", "required": true},
            {"name": "days", "type": "whole", "required": false}
        ],
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
            "field.days": "Depuis au moins (jours)",
            "field.lot": "Lot",
            "warning.my-trade/old-lot.text": "{left} en magasin depuis {days} jours",
            "refusal.my-trade/nothing-new.happened": "rien de plus vieux que {days} jours dans {store}, ou déjà signalé",
            "refusal.my-trade/nothing-new.expected": "un lot resté trop longtemps",
            "refusal.my-trade/nothing-new.try": "revenir un autre jour"
        },
        "en": {
            "kind.my-trade-round": "My trade: a round",
            "thing.my-trade-finding": "My trade: a finding",
            "field.store": "Store",
            "field.days": "For at least (days)",
            "field.lot": "Lot",
            "warning.my-trade/old-lot.text": "{left} in store for {days} days",
            "refusal.my-trade/nothing-new.happened": "nothing older than {days} days in {store}, or told already",
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

/* Warns of each lot that is old enough and was not told. */
static int32_t decide(const BaaraHost *host, const Command *command, Reply *reply, BaaraBytes *out) {
    char store[BAARA_WORD], lot[BAARA_WORD], left[BAARA_WORD], since[BAARA_WORD];
    const char *missing = NULL;
    int64_t days = json_whole(json_get(command->fields, "days")), age;
    Json holdings, held;
    size_t i, found = 0;
    if (days < 0) days = USUAL_DAYS;
    command_field(command, "store", store, &missing);
    if (missing) return refuse_missing(host, out, reply, missing);
    holdings = json_get(baara_ask(host, JSON({"ask": "holdings", "place": "%s"}), store), "holdings");
    reply_say(reply, JSON({"effects": [));
    for (i = 0; (held = json_item(holdings, i)).len; i++) {
        if (!json_text(json_get(held, "lot"), lot, sizeof lot) || !json_text(json_get(held, "balance"), left, sizeof left)) continue;
        held = thing_of(host, command, lot);
        if (!json_text(json_get(held, "since"), since, sizeof since)) continue;
        age = date_days(command->date) - date_days(since);
        if (age < days || is_told(host, command, lot)) continue;
        found++;
        reply_say(reply, JSON(%s{"do": "open", "thing": "my-trade-finding/$%zu", "values": {"lot": "%s", "store": "%s"}}),
                  found > 1 ? ", " : "", found, lot, store);
        reply_say(reply, JSON(, {"do": "warn", "warning": "warning/$%zu", "code": "my-trade/old-lot", "about": ["%s", "%s"],
            "args": {"left": "%s", "days": "%lld"}}), found, lot, store, left, (long long)age);
    }
    reply_say(reply, "]}");
    if (found) return reply_send(reply, host, out, BAARA_OK);
    return refuse(host, out, reply, JSON({"code": "my-trade/nothing-new", "args": {"store": "%s", "days": "%lld"}}), store, (long long)days);
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
