/* Reading and writing what a person entered and what stands around it. */
#include "form/wire_int.h"

#include "base/num.h"
#include "base/vec.h"

typedef struct {
    const Form *form;
    Arena *arena;
    WireLine line;
    FormWireProblem *problem;
    FormContext context;
    ExprValue *previous;
    FormAnswers answers;
    VEC(Str) confirmed;
} Reader;

static Err fail(const Reader *reader, const char *zh, const char *en)
{
    return wire_fail(reader->line.cells.line_number, (Wording){str_from_c(zh), str_from_c(en)},
                     reader->problem);
}

static Err find_field(const Reader *reader, Str id, size_t *ret_field)
{
    size_t field = form_find_field(reader->form, id);
    if (field == SIZE_MAX)
        return fail(reader, "表单没有这个字段", "the form has no such field");
    *ret_field = field;
    return OK;
}

/* The place named by field, row index and column from cell 1 on. */
static Err find_cell(const Reader *reader, FormPlace *ret_place)
{
    const Str *cell = reader->line.cell;
    FormPlace place = {0};
    int64_t row = 0;
    TRY(find_field(reader, cell[1], &place.field));
    const FormField *field = &reader->form->fields[place.field];
    if (num_parse_i64(cell[2], &row) != OK || row < 0 || row >= FORM_ROW_MOST)
        return fail(reader, "行号应为从 0 起的小整数",
                    "the row must be a small whole number from 0");
    place.row = (size_t)row;
    for (; place.row_field < field->row_field_n; place.row_field++) {
        if (str_equals(field->rows[place.row_field].id, cell[3])) {
            *ret_place = place;
            return OK;
        }
    }
    return fail(reader, "字段没有这一列", "the field has no such column");
}

/* The cells from first on, also those beyond what a line keeps. */
static void read_codes(Reader *reader, size_t first, const Str **ret_codes, size_t *ret_n)
{
    VEC(Str) codes = {0};
    Str code = {0};
    for (size_t i = first; i < reader->line.n; i++)
        VEC_PUSH(reader->arena, &codes, reader->line.cell[i]);
    while (cells_next_cell(&reader->line.cells, reader->arena, &code))
        VEC_PUSH(reader->arena, &codes, code);
    *ret_codes = codes.items;
    *ret_n = codes.n;
}

static Err put_text(Reader *reader, FormPlace place, Str text)
{
    if (!form_answers_put_text(&reader->answers, reader->form, reader->arena, place, text))
        return fail(reader, "行过多", "there are too many rows");
    return OK;
}

static Err put_codes(Reader *reader, FormPlace place, size_t first)
{
    const Str *codes = NULL;
    size_t n = 0;
    read_codes(reader, first, &codes, &n);
    if (!form_answers_put_codes(&reader->answers, reader->form, reader->arena, place, codes, n))
        return fail(reader, "行过多", "there are too many rows");
    return OK;
}

static Err read_day(const Reader *reader, Date *ret_date)
{
    if (reader->line.cell[2].n == 0) {
        *ret_date = DATE_NONE;
        return OK;
    }
    if (date_parse(reader->line.cell[2], ret_date) != OK)
        return fail(reader, "应为日期，写作 2025-06-30", "a date is wanted, written 2025-06-30");
    return OK;
}

static Err read_context(Reader *reader)
{
    Str name = reader->line.cell[1];
    if (str_equals_c(name, wire_context_name(FORM_SLOT_SUBJECT_PROGRAMS))) {
        read_codes(reader, 2, &reader->context.subject_programs,
                   &reader->context.subject_program_n);
        return OK;
    }
    if (reader->line.n != 3)
        return fail(reader, "单元格个数不对", "a wrong number of cells");
    if (str_equals_c(name, wire_context_name(FORM_SLOT_HAPPENED_ON)))
        return read_day(reader, &reader->context.happened_on);
    if (str_equals_c(name, wire_context_name(FORM_SLOT_TODAY)))
        return read_day(reader, &reader->context.today);
    if (str_equals_c(name, wire_context_name(FORM_SLOT_SUBJECT_BIRTH_DATE)))
        return read_day(reader, &reader->context.subject_birth_date);
    if (str_equals_c(name, wire_context_name(FORM_SLOT_PREVIOUS_HAPPENED_ON)))
        return read_day(reader, &reader->context.previous_happened_on);
    if (!str_equals_c(name, wire_context_name(FORM_SLOT_SUBJECT_SEX)))
        return fail(reader, "没有这个上下文项", "there is no such context item");
    reader->context.subject_sex = reader->line.cell[2];
    return OK;
}

