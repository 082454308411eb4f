/* UTF-8 by the table of well-formed sequences (Unicode, table 3-7). */
#include "base/utf8.h"

static size_t sequence_length(const unsigned char *p, size_t n)
{
    unsigned char a = p[0];
    if (a < 0x80)
        return 1;
    if (a < 0xc2 || a > 0xf4)
        return 0;
    size_t length = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
    if (n < length)
        return 0;
    unsigned char low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80;
    unsigned char high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    }
    return length;
}

size_t utf8_valid_prefix(Str s)
{
    size_t at = 0;
    while (at < s.n) {
        size_t length = sequence_length((const unsigned char *)s.p + at, s.n - at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

bool utf8_is_valid(Str s)
{
    return utf8_valid_prefix(s) == s.n;
}

bool utf8_next(Str *rest, uint32_t *ret_code)
{
    static const unsigned char first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    if (rest->n == 0)
        return false;
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t length = sequence_length(p, rest->n);
    DCHECK(length > 0);
    if (length == 0)
        return false;
    uint32_t code = p[0] & first_mask[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (p[i] & 0x3fu);
    *ret_code = code;
    rest->p += length;
    rest->n -= length;
    return true;
}

size_t utf8_length(Str s)
{
    size_t n = 0;
    for (uint32_t code = 0; utf8_next(&s, &code);)
        n++;
    return n;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(lead[length] | code);
    return length;
}
