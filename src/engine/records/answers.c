/* Answers to and from their tables. */
#include "engine/records/records_int.h"

DbValue record_value_to_db(const FormField *field, ExprValue value)
{
    DbType type = record_db_type(field->type);
    if (value.type == EXPR_NULL)
        return db_null(type);
    switch (field->type) {
    case FIELD_INTEGER: DCHECK(value.type == EXPR_INTEGER); return db_integer(value.as.integer);
    case FIELD_DECIMAL:
        return db_decimal(value.type == EXPR_INTEGER ? (double)value.as.integer : value.as.decimal);
    case FIELD_DATE: DCHECK(value.type == EXPR_DATE); return db_date(value.as.date);
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_CODES:
    case FIELD_ATTACHMENT:
    case FIELD_ROWS: break;
    }
    DCHECK(value.type == EXPR_TEXT);
    return db_text(value.as.text);
}

ExprValue record_value_from_db(const FormField *field, DbValue value, Arena *arena)
{
    if (value.is_null)
        return EXPR_ABSENT;
    switch (field->type) {
    case FIELD_INTEGER: return (ExprValue){.type = EXPR_INTEGER, .as.integer = value.as.integer};
    case FIELD_DECIMAL: return (ExprValue){.type = EXPR_DECIMAL, .as.decimal = value.as.decimal};
    case FIELD_DATE: return (ExprValue){.type = EXPR_DATE, .as.date = value.as.date};
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_CODES:
    case FIELD_ATTACHMENT:
    case FIELD_ROWS: break;
    }
    return (ExprValue){.type = EXPR_TEXT, .as.text = str_copy(arena, value.as.text)};
}

static Err insert_codes(Cx *cx, const RecordTable *table, Uuid id, ExprValue value)
{
    if (value.type != EXPR_CODES)
        return OK;
    DbValue in[3] = {db_text(cx->place), db_uuid(id)};
    for (size_t i = 0; i < value.as.codes.n; i++) {
        in[2] = db_text(value.as.codes.items[i]);
        TRY(db_run_later(cx->db, &table->insert, NULL, in));
    }
    return OK;
}

static Err insert_rows(Cx *cx, const RecordTable *table, Uuid id, const FormRows *rows)
{
    DbValue *in = arena_array(cx->arena, DbValue, table->insert.in_n);
    in[0] = db_text(cx->place);
    in[1] = db_uuid(id);
    for (size_t i = 0; i < rows->n; i++) {
        in[2] = db_integer((int64_t)i);
        for (size_t j = 0; j < table->field_n; j++)
            in[3 + j] = record_value_to_db(&table->parts[j], rows->rows[i].values[j]);
        TRY(db_run_later(cx->db, &table->insert, NULL, in));
    }
    return OK;
}

Err record_answers_insert(Cx *cx, const RecordForm *form, Uuid id, const FormAnswers *answers)
{
    const RecordTable *own = &form->own;
    DbValue *in = arena_array(cx->arena, DbValue, own->insert.in_n);
    in[0] = db_text(cx->place);
    in[1] = db_uuid(id);
    for (size_t i = 0; i < own->field_n; i++) {
        size_t field = own->fields[i];
        in[2 + i] = record_value_to_db(&own->parts[field], answers->values[field]);
    }
    TRY(db_run_later(cx->db, &own->insert, NULL, in));
    for (size_t i = 0; i < form->child_n; i++) {
        const RecordTable *child = &form->children[i];
        if (form_type_is_set(child->child->type))
            TRY(insert_codes(cx, child, id, answers->values[child->child_field]));
        else
            TRY(insert_rows(cx, child, id, &answers->rows[child->child_field]));
    }
    return OK;
}

Record record_header_take(const RecordForm *form, const DbRows *rows, Arena *arena)
{
    return (Record){
        .id = db_column(rows, 0).as.uuid,
        .subject = db_column(rows, 1).as.uuid,
        .happened_on = db_column(rows, 2).as.date,
        .rev = db_column(rows, 3).as.integer,
        .form = form->form->id,
        .form_version = str_copy(arena, db_column(rows, 4).as.text),
        .facility = str_copy(arena, db_column(rows, 5).as.text),
        .performed_by = db_column(rows, 6).as.uuid,
        .recorded_by = db_column(rows, 7).as.uuid,
        .recorded_at = db_column(rows, 8).as.instant,
        .amends = db_column(rows, 9).is_null ? UUID_NIL : db_column(rows, 9).as.uuid,
    };
}