static ExprValue *previous_value(Reader *reader, size_t field)
{
    if (reader->previous == NULL)
        reader->previous = arena_array(reader->arena, ExprValue, reader->form->field_n);
    reader->context.previous = reader->previous;
    return &reader->previous[field];
}

static Err read_previous(Reader *reader)
{
    size_t at = 0;
    Wording message = {0};
    TRY(find_field(reader, reader->line.cell[1], &at));
    ExprValue *value = previous_value(reader, at);
    if (form_value_from_text(&reader->form->fields[at], reader->line.cell[2], reader->arena, value,
                             &message)
        != OK)
        return wire_fail(reader->line.cells.line_number, message, reader->problem);
    return OK;
}

static Err read_previous_codes(Reader *reader)
{
    size_t at = 0;
    const Str *codes = NULL;
    size_t n = 0;
    TRY(find_field(reader, reader->line.cell[1], &at));
    if (!form_type_is_set(reader->form->fields[at].type))
        return fail(reader, "这不是多选字段", "this is no several-choice field");
    read_codes(reader, 2, &codes, &n);
    ExprValue *value = previous_value(reader, at);
    *value = EXPR_ABSENT;
    if (n == 0)
        return OK;
    value->type = EXPR_CODES;
    value->as.codes.items = codes;
    value->as.codes.n = n;
    return OK;
}

static Err read_value(Reader *reader)
{
    size_t at = 0;
    TRY(find_field(reader, reader->line.cell[1], &at));
    return put_text(reader, FORM_FIELD(at), reader->line.cell[2]);
}

static Err read_field_codes(Reader *reader)
{
    size_t at = 0;
    TRY(find_field(reader, reader->line.cell[1], &at));
    return put_codes(reader, FORM_FIELD(at), 2);
}

static Err read_row(Reader *reader)
{
    FormPlace place = {0};
    TRY(find_cell(reader, &place));
    return put_text(reader, place, reader->line.cell[4]);
}

static Err read_row_codes(Reader *reader)
{
    FormPlace place = {0};
    TRY(find_cell(reader, &place));
    return put_codes(reader, place, 4);
}

static Err read_confirmed(Reader *reader)
{
    VEC_PUSH(reader->arena, &reader->confirmed, reader->line.cell[1]);
    return OK;
}

static const struct {
    const char *word;
    size_t least, most; /* cells with the word */
    Err (*read)(Reader *reader);
} lines[] = {
    {"context", 2, WIRE_CELL_MOST, read_context},
    {"previous", 3, 3, read_previous},
    {"previous_codes", 2, WIRE_CELL_MOST, read_previous_codes},
    {"value", 3, 3, read_value},
    {"codes", 2, WIRE_CELL_MOST, read_field_codes},
    {"row", 5, 5, read_row},
    {"row_codes", 4, WIRE_CELL_MOST, read_row_codes},
    {"confirmed", 2, 2, read_confirmed},
};

static Err read_line(Reader *reader)
{
    const WireLine *line = &reader->line;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (str_equals_c(line->cell[0], lines[i].word) && line->n >= lines[i].least
            && line->n <= lines[i].most)
            return lines[i].read(reader);
    }
    return fail(reader, "不认识的行，或单元格个数不对",
                "an unknown line, or a wrong number of cells");
}

