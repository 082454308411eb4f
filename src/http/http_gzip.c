/* gzip for answers, over zlib (this is the only file that includes it). */
#include <zlib.h>

#include "http/http_int.h"

/* Level 4: most of the gain at a third of the cost of the default on JSON. */
enum { GZIP_LEVEL = 4, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 };

bool http_gzip(Arena *arena, Str plain, Str *ret_packed)
{
    if (plain.n > UINT32_MAX / 2)
        return false;
    z_stream stream = {0};
    if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY)
        != Z_OK)
        return false;
    char *packed = arena_alloc(arena, plain.n);
    stream.next_in = (z_const Bytef *)(uintptr_t)plain.p;
    stream.avail_in = (uInt)plain.n;
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)plain.n;
    int code = deflate(&stream, Z_FINISH);
    size_t n = stream.total_out;
    deflateEnd(&stream);
    if (code != Z_STREAM_END)
        return false;
    *ret_packed = (Str){packed, n};
    return true;
}
