/* My trade: a table of what a store holds, lot by lot, and how old it is. */
#include "baara_json.h"

BAARA_MANIFEST(manifest, JSON({"id": "my-trade", "version": "0.1.0", "abi": "1.0", "summary": "My trade: a table"}))

/* What it asks, and its words. */
static const char declaration[] = JSON({
    "id": "my-trade",
    "version": "0.1.0",
    "kinds": [],
    "things": [],
    "tables": [{
        "kind": "my-trade-ages/1",
        "fields": [
            {"name": "store", "type": "id", "of": "store", "required": true},
            {"name": "days", "type": "whole", "required": false}
        ],
        "writes": {}
    }],
    "words": {
        "fr": {
            "table.my-trade-ages": "My trade : l'âge des lots",
            "field.store": "Magasin",
            "field.days": "Depuis au moins (jours)",
            "column.lot": "Lot",
            "column.item": "Article",
            "column.quantity": "Quantité",
            "column.days": "Jours"
        },
        "en": {
            "table.my-trade-ages": "My trade: the age of lots",
            "field.store": "Store",
            "field.days": "For at least (days)",
            "column.lot": "Lot",
            "column.item": "Item",
            "column.quantity": "Quantity",
            "column.days": "Days"
        }
    }
});

/* One row for each lot of the store. */
static int32_t table(const BaaraHost *host, const Command *command, Reply *reply, BaaraBytes *out) {
    char store[BAARA_WORD], lot[BAARA_WORD], item[BAARA_WORD], left[BAARA_WORD], since[BAARA_WORD];
    const char *missing = NULL, *comma = "";
    int64_t days = json_whole(json_get(command->fields, "days")), age;
    Json holdings, held;
    size_t i;
    command_field(command, "store", store, &missing);
    if (missing) return refuse_missing(host, out, reply, missing);
    holdings = json_get(baara_ask(host, JSON({"ask": "holdings", "place": "%s"}), store), "holdings");
    reply_say(reply, JSON({"table": {"columns": ["lot", "item", "quantity", "days"], "rows": [));
    for (i = 0; (held = json_item(holdings, i)).len; i++) {
        if (!json_text(json_get(held, "lot"), lot, sizeof lot) || !json_text(json_get(held, "item"), item, sizeof item) ||
            !json_text(json_get(held, "balance"), left, sizeof left))
            continue;
        held = thing_of(host, command, lot);
        if (!json_text(json_get(held, "since"), since, sizeof since)) continue;
        age = date_days(command->date) - date_days(since);
        if (age < days) continue;
        reply_say(reply, JSON(%s["%s", "%s", "%s", "%lld"]), comma, lot, item, left, (long long)age);
        comma = ", ";
    }
    reply_say(reply, "]}}");
    return reply_send(reply, host, out, BAARA_OK);
}

static int32_t describe(const BaaraHost *host, BaaraBytes *out) {
    return baara_answer(host, out, declaration, sizeof declaration - 1);
}

static int32_t call(const BaaraHost *host, const BaaraBytes *message, BaaraBytes *out) {
    Command command;
    Reply reply;
    reply_begin(&reply);
    if (!command_read(message, &command) || strcmp(command.call, "table") || strcmp(command.kind, "my-trade-ages/1")) return BAARA_BAD_MESSAGE;
    return table(host, &command, &reply, out);
}

BAARA_EXPORT const BaaraPlugin baara_plugin_v1 = BAARA_PLUGIN(describe, call, manifest);
