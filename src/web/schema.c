/* The notation of schemas in route entries (route.h), read and written as JSON Schema. One reader
 * by recursive descent; without an output it only checks. */
#include <stdio.h>
#include <string.h>

#include "web/web_int.h"

enum { DEPTH_MOST = 12 };

typedef struct {
    const char *text;
    size_t at;
    unsigned depth;
    bool is_wrong;
    JsonOut *out; /* NULL: only check */
} Reader;

static const struct {
    const char *name, *type, *format;
} words[] = {
    {"text", "string", NULL},           {"integer", "integer", NULL}, {"number", "number", NULL},
    {"bool", "boolean", NULL},          {"date", "string", "date"},   {"uuid", "string", "uuid"},
    {"instant", "string", "date-time"}, {"any", NULL, NULL},
};

static void skip_blanks(Reader *reader)
{
    while (reader->text[reader->at] == ' ' || reader->text[reader->at] == '\n')
        reader->at++;
}

static bool take(Reader *reader, char c)
{
    skip_blanks(reader);
    if (reader->is_wrong || reader->text[reader->at] != c)
        return false;
    reader->at++;
    return true;
}

static void want(Reader *reader, char c)
{
    if (!take(reader, c))
        reader->is_wrong = true;
}

static Str take_word(Reader *reader)
{
    skip_blanks(reader);
    size_t from = reader->at;
    for (char c = reader->text[reader->at];
         (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         c = reader->text[++reader->at])
        continue;
    if (reader->at == from)
        reader->is_wrong = true;
    return (Str){reader->text + from, reader->at - from};
}

static void put_member(Reader *reader, const char *key, const char *value)
{
    json_key_c(reader->out, key);
    json_text_c(reader->out, value);
}

/* What the document describes once, under components: each word is its own name there. */
static bool is_component(Str word)
{
    return str_equals_c(word, "wording") || str_equals_c(word, "answers");
}

static void put_reference(Reader *reader, Str word)
{
    char text[64];
    (void)snprintf(text, sizeof text, "#/components/schemas/%.*s", STR_ARG(word));
    put_member(reader, "$ref", text);
}

/* open|due|overdue: the first word has been read. */
static void read_choice(Reader *reader, Str word)
{
    JsonOut *out = reader->out;
    if (out != NULL) {
        put_member(reader, "type", "string");
        json_key_c(out, "enum");
        json_array_begin(out);
        json_text(out, word);
    }
    while (take(reader, '|')) {
        word = take_word(reader);
        if (out != NULL)
            json_text(out, word);
    }
    if (out != NULL)
        json_array_end(out);
}

static void read_word(Reader *reader)
{
    Str word = take_word(reader);
    skip_blanks(reader);
    if (reader->text[reader->at] == '|') {
        read_choice(reader, word);
        return;
    }
    if (is_component(word)) {
        if (reader->out != NULL)
            put_reference(reader, word);
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_equals_c(word, words[i].name))
            continue;
        if (reader->out != NULL && words[i].type != NULL)
            put_member(reader, "type", words[i].type);
        if (reader->out != NULL && words[i].format != NULL)
            put_member(reader, "format", words[i].format);
        return;
    }
    reader->is_wrong = true;
}

static void read_type(Reader *reader);

/* In braces of its own. */
static void read_nested(Reader *reader)
{
    if (reader->out != NULL)
        json_object_begin(reader->out);
    read_type(reader);
    if (reader->out != NULL)
        json_object_end(reader->out);
}

/* The same, or null: {"anyOf": [..., {"type": "null"}]}. */
static void read_nullable(Reader *reader)
{
    JsonOut *out = reader->out;
    if (out == NULL) {
        read_type(reader);
        return;
    }
    json_object_begin(out);
    json_key_c(out, "anyOf");
    json_array_begin(out);
    read_nested(reader);
    json_object_begin(out);
    put_member(reader, "type", "null");
    json_object_end(out);
    json_array_end(out);
    json_object_end(out);
}

