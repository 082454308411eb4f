/* UUID version 7 (RFC 9562): made by whoever creates the row, also offline. Ids made in one
 * millisecond are ordered by their random part only. Compared as bytes in both databases. */
#pragma once

#include <string.h>

#include "base/date.h"

typedef struct {
    uint8_t bytes[16];
} Uuid;

enum {
    UUID_TEXT_SIZE = 37,
    UUID_RANDOM_SIZE = 10,
};

#define UUID_NIL ((Uuid){{0}})

/* random: 10 bytes, of which 74 bits are used. */
Uuid uuid_v7(Instant at, const uint8_t random[UUID_RANDOM_SIZE]);
/* 8-4-4-4-12 hexadecimal digits, either case; any version is accepted. */
Err uuid_parse(Str s, Uuid *ret_uuid) MUST_CHECK;
const char *uuid_format(Uuid uuid, char out[UUID_TEXT_SIZE]); /* lower case */
int uuid_compare(Uuid a, Uuid b);

static inline bool uuid_equals(Uuid a, Uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

static inline bool uuid_is_nil(Uuid uuid)
{
    return uuid_equals(uuid, UUID_NIL);
}
