/* Reading and writing the JSON of messages by hand, for plugins in C and C++: enough for them, and no more.
 *
 * What is read is never copied: a Json is a piece of the message or of an answer, and lives as long as the call.
 * What is not there, or not what was asked for, has the length 0, and every function takes that: ask first, check once.
 *
 *   Json fields = json_get(json_get(message, "command"), "fields");
 *   char store[BAARA_WORD];
 *   if (!json_text(json_get(fields, "store"), store, sizeof store)) return refuse(...);
 */
#ifndef BAARA_JSON_H
#define BAARA_JSON_H

#include "baara_plugin.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* JSON as it stands: JSON({"do": "move"}) is the text {"do": "move"}. */
#define JSON(...) #__VA_ARGS__

/* Room for an id (64 bytes), an amount, a date or a code, with its end. */
#define BAARA_WORD 96

/* A piece of JSON text. */
typedef struct Json {
    const char *at;
    size_t len;
} Json;

static inline Json json_piece(const char *at, const char *end) {
    Json piece;
    piece.at = at;
    piece.len = at && end ? (size_t)(end - at) : 0;
    return piece;
}

static inline const char *json_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

/* Behind the string that begins here, or NULL. */
static inline const char *json_string(const char *at, const char *end) {
    if (at >= end || *at != '"') return NULL;
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\') at++;
    return at < end ? at + 1 : NULL;
}

/* Behind the value that begins here, or NULL; at most 64 levels deep. */
static inline const char *json_skip(const char *at, const char *end) {
    int depth = 0;
    for (at = json_space(at, end); at < end; at = json_space(at, end)) {
        if (*at == '"') {
            if (!(at = json_string(at, end))) return NULL;
        } else if (*at == '{' || *at == '[') {
            if (++depth > 64) return NULL;
            at++;
            continue;
        } else if (*at == '}' || *at == ']') {
            if (--depth < 0) return NULL;
            at++;
        } else if (*at == ',' || *at == ':') {
            if (!depth) return NULL;
            at++;
            continue;
        } else {
            while (at < end && !strchr(" \t\r\n,:]}\"", *at)) at++;
        }
        if (!depth) return at;
    }
    return NULL;
}

/* The whole of some bytes, without the space around it. */
static inline Json json_of(const uint8_t *bytes, size_t len) {
    const char *at = (const char *)bytes, *end = at + len;
    if (!len) return json_piece(NULL, NULL);
    at = json_space(at, end);
    return json_piece(at, json_skip(at, end));
}

/* The value of a key; a key is compared as it is written. */
static inline Json json_get(Json object, const char *key) {
    const char *at = object.at, *end = object.at + object.len;
    if (!object.len || *at != '{') return json_piece(NULL, NULL);
    for (at = json_space(at + 1, end); at < end && *at == '"';) {
        const char *name = at + 1, *behind = json_string(at, end), *value;
        if (!behind) break;
        at = json_space(behind, end);
        if (at >= end || *at != ':') break;
        value = json_space(at + 1, end);
        if (!(at = json_skip(value, end))) break;
        if ((size_t)(behind - 1 - name) == strlen(key) && !memcmp(name, key, strlen(key))) return json_piece(value, at);
        at = json_space(at, end);
        if (at < end && *at == ',') at = json_space(at + 1, end);
    }
    return json_piece(NULL, NULL);
}

/* The nth item of an array, from 0. */
static inline Json json_item(Json array, size_t n) {
    const char *at = array.at, *end = array.at + array.len;
    if (!array.len || *at != '[') return json_piece(NULL, NULL);
    for (at = json_space(at + 1, end); at < end && *at != ']';) {
        const char *behind = json_skip(at, end);
        if (!behind) break;
        if (!n--) return json_piece(at, behind);
        at = json_space(behind, end);
        if (at < end && *at == ',') at = json_space(at + 1, end);
    }
    return json_piece(NULL, NULL);
}

/* Copies a string that needs no escapes, as ids, amounts, dates and codes never do. 1 when it is one and has room. */
static inline int json_text(Json value, char *out, size_t room) {
    size_t len = value.len >= 2 && *value.at == '"' ? value.len - 2 : 0;
    out[0] = 0;
    if (!len || len >= room || memchr(value.at + 1, '\\', len)) return 0;
    memcpy(out, value.at + 1, len);
    out[len] = 0;
    return 1;
}

