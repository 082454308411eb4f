/* JSON in: one pass without recursion; nesting costs a pointer to the parent, not stack.
 *
 * Texts without escapes point into the input. Line and column are counted only when there is a
 * fault to report. An own parser rather than a library: libraries differ from RFC 8259 in small
 * ways (bytes after a NUL, names that hold one), allocate outside arenas and tell faults in one
 * language. */
#include "codec/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"

enum {
    INDEX_FROM = 16, /* members of an object after which it gets a Map */
};

typedef enum {
    FAULT_BYTES,
    FAULT_DEPTH,
    FAULT_MEMORY,
    FAULT_UTF8,
    FAULT_ENDED,
    FAULT_VALUE,
    FAULT_KEY,
    FAULT_COLON,
    FAULT_COMMA_OBJECT,
    FAULT_COMMA_ARRAY,
    FAULT_NUMBER,
    FAULT_NUMBER_RANGE,
    FAULT_CONTROL,
    FAULT_ESCAPE,
    FAULT_SURROGATE,
    FAULT_NUL,
    FAULT_TWICE,
    FAULT_AFTER,
} FaultKind;

typedef struct {
    Err err;
    Wording message;
} FaultEntry;

#define ENTRY(err, zh, en)                                                                         \
 {                                                                                                 \
  err,                                                                                             \
  {                                                                                                \
   {"" zh, sizeof(zh) - 1},                                                                        \
   {                                                                                               \
    "" en, sizeof(en) - 1                                                                          \
   }                                                                                               \
  }                                                                                                \
 }

static const FaultEntry fault_entries[] = {
    [FAULT_BYTES] = ENTRY(ERR_LIMIT, "JSON 文本过长", "the JSON text is too long"),
    [FAULT_DEPTH] = ENTRY(ERR_LIMIT, "嵌套层数过多", "nested too deeply"),
    [FAULT_MEMORY] = ENTRY(ERR_LIMIT, "内容过多", "too much content"),
    [FAULT_UTF8] = ENTRY(ERR_MALFORMED, "不是有效的 UTF-8 编码", "not valid UTF-8"),
    [FAULT_ENDED] = ENTRY(ERR_MALFORMED, "文本意外结束", "the text ends too early"),
    [FAULT_VALUE] = ENTRY(ERR_MALFORMED, "此处应为一个值", "a value is expected here"),
    [FAULT_KEY] = ENTRY(ERR_MALFORMED, "此处应为双引号括起的名称",
                        "a name in double quotes is expected here"),
    [FAULT_COLON] = ENTRY(ERR_MALFORMED, "名称之后应为冒号", "a colon is expected after the name"),
    [FAULT_COMMA_OBJECT] =
        ENTRY(ERR_MALFORMED, "此处应为逗号或 }", "a comma or } is expected here"),
    [FAULT_COMMA_ARRAY] = ENTRY(ERR_MALFORMED, "此处应为逗号或 ]", "a comma or ] is expected here"),
    [FAULT_NUMBER] = ENTRY(ERR_MALFORMED, "数字写法不正确", "not a well-formed number"),
    [FAULT_NUMBER_RANGE] = ENTRY(ERR_LIMIT, "数字超出范围", "the number is out of range"),
    [FAULT_CONTROL] = ENTRY(ERR_MALFORMED, "文本中的控制字符须转义",
                            "a control character in a text must be escaped"),
    [FAULT_ESCAPE] = ENTRY(ERR_MALFORMED, "转义写法不正确", "not a well-formed escape"),
    [FAULT_SURROGATE] =
        ENTRY(ERR_MALFORMED, "不成对的代理项转义", "a surrogate escape without its pair"),
    [FAULT_NUL] =
        ENTRY(ERR_MALFORMED, "不接受空字符 U+0000", "the character U+0000 is not accepted"),
    [FAULT_TWICE] =
        ENTRY(ERR_MALFORMED, "同一对象中名称重复", "the name occurs twice in the same object"),
    [FAULT_AFTER] = ENTRY(ERR_MALFORMED, "值之后还有多余内容", "there is more after the value"),
};

typedef struct {
    Arena *arena;
    Str text;
    size_t at;
    JsonLimits limits;
    JsonFault *fault;
    Json *container; /* the innermost array or object not yet closed */
    unsigned depth;
} Parser;

/* Records the fault at a byte offset and gives its code. */
static Err fault(const Parser *parser, size_t at, FaultKind kind)
{
    size_t line = 1, from = 0;
    for (size_t i = 0; i < at && i < parser->text.n; i++) {
        if (parser->text.p[i] == '\n') {
            line++;
            from = i + 1;
        }
    }
    Str before = str_slice(parser->text, from, at);
    before.n = utf8_valid_prefix(before);
    *parser->fault = (JsonFault){line, utf8_length(before) + 1, fault_entries[kind].message};
    return fault_entries[kind].err;
}

