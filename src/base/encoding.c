/* Hexadecimal and base64url, both strict when reading. */
#include "base/encoding.h"

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

Str hex_encode(Arena *arena, Str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_array(arena, char, bytes.n * 2);
    for (size_t i = 0; i < bytes.n; i++) {
        text[i * 2] = digits[(unsigned char)bytes.p[i] >> 4];
        text[i * 2 + 1] = digits[(unsigned char)bytes.p[i] & 15];
    }
    return (Str){text, bytes.n * 2};
}

Err hex_decode(Arena *arena, Str text, Str *ret_bytes)
{
    if (text.n % 2 != 0)
        return ERR_MALFORMED;
    char *bytes = arena_array(arena, char, text.n / 2);
    for (size_t i = 0; i < text.n; i += 2) {
        int high = hex_value(text.p[i]);
        int low = hex_value(text.p[i + 1]);
        if (high < 0 || low < 0)
            return ERR_MALFORMED;
        bytes[i / 2] = (char)(high * 16 + low);
    }
    *ret_bytes = (Str){bytes, text.n / 2};
    return OK;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Str base64url_encode(Arena *arena, Str bytes)
{
    char *text = arena_array(arena, char, (bytes.n + 2) / 3 * 4);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned count = 0; /* bits not yet written */
    for (size_t i = 0; i < bytes.n; i++) {
        bits = bits << 8 | (unsigned char)bytes.p[i];
        count += 8;
        while (count >= 6) {
            count -= 6;
            text[n++] = base64_digits[bits >> count & 63];
        }
        bits &= (1U << count) - 1;
    }
    if (count > 0)
        text[n++] = base64_digits[bits << (6 - count) & 63];
    return (Str){text, n};
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

Err base64url_decode(Arena *arena, Str text, Str *ret_bytes)
{
    if (text.n % 4 == 1)
        return ERR_MALFORMED;
    char *bytes = arena_array(arena, char, text.n / 4 * 3 + 3);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.n; i++) {
        int value = base64_value(text.p[i]);
        if (value < 0)
            return ERR_MALFORMED;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[n++] = (char)(bits >> count & 255);
        }
        bits &= (1U << count) - 1;
    }
    if (bits != 0)
        return ERR_MALFORMED;
    *ret_bytes = (Str){bytes, n};
    return OK;
}