/* A whole number that is not negative; -1 when it is none. */
static inline int64_t json_whole(Json value) {
    int64_t whole = 0;
    size_t i;
    if (!value.len || value.len > 16) return -1;
    for (i = 0; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9') return -1;
        whole = whole * 10 + (value.at[i] - '0');
    }
    return whole;
}

/* Whether a value stands exactly so: json_is(flag, "true"). */
static inline int json_is(Json value, const char *text) {
    return value.len == strlen(text) && !memcmp(value.at, text, value.len);
}

/* How much of something, exactly: 12.500 kg is 12500 with 3 decimals. */
typedef struct Amount {
    int64_t count;
    int decimals;
    char unit[16];
} Amount;

/* The largest count of an entry. */
#define BAARA_MAX_COUNT ((int64_t)1 << 53)

/* Reads `12.500 kg`; 1 when it is an amount that an entry can hold. */
static inline int amount_read(const char *text, Amount *amount) {
    int64_t count = 0;
    int decimals = -1, digits = 0, negative = *text == '-';
    for (text += negative; (*text >= '0' && *text <= '9') || *text == '.'; text++) {
        if (*text == '.') {
            if (decimals >= 0) return 0;
            decimals = 0;
            continue;
        }
        count = count * 10 + (*text - '0');
        digits++;
        if (decimals >= 0) decimals++;
        if (count > BAARA_MAX_COUNT || decimals > 9) return 0;
    }
    if (!digits || decimals == 0 || *text != ' ' || !text[1] || strlen(text + 1) >= sizeof amount->unit) return 0;
    amount->count = negative ? -count : count;
    amount->decimals = decimals < 0 ? 0 : decimals;
    strcpy(amount->unit, text + 1);
    return 1;
}

/* Ten to the power of the decimals: how many of the smallest unit are a whole one. */
static inline int64_t amount_whole(const Amount *amount) {
    int64_t whole = 1;
    int i;
    for (i = 0; i < amount->decimals; i++) whole *= 10;
    return whole;
}

/* Writes `12.500 kg` into BAARA_WORD bytes. */
static inline const char *amount_text(Amount amount, char out[BAARA_WORD]) {
    int64_t whole = amount_whole(&amount), count = amount.count < 0 ? -amount.count : amount.count;
    const char *sign = amount.count < 0 ? "-" : "";
    if (amount.decimals)
        snprintf(out, BAARA_WORD, "%s%lld.%0*lld %s", sign, (long long)(count / whole), amount.decimals,
                 (long long)(count % whole), amount.unit);
    else
        snprintf(out, BAARA_WORD, "%s%lld %s", sign, (long long)count, amount.unit);
    return out;
}

/* The number of days since 0000-03-01 of `2020-06-12`, for sums of days; -1 when it is no date. */
static inline int64_t date_days(const char *text) {
    int year, month, day;
    if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3) return -1;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return -1;
    year -= month < 3;
    month = (month + 9) % 12;
    return (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1;
}

/* The date of a number of days, into BAARA_WORD bytes. */
static inline const char *date_text(int64_t days, char out[BAARA_WORD]) {
    int64_t year = (10000 * days + 14780) / 3652425, left = days - (365 * year + year / 4 - year / 100 + year / 400), month;
    if (left < 0) {
        year--;
        left = days - (365 * year + year / 4 - year / 100 + year / 400);
    }
    month = (100 * left + 52) / 3060;
    snprintf(out, BAARA_WORD, "%04lld-%02lld-%02lld", (long long)(year + (month + 2) / 12), (long long)((month + 2) % 12 + 1),
             (long long)(left - (month * 306 + 5) / 10 + 1));
    return out;
}

/* An answer in the making. What has no room is told by `reply_send`. */
typedef struct Reply {
    char text[65536];
    size_t len;
    int full;
} Reply;

static inline void reply_begin(Reply *reply) {
    reply->len = 0;
    reply->full = 0;
    reply->text[0] = 0;
}

#ifdef __GNUC__
__attribute__((format(printf, 2, 0)))
#endif
static inline void
reply_add(Reply *reply, const char *format, va_list args) {
    int len = vsnprintf(reply->text + reply->len, sizeof reply->text - reply->len, format, args);
    if (len < 0 || (size_t)len >= sizeof reply->text - reply->len)
        reply->full = 1;
    else
        reply->len += (size_t)len;
}

