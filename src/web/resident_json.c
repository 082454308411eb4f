/* See resident_json.h. */
#include "web/resident_json.h"

/* The middle becomes stars. */
static Str masked(Arena *arena, Str text, size_t head, size_t tail)
{
    if (text.n == 0)
        return text;
    char *out = arena_alloc(arena, text.n);
    bool hides_enough = text.n >= head + tail + 4;
    for (size_t i = 0; i < text.n; i++) {
        bool is_shown = hides_enough && (i < head || i >= text.n - tail);
        out[i] = is_shown ? text.p[i] : '*';
    }
    return (Str){out, text.n};
}

Str id_number_masked(Arena *arena, Str number)
{
    return masked(arena, number, 6, 4);
}

Str phone_masked(Arena *arena, Str phone)
{
    return masked(arena, phone, 3, 4);
}
