/* My trade: a batch, what it used against what it should have used, and from when on it may be sold. */
#include "baara_json.h"

BAARA_MANIFEST(manifest, JSON({"id": "my-trade", "version": "0.1.0", "abi": "1.0", "summary": "My trade: batches against what they should give"}))

/* What one whole unit of material gives, in whole units of product, until the rule `my-trade.yield` says otherwise. */
#define USUAL_YIELD 4
/* How far from that a batch may be without a word, in percent. */
#define TOLERANCE 10
/* How long a batch rests before it is sold, until the rule `my-trade.rest-days` says otherwise. */
#define USUAL_REST_DAYS 3

/* What it asks, what it may write, and its words. */
static const char declaration[] = JSON({
    "id": "my-trade",
    "version": "0.1.0",
    "kinds": [{
        "kind": "my-trade-batch/1",
        "fields": [
            {"name": "workshop", "type": "id", "of": "workshop", "required": true},
            {"name": "material", "type": "id", "of": "item", "required": true},
            {"name": "used", "type": "quantity", "of": "material", "required": true},
            {"name": "from", "type": "id", "of": "store", "required": true},
            {"name": "material-lot", "type": "id", "of": "lot", "required": false},
            {"name": "product", "type": "id", "of": "item", "required": true},
            {"name": "made", "type": "quantity", "of": "product", "required": true},
            {"name": "to", "type": "id", "of": "store", "required": true},
            {"name": "motive", "type": "text", "required": false, "sealed": true}
        ],
        "writes": {"things": ["my-trade-batch", "lot"], "places": ["store", "consumed", "produced"], "items": ["*"]},
        "refusals": ["my-trade/nothing-made", "my-trade/bad-yield", "my-trade/too-large"]
    }],
    "things": [{
        "kind": "my-trade-batch",
        "keys": [
            {"name": "workshop", "type": "id", "of": "workshop", "required": false},
            {"name": "lot", "type": "id", "of": "lot", "required": false},
            {"name": "used", "type": "text", "required": false},
            {"name": "expected", "type": "text", "required": false},
            {"name": "made", "type": "text", "required": false},
            {"name": "motive", "type": "text", "required": false}
        ]
    }],
    "words": {
        "fr": {
            "kind.my-trade-batch": "My trade : un lot",
            "thing.my-trade-batch": "My trade : un lot",
            "field.workshop": "Atelier",
            "field.material": "Matière",
            "field.used": "Quantité utilisée",
            "field.from": "Pris dans",
            "field.material-lot": "Lot de la matière",
            "field.product": "Produit",
            "field.made": "Quantité faite",
            "field.to": "Rangé dans",
            "field.motive": "Motif d'un écart",
            "field.lot": "Lot",
            "field.expected": "Quantité attendue",
            "warning.my-trade/gap.text": "{made} faits avec {used}, {expected} attendus, sans motif",
            "refusal.my-trade/nothing-made.happened": "{made} faits avec {used}",
            "refusal.my-trade/nothing-made.expected": "une quantité utilisée et une quantité faite",
            "refusal.my-trade/nothing-made.try": "peser et compter, puis recommencer",
            "refusal.my-trade/bad-yield.happened": "la règle my-trade.yield ne se lit pas",
            "refusal.my-trade/bad-yield.expected": "un nombre entier, comme 4",
            "refusal.my-trade/bad-yield.try": "corriger la règle",
            "refusal.my-trade/too-large.happened": "{used} dépasse ce que le livre peut compter",
            "refusal.my-trade/too-large.expected": "une quantité ordinaire",
            "refusal.my-trade/too-large.try": "vérifier le chiffre"
        },
        "en": {
            "kind.my-trade-batch": "My trade: a batch",
            "thing.my-trade-batch": "My trade: a batch",
            "field.workshop": "Workshop",
            "field.material": "Material",
            "field.used": "Quantity used",
            "field.from": "Taken from",
            "field.material-lot": "Lot of the material",
            "field.product": "Product",
            "field.made": "Quantity made",
            "field.to": "Put into",
            "field.motive": "Why it differs",
            "field.lot": "Lot",
            "field.expected": "Quantity expected",
            "warning.my-trade/gap.text": "{made} made out of {used}, {expected} expected, without a reason",
            "refusal.my-trade/nothing-made.happened": "{made} made out of {used}",
            "refusal.my-trade/nothing-made.expected": "a quantity used and a quantity made",
            "refusal.my-trade/nothing-made.try": "weigh and count, then try again",
            "refusal.my-trade/bad-yield.happened": "the rule my-trade.yield cannot be read",
            "refusal.my-trade/bad-yield.expected": "a whole number, such as 4",
            "refusal.my-trade/bad-yield.try": "correct the rule",
            "refusal.my-trade/too-large.happened": "{used} is more than the book can count",
            "refusal.my-trade/too-large.expected": "an ordinary quantity",
            "refusal.my-trade/too-large.try": "check the figure"
        }
    }
});