/* Adds to an answer, as printf does. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static inline void
reply_say(Reply *reply, const char *format, ...) {
    va_list args;
    va_start(args, format);
    reply_add(reply, format, args);
    va_end(args);
}

/* Hands the answer over. */
static inline int32_t reply_send(const Reply *reply, const BaaraHost *host, BaaraBytes *out, int32_t status) {
    int32_t sent;
    if (reply->full) return BAARA_LIMIT;
    sent = baara_answer(host, out, reply->text, reply->len);
    return sent == BAARA_OK ? status : sent;
}

/* The host's answer to a question that is written as printf does; nothing when it gives none. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static inline Json
baara_ask(const BaaraHost *host, const char *format, ...) {
    char text[1024];
    BaaraBytes question, answer = {NULL, 0};
    va_list args;
    int len;
    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof text) return json_piece(NULL, NULL);
    question.ptr = (const uint8_t *)text;
    question.len = (size_t)len;
    if (host->ask(host->ctx, &question, &answer) != BAARA_OK) return json_piece(NULL, NULL);
    return json_of(answer.ptr, answer.len);
}

/* A command, with what every form shares. */
typedef struct Command {
    char call[BAARA_WORD], kind[BAARA_WORD], site[BAARA_WORD], date[BAARA_WORD], leave[BAARA_WORD];
    Json fields;
} Command;

/* Reads a message; 1 when it is a command. */
static inline int command_read(const BaaraBytes *message, Command *command) {
    Json all = json_of(message->ptr, message->len), inside = json_get(all, "command");
    command->fields = json_get(inside, "fields");
    json_text(json_get(inside, "leave"), command->leave, BAARA_WORD); /* Often there is none. */
    return json_text(json_get(all, "call"), command->call, BAARA_WORD) &&
           json_text(json_get(inside, "kind"), command->kind, BAARA_WORD) &&
           json_text(json_get(inside, "site"), command->site, BAARA_WORD) &&
           json_text(json_get(inside, "date"), command->date, BAARA_WORD) && command->fields.len > 0;
}

/* Reads a field of a form into BAARA_WORD bytes; when it is not there, and `missing` is not named yet, names it. */
static inline int command_field(const Command *command, const char *name, char out[BAARA_WORD], const char **missing) {
    int there = json_text(json_get(command->fields, name), out, BAARA_WORD);
    if (!there && missing && !*missing) *missing = name;
    return there;
}

/* What stands behind the slash of an id: `workshop/kon-savon` gives `kon-savon`. */
static inline const char *id_code(const char *id) {
    const char *slash = strchr(id, '/');
    return slash ? slash + 1 : "";
}

/* Refuses, whatever was said before: the code and its figures, written as printf does. */
#ifdef __GNUC__
__attribute__((format(printf, 4, 5)))
#endif
static inline int32_t
refuse(const BaaraHost *host, BaaraBytes *out, Reply *reply, const char *format, ...) {
    va_list args;
    reply_begin(reply);
    va_start(args, format);
    reply_add(reply, format, args);
    va_end(args);
    return reply_send(reply, host, out, BAARA_REFUSED);
}

/* Refuses for want of a field, as the host itself would. */
static inline int32_t refuse_missing(const BaaraHost *host, BaaraBytes *out, Reply *reply, const char *field) {
    return refuse(host, out, reply, JSON({"code": "field/missing", "args": {"field": "%s"}}), field);
}

/* What the book knows of a thing on the day of a command; nothing when there is no such thing. */
static inline Json thing_of(const BaaraHost *host, const Command *command, const char *id) {
    return json_get(baara_ask(host, JSON({"ask": "thing", "id": "%s", "date": "%s"}), id, command->date), "thing");
}

static inline int is_open(Json thing) { return json_is(json_get(thing, "open"), "true"); }

/* Refuses a thing that is not open, as the host itself would. */
static inline int32_t refuse_closed(const BaaraHost *host, BaaraBytes *out, Reply *reply, Json thing, const char *id) {
    const char *code = json_get(thing, "id").len ? "thing/closed" : "thing/unknown";
    return refuse(host, out, reply, JSON({"code": "%s", "args": {"thing": "%s"}}), code, id);
}

#endif
