/* What reading and writing share, and results. */
#include "form/wire_int.h"

#include "base/utf8.h"

static const char *const type_names[] = {
    [FIELD_TEXT] = "text",       [FIELD_INTEGER] = "integer",
    [FIELD_DECIMAL] = "decimal", [FIELD_DATE] = "date",
    [FIELD_CODE] = "code",       [FIELD_CODES] = "codes",
    [FIELD_ROWS] = "rows",       [FIELD_ATTACHMENT] = "attachment",
};

static const char *const context_names[FORM_SLOT_CONTEXT_N] = {
    [FORM_SLOT_HAPPENED_ON] = "happened_on",
    [FORM_SLOT_TODAY] = "today",
    [FORM_SLOT_SUBJECT_SEX] = "subject.sex",
    [FORM_SLOT_SUBJECT_BIRTH_DATE] = "subject.birth_date",
    [FORM_SLOT_SUBJECT_PROGRAMS] = "subject.programs",
    [FORM_SLOT_PREVIOUS_HAPPENED_ON] = "previous.happened_on",
};

static const char *const issue_names[] = {
    [ISSUE_REQUIRED] = "required", [ISSUE_TYPE] = "type", [ISSUE_RANGE] = "range",
    [ISSUE_USUAL] = "usual",       [ISSUE_CODE] = "code", [ISSUE_EXCLUSIVE] = "exclusive",
    [ISSUE_LENGTH] = "length",     [ISSUE_ROWS] = "rows", [ISSUE_CHECK] = "check",
};

const char *wire_type_name(FieldType type)
{
    return type_names[type];
}

bool wire_type_find(Str name, FieldType *ret_type)
{
    for (int type = 0; type < FIELD_TYPE_N; type++) {
        if (str_equals_c(name, type_names[type])) {
            *ret_type = (FieldType)type;
            return true;
        }
    }
    return false;
}

const char *wire_context_name(FormSlot slot)
{
    return context_names[slot];
}

Err wire_fail(size_t line, Wording message, FormWireProblem *reterr_problem)
{
    *reterr_problem = (FormWireProblem){line, message};
    return ERR_INVALID;
}

Err wire_begin(WireLine *line, Arena *arena, Str text, FormWireProblem *reterr_problem)
{
    *line = (WireLine){.arena = arena, .cells = cells_read(text)};
    size_t valid = utf8_valid_prefix(text);
    if (valid == text.n)
        return OK;
    size_t number = 1;
    for (size_t i = 0; i < valid; i++)
        number += text.p[i] == '\n';
    return wire_fail(number,
                     (Wording){STR("不是合法的 UTF-8 文本"), STR("this is not valid UTF-8")},
                     reterr_problem);
}

bool wire_next(WireLine *line)
{
    line->n = 0;
    if (!cells_next_line(&line->cells))
        return false;
    while (line->n < WIRE_CELL_MOST
           && cells_next_cell(&line->cells, line->arena, &line->cell[line->n]))
        line->n++;
    return line->n > 0 && !line->cells.is_malformed;
}

Err wire_end(const WireLine *line, FormWireProblem *reterr_problem)
{
    if (!line->cells.is_malformed)
        return OK;
    return wire_fail(line->cells.line_number,
                     (Wording){STR("行的写法不对：转义有误或缺少行尾"),
                               STR("the line is malformed: a wrong escape or no line end")},
                     reterr_problem);
}

void wire_put_line(CellsWriter *writer, const char *word, const Str *cells, size_t n)
{
    cells_put(writer, str_from_c(word));
    for (size_t i = 0; i < n; i++)
        cells_put(writer, cells[i]);
    cells_end_line(writer);
}

void wire_put_value(CellsWriter *writer, const char *word, Str field, ExprValue value)
{
    Str cells[] = {field, form_value_to_text(value, writer->buf->arena)};
    wire_put_line(writer, word, cells, 2);
}

static Str index_text(size_t index, Arena *arena)
{
    return index == SIZE_MAX ? (Str){0} : str_printf(arena, "%zu", index);
}

static void put_issue(CellsWriter *writer, const Form *form, const FormIssue *issue)
{
    const FormField *field = issue->field == SIZE_MAX ? NULL : &form->fields[issue->field];
    bool is_cell = field != NULL && issue->row != SIZE_MAX;
    Str cells[] = {
        str_from_c(issue_names[issue->kind]),
        issue->is_hard ? STR("1") : STR("0"),
        issue->is_confirmed ? STR("1") : STR("0"),
        issue->key,
        field == NULL ? (Str){0} : field->id,
        index_text(issue->row, writer->buf->arena),
        is_cell ? field->rows[issue->row_field].id : (Str){0},
        issue->message.zh,
        wording_in(issue->message, LANG_EN),
    };
    wire_put_line(writer, "issue", cells, sizeof cells / sizeof cells[0]);
}

static void put_advice(CellsWriter *writer, const FormAdvice *advice)
{
    Str cells[] = {
        advice->id,         advice->proposes,
        advice->urgency,    str_printf(writer->buf->arena, "%d", advice->follow_up_days),
        advice->message.zh, wording_in(advice->message, LANG_EN),
        advice->source,
    };
    wire_put_line(writer, "advice", cells, sizeof cells / sizeof cells[0]);
}

void form_wire_write_result(const Form *form, const FormAnswers *answers, const FormResult *result,
                            Buf *out)
{
    CellsWriter writer = cells_write(out);
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (!result->is_shown[i])
            continue;
        wire_put_line(&writer, "shown", &field->id, 1);
        if (result->is_required[i])
            wire_put_line(&writer, "required", &field->id, 1);
        if (field->computed != NULL && answers->values[i].type != EXPR_NULL)
            wire_put_value(&writer, "computed", field->id, answers->values[i]);
        if (result->suggested[i].type != EXPR_NULL)
            wire_put_value(&writer, "suggested", field->id, result->suggested[i]);
    }
    for (size_t i = 0; i < result->issue_n; i++)
        put_issue(&writer, form, &result->issues[i]);
    for (size_t i = 0; i < result->advice_n; i++)
        put_advice(&writer, result->advice[i]);
    Str verdict = STR("accepted");
    if (result->has_hard)
        verdict = STR("refused");
    else if (result->has_unconfirmed)
        verdict = STR("confirm");
    wire_put_line(&writer, "verdict", &verdict, 1);
}

void form_wire_write_problem(const FormWireProblem *problem, Buf *out)
{
    CellsWriter writer = cells_write(out);
    Str cells[] = {str_printf(out->arena, "%zu", problem->line), problem->message.zh,
                   problem->message.en};
    wire_put_line(&writer, "error", cells, 3);
}