/* A rule of the site that is a whole number: `usual` when nobody set it, -1 when it is something else. */
static int64_t rule(const BaaraHost *host, const Command *command, const char *name, int64_t usual) {
    Json value = json_get(baara_ask(host, JSON({"ask": "rule", "name": "%s", "date": "%s"}), name, command->date), "value");
    char text[BAARA_WORD];
    if (!value.len || json_is(value, "null")) return usual;
    if (json_text(value, text, sizeof text)) return json_whole(json_piece(text, text + strlen(text)));
    return json_whole(value);
}

/* Opens the lot and the batch, moves material and product, and says from when on the lot may leave. */
static int32_t decide(const BaaraHost *host, const Command *command, Reply *reply, BaaraBytes *out) {
    char workshop[BAARA_WORD], material[BAARA_WORD], used[BAARA_WORD], from[BAARA_WORD], lot[BAARA_WORD];
    char product[BAARA_WORD], made[BAARA_WORD], to[BAARA_WORD], expected[BAARA_WORD], released[BAARA_WORD];
    const char *missing = NULL;
    Json motive = json_get(command->fields, "motive"), thing;
    Amount was_used, was_made, should;
    int64_t yield, rest, gap;
    command_field(command, "workshop", workshop, &missing);
    command_field(command, "material", material, &missing);
    if (command_field(command, "used", used, &missing) && !amount_read(used, &was_used)) missing = "used";
    command_field(command, "from", from, &missing);
    command_field(command, "material-lot", lot, NULL);
    command_field(command, "product", product, &missing);
    if (command_field(command, "made", made, &missing) && !amount_read(made, &was_made)) missing = "made";
    command_field(command, "to", to, &missing);
    if (missing) return refuse_missing(host, out, reply, missing);

    thing = thing_of(host, command, workshop);
    if (!is_open(thing)) return refuse_closed(host, out, reply, thing, workshop);
    if (was_used.count <= 0 || was_made.count <= 0)
        return refuse(host, out, reply, JSON({"code": "my-trade/nothing-made", "args": {"used": "%s", "made": "%s"}}), used, made);
    yield = rule(host, command, "my-trade.yield", USUAL_YIELD);
    if (yield < 0 || yield > 1000000)
        return refuse(host, out, reply, JSON({"code": "my-trade/bad-yield"}));
    /* A million million of the smallest unit keep every product below inside 64 bits. */
    if (was_used.count > 1000000000000 / (yield + 1) / amount_whole(&was_made) || was_made.count > 1000000000000)
        return refuse(host, out, reply, JSON({"code": "my-trade/too-large", "args": {"used": "%s"}}), used);
    should = was_made;
    should.count = was_used.count * yield * amount_whole(&was_made) / amount_whole(&was_used);
    amount_text(should, expected);
    rest = rule(host, command, "my-trade.rest-days", USUAL_REST_DAYS);
    date_text(date_days(command->date) + (rest < 0 || rest > 366 ? USUAL_REST_DAYS : rest), released);

    reply_say(reply, JSON({"effects": [{"do": "open", "thing": "lot/$1", "values": {
        "item": "%s", "unit": "%s", "made": "%s", "batch": "my-trade-batch/$1"}}), product, workshop, command->date);
    reply_say(reply, JSON(, {"do": "move", "item": "%s", "amount": "%s", "from": "%s", "to": "consumed/%s"), material, used, from,
              id_code(workshop));
    if (*lot) reply_say(reply, JSON(, "lot": "%s"), lot);
    reply_say(reply, "}");
    reply_say(reply, JSON(, {"do": "move", "item": "%s", "amount": "%s", "from": "produced/%s", "to": "%s", "lot": "lot/$1"}), product,
              made, id_code(workshop), to);
    reply_say(reply, JSON(, {"do": "open", "thing": "my-trade-batch/$1", "values": {
        "workshop": "%s", "lot": "lot/$1", "used": "%s", "expected": "%s", "made": "%s"), workshop, used, expected, made);
    if (motive.len) reply_say(reply, JSON(, "motive": %.*s), (int)motive.len, motive.at);
    reply_say(reply, "}}");
    reply_say(reply, JSON(, {"do": "set", "thing": "lot/$1", "key": "released", "value": true, "from": "%s"}), released);
    gap = was_made.count > should.count ? was_made.count - should.count : should.count - was_made.count;
    if (gap * 100 > should.count * TOLERANCE && (!motive.len || json_is(motive, "null")))
        reply_say(reply, JSON(, {"do": "warn", "warning": "warning/$1", "code": "my-trade/gap", "about": ["lot/$1", "%s"],
            "args": {"used": "%s", "expected": "%s", "made": "%s"}}), workshop, used, expected, made);
    reply_say(reply, "]}");
    return reply_send(reply, host, out, BAARA_OK);
}

static int32_t describe(const BaaraHost *host, BaaraBytes *out) {
    return baara_answer(host, out, declaration, sizeof declaration - 1);
}

static int32_t call(const BaaraHost *host, const BaaraBytes *message, BaaraBytes *out) {
    Command command;
    Reply reply;
    reply_begin(&reply);
    if (!command_read(message, &command) || strcmp(command.call, "decide") || strcmp(command.kind, "my-trade-batch/1")) return BAARA_BAD_MESSAGE;
    return decide(host, &command, &reply, out);
}

BAARA_EXPORT const BaaraPlugin baara_plugin_v1 = BAARA_PLUGIN(describe, call, manifest);
