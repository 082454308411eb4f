/* The content of a submission as bytes, hashed: every part is written with its length or as a fixed
 * number of bytes, so that different contents never give the same bytes. Several codes are a set:
 * they are hashed in byte order. */
#include <string.h>

#include "core/keys.h"
#include "engine/records/records_int.h"

static void add_integer(Sha256Stream *stream, int64_t value)
{
    sha256_add(stream, (Str){(const char *)&value, sizeof value});
}

static void add_text(Sha256Stream *stream, Str text)
{
    add_integer(stream, (int64_t)text.n);
    sha256_add(stream, text);
}

static void add_uuid(Sha256Stream *stream, Uuid id)
{
    sha256_add(stream, (Str){(const char *)id.bytes, sizeof id.bytes});
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

static void add_value(Sha256Stream *stream, ExprValue value)
{
    add_integer(stream, (int64_t)value.type);
    const Str *code = NULL;
    int64_t bits;
    switch (value.type) {
    case EXPR_NULL: break;
    case EXPR_LOGIC: add_integer(stream, value.as.logic); break;
    case EXPR_INTEGER: add_integer(stream, value.as.integer); break;
    case EXPR_DECIMAL:
        memcpy(&bits, &value.as.decimal, sizeof bits);
        add_integer(stream, bits);
        break;
    case EXPR_TEXT: add_text(stream, value.as.text); break;
    case EXPR_DATE: add_integer(stream, value.as.date.days); break;
    case EXPR_CODES:
        while (next_code(value, &code))
            add_text(stream, *code);
        add_integer(stream, -1);
        break;
    }
}

static void add_sealed(Sha256Stream *stream, const Cx *cx, ExprValue value)
{
    if (value.type != EXPR_TEXT) {
        add_value(stream, value);
        return;
    }
    ENSURE(cx->keys != NULL);
    Token token = keys_token(cx->keys, value.as.text);
    add_text(stream, (Str){(const char *)token.bytes, sizeof token.bytes});
}

static void add_rows(Sha256Stream *stream, const FormField *field, const FormRows *rows)
{
    add_integer(stream, (int64_t)rows->n);
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t j = 0; j < field->row_field_n; j++)
            add_value(stream, rows->rows[i].values[j]);
    }
}

static void add_answers(Sha256Stream *stream, const Cx *cx, const Form *form,
                        const FormAnswers *answers)
{
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (field->computed != NULL)
            continue;
        bool is_rows = field->type == FIELD_ROWS;
        if (is_rows ? answers->rows[i].n == 0 : answers->values[i].type == EXPR_NULL)
            continue; /* so that a new field does not change what was sent before it */
        add_text(stream, field->id);
        if (is_rows)
            add_rows(stream, field, &answers->rows[i]);
        else if (field->is_sealed)
            add_sealed(stream, cx, answers->values[i]);
        else
            add_value(stream, answers->values[i]);
    }
}

Sha256 record_content_hash(const Cx *cx, const RecordForm *form, const Record *record, Str reason,
                           const FormAnswers *answers)
{
    Sha256Stream stream;
    sha256_begin(&stream);
    add_text(&stream, record->form);
    add_uuid(&stream, record->subject);
    add_integer(&stream, record->happened_on.days);
    add_uuid(&stream, record->performed_by);
    add_uuid(&stream, record->recorded_by);
    add_text(&stream, record->facility);
    add_uuid(&stream, record->amends);
    add_text(&stream, reason);
    add_answers(&stream, cx, form->form, answers);
    return sha256_end(&stream);
}

Sha256 record_content_versioned(Sha256 content, Str form_version)
{
    Sha256Stream stream;
    sha256_begin(&stream);
    add_text(&stream, form_version);
    add_text(&stream, (Str){(const char *)content.bytes, sizeof content.bytes});
    return sha256_end(&stream);
}
