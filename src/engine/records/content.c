/* The content of a submission as bytes, hashed: every part is written with its length or as a fixed
 * number of bytes, so that different contents never give the same bytes. Several codes are a set:
 * they are hashed in byte order. */
#include <string.h>

#include "core/keys.h"
#include "engine/records/records_int.h"

/* Small parts are gathered: hashing them one by one takes longer than hashing them. */
typedef struct {
    Sha256Stream stream;
    char gathered[512];
    size_t n;
} Content;

static void add_bytes(Content *content, Str bytes)
{
    if (bytes.n > sizeof content->gathered - content->n) {
        sha256_add(&content->stream, (Str){content->gathered, content->n});
        content->n = 0;
    }
    if (bytes.n > sizeof content->gathered) {
        sha256_add(&content->stream, bytes);
        return;
    }
    if (bytes.n > 0)
        memcpy(content->gathered + content->n, bytes.p, bytes.n);
    content->n += bytes.n;
}

static void begin_content(Content *content)
{
    content->n = 0;
    sha256_begin(&content->stream);
}

static Sha256 end_content(Content *content)
{
    sha256_add(&content->stream, (Str){content->gathered, content->n});
    return sha256_end(&content->stream);
}

static void add_integer(Content *content, int64_t value)
{
    add_bytes(content, (Str){(const char *)&value, sizeof value});
}

/* Lengths, counts and kinds: 4 bytes. */
static void add_count(Content *content, size_t n)
{
    const uint32_t count = (uint32_t)n;
    add_bytes(content, (Str){(const char *)&count, sizeof count});
}

static void add_text(Content *content, Str text)
{
    add_count(content, text.n);
    add_bytes(content, text);
}

static void add_uuid(Content *content, Uuid id)
{
    add_bytes(content, (Str){(const char *)id.bytes, sizeof id.bytes});
}

/* The next code after *last in byte order; false at the end. Quadratic over few items. */
static bool next_code(ExprValue value, const Str **last)
{
    const Str *best = NULL;
    for (size_t i = 0; i < value.as.codes.n; i++) {
        const Str *item = &value.as.codes.items[i];
        if ((*last == NULL || str_compare(*item, **last) > 0)
            && (best == NULL || str_compare(*item, *best) < 0))
            best = item;
    }
    if (best == NULL)
        return false;
    *last = best;
    return true;
}

static void add_value(Content *content, ExprValue value)
{
    add_count(content, (size_t)value.type);
    const Str *code = NULL;
    int64_t bits;
    switch (value.type) {
    case EXPR_NULL: break;
    case EXPR_LOGIC: add_count(content, value.as.logic ? 1 : 0); break;
    case EXPR_INTEGER: add_integer(content, value.as.integer); break;
    case EXPR_DECIMAL:
        memcpy(&bits, &value.as.decimal, sizeof bits);
        add_integer(content, bits);
        break;
    case EXPR_TEXT: add_text(content, value.as.text); break;
    case EXPR_DATE: add_integer(content, value.as.date.days); break;
    case EXPR_CODES:
        while (next_code(value, &code))
            add_text(content, *code);
        add_count(content, UINT32_MAX); /* no code is that long */
        break;
    }
}

static void add_sealed(Content *content, const Cx *cx, ExprValue value)
{
    if (value.type != EXPR_TEXT) {
        add_value(content, value);
        return;
    }
    ENSURE(cx->keys != NULL);
    Token token = keys_token(cx->keys, value.as.text);
    add_text(content, (Str){(const char *)token.bytes, sizeof token.bytes});
}

static void add_rows(Content *content, const FormField *field, const FormRows *rows)
{
    add_count(content, rows->n);
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t j = 0; j < field->row_field_n; j++)
            add_value(content, rows->rows[i].values[j]);
    }
}

static void add_answers(Content *content, const Cx *cx, const Form *form,
                        const FormAnswers *answers)
{
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (field->computed != NULL)
            continue;
        bool is_rows = field->type == FIELD_ROWS;
        if (is_rows ? answers->rows[i].n == 0 : answers->values[i].type == EXPR_NULL)
            continue; /* so that a new field does not change what was sent before it */
        add_text(content, field->id);
        if (is_rows)
            add_rows(content, field, &answers->rows[i]);
        else if (field->is_sealed)
            add_sealed(content, cx, answers->values[i]);
        else
            add_value(content, answers->values[i]);
    }
}

Sha256 record_content_hash(const Cx *cx, const RecordForm *form, const Record *record, Str reason,
                           const FormAnswers *answers)
{
    Content content;
    begin_content(&content);
    add_text(&content, record->form);
    add_uuid(&content, record->subject);
    add_integer(&content, record->happened_on.days);
    add_uuid(&content, record->performed_by);
    add_uuid(&content, record->recorded_by);
    add_text(&content, record->facility);
    add_uuid(&content, record->amends);
    add_text(&content, reason);
    add_answers(&content, cx, form->form, answers);
    return end_content(&content);
}

Sha256 record_content_versioned(Sha256 unversioned, Str form_version)
{
    Content content;
    begin_content(&content);
    add_text(&content, form_version);
    add_text(&content, (Str){(const char *)unversioned.bytes, sizeof unversioned.bytes});
    return end_content(&content);
}