Err form_wire_read_answers(const Form *form, Str text, Arena *arena, FormContext *ret_context,
                           FormAnswers *ret_answers, FormWireProblem *reterr_problem)
{
    Reader reader = {.form = form, .arena = arena, .problem = reterr_problem};
    reader.context = (FormContext){.happened_on = DATE_NONE,
                                   .today = DATE_NONE,
                                   .subject_birth_date = DATE_NONE,
                                   .previous_happened_on = DATE_NONE};
    form_answers_init(&reader.answers, form, arena);
    TRY(wire_begin(&reader.line, arena, str_copy(arena, text), reterr_problem));
    while (wire_next(&reader.line))
        TRY(read_line(&reader));
    TRY(wire_end(&reader.line, reterr_problem));
    reader.answers.confirmed = reader.confirmed.items;
    reader.answers.confirmed_n = reader.confirmed.n;
    *ret_context = reader.context;
    *ret_answers = reader.answers;
    return OK;
}

static void put_date(CellsWriter *writer, FormSlot slot, Date date)
{
    ExprValue value = {.type = EXPR_DATE, .as.date = date};
    if (!date_is_none(date))
        wire_put_value(writer, "context", str_from_c(wire_context_name(slot)), value);
}

static void put_codes_line(CellsWriter *writer, const char *word, const Str *head, size_t head_n,
                           ExprValue value)
{
    cells_put(writer, str_from_c(word));
    for (size_t i = 0; i < head_n; i++)
        cells_put(writer, head[i]);
    for (size_t i = 0; i < value.as.codes.n; i++)
        cells_put(writer, value.as.codes.items[i]);
    cells_end_line(writer);
}

static void put_answer(CellsWriter *writer, const char *word, const char *codes_word, Str field,
                       ExprValue value)
{
    if (value.type == EXPR_CODES)
        put_codes_line(writer, codes_word, &field, 1, value);
    else if (value.type != EXPR_NULL)
        wire_put_value(writer, word, field, value);
}

static void put_row(CellsWriter *writer, const FormField *field, const FormRow *row, size_t index)
{
    Arena *arena = writer->buf->arena;
    for (size_t c = 0; c < field->row_field_n; c++) {
        ExprValue value = row->values[c];
        Str cells[] = {field->id, str_printf(arena, "%zu", index), field->rows[c].id,
                       form_value_to_text(value, arena)};
        if (value.type == EXPR_CODES)
            put_codes_line(writer, "row_codes", cells, 3, value);
        else if (value.type != EXPR_NULL)
            wire_put_line(writer, "row", cells, 4);
    }
}

void form_wire_write_answers(const Form *form, const FormContext *context,
                             const FormAnswers *answers, Buf *out)
{
    CellsWriter writer = cells_write(out);
    put_date(&writer, FORM_SLOT_HAPPENED_ON, context->happened_on);
    put_date(&writer, FORM_SLOT_TODAY, context->today);
    put_date(&writer, FORM_SLOT_SUBJECT_BIRTH_DATE, context->subject_birth_date);
    put_date(&writer, FORM_SLOT_PREVIOUS_HAPPENED_ON, context->previous_happened_on);
    Str sex[] = {str_from_c(wire_context_name(FORM_SLOT_SUBJECT_SEX)), context->subject_sex};
    if (sex[1].n > 0)
        wire_put_line(&writer, "context", sex, 2);
    Str programs = str_from_c(wire_context_name(FORM_SLOT_SUBJECT_PROGRAMS));
    ExprValue in = {.type = EXPR_CODES,
                    .as.codes = {context->subject_programs, context->subject_program_n}};
    if (context->subject_program_n > 0)
        put_codes_line(&writer, "context", &programs, 1, in);
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (context->previous != NULL)
            put_answer(&writer, "previous", "previous_codes", field->id, context->previous[i]);
        put_answer(&writer, "value", "codes", field->id, answers->values[i]);
        for (size_t r = 0; r < answers->rows[i].n; r++)
            put_row(&writer, field, &answers->rows[i].rows[r], r);
    }
    for (size_t i = 0; i < answers->confirmed_n; i++)
        wire_put_line(&writer, "confirmed", &answers->confirmed[i], 1);
}
