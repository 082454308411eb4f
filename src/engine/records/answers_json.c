/* Answers from and to JSON. */
#include "engine/records/answers_json.h"

#include "base/vec.h"

typedef struct {
    Cx *cx;
    const Form *form;
    FormAnswers *answers;
    Err err;
} Reading;

static void refuse_shape(Reading *reading, const Json *json, Wording wanted)
{
    Cx *cx = reading->cx;
    Str where = json_pointer(cx->arena, json);
    const Str zh[] = {where, wanted.zh};
    const Str en[] = {where, wanted.en};
    problem_add(cx, (Problem){.err = ERR_INVALID,
                              .key = text_name(TEXT_ANSWERS_SHAPE),
                              .text = {text_fill(cx->arena, TEXT_ANSWERS_SHAPE, zh, 2).zh,
                                       text_fill(cx->arena, TEXT_ANSWERS_SHAPE, en, 2).en},
                              .where = where});
    reading->err = ERR_INVALID;
}

static void refuse_unknown(Reading *reading, const Json *json)
{
    reading->err = cx_fail(reading->cx, ERR_INVALID, TEXT_FIELD_UNKNOWN,
                           json_pointer(reading->cx->arena, json), 1, json->key);
}

static const Wording an_object = {{"一个对象", sizeof "一个对象" - 1}, {"an object", 9}};
static const Wording an_array = {{"一个数组", sizeof "一个数组" - 1}, {"an array", 8}};
static const Wording a_text = {{"文本", sizeof "文本" - 1}, {"text", 4}};

/* One value that is neither null nor several. false: of the wrong kind. */
static bool read_value(Reading *reading, const FormField *field, const Json *json,
                       ExprValue *ret_value)
{
    switch (field->type) {
    case FIELD_INTEGER:
        *ret_value = (ExprValue){.type = EXPR_INTEGER, .as.integer = json->integer};
        return json->kind == JSON_INTEGER;
    case FIELD_DECIMAL:
        *ret_value = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = json->decimal};
        return json->kind == JSON_INTEGER || json->kind == JSON_DECIMAL;
    case FIELD_TEXT:
    case FIELD_CODE:
        if (json->kind != JSON_TEXT)
            return false;
        *ret_value =
            json->text.n == 0 ? EXPR_ABSENT : (ExprValue){.type = EXPR_TEXT, .as.text = json->text};
        return true;
    case FIELD_DATE: {
        Wording ignored;
        if (json->kind != JSON_TEXT)
            return false;
        if (json->text.n == 0) {
            *ret_value = EXPR_ABSENT;
            return true;
        }
        return form_value_from_text(field, json->text, reading->cx->arena, ret_value, &ignored)
               == OK;
    }
    case FIELD_CODES:
    case FIELD_ATTACHMENT:
    case FIELD_ROWS: break;
    }
    return false;
}

static bool read_codes(Reading *reading, FormPlace place, const Json *json)
{
    if (json->kind != JSON_ARRAY)
        return false;
    Str *codes = arena_array(reading->cx->arena, Str, json->n);
    size_t n = 0;
    for (const Json *item = json->first; item != NULL; item = item->next) {
        if (item->kind != JSON_TEXT)
            return false;
        codes[n++] = item->text;
    }
    return form_answers_put_codes(reading->answers, reading->form, reading->cx->arena, place, codes,
                                  n);
}

static void read_row(Reading *reading, const FormField *field, FormPlace place, const Json *json,
                     ExprValue *values)
{
    for (const Json *member = json->first; member != NULL; member = member->next) {
        place.row_field = 0;
        while (place.row_field < field->row_field_n
               && !str_equals(field->rows[place.row_field].id, member->key))
            place.row_field++;
        if (place.row_field == field->row_field_n) {
            refuse_unknown(reading, member);
            continue;
        }
        const FormField *part = &field->rows[place.row_field];
        if (member->kind != JSON_NULL
            && !read_value(reading, part, member, &values[place.row_field])) {
            values[place.row_field] = EXPR_ABSENT;
            form_answers_refuse(reading->answers, reading->cx->arena, place);
        }
    }
}

