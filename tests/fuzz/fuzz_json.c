/* JSON in and out: whatever is read is written and read again the same; what the strict rules take,
 * the lax ones take too. */
#include "codec/json.h"
#include "codec/json_out.h"

enum { DEPTH_MOST = JSON_OUT_DEPTH };

static void write_value(JsonOut *out, const Json *json)
{
    switch (json->kind) {
    case JSON_NULL: json_null(out); break;
    case JSON_BOOL: json_bool(out, json->boolean); break;
    case JSON_INTEGER: json_integer(out, json->integer); break;
    case JSON_DECIMAL: json_decimal(out, json->decimal); break;
    case JSON_TEXT: json_text(out, json->text); break;
    case JSON_ARRAY:
        json_array_begin(out);
        for (const Json *each = json->first; each != NULL; each = each->next)
            write_value(out, each);
        json_array_end(out);
        break;
    case JSON_OBJECT:
        json_object_begin(out);
        for (const Json *each = json->first; each != NULL; each = each->next) {
            ENSURE(json_get(json, each->key) == each);
            json_key(out, each->key);
            write_value(out, each);
        }
        json_object_end(out);
        break;
    }
}

static Str written(Arena *arena, const Json *json)
{
    Buf buf;
    buf_init(&buf, arena, MIB(8));
    JsonOut out = json_out(&buf);
    write_value(&out, json);
    ENSURE(json_out_is_whole(&out) && !buf.is_over);
    return buf_str(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Arena arena;
    arena_init(&arena, MIB(64));
    Str text = {(const char *)data, n};
    JsonLimits limits = {KIB(64), DEPTH_MOST, JSON_STRICT};
    Json *json = NULL, *again = NULL;
    JsonFault fault = {0};
    Err err = json_parse(&arena, text, limits, &json, &fault);
    if (err == OK) {
        Str out = written(&arena, json);
        limits.bytes = MIB(8);
        ENSURE(json_parse(&arena, out, limits, &again, &fault) == OK);
        ENSURE(str_equals(written(&arena, again), out));
    } else {
        ENSURE(fault.line > 0 && fault.column > 0 && fault.message.zh.n > 0);
    }
    limits.rules = JSON_LAX;
    Err lax = json_parse(&arena, text, limits, &json, &fault);
    ENSURE(err != OK || lax == OK);
    if (lax == OK)
        (void)written(&arena, json);
    arena_done(&arena);
    return 0;
}
