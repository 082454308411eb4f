/* Buf: bytes that grow in an arena up to a ceiling given at creation. Past the ceiling nothing more
 * is added and is_over stays set: the writer tests once, at the end. */
#pragma once

#include "base/str.h"

typedef struct Buf {
    Arena *arena;
    char *p;
    size_t n;
    size_t capacity;
    size_t ceiling;
    bool is_over;
} Buf;

void buf_init(Buf *buf, Arena *arena, size_t ceiling);
/* Room for n more bytes, as far as the ceiling allows. */
void buf_reserve(Buf *buf, size_t n);
void buf_put(Buf *buf, Str s);
/* Room for n more bytes, which the caller fills; NULL past the ceiling. */
char *buf_extend(Buf *buf, size_t n);
void buf_put_c(Buf *buf, const char *c);
void buf_put_char(Buf *buf, char c);
void buf_printf(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* What was written; valid until the next write. */
Str buf_str(const Buf *buf);
void buf_clear(Buf *buf);
