/* The contract between Baara and a native plugin, for C and C++.
 *
 * A plugin is one shared library with two things in it:
 *   1. a section `.baara`: BaaraManifestHeader and the manifest's text, read without running any code;
 *   2. one exported constant `baara_plugin_v1`: BaaraPlugin, with `describe` and `call`.
 * Messages are UTF-8 JSON in both directions. This file says the same as src/abi.rs; a test compares the two.
 *
 *   #include "baara_plugin.h"
 *   BAARA_MANIFEST(manifest, "{\"id\":\"echo\",\"version\":\"0.1.0\"}")
 *   static int32_t describe(const BaaraHost *host, BaaraBytes *out) { return baara_answer(host, out, "{}", 2); }
 *   static int32_t call(const BaaraHost *host, const BaaraBytes *message, BaaraBytes *out) {
 *       return baara_answer(host, out, message->ptr, message->len);
 *   }
 *   BAARA_EXPORT const BaaraPlugin baara_plugin_v1 = BAARA_PLUGIN(describe, call, manifest);
 *
 *   cc -std=c11 -shared -fPIC -fvisibility=hidden echo.c -o echo.so
 */
#ifndef BAARA_PLUGIN_H
#define BAARA_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#define BAARA_ASSERT static_assert
extern "C" {
#else
#define BAARA_ASSERT _Static_assert
#endif

#define BAARA_ABI_MAJOR 1
#define BAARA_ABI_MINOR 0
#define BAARA_ABI_MIN_MINOR 0 /* what this header's first release needs of a host */

#define BAARA_OK 0          /* out: the answer */
#define BAARA_REFUSED 1     /* out: the refusal; the business says no */
#define BAARA_BAD_MESSAGE 2 /* out: why, as text, or nothing */
#define BAARA_CANCELLED 5   /* the plugin saw host->cancelled and stopped */
#define BAARA_LIMIT 6       /* host->alloc gave null */
#define BAARA_INTERNAL 7    /* out: what broke, as text; unknown numbers mean this too */
#define BAARA_PANIC 8       /* out: where a panic was caught, as text */

/* A panic or exception never ends the process. C has none, so BAARA_PLUGIN and BAARA_MANIFEST set it;
 * a C++ plugin must catch everything at `describe` and `call`. */
#define BAARA_FLAG_UNWIND 1

/* Bytes that somebody else owns. A length of 0 says "none". */
typedef struct BaaraBytes {
    const uint8_t *ptr;
    size_t len;
} BaaraBytes;

/* What the host lends a plugin for one call: use it on the calling thread only, and until you return.
 * Look at struct_size before using a slot that a later minor added. */
typedef struct BaaraHost {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void *ctx;
    /* Zeroed memory that lives until the call returns; null when the call has used its share, or when align is not a
     * power of two up to 4096. An answer must lie in such memory. */
    uint8_t *(*alloc)(void *ctx, size_t size, size_t align);
    /* A question to the book: BAARA_OK and an answer in the call's memory, or another status and a text. */
    int32_t (*ask)(void *ctx, const BaaraBytes *question, BaaraBytes *answer);
    /* Not 0 once nobody waits for the answer any more. */
    uint32_t (*cancelled)(void *ctx);
} BaaraHost;

/* The head of the section `.baara`; the text follows at header_size. */
typedef struct BaaraManifestHeader {
    uint8_t magic[8]; /* "BAARAMAN" */
    uint32_t header_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint16_t abi_min_minor;
    uint16_t flags;
    uint32_t text_len; /* no final NUL counted */
    uint32_t reserved[2];
} BaaraManifestHeader;

/* The entry. Both functions are required; both fill `out` with bytes in the call's memory. */
typedef struct BaaraPlugin {
    uint8_t magic[8]; /* "BAARAPLG" */
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint16_t abi_min_minor;
    uint16_t flags;
    uint32_t reserved;
    int32_t (*describe)(const BaaraHost *host, BaaraBytes *out);
    int32_t (*call)(const BaaraHost *host, const BaaraBytes *message, BaaraBytes *out);
    const BaaraManifestHeader *manifest; /* keeps the section in the file; the host does not follow it */
} BaaraPlugin;

#define BAARA_EXPORT __attribute__((visibility("default")))

/* The section, under a name of your choice. TEXT is a string literal. */
#define BAARA_MANIFEST(NAME, TEXT)                                                                     \
    __attribute__((section(".baara"), used)) static const struct {                                     \
        BaaraManifestHeader header;                                                                    \
        char text[sizeof(TEXT)];                                                                       \
    } NAME = {{{'B', 'A', 'A', 'R', 'A', 'M', 'A', 'N'},                                               \
               sizeof(BaaraManifestHeader),                                                            \
               BAARA_ABI_MAJOR,                                                                        \
               BAARA_ABI_MINOR,                                                                        \
               BAARA_ABI_MIN_MINOR,                                                                    \
               BAARA_FLAG_UNWIND,                                                                      \
               sizeof(TEXT) - 1,                                                                       \
               {0, 0}},                                                                                \
              TEXT};

/* The entry's value. */
#define BAARA_PLUGIN(DESCRIBE, CALL, NAME)                                                             \
    {{'B', 'A', 'A', 'R', 'A', 'P', 'L', 'G'},                                                         \
     sizeof(BaaraPlugin),                                                                              \
     BAARA_ABI_MAJOR,                                                                                  \
     BAARA_ABI_MINOR,                                                                                  \
     BAARA_ABI_MIN_MINOR,                                                                              \
     BAARA_FLAG_UNWIND,                                                                                \
     0,                                                                                                \
     DESCRIBE,                                                                                         \
     CALL,                                                                                             \
     &NAME.header}

/* Copies an answer into the call's memory. */
static inline int32_t baara_answer(const BaaraHost *host, BaaraBytes *out, const void *bytes, size_t len) {
    uint8_t *room = len ? host->alloc(host->ctx, len, 1) : NULL;
    if (len && !room) return BAARA_LIMIT;
    if (len) memcpy(room, bytes, len);
    out->ptr = room;
    out->len = len;
    return BAARA_OK;
}

#if UINTPTR_MAX == 0xffffffffffffffffu
BAARA_ASSERT(sizeof(BaaraBytes) == 16, "BaaraBytes");
BAARA_ASSERT(sizeof(BaaraHost) == 40 && offsetof(BaaraHost, cancelled) == 32, "BaaraHost");
BAARA_ASSERT(sizeof(BaaraPlugin) == 48 && offsetof(BaaraPlugin, manifest) == 40, "BaaraPlugin");
BAARA_ASSERT(sizeof(BaaraManifestHeader) == 32 && offsetof(BaaraManifestHeader, text_len) == 20, "BaaraManifestHeader");
#endif

#ifdef __cplusplus
}
#endif

#endif
