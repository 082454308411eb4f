/* UUID version 7. */
#include "base/uuid.h"

#include <string.h>

Uuid uuid_v7(Instant at, const uint8_t random[UUID_RANDOM_SIZE])
{
    Uuid uuid;
    uint64_t ms = (uint64_t)at.ms;
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(ms >> (8 * (5 - i)));
    memcpy(uuid.bytes + 6, random, UUID_RANDOM_SIZE);
    uuid.bytes[6] = (uint8_t)(0x70 | (uuid.bytes[6] & 0x0f));
    uuid.bytes[8] = (uint8_t)(0x80 | (uuid.bytes[8] & 0x3f));
    return uuid;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

Err uuid_parse(Str s, Uuid *ret_uuid)
{
    if (s.n != UUID_TEXT_SIZE - 1)
        return ERR_MALFORMED;
    Uuid uuid = UUID_NIL;
    size_t at = 0;
    for (size_t i = 0; i < 16; i++) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            if (s.p[at++] != '-')
                return ERR_MALFORMED;
        }
        int high = hex_value(s.p[at]), low = hex_value(s.p[at + 1]);
        if (high < 0 || low < 0)
            return ERR_MALFORMED;
        uuid.bytes[i] = (uint8_t)(high * 16 + low);
        at += 2;
    }
    *ret_uuid = uuid;
    return OK;
}

const char *uuid_format(Uuid uuid, char out[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    static const uint8_t places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    for (size_t i = 0; i < sizeof places; i++) {
        out[places[i]] = digits[uuid.bytes[i] >> 4];
        out[places[i] + 1] = digits[uuid.bytes[i] & 15];
    }
    out[8] = out[13] = out[18] = out[23] = '-';
    out[36] = '\0';
    return out;
}

int uuid_compare(Uuid a, Uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}
