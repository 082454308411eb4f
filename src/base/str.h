/* Str: borrowed text of known length, by value, not NUL-terminated. UTF-8 is checked at the border
 * (codec, http), so inside the program a Str of text is valid UTF-8. The empty Str is {NULL, 0}. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct Str {
    const char *p;
    size_t n;
} Str;

#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, ((s).p == NULL ? "" : (s).p)

Str str_from_c(const char *c); /* NULL gives the empty Str */
/* A NUL-terminated copy, for the edges of other libraries. */
const char *str_to_c(Arena *arena, Str s);
Str str_copy(Arena *arena, Str s);
Str str_printf(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
Str str_join(Arena *arena, const Str *parts, size_t n, Str between);

bool str_is_empty(Str s);
bool str_equals(Str a, Str b);
bool str_equals_c(Str a, const char *b);
/* Byte order, as memcmp; a prefix sorts first. The order of COLLATE "C" in both databases. */
int str_compare(Str a, Str b);
bool str_has_prefix(Str s, Str prefix);
bool str_has_suffix(Str s, Str suffix);
/* Position of the first occurrence at or after from, or SIZE_MAX. */
size_t str_find(Str s, Str what, size_t from);
size_t str_find_char(Str s, char c, size_t from);

Str str_slice(Str s, size_t from, size_t to); /* clamped to the ends */
Str str_trim(Str s);                          /* space, tab, CR, LF */
/* Takes the text before the next separator off *rest; false when *rest is exhausted. A text without
 * separators gives itself once; "a," gives "a" and "". */
bool str_cut(Str *rest, char separator, Str *ret_part);
/* ASCII only. */
Str str_lower(Arena *arena, Str s);
uint64_t str_hash(Str s); /* FNV-1a; not for secrets */