static bool is_at_end(const Parser *parser)
{
    return parser->at == parser->text.n;
}

/* The next byte, or -1 at the end. */
static int peek(const Parser *parser)
{
    return is_at_end(parser) ? -1 : (unsigned char)parser->text.p[parser->at];
}

static Err unexpected(const Parser *parser, FaultKind kind)
{
    return fault(parser, parser->at, is_at_end(parser) ? FAULT_ENDED : kind);
}

static void skip_space(Parser *parser)
{
    for (int c = peek(parser); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(parser))
        parser->at++;
}

static bool take(Parser *parser, char c)
{
    if (peek(parser) != c)
        return false;
    parser->at++;
    return true;
}

static bool read_hex4(const Parser *parser, size_t at, uint32_t *ret_code)
{
    if (parser->text.n - at < 4)
        return false;
    uint32_t code = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = parser->text.p[i];
        if (c >= '0' && c <= '9')
            code = code * 16 + (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            code = code * 16 + (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            code = code * 16 + (uint32_t)(c - 'A') + 10;
        else
            return false;
    }
    *ret_code = code;
    return true;
}

/* After "\u": four digits, or the eight of a surrogate pair. */
static Err unescape_code(Parser *parser, uint32_t *ret_code)
{
    size_t escape_at = parser->at - 2;
    uint32_t code = 0, low = 0;
    if (!read_hex4(parser, parser->at, &code))
        return fault(parser, escape_at, FAULT_ESCAPE);
    parser->at += 4;
    if (code == 0 && parser->limits.rules == JSON_STRICT)
        return fault(parser, escape_at, FAULT_NUL);
    if (code < 0xd800 || code > 0xdfff) {
        *ret_code = code;
        return OK;
    }
    bool has_pair = code < 0xdc00 && take(parser, '\\') && take(parser, 'u')
                    && read_hex4(parser, parser->at, &low) && low >= 0xdc00 && low <= 0xdfff;
    if (!has_pair)
        return fault(parser, escape_at, FAULT_SURROGATE);
    parser->at += 4;
    *ret_code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    return OK;
}

/* After the backslash. */
static Err unescape(Parser *parser, char *out, size_t *n)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int c = peek(parser);
    if (c < 0)
        return fault(parser, parser->at, FAULT_ENDED);
    parser->at++;
    if (c == 'u') {
        uint32_t code = 0;
        TRY(unescape_code(parser, &code));
        *n += utf8_encode(code, out + *n);
        return OK;
    }
    const char *hit = c == 0 ? NULL : strchr(escapes, c);
    if (hit == NULL)
        return fault(parser, parser->at - 2, FAULT_ESCAPE);
    out[(*n)++] = meanings[hit - escapes];
    return OK;
}

/* From the first backslash on; start is after the opening quote. */
static Err parse_escaped(Parser *parser, size_t start, Str *ret_text)
{
    size_t end = parser->at; /* the closing quote, to know how much room is enough */
    while (end < parser->text.n && parser->text.p[end] != '"')
        end += parser->text.p[end] == '\\' ? 2 : 1;
    if (end >= parser->text.n)
        return fault(parser, parser->text.n, FAULT_ENDED);
    char *out = arena_array(parser->arena, char, end - start);
    size_t n = parser->at - start;
    if (n > 0)
        memcpy(out, parser->text.p + start, n);
    for (;;) {
        int c = peek(parser);
        if (c < 0)
            return fault(parser, parser->at, FAULT_ENDED);
        if (c < 0x20)
            return fault(parser, parser->at, FAULT_CONTROL);
        parser->at++;
        if (c == '"')
            break;
        if (c == '\\')
            TRY(unescape(parser, out, &n));
        else
            out[n++] = (char)c;
    }
    *ret_text = (Str){out, n};
    return OK;
}

/* At the opening quote. */
static Err parse_text(Parser *parser, Str *ret_text)
{
    size_t start = ++parser->at;
    for (;; parser->at++) {
        int c = peek(parser);
        if (c < 0)
            return fault(parser, parser->at, FAULT_ENDED);
        if (c < 0x20)
            return fault(parser, parser->at, FAULT_CONTROL);
        if (c == '\\')
            return parse_escaped(parser, start, ret_text);
        if (c == '"')
            break;
    }
    *ret_text = str_slice(parser->text, start, parser->at);
    parser->at++;
    return OK;
}