/* The names that must be there, in a second pass over the members. */
static void put_required(const Reader *reader, size_t from)
{
    Reader again = {.text = reader->text, .at = from};
    json_key_c(reader->out, "required");
    json_array_begin(reader->out);
    if (!take(&again, '}'))
        do {
            Str name = take_word(&again);
            if (!take(&again, '?'))
                json_text(reader->out, name);
            want(&again, ':');
            read_type(&again);
        } while (take(&again, ','));
    json_array_end(reader->out);
}

static void read_object(Reader *reader)
{
    size_t from = reader->at;
    if (reader->out != NULL) {
        put_member(reader, "type", "object");
        put_required(reader, from);
        json_key_c(reader->out, "additionalProperties");
        json_bool(reader->out, false);
        json_key_c(reader->out, "properties");
        json_object_begin(reader->out);
    }
    if (!take(reader, '}')) {
        do {
            Str name = take_word(reader);
            bool is_optional = take(reader, '?');
            want(reader, ':');
            if (reader->out != NULL)
                json_key(reader->out, name);
            if (is_optional)
                read_nullable(reader);
            else
                read_nested(reader);
        } while (take(reader, ','));
        want(reader, '}');
    }
    if (reader->out != NULL)
        json_object_end(reader->out);
}

static void read_type(Reader *reader)
{
    if (reader->is_wrong || ++reader->depth > DEPTH_MOST) {
        reader->is_wrong = true;
        return;
    }
    if (take(reader, '{')) {
        read_object(reader);
    } else if (take(reader, '[')) {
        if (reader->out != NULL) {
            put_member(reader, "type", "array");
            json_key_c(reader->out, "items");
        }
        read_nested(reader);
        want(reader, ']');
    } else {
        read_word(reader);
    }
    reader->depth--;
}

Err schema_check(const char *schema, size_t *reterr_at)
{
    Reader reader = {.text = schema};
    read_type(&reader);
    skip_blanks(&reader);
    if (!reader.is_wrong && reader.text[reader.at] == '\0')
        return OK;
    *reterr_at = reader.at;
    return ERR_INVALID;
}

void schema_write(JsonOut *out, const char *schema)
{
    Reader reader = {.text = schema, .out = out};
    json_object_begin(out);
    read_type(&reader);
    json_object_end(out);
    DCHECK(!reader.is_wrong);
}

void schema_members(const char *schema,
                    void (*member)(void *context, Str name, bool is_optional, Str type),
                    void *context)
{
    Reader reader = {.text = schema};
    want(&reader, '{');
    do {
        Str name = take_word(&reader);
        bool is_optional = take(&reader, '?');
        want(&reader, ':');
        skip_blanks(&reader);
        size_t from = reader.at;
        read_type(&reader);
        member(context, name, is_optional, (Str){schema + from, reader.at - from});
    } while (!reader.is_wrong && take(&reader, ','));
}

typedef struct {
    Str name, type;
} Wanted;

static void find_wanted(void *context, Str name, bool is_optional, Str type)
{
    Wanted *wanted = context;
    (void)is_optional;
    if (str_equals(name, wanted->name))
        wanted->type = type;
}

Str schema_member(const char *schema, Str name)
{
    Wanted wanted = {.name = name};
    Reader reader = {.text = schema};
    if (take(&reader, '{') && !take(&reader, '}'))
        schema_members(schema, find_wanted, &wanted);
    return wanted.type;
}

/* Types within a schema are not ended by a zero, but each ends by itself. */
void schema_unknown(const char *schema, const Json *json,
                    void (*found)(void *context, const Json *member), void *context)
{
    Reader reader = {.text = schema};
    if (json->kind == JSON_ARRAY && take(&reader, '[')) {
        for (const Json *item = json->first; item != NULL; item = item->next)
            schema_unknown(schema + reader.at, item, found, context);
    } else if (json->kind == JSON_OBJECT && take(&reader, '{')) {
        for (const Json *member = json->first; member != NULL; member = member->next) {
            Str type = schema_member(schema, member->key);
            if (type.n == 0)
                found(context, member);
            else
                schema_unknown(type.p, member, found, context);
        }
    }
}
