/* What a file is: nothing beyond its end is read, and more bytes behind a whole photograph change
 * nothing. */
#include <string.h>

#include "base/arena.h"
#include "codec/media.h"

enum { MORE = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Arena arena;
    arena_init(&arena, MIB(1));
    Str bytes = {(const char *)data, n};
    MediaKind kind = media_of(bytes);
    ENSURE(kind == MEDIA_NONE || media_find(media_type(kind)) == kind);
    ENSURE(media_find(bytes) < MEDIA_N);
    char *longer = arena_alloc(&arena, n + MORE);
    if (n > 0)
        memcpy(longer, data, n);
    memset(longer + n, 0, MORE);
    if (kind != MEDIA_NONE && kind != MEDIA_PDF)
        ENSURE(media_of((Str){longer, n + MORE}) == kind);
    arena_done(&arena);
    return 0;
}