static bool is_number_byte(int c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static Err parse_number(Parser *parser, Json *value)
{
    size_t start = parser->at;
    bool is_integer = true;
    for (int c = peek(parser); is_number_byte(c); c = peek(parser)) {
        is_integer = is_integer && c != '.' && c != 'e' && c != 'E';
        parser->at++;
    }
    Str text = str_slice(parser->text, start, parser->at);
    Err err = OK;
    if (is_integer) {
        value->kind = JSON_INTEGER;
        err = num_parse_i64(text, &value->integer);
        value->decimal = (double)value->integer;
    } else {
        value->kind = JSON_DECIMAL;
        err = num_parse_double(text, &value->decimal);
    }
    if (err != OK)
        return fault(parser, start, err == ERR_LIMIT ? FAULT_NUMBER_RANGE : FAULT_NUMBER);
    return OK;
}

static bool take_word(Parser *parser, Str word)
{
    if (!str_equals(str_slice(parser->text, parser->at, parser->at + word.n), word))
        return false;
    parser->at += word.n;
    return true;
}

static Err parse_scalar(Parser *parser, Json *value)
{
    int c = peek(parser);
    if (c == '"') {
        value->kind = JSON_TEXT;
        return parse_text(parser, &value->text);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(parser, value);
    if (take_word(parser, STR("null"))) {
        value->kind = JSON_NULL;
        return OK;
    }
    value->kind = JSON_BOOL;
    value->boolean = take_word(parser, STR("true"));
    if (value->boolean || take_word(parser, STR("false")))
        return OK;
    return unexpected(parser, FAULT_VALUE);
}

static Json *append(const Parser *parser, Json *container)
{
    Json *value = arena_new(parser->arena, Json);
    value->parent = container;
    if (container == NULL)
        return value;
    value->position = container->n++;
    if (container->last == NULL)
        container->first = value;
    else
        container->last->next = value;
    container->last = value;
    return value;
}

static Json *find_member(const Json *object, Str key)
{
    if (object->index != NULL)
        return map_get(object->index, key);
    for (Json *member = object->first; member != NULL; member = member->next)
        if (str_equals(member->key, key))
            return member;
    return NULL;
}

static void add_to_index(const Parser *parser, Json *object, Json *member)
{
    if (object->index != NULL) {
        map_put(object->index, member->key, member);
        return;
    }
    if (object->n < INDEX_FROM)
        return;
    object->index = arena_new(parser->arena, Map);
    map_init(object->index, parser->arena);
    for (Json *each = object->first; each != NULL; each = each->next)
        map_put(object->index, each->key, each);
}

/* A name and its colon. *ret_member takes the value: a new member, or the earlier one of that name,
 * emptied. */
static Err parse_key(Parser *parser, Json **ret_member)
{
    skip_space(parser);
    size_t start = parser->at;
    if (peek(parser) != '"')
        return unexpected(parser, FAULT_KEY);
    Str key = {0};
    TRY(parse_text(parser, &key));
    Json *object = parser->container;
    Json *member = find_member(object, key);
    if (member != NULL) {
        if (parser->limits.rules == JSON_STRICT)
            return fault(parser, start, FAULT_TWICE);
        *member = (Json){.parent = object,
                         .next = member->next,
                         .key = member->key,
                         .position = member->position};
    } else {
        member = append(parser, object);
        member->key = key;
        add_to_index(parser, object, member);
    }
    skip_space(parser);
    if (!take(parser, ':'))
        return unexpected(parser, FAULT_COLON);
    *ret_member = member;
    return OK;
}

/* Where the next value of the container goes. */
static Err next_slot(Parser *parser, Json **ret_slot)
{
    if (parser->container->kind == JSON_OBJECT)
        return parse_key(parser, ret_slot);
    *ret_slot = append(parser, parser->container);
    return OK;
}

static void close_container(Parser *parser)
{
    parser->at++;
    parser->container = parser->container->parent;
    parser->depth--;
}

/* At '[' or '{'. *ret_slot is NULL when it is empty. */
static Err open_container(Parser *parser, Json *value, Json **ret_slot)
{
    if (parser->depth == parser->limits.depth)
        return fault(parser, parser->at, FAULT_DEPTH);
    bool is_object = take(parser, '{');
    if (!is_object)
        parser->at++;
    value->kind = is_object ? JSON_OBJECT : JSON_ARRAY;
    parser->depth++;
    parser->container = value;
    skip_space(parser);
    if (peek(parser) == (is_object ? '}' : ']')) {
        close_container(parser);
        *ret_slot = NULL;
        return OK;
    }
    return next_slot(parser, ret_slot);
}

/* After a value: closes what ends here, or takes the comma. *ret_slot is NULL at the end. */
static Err continue_container(Parser *parser, Json **ret_slot)
{
    while (parser->container != NULL) {
        skip_space(parser);
        bool is_object = parser->container->kind == JSON_OBJECT;
        if (take(parser, ','))
            return next_slot(parser, ret_slot);
        if (peek(parser) != (is_object ? '}' : ']'))
            return unexpected(parser, is_object ? FAULT_COMMA_OBJECT : FAULT_COMMA_ARRAY);
        close_container(parser);
    }
    *ret_slot = NULL;
    return OK;
}

static Err parse_document(Parser *parser, Json *root)
{
    Json *slot = root;
    while (slot != NULL) {
        if (parser->arena->is_over)
            return fault(parser, parser->at, FAULT_MEMORY);
        skip_space(parser);
        int c = peek(parser);
        if (c == '{' || c == '[') {
            TRY(open_container(parser, slot, &slot));
            if (slot != NULL)
                continue;
        } else {
            TRY(parse_scalar(parser, slot));
        }
        TRY(continue_container(parser, &slot));
    }
    skip_space(parser);
    return is_at_end(parser) ? OK : fault(parser, parser->at, FAULT_AFTER);
}

Err json_parse(Arena *arena, Str text, JsonLimits limits, Json **ret_json, JsonFault *reterr_fault)
{
    Parser parser = {.arena = arena, .text = text, .limits = limits, .fault = reterr_fault};
    if (text.n > limits.bytes)
        return fault(&parser, 0, FAULT_BYTES);
    size_t valid = utf8_valid_prefix(text);
    if (valid < text.n)
        return fault(&parser, valid, FAULT_UTF8);
    Json *root = append(&parser, NULL);
    TRY(parse_document(&parser, root));
    *ret_json = root;
    return OK;
}

const Json *json_get(const Json *object, Str key)
{
    return json_is(object, JSON_OBJECT) ? find_member(object, key) : NULL;
}

const Json *json_at(const Json *array, size_t position)
{
    if (!json_is(array, JSON_ARRAY))
        return NULL;
    const Json *item = array->first;
    while (item != NULL && item->position < position)
        item = item->next;
    return item;
}

bool json_is(const Json *json, JsonKind kind)
{
    return json != NULL && json->kind == kind;
}

static Err get_kind(const Json *object, Str key, JsonKind kind, const Json **ret_member)
{
    const Json *member = json_get(object, key);
    if (member == NULL || member->kind == JSON_NULL)
        return ERR_NOT_FOUND;
    if (member->kind != kind)
        return ERR_INVALID;
    *ret_member = member;
    return OK;
}

Err json_get_text(const Json *object, Str key, Str *ret)
{
    const Json *member = NULL;
    TRY(get_kind(object, key, JSON_TEXT, &member));
    *ret = member->text;
    return OK;
}

Err json_get_integer(const Json *object, Str key, int64_t *ret)
{
    const Json *member = NULL;
    TRY(get_kind(object, key, JSON_INTEGER, &member));
    *ret = member->integer;
    return OK;
}

Err json_get_decimal(const Json *object, Str key, double *ret)
{
    const Json *member = json_get(object, key);
    if (json_is(member, JSON_INTEGER)) {
        *ret = member->decimal;
        return OK;
    }
    TRY(get_kind(object, key, JSON_DECIMAL, &member));
    *ret = member->decimal;
    return OK;
}

Err json_get_bool(const Json *object, Str key, bool *ret)
{
    const Json *member = NULL;
    TRY(get_kind(object, key, JSON_BOOL, &member));
    *ret = member->boolean;
    return OK;
}

Err json_get_date(const Json *object, Str key, Date *ret)
{
    const Json *member = NULL;
    TRY(get_kind(object, key, JSON_TEXT, &member));
    return date_parse(member->text, ret) == OK ? OK : ERR_INVALID;
}

Err json_get_uuid(const Json *object, Str key, Uuid *ret)
{
    const Json *member = NULL;
    TRY(get_kind(object, key, JSON_TEXT, &member));
    return uuid_parse(member->text, ret) == OK ? OK : ERR_INVALID;
}

/* A name as a step of a pointer: ~ and / are escaped. */
static Str pointer_step(Arena *arena, Str key)
{
    Buf buf;
    buf_init(&buf, arena, key.n * 2);
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~')
            buf_put(&buf, STR("~0"));
        else if (key.p[i] == '/')
            buf_put(&buf, STR("~1"));
        else
            buf_put_char(&buf, key.p[i]);
    }
    return buf_str(&buf);
}

Str json_pointer(Arena *arena, const Json *json)
{
    Str pointer = STR("");
    for (; json != NULL && json->parent != NULL; json = json->parent) {
        if (json->parent->kind == JSON_OBJECT)
            pointer = str_printf(arena, "/%.*s%.*s", STR_ARG(pointer_step(arena, json->key)),
                                 STR_ARG(pointer));
        else
            pointer = str_printf(arena, "/%zu%.*s", json->position, STR_ARG(pointer));
    }
    return pointer;
}
