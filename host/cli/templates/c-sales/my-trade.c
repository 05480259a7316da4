/* My trade: something sold, and where its francs go. */
#include "baara_json.h"

BAARA_MANIFEST(manifest, JSON({"id": "my-trade", "version": "0.1.0", "abi": "1.0", "summary": "My trade: a way to sell"}))

/* What it asks, what it may write, and its words. */
static const char declaration[] = JSON({
    "id": "my-trade",
    "version": "0.1.0",
    "kinds": [{
        "kind": "my-trade-sale/1",
        "fields": [
            {"name": "unit", "type": "id", "of": "any", "required": true},
            {"name": "item", "type": "id", "of": "item", "required": true},
            {"name": "quantity", "type": "quantity", "of": "item", "required": true},
            {"name": "price", "type": "money", "required": true},
            {"name": "from", "type": "id", "of": "store", "required": true},
            {"name": "lot", "type": "id", "of": "lot", "required": false},
            {"name": "cash-box", "type": "id", "of": "cash-box", "required": true}
        ],
        "writes": {
            "things": ["my-trade-sale"],
            "places": ["store", "sold", "fund", "cash-box"],
            "items": ["*", "xof"],
            "series": ["receipt"]
        },
        "refusals": ["my-trade/nothing-sold", "my-trade/too-large"]
    }],
    "things": [{
        "kind": "my-trade-sale",
        "keys": [
            {"name": "unit", "type": "id", "of": "any", "required": false},
            {"name": "item", "type": "id", "of": "item", "required": false},
            {"name": "quantity", "type": "quantity", "of": "item", "required": false},
            {"name": "total", "type": "money", "required": false},
            {"name": "receipt", "type": "text", "required": false}
        ]
    }],
    "words": {
        "fr": {
            "kind.my-trade-sale": "My trade : une vente",
            "thing.my-trade-sale": "My trade : une vente",
            "field.unit": "Atelier ou ferme",
            "field.item": "Article",
            "field.quantity": "Quantité",
            "field.price": "Prix d'une unité",
            "field.from": "Pris dans",
            "field.lot": "Lot",
            "field.cash-box": "Caisse",
            "field.total": "Total",
            "field.receipt": "Reçu",
            "refusal.my-trade/nothing-sold.happened": "{quantity} à {price}",
            "refusal.my-trade/nothing-sold.expected": "une quantité et un prix",
            "refusal.my-trade/nothing-sold.try": "compter, regarder le prix, puis recommencer",
            "refusal.my-trade/too-large.happened": "le prix de {quantity} dépasse ce que le livre peut compter",
            "refusal.my-trade/too-large.expected": "une vente ordinaire",
            "refusal.my-trade/too-large.try": "vérifier la quantité et le prix"
        },
        "en": {
            "kind.my-trade-sale": "My trade: a sale",
            "thing.my-trade-sale": "My trade: a sale",
            "field.unit": "Workshop or farm",
            "field.item": "Item",
            "field.quantity": "Quantity",
            "field.price": "Price of one unit",
            "field.from": "Taken from",
            "field.lot": "Lot",
            "field.cash-box": "Cash box",
            "field.total": "Total",
            "field.receipt": "Receipt",
            "refusal.my-trade/nothing-sold.happened": "{quantity} at {price}",
            "refusal.my-trade/nothing-sold.expected": "a quantity and a price",
            "refusal.my-trade/nothing-sold.try": "count, look at the price, then try again",
            "refusal.my-trade/too-large.happened": "the price of {quantity} is more than the book can count",
            "refusal.my-trade/too-large.expected": "an ordinary sale",
            "refusal.my-trade/too-large.try": "check the quantity and the price"
        }
    }
});

/* Goods leave the store for good, francs come in, a receipt takes its number. */
static int32_t decide(const BaaraHost *host, const Command *command, Reply *reply, BaaraBytes *out) {
    char unit[BAARA_WORD], item[BAARA_WORD], quantity[BAARA_WORD], price[BAARA_WORD], from[BAARA_WORD], lot[BAARA_WORD];
    char cash_box[BAARA_WORD];
    const char *missing = NULL;
    Amount much, each;
    Json thing;
    int64_t total, whole;
    command_field(command, "unit", unit, &missing);
    command_field(command, "item", item, &missing);
    if (command_field(command, "quantity", quantity, &missing) && !amount_read(quantity, &much)) missing = "quantity";
    if (command_field(command, "price", price, &missing) && !amount_read(price, &each)) missing = "price";
    command_field(command, "from", from, &missing);
    command_field(command, "lot", lot, NULL);
    command_field(command, "cash-box", cash_box, &missing);
    if (missing) return refuse_missing(host, out, reply, missing);

    thing = thing_of(host, command, unit);
    if (!is_open(thing)) return refuse_closed(host, out, reply, thing, unit);
    if (much.count <= 0 || each.count <= 0 || each.decimals)
        return refuse(host, out, reply, JSON({"code": "my-trade/nothing-sold", "args": {"quantity": "%s", "price": "%s"}}), quantity, price);
    if (each.count > BAARA_MAX_COUNT / much.count)
        return refuse(host, out, reply, JSON({"code": "my-trade/too-large", "args": {"quantity": "%s"}}), quantity);
    whole = amount_whole(&much);
    total = (much.count * each.count + whole / 2) / whole; /* To the nearest franc. */

    reply_say(reply, JSON({"effects": [{"do": "move", "item": "%s", "amount": "%s", "from": "%s", "to": "sold/%s"), item, quantity, from,
              id_code(unit));
    if (*lot) reply_say(reply, JSON(, "lot": "%s"), lot);
    reply_say(reply, "}");
    if (total)
        reply_say(reply, JSON(, {"do": "move", "item": "item/xof", "amount": "%lld XOF", "from": "fund/%s.sales", "to": "%s"}),
                  (long long)total, id_code(unit), cash_box);
    reply_say(reply, JSON(, {"do": "number", "series": "receipt"}));
    reply_say(reply, JSON(, {"do": "open", "thing": "my-trade-sale/$1", "values": {
        "unit": "%s", "item": "%s", "quantity": "%s", "total": "%lld XOF", "receipt": "$number"}}]}), unit, item, quantity,
              (long long)total);
    return reply_send(reply, host, out, BAARA_OK);
}

static int32_t describe(const BaaraHost *host, BaaraBytes *out) {
    return baara_answer(host, out, declaration, sizeof declaration - 1);
}

static int32_t call(const BaaraHost *host, const BaaraBytes *message, BaaraBytes *out) {
    Command command;
    Reply reply;
    reply_begin(&reply);
    if (!command_read(message, &command) || strcmp(command.call, "decide") || strcmp(command.kind, "my-trade-sale/1")) return BAARA_BAD_MESSAGE;
    return decide(host, &command, &reply, out);
}

BAARA_EXPORT const BaaraPlugin baara_plugin_v1 = BAARA_PLUGIN(describe, call, manifest);
