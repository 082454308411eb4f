/* JSON out. Texts are copied in runs between the bytes that must be escaped. */
#include "codec/json_out.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

JsonOut json_out(Buf *buf)
{
    return (JsonOut){.buf = buf};
}

bool json_out_is_whole(const JsonOut *out)
{
    return out->depth == 0 && out->has_value[0] && !out->has_key;
}

/* Before every value: the comma, and the order of calls. */
static void begin_value(JsonOut *out)
{
    bool in_object = out->is_object[out->depth];
    DCHECK(out->depth > 0 || !out->has_value[0]);
    DCHECK(in_object == out->has_key);
    if (!in_object && out->has_value[out->depth])
        buf_put_char(out->buf, ',');
    out->has_key = false;
    out->has_value[out->depth] = true;
}

static void begin(JsonOut *out, bool is_object)
{
    begin_value(out);
    ENSURE(out->depth < JSON_OUT_DEPTH);
    out->depth++;
    out->has_value[out->depth] = false;
    out->is_object[out->depth] = is_object;
    buf_put_char(out->buf, is_object ? '{' : '[');
}

static void end(JsonOut *out, bool is_object)
{
    ENSURE(out->depth > 0);
    DCHECK(out->is_object[out->depth] == is_object && !out->has_key);
    out->depth--;
    buf_put_char(out->buf, is_object ? '}' : ']');
}

void json_object_begin(JsonOut *out)
{
    begin(out, true);
}

void json_object_end(JsonOut *out)
{
    end(out, true);
}

void json_array_begin(JsonOut *out)
{
    begin(out, false);
}

void json_array_end(JsonOut *out)
{
    end(out, false);
}