static void read_rows(Reading *reading, size_t index, const Json *json)
{
    const FormField *field = &reading->form->fields[index];
    if (json->kind != JSON_ARRAY) {
        refuse_shape(reading, json, an_array);
        return;
    }
    if (json->n > FORM_ROW_MOST) { /* further rows could not be told apart from wrong ones */
        form_answers_refuse(reading->answers, reading->cx->arena, FORM_FIELD(index));
        return;
    }
    FormRows *rows = &reading->answers->rows[index];
    rows->rows = arena_array(reading->cx->arena, FormRow, json->n);
    for (const Json *item = json->first; item != NULL; item = item->next) {
        FormRow *row = &rows->rows[rows->n];
        row->values = arena_array(reading->cx->arena, ExprValue, field->row_field_n);
        if (item->kind == JSON_OBJECT)
            read_row(reading, field, (FormPlace){index, rows->n, 0}, item, row->values);
        else
            refuse_shape(reading, item, an_object);
        rows->n++;
    }
}

static void read_member(Reading *reading, const Json *member)
{
    size_t index = form_find_field(reading->form, member->key);
    if (index == SIZE_MAX) {
        refuse_unknown(reading, member);
        return;
    }
    const FormField *field = &reading->form->fields[index];
    if (member->kind == JSON_NULL || field->computed != NULL)
        return;
    if (field->type == FIELD_ROWS) {
        read_rows(reading, index, member);
        return;
    }
    bool is_read = form_type_is_set(field->type)
                       ? read_codes(reading, FORM_FIELD(index), member)
                       : read_value(reading, field, member, &reading->answers->values[index]);
    if (is_read)
        return;
    reading->answers->values[index] = EXPR_ABSENT;
    form_answers_refuse(reading->answers, reading->cx->arena, FORM_FIELD(index));
}

Err answers_from_json(Cx *cx, const Form *form, const Json *json, FormAnswers *ret_answers)
{
    form_answers_init(ret_answers, form, cx->arena);
    Reading reading = {.cx = cx, .form = form, .answers = ret_answers};
    if (json == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/answers"), 1, STR("answers"));
    if (json->kind != JSON_OBJECT)
        refuse_shape(&reading, json, an_object);
    else
        for (const Json *member = json->first; member != NULL; member = member->next)
            read_member(&reading, member);
    return reading.err;
}

Err answers_confirmed_from_json(Cx *cx, const Json *json, FormAnswers *answers)
{
    Reading reading = {.cx = cx};
    answers->confirmed = NULL;
    answers->confirmed_n = 0;
    if (json == NULL || json->kind == JSON_NULL)
        return OK;
    if (json->kind != JSON_ARRAY) {
        refuse_shape(&reading, json, an_array);
        return reading.err;
    }
    Str *keys = arena_array(cx->arena, Str, json->n);
    size_t n = 0;
    for (const Json *item = json->first; item != NULL; item = item->next) {
        if (item->kind == JSON_TEXT)
            keys[n++] = item->text;
        else
            refuse_shape(&reading, item, a_text);
    }
    answers->confirmed = keys;
    answers->confirmed_n = n;
    return reading.err;
}

static void write_value(ExprValue value, JsonOut *out)
{
    switch (value.type) {
    case EXPR_NULL: json_null(out); break;
    case EXPR_LOGIC: json_bool(out, value.as.logic); break;
    case EXPR_INTEGER: json_integer(out, value.as.integer); break;
    case EXPR_DECIMAL: json_decimal(out, value.as.decimal); break;
    case EXPR_TEXT: json_text(out, value.as.text); break;
    case EXPR_DATE: json_date(out, value.as.date); break;
    case EXPR_CODES:
        json_array_begin(out);
        for (size_t i = 0; i < value.as.codes.n; i++)
            json_text(out, value.as.codes.items[i]);
        json_array_end(out);
        break;
    }
}

static void write_row(const FormField *field, const FormRow *row, JsonOut *out)
{
    json_object_begin(out);
    for (size_t i = 0; i < field->row_field_n; i++) {
        if (row->values[i].type == EXPR_NULL)
            continue;
        json_key(out, field->rows[i].id);
        write_value(row->values[i], out);
    }
    json_object_end(out);
}

void answers_to_json(const Form *form, const FormAnswers *answers, JsonOut *out)
{
    json_object_begin(out);
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (field->type == FIELD_ROWS) {
            if (answers->rows[i].n == 0)
                continue;
            json_key(out, field->id);
            json_array_begin(out);
            for (size_t j = 0; j < answers->rows[i].n; j++)
                write_row(field, &answers->rows[i].rows[j], out);
            json_array_end(out);
        } else if (answers->values[i].type != EXPR_NULL) {
            json_key(out, field->id);
            write_value(answers->values[i], out);
        }
    }
    json_object_end(out);
}