void record_row_take(const RecordForm *form, const DbRows *rows, Arena *arena, Record *ret_record)
{
    FormAnswers *answers = arena_new(arena, FormAnswers);
    form_answers_init(answers, form->form, arena);
    *ret_record = record_header_take(form, rows, arena);
    ret_record->answers = answers;
    for (size_t i = 0; i < form->own.field_n; i++) {
        size_t field = form->own.fields[i];
        answers->values[field] = record_value_from_db(&form->own.parts[field],
                                                      db_column(rows, ANSWERS_HEADER_N + i), arena);
    }
}

const FormAnswers *record_listed_take(const RecordForm *form, const DbRows *rows, size_t at,
                                      Arena *arena)
{
    FormAnswers *answers = arena_new(arena, FormAnswers);
    form_answers_init(answers, form->form, arena);
    for (size_t i = 0; i < form->listed_n; i++) {
        size_t field = form->listed[i];
        answers->values[field] =
            record_value_from_db(&form->form->fields[field], db_column(rows, at + i), arena);
    }
    return answers;
}

static void take_code(const RecordTable *child, const DbRows *rows, size_t at, Arena *arena,
                      const FormAnswers *answers)
{
    ExprValue *value = &answers->values[child->child_field];
    size_t n = value->type == EXPR_CODES ? value->as.codes.n : 0;
    Str *items = arena_array(arena, Str, n + 1);
    for (size_t i = 0; i < n; i++)
        items[i] = value->as.codes.items[i];
    items[n] = str_copy(arena, db_column(rows, at).as.text);
    *value = (ExprValue){.type = EXPR_CODES, .as.codes = {items, n + 1}};
}

static void take_row(const RecordTable *child, const DbRows *rows, size_t at, Arena *arena,
                     const FormAnswers *answers)
{
    FormRows *list = &answers->rows[child->child_field];
    list->rows = arena_grow(arena, list->rows, list->n * sizeof *list->rows,
                            (list->n + 1) * sizeof *list->rows);
    ExprValue *values = arena_array(arena, ExprValue, child->field_n);
    for (size_t i = 0; i < child->field_n; i++)
        values[i] = record_value_from_db(&child->parts[i], db_column(rows, at + 1 + i), arena);
    list->rows[list->n++].values = values;
}

void record_child_take_at(const RecordTable *child, const DbRows *rows, size_t at, Arena *arena,
                          const FormAnswers *answers)
{
    if (form_type_is_set(child->child->type))
        take_code(child, rows, at, arena, answers);
    else
        take_row(child, rows, at, arena, answers);
}

void record_child_take(const RecordTable *child, const DbRows *rows, Arena *arena,
                       const FormAnswers *answers)
{
    record_child_take_at(child, rows, ANSWERS_SHORT_HEADER_N, arena, answers);
}

Err record_children_read(Cx *cx, const RecordForm *form, Uuid id, bool whole,
                         const FormAnswers *answers)
{
    DbValue in[2] = {db_text(cx->place), db_uuid(id)};
    for (size_t i = 0; i < form->child_n; i++) {
        const RecordTable *child = &form->children[i];
        if (!whole && !child->is_read_later)
            continue;
        CLEANUP(db_rows_close) DbRows rows = {0};
        TRY(db_query(cx->db, &child->of_record, NULL, in, &rows));
        for (;;) {
            bool has_row;
            TRY(db_next(&rows, &has_row));
            if (!has_row)
                break;
            record_child_take(child, &rows, cx->arena, answers);
        }
    }
    return OK;
}

Err record_answers_read(Cx *cx, const RecordForm *form, Record *record)
{
    DbValue in[2] = {db_text(cx->place), db_uuid(record->id)};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &form->own.of_record, NULL, in, &rows));
    bool has_row;
    TRY(db_next(&rows, &has_row));
    if (!has_row)
        return cx_fail_db(cx, ERR_INTERNAL); /* a header without answers */
    Record read;
    record_row_take(form, &rows, cx->arena, &read);
    record->answers = read.answers;
    TRY(record_children_read(cx, form, record->id, true, record->answers));
    return record_sealed_read(cx, form, record);
}
