/* The frames of four formats: see media.h. */
#include "codec/media.h"

enum {
    PDF_TRAILER_WITHIN = 1024, /* of the end, as readers look for it */
    JPEG_FILL = 0xff,
    JPEG_START_OF_SCAN = 0xda,
    JPEG_END = 0xd9,
    PNG_FRAME = 12, /* length, type, checksum of a chunk */
};

static const struct {
    const char *type, *extension;
} kinds[MEDIA_N] = {
    [MEDIA_NONE] = {"", ""},
    [MEDIA_JPEG] = {"image/jpeg", "jpg"},
    [MEDIA_PNG] = {"image/png", "png"},
    [MEDIA_WEBP] = {"image/webp", "webp"},
    [MEDIA_PDF] = {"application/pdf", "pdf"},
};

Str media_type(MediaKind kind)
{
    return str_from_c(kinds[kind].type);
}

Str media_extension(MediaKind kind)
{
    return str_from_c(kinds[kind].extension);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_type(Str text, Str type)
{
    for (size_t i = 0; i < text.n && i < type.n; i++)
        if (lower(text.p[i]) != type.p[i])
            return false;
    return text.n == type.n;
}

MediaKind media_find(Str type)
{
    Str name;
    if (!str_cut(&type, ';', &name))
        return MEDIA_NONE;
    name = str_trim(name);
    for (int kind = MEDIA_JPEG; kind < MEDIA_N; kind++)
        if (is_type(name, str_from_c(kinds[kind].type)))
            return (MediaKind)kind;
    return MEDIA_NONE;
}

static unsigned byte_at(Str bytes, size_t at)
{
    return (unsigned char)bytes.p[at];
}

/* Segments up to the picture's data, and the mark of its end somewhere behind; cameras write more
 * after it. */
static bool is_jpeg(Str bytes)
{
    size_t at = 2;
    if (!str_has_prefix(bytes, (Str){"\xff\xd8\xff", 3}))
        return false;
    for (;;) {
        while (at + 1 < bytes.n && byte_at(bytes, at) == JPEG_FILL
               && byte_at(bytes, at + 1) == JPEG_FILL)
            at++;
        if (at + 4 > bytes.n || byte_at(bytes, at) != JPEG_FILL)
            return false;
        unsigned mark = byte_at(bytes, at + 1);
        size_t length = (size_t)byte_at(bytes, at + 2) << 8 | byte_at(bytes, at + 3);
        if (mark < 0xc0 || (mark >= 0xd0 && mark <= JPEG_END) || length < 2
            || length > bytes.n - at - 2)
            return false;
        at += 2 + length;
        if (mark == JPEG_START_OF_SCAN)
            return str_find(bytes, (Str){"\xff\xd9", 2}, at) != SIZE_MAX;
    }
}

static size_t big_32(Str bytes, size_t at)
{
    return (size_t)byte_at(bytes, at) << 24 | (size_t)byte_at(bytes, at + 1) << 16
           | (size_t)byte_at(bytes, at + 2) << 8 | byte_at(bytes, at + 3);
}

/* The header's chunk first, then chunks to the one that ends. */
static bool is_png(Str bytes)
{
    static const Str signature = {"\x89PNG\r\n\x1a\n", 8}, header = {"IHDR", 4}, end = {"IEND", 4};
    if (!str_has_prefix(bytes, signature))
        return false;
    for (size_t at = signature.n; at + PNG_FRAME <= bytes.n;) {
        size_t length = big_32(bytes, at);
        Str type = str_slice(bytes, at + 4, at + 8);
        if ((at == signature.n) != str_equals(type, header) || length > bytes.n - at - PNG_FRAME)
            return false;
        if (str_equals(type, end))
            return true;
        at += PNG_FRAME + length;
    }
    return false;
}

static bool is_webp(Str bytes)
{
    static const Str riff = {"RIFF", 4}, webp = {"WEBP", 4};
    if (bytes.n < 20 || !str_has_prefix(bytes, riff) || !str_equals(str_slice(bytes, 8, 12), webp))
        return false;
    size_t length = (size_t)byte_at(bytes, 7) << 24 | (size_t)byte_at(bytes, 6) << 16
                    | (size_t)byte_at(bytes, 5) << 8 | byte_at(bytes, 4);
    Str first = str_slice(bytes, 12, 16);
    return length >= 12 && length <= bytes.n - 8
           && (str_equals_c(first, "VP8 ") || str_equals_c(first, "VP8L")
               || str_equals_c(first, "VP8X"));
}

static bool is_pdf(Str bytes)
{
    if (!str_has_prefix(bytes, STR("%PDF-")))
        return false;
    size_t from = bytes.n > PDF_TRAILER_WITHIN ? bytes.n - PDF_TRAILER_WITHIN : 0;
    return str_find(bytes, STR("%%EOF"), from) != SIZE_MAX;
}

MediaKind media_of(Str bytes)
{
    if (is_jpeg(bytes))
        return MEDIA_JPEG;
    if (is_png(bytes))
        return MEDIA_PNG;
    if (is_webp(bytes))
        return MEDIA_WEBP;
    return is_pdf(bytes) ? MEDIA_PDF : MEDIA_NONE;
}
