/* My trade: what a workshop has earned goes to persons in equal parts, by a committee's decision. */
#include "baara_json.h"

BAARA_MANIFEST(manifest, JSON({"id": "my-trade", "version": "0.1.0", "abi": "1.0", "summary": "My trade: a way to share"}))

/* More persons than this do not fit one entry. */
#define MOST 200

/* What it asks, what it may write, and its words. */
static const char declaration[] = JSON({
    "id": "my-trade",
    "version": "0.1.0",
    "kinds": [{
        "kind": "my-trade-share/1",
        "fields": [
            {"name": "unit", "type": "id", "of": "any", "required": true},
            {"name": "pot", "type": "money", "required": true},
            {"name": "persons", "type": "many", "of": {"type": "id", "of": "person"}, "required": true}
        ],
        "writes": {"things": ["my-trade-share"], "places": ["fund", "pecule"], "items": ["xof"]},
        "refusals": ["my-trade/nobody", "my-trade/more-than-earned", "my-trade/twice"]
    }],
    "things": [{
        "kind": "my-trade-share",
        "keys": [
            {"name": "unit", "type": "id", "of": "any", "required": false},
            {"name": "pot", "type": "money", "required": false},
            {"name": "decision", "type": "id", "of": "decision", "required": false}
        ]
    }],
    "words": {
        "fr": {
            "kind.my-trade-share": "My trade : un partage",
            "thing.my-trade-share": "My trade : un partage",
            "field.unit": "Atelier ou ferme",
            "field.pot": "Somme à partager",
            "field.persons": "Personnes",
            "field.decision": "Décision",
            "refusal.my-trade/nobody.happened": "{pot} à partager entre personne, ou entre trop de personnes",
            "refusal.my-trade/nobody.expected": "une somme et de 1 à 200 personnes",
            "refusal.my-trade/nobody.try": "nommer les personnes",
            "refusal.my-trade/more-than-earned.happened": "{pot} à partager, {earned} encaissés",
            "refusal.my-trade/more-than-earned.expected": "au plus {earned}",
            "refusal.my-trade/more-than-earned.try": "réduire la somme",
            "refusal.my-trade/twice.happened": "{person} est nommée deux fois",
            "refusal.my-trade/twice.expected": "chaque personne une fois",
            "refusal.my-trade/twice.try": "corriger la liste"
        },
        "en": {
            "kind.my-trade-share": "My trade: a sharing",
            "thing.my-trade-share": "My trade: a sharing",
            "field.unit": "Workshop or farm",
            "field.pot": "Francs to share",
            "field.persons": "Persons",
            "field.decision": "Decision",
            "refusal.my-trade/nobody.happened": "{pot} to share among nobody, or among too many",
            "refusal.my-trade/nobody.expected": "some francs and 1 to 200 persons",
            "refusal.my-trade/nobody.try": "name the persons",
            "refusal.my-trade/more-than-earned.happened": "{pot} to share, {earned} earned",
            "refusal.my-trade/more-than-earned.expected": "at most {earned}",
            "refusal.my-trade/more-than-earned.try": "share less",
            "refusal.my-trade/twice.happened": "{person} is named twice",
            "refusal.my-trade/twice.expected": "each person once",
            "refusal.my-trade/twice.try": "correct the list"
        }
    }
});

static int by_name(const void *a, const void *b) {
    return strcmp((const char *)a, (const char *)b);
}

/* Equal parts that add up to the pot: the first persons by name get the francs that are left over. */
static int32_t decide(const BaaraHost *host, const Command *command, Reply *reply, BaaraBytes *out) {
    char unit[BAARA_WORD], pot[BAARA_WORD], held[BAARA_WORD], until[BAARA_WORD], persons[MOST + 1][BAARA_WORD];
    const char *missing = NULL;
    Json list = json_get(command->fields, "persons"), decision, thing;
    Amount francs, earned;
    int64_t n = 0, i, part;
    command_field(command, "unit", unit, &missing);
    if (command_field(command, "pot", pot, &missing) && !amount_read(pot, &francs)) missing = "pot";
    if (missing) return refuse_missing(host, out, reply, missing);

    thing = thing_of(host, command, unit);
    if (!is_open(thing)) return refuse_closed(host, out, reply, thing, unit);
    decision = json_get(baara_ask(host, JSON({"ask": "decision", "id": "%s"}), *command->leave ? command->leave : "decision/none"),
                        "decision");
    if (!json_is(json_get(decision, "adopted"), "true"))
        return refuse(host, out, reply, JSON({"code": "%s", "args": {"decision": "%s"}}), *command->leave ? "leave/not-adopted" : "leave/missing",
                  command->leave);
    if (json_text(json_get(decision, "until"), until, sizeof until) && strcmp(until, command->date) < 0)
        return refuse(host, out, reply, JSON({"code": "leave/expired", "args": {"decision": "%s", "until": "%s"}}), command->leave, until);
    while (n <= MOST && json_text(json_item(list, (size_t)n), persons[n], BAARA_WORD)) n++;
    if (!n || n > MOST || francs.count <= 0 || francs.decimals)
        return refuse(host, out, reply, JSON({"code": "my-trade/nobody", "args": {"pot": "%s"}}), pot);
    /* A fund is owed, so that what it has stands below zero. */
    decision = baara_ask(host, JSON({"ask": "holding", "place": "fund/%s.sales", "item": "item/xof"}), id_code(unit));
    if (!json_text(json_get(decision, "amount"), held, sizeof held) || !amount_read(held, &earned)) amount_read("0 XOF", &earned);
    earned.count = -earned.count;
    if (francs.count > earned.count)
        return refuse(host, out, reply, JSON({"code": "my-trade/more-than-earned", "args": {"pot": "%s", "earned": "%s"}}), pot,
                  amount_text(earned, held));
    qsort(persons, (size_t)n, BAARA_WORD, by_name);
    reply_say(reply, JSON({"effects": [{"do": "open", "thing": "my-trade-share/$1", "values": {
        "unit": "%s", "pot": "%s", "decision": "%s"}}), unit, pot, command->leave);
    for (i = 0; i < n; i++) {
        if (i && !strcmp(persons[i], persons[i - 1]))
            return refuse(host, out, reply, JSON({"code": "my-trade/twice", "args": {"person": "%s"}}), persons[i]);
        part = francs.count / n + (i < francs.count % n);
        if (part)
            reply_say(reply, JSON(, {"do": "move", "item": "item/xof", "amount": "%lld XOF", "from": "pecule/%s.%s", "to": "fund/%s.sales"}),
                      (long long)part, command->site, id_code(persons[i]), id_code(unit));
    }
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
    if (!command_read(message, &command) || strcmp(command.call, "decide") || strcmp(command.kind, "my-trade-share/1")) return BAARA_BAD_MESSAGE;
    return decide(host, &command, &reply, out);
}

BAARA_EXPORT const BaaraPlugin baara_plugin_v1 = BAARA_PLUGIN(describe, call, manifest);
