/* Borrowed text. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

Str str_from_c(const char *c)
{
    return c == NULL ? (Str){0} : (Str){c, strlen(c)};
}

const char *str_to_c(Arena *arena, Str s)
{
    char *copy = arena_alloc(arena, s.n + 1);
    if (s.n > 0)
        memcpy(copy, s.p, s.n);
    return copy;
}

Str str_copy(Arena *arena, Str s)
{
    return (Str){str_to_c(arena, s), s.n};
}

Str str_printf(Arena *arena, const char *format, ...)
{
    ENSURE(format != NULL);
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    char most[240]; /* usually enough: then it is written once */
    int n = vsnprintf(most, sizeof most, format, args);
    va_end(args);
    ENSURE(n >= 0);
    char *out = arena_alloc(arena, (size_t)n + 1);
    if ((size_t)n < sizeof most)
        memcpy(out, most, (size_t)n);
    else
        vsnprintf(out, (size_t)n + 1, format, again);
    va_end(again);
    return (Str){out, (size_t)n};
}

Str str_join(Arena *arena, const Str *parts, size_t n, Str between)
{
    size_t total = n == 0 ? 0 : between.n * (n - 1);
    for (size_t i = 0; i < n; i++)
        total += parts[i].n;
    char *out = arena_alloc(arena, total + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && between.n > 0) {
            memcpy(out + at, between.p, between.n);
            at += between.n;
        }
        if (parts[i].n > 0)
            memcpy(out + at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    return (Str){out, total};
}

bool str_is_empty(Str s)
{
    return s.n == 0;
}

bool str_equals(Str a, Str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_equals_c(Str a, const char *b)
{
    return str_equals(a, str_from_c(b));
}

int str_compare(Str a, Str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_has_prefix(Str s, Str prefix)
{
    return s.n >= prefix.n && str_equals(str_slice(s, 0, prefix.n), prefix);
}

bool str_has_suffix(Str s, Str suffix)
{
    return s.n >= suffix.n && str_equals(str_slice(s, s.n - suffix.n, s.n), suffix);
}

size_t str_find(Str s, Str what, size_t from)
{
    if (what.n == 0)
        return from <= s.n ? from : SIZE_MAX;
    for (size_t at = from; at < s.n && what.n <= s.n - at; at++) {
        if (memcmp(s.p + at, what.p, what.n) == 0)
            return at;
    }
    return SIZE_MAX;
}

size_t str_find_char(Str s, char c, size_t from)
{
    if (from >= s.n)
        return SIZE_MAX;
    const char *hit = memchr(s.p + from, c, s.n - from);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - s.p);
}

Str str_slice(Str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from >= to)
        return (Str){0};
    return (Str){s.p + from, to - from};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Str str_trim(Str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_slice(s, 1, s.n);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s = str_slice(s, 0, s.n - 1);
    return s;
}

bool str_cut(Str *rest, char separator, Str *ret_part)
{
    if (rest->p == NULL)
        return false;
    size_t at = str_find_char(*rest, separator, 0);
    if (at == SIZE_MAX) {
        *ret_part = *rest;
        *rest = (Str){0};
        return true;
    }
    *ret_part = (Str){rest->p, at};
    *rest = (Str){rest->p + at + 1, rest->n - at - 1};
    return true;
}

Str str_lower(Arena *arena, Str s)
{
    char *out = arena_alloc(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    return (Str){out, s.n};
}

uint64_t str_hash(Str s)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++) {
        hash ^= (unsigned char)s.p[i];
        hash *= 1099511628211u;
    }
    return hash;
}