/* The two-character escape of a byte, or NULL when it has none. */
static const char *short_escape(unsigned char c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

/* U+2028 and U+2029, which end a line in older JavaScript. */
static bool is_line_separator(Str text, size_t at)
{
    return text.n - at >= 3 && memcmp(text.p + at, "\xe2\x80", 2) == 0
           && ((unsigned char)text.p[at + 2] & 0xfe) == 0xa8;
}

/* Sixteen bytes at once. */
typedef unsigned char Block __attribute__((vector_size(16)));

/* Whether none may need an escape: below 0x20, a quote, a backslash, or 0xe2, which begins the line
 * separators. */
static bool is_plain_block(Block bytes)
{
    uint64_t found[2];
    const Block marked =
        (Block)((bytes < 0x20) | (bytes == '"') | (bytes == '\\') | (bytes == 0xe2));
    memcpy(found, &marked, sizeof found);
    return (found[0] | found[1]) == 0;
}

/* Where bytes end that need no escape, as far as whole blocks tell; from `at` on. */
static size_t plain_until(Str text, size_t at)
{
    Block block;
    for (; text.n - at >= sizeof block; at += sizeof block) {
        memcpy(&block, text.p + at, sizeof block);
        if (!is_plain_block(block))
            return at;
    }
    block = (Block){0} + (unsigned char)' ';
    if (at < text.n)
        memcpy(&block, text.p + at, text.n - at);
    return is_plain_block(block) ? text.n : at;
}

static bool is_plain(Str text)
{
    return plain_until(text, 0) == text.n;
}

static void put_escape(Buf *buf, unsigned char c)
{
    const char *escape = short_escape(c);
    if (escape != NULL)
        buf_put_c(buf, escape);
    else
        buf_printf(buf, "\\u%04x", c);
}

/* Byte by byte only in the blocks that may hold something. */
static void put_escaped(Buf *buf, Str text)
{
    buf_put_char(buf, '"');
    size_t from = 0;
    for (size_t i = plain_until(text, 0); i < text.n; i = plain_until(text, i)) {
        size_t end = text.n - i < sizeof(Block) ? text.n : i + sizeof(Block);
        for (; i < end; i++) {
            unsigned char c = (unsigned char)text.p[i];
            bool is_separator = c == 0xe2 && is_line_separator(text, i);
            if (c >= 0x20 && c != '"' && c != '\\' && !is_separator)
                continue;
            buf_put(buf, str_slice(text, from, i));
            if (is_separator) {
                i += 2;
                buf_put_c(buf, (unsigned char)text.p[i] == 0xa8 ? "\\u2028" : "\\u2029");
            } else {
                put_escape(buf, c);
            }
            from = i + 1;
        }
    }
    buf_put(buf, str_slice(text, from, text.n));
    buf_put_char(buf, '"');
}

/* Of bytes that need no escape. */
static void put_plain(Buf *buf, Str text)
{
    char *to = buf_extend(buf, text.n + 2);
    if (to == NULL)
        return;
    to[0] = '"';
    if (text.n > 0)
        memcpy(to + 1, text.p, text.n);
    to[text.n + 1] = '"';
}

/* Nearly every text is copied as it is. */
static void put_quoted(Buf *buf, Str text)
{
    if (is_plain(text))
        put_plain(buf, text);
    else
        put_escaped(buf, text);
}

void json_key(JsonOut *out, Str key)
{
    DCHECK(out->is_object[out->depth] && !out->has_key);
    if (out->has_value[out->depth])
        buf_put_char(out->buf, ',');
    put_quoted(out->buf, key);
    buf_put_char(out->buf, ':');
    out->has_key = true;
}

/* Names in our own code need no escape. */
void json_key_c(JsonOut *out, const char *key)
{
    DCHECK(out->is_object[out->depth] && !out->has_key);
    size_t n = strlen(key), comma = out->has_value[out->depth] ? 1 : 0;
    out->has_key = true;
    char *to = buf_extend(out->buf, comma + n + 3);
    if (to == NULL)
        return;
    if (comma > 0)
        *to++ = ',';
    to[0] = '"';
    memcpy(to + 1, key, n);
    to[n + 1] = '"';
    to[n + 2] = ':';
}

/* Digits, letters and signs of our own making. */
static void plain(JsonOut *out, const char *text)
{
    begin_value(out);
    put_plain(out->buf, str_from_c(text));
}

void json_text(JsonOut *out, Str text)
{
    begin_value(out);
    put_quoted(out->buf, text);
}

static char *copied(char *to, Str text)
{
    memcpy(to, text.p, text.n);
    return to + text.n;
}

static void put_members(JsonOut *out, const char *first_key, Str first, const char *second_key,
                        Str second)
{
    json_object_begin(out);
    json_key_c(out, first_key);
    json_text(out, first);
    json_key_c(out, second_key);
    json_text(out, second);
    json_object_end(out);
}

void json_two_texts(JsonOut *out, const char *first_key, Str first, const char *second_key,
                    Str second)
{
    if (first.n == 0 || second.n == 0 || !is_plain(first) || !is_plain(second)) {
        put_members(out, first_key, first, second_key, second);
        return;
    }
    Str first_name = str_from_c(first_key), second_name = str_from_c(second_key);
    begin_value(out);
    char *to = buf_extend(out->buf, first_name.n + first.n + second_name.n + second.n
                                        + sizeof "{\"\":\"\",\"\":\"\"}" - 1);
    if (to == NULL)
        return;
    to = copied(copied(copied(to, STR("{\"")), first_name), STR("\":\""));
    to = copied(copied(copied(to, first), STR("\",\"")), second_name);
    copied(copied(copied(to, STR("\":\"")), second), STR("\"}"));
}

void json_text_c(JsonOut *out, const char *text)
{
    json_text(out, str_from_c(text));
}

void json_integer(JsonOut *out, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    begin_value(out);
    buf_put(out->buf, (Str){digits + at, sizeof digits - at});
}

void json_decimal(JsonOut *out, double value)
{
    char text[NUM_TEXT_SIZE];
    begin_value(out);
    value += 0.0; /* never -0 */
    buf_put_c(out->buf, isfinite(value) ? num_format_double(value, text) : "null");
}

void json_bool(JsonOut *out, bool value)
{
    begin_value(out);
    buf_put_c(out->buf, value ? "true" : "false");
}

void json_null(JsonOut *out)
{
    begin_value(out);
    buf_put(out->buf, STR("null"));
}

void json_date(JsonOut *out, Date date)
{
    char text[DATE_TEXT_SIZE];
    if (date_is_none(date))
        json_null(out);
    else
        plain(out, date_format(date, text));
}

void json_instant(JsonOut *out, Instant instant)
{
    char text[INSTANT_TEXT_SIZE];
    plain(out, instant_format(instant, text));
}

void json_uuid(JsonOut *out, Uuid uuid)
{
    char text[UUID_TEXT_SIZE];
    if (uuid_is_nil(uuid))
        json_null(out);
    else
        plain(out, uuid_format(uuid, text));
}

JsonPart json_part_begin(const JsonOut *out)
{
    DCHECK(out->is_object[out->depth] && !out->has_key);
    return (JsonPart){out->buf->n + (out->has_value[out->depth] ? 1 : 0), 0};
}

void json_part_end(const JsonOut *out, JsonPart *part)
{
    DCHECK(out->is_object[out->depth] && !out->has_key);
    part->n = out->buf->n > part->at ? out->buf->n - part->at : 0;
}

void json_part_again(JsonOut *out, JsonPart part)
{
    DCHECK(out->is_object[out->depth] && !out->has_key);
    if (part.n == 0)
        return;
    size_t comma = out->has_value[out->depth] ? 1 : 0;
    out->has_value[out->depth] = true;
    char *to = buf_extend(out->buf, comma + part.n);
    if (to == NULL)
        return;
    if (comma > 0)
        *to++ = ',';
    memcpy(to, out->buf->p + part.at, part.n); /* the bytes may have moved with the growing */
}

void json_raw(JsonOut *out, Str json)
{
    begin_value(out);
    buf_put(out->buf, json);
}
