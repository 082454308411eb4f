/* gzip for answers, over zlib (this is the only file that includes it). */
#include <zlib.h>

#include "http/http_int.h"

/* Level 4: most of the gain at a third of the cost of the default on JSON. */
enum { GZIP_LEVEL = 4, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, GZIP_ROOM = 32 * 1024 };

/* What a stream is packed with: zlib's state lies in the arena of the exchange. */
struct HttpGzip {
    z_stream stream;
    Arena *arena;
};

static voidpf take_memory(voidpf opaque, uInt items, uInt size)
{
    HttpGzip *gzip = opaque;
    return arena_alloc_array(gzip->arena, items, size);
}

/* It goes with the arena. */
static void leave_memory(voidpf opaque UNUSED, voidpf memory UNUSED)
{
}

HttpGzip *http_gzip_begin(Arena *arena)
{
    HttpGzip *gzip = arena_new(arena, HttpGzip);
    gzip->arena = arena;
    gzip->stream.zalloc = take_memory;
    gzip->stream.zfree = leave_memory;
    gzip->stream.opaque = gzip;
    int code = deflateInit2(&gzip->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                            Z_DEFAULT_STRATEGY);
    return code == Z_OK ? gzip : NULL;
}

bool http_gzip_piece(HttpGzip *gzip, Str plain, bool is_last, Buf *out)
{
    z_stream *stream = &gzip->stream;
    stream->next_in = (z_const Bytef *)(uintptr_t)plain.p;
    stream->avail_in = (uInt)plain.n;
    /* whoever reads can unpack each piece when it has come */
    int wanted = is_last ? Z_FINISH : Z_SYNC_FLUSH;
    for (;;) {
        char *room = buf_extend(out, GZIP_ROOM);
        if (room == NULL)
            return false;
        stream->next_out = (Bytef *)room;
        stream->avail_out = GZIP_ROOM;
        int code = deflate(stream, wanted);
        out->n -= stream->avail_out;
        if (code == Z_STREAM_END)
            return is_last;
        if (code != Z_OK && code != Z_BUF_ERROR)
            return false;
        if (stream->avail_out > 0)
            return !is_last;
    }
}

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
