/* Bytes that grow in an arena. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

void buf_init(Buf *buf, Arena *arena, size_t ceiling)
{
    *buf = (Buf){.arena = arena, .ceiling = ceiling};
}

static void grow(Buf *buf, size_t n)
{
    size_t capacity = buf->capacity == 0 ? 256 : buf->capacity;
    while (capacity < buf->n + n)
        capacity *= 2;
    buf->p = arena_grow_bytes(buf->arena, buf->p, buf->capacity, capacity);
    buf->capacity = capacity;
}

static bool has_room(Buf *buf, size_t n)
{
    if (buf->is_over || n > buf->ceiling - buf->n) {
        buf->is_over = true;
        return false;
    }
    if (buf->n + n > buf->capacity)
        grow(buf, n);
    return true;
}

void buf_reserve(Buf *buf, size_t n)
{
    size_t room = buf->ceiling - buf->n;
    n = n < room ? n : room;
    if (n > 0 && buf->n + n > buf->capacity)
        grow(buf, n);
}

void buf_put(Buf *buf, Str s)
{
    if (s.n == 0 || !has_room(buf, s.n))
        return;
    memcpy(buf->p + buf->n, s.p, s.n);
    buf->n += s.n;
}

char *buf_extend(Buf *buf, size_t n)
{
    if (!has_room(buf, n))
        return NULL;
    buf->n += n;
    return buf->p + buf->n - n;
}

void buf_put_c(Buf *buf, const char *c)
{
    buf_put(buf, str_from_c(c));
}

void buf_put_char(Buf *buf, char c)
{
    if (has_room(buf, 1))
        buf->p[buf->n++] = c;
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    size_t room = buf->capacity - buf->n; /* usually enough: then it is written once */
    int n = vsnprintf(room > 0 ? buf->p + buf->n : NULL, room, format, args);
    va_end(args);
    ENSURE(n >= 0);
    bool is_written = (size_t)n < room;
    if (has_room(buf, (size_t)n + 1)) {
        if (!is_written)
            vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
        buf->n += (size_t)n;
    }
    va_end(again);
}

Str buf_str(const Buf *buf)
{
    return (Str){buf->p, buf->n};
}

void buf_clear(Buf *buf)
{
    buf->n = 0;
    buf->is_over = false;
}
