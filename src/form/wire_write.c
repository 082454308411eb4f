/* Writing a declaration: what is absent is not written. */
#include "form/wire_int.h"

#include "base/num.h"
#include "base/vec.h"

static Str flag(bool value)
{
    return value ? STR("1") : STR("0");
}

static void put_wording(CellsWriter *writer, const char *word, Wording wording)
{
    Str cells[] = {wording.zh, wording.en};
    if (wording.zh.n > 0 || wording.en.n > 0)
        wire_put_line(writer, word, cells, 2);
}

static void put_text(CellsWriter *writer, const char *word, Str text)
{
    if (text.n > 0)
        wire_put_line(writer, word, &text, 1);
}

static void put_flag(CellsWriter *writer, const char *word, bool value)
{
    if (value)
        wire_put_line(writer, word, NULL, 0);
}

static void put_expr(CellsWriter *writer, const char *word, const Expr *expr)
{
    if (expr != NULL)
        put_text(writer, word, expr_text(expr));
}

static void put_count(CellsWriter *writer, const char *word, size_t n)
{
    if (n > 0)
        put_text(writer, word, str_printf(writer->buf->arena, "%zu", n));
}

static void put_limits(CellsWriter *writer, const char *word, bool has, const double limits[2])
{
    char low[NUM_TEXT_SIZE];
    char high[NUM_TEXT_SIZE];
    if (!has)
        return;
    Str cells[] = {str_from_c(num_format_double(limits[0], low)),
                   str_from_c(num_format_double(limits[1], high))};
    wire_put_line(writer, word, cells, 2);
}

static void put_attributes(CellsWriter *writer, const FormField *field)
{
    put_wording(writer, "hint", field->hint);
    put_wording(writer, "unit", field->unit);
    put_count(writer, "places", (size_t)field->places);
    put_count(writer, "length", field->length_most);
    put_limits(writer, "range", field->has_range, field->range);
    put_limits(writer, "usual", field->has_usual, field->usual);
    if (field->codes != NULL)
        put_text(writer, "list", field->codes->id);
    bool has_files = field->type == FIELD_ATTACHMENT;
    put_count(writer, has_files ? "files" : "rows", field->row_most);
    put_count(writer, "kilobytes", has_files ? field->kilobytes_most : 0);
    put_flag(writer, "required", field->is_required);
    put_expr(writer, "required_if", field->required_if);
    put_expr(writer, "shown_if", field->shown_if);
    put_expr(writer, "computed", field->computed);
    put_expr(writer, "suggested", field->suggested);
    put_text(writer, "target_of", field->target_of);
    put_text(writer, "keeps", field->keeps);
    put_text(writer, "refers_to", field->refers_to);
    put_flag(writer, "sealed", field->is_sealed);
    put_flag(writer, "retired", field->is_retired);
    put_flag(writer, "carried", field->is_carried);
    put_flag(writer, "multiline", field->is_multiline);
    put_text(writer, "loinc", field->loinc);
    put_text(writer, "source", field->source);
}

static void put_field(CellsWriter *writer, const FormField *field)
{
    Str cells[] = {field->id, str_from_c(wire_type_name(field->type)),
                   str_printf(writer->buf->arena, "%u", field->section), field->label.zh,
                   field->label.en};
    wire_put_line(writer, "field", cells, 5);
    put_attributes(writer, field);
    for (size_t i = 0; i < field->row_field_n; i++) {
        const FormField *column = &field->rows[i];
        Str column_cells[] = {column->id, str_from_c(wire_type_name(column->type)),
                              column->label.zh, column->label.en};
        wire_put_line(writer, "column", column_cells, 4);
        put_attributes(writer, column);
    }
}

static const char *parameter_type(ExprType type)
{
    return wire_type_name(type == EXPR_INTEGER   ? FIELD_INTEGER
                          : type == EXPR_DECIMAL ? FIELD_DECIMAL
                          : type == EXPR_DATE    ? FIELD_DATE
                                                 : FIELD_TEXT);
}

static void put_parameter(CellsWriter *writer, const FormParameter *parameter)
{
    for (size_t i = 0; i < parameter->step_n; i++) {
        char day[DATE_TEXT_SIZE];
        const FormStep *step = &parameter->steps[i];
        Str cells[] = {parameter->id, str_from_c(parameter_type(step->value.type)),
                       date_is_none(step->from) ? (Str){0}
                                                : str_from_c(date_format(step->from, day)),
                       form_value_to_text(step->value, writer->buf->arena)};
        wire_put_line(writer, "parameter", cells, 4);
    }
}

static const char *key_type(ExprType type)
{
    return wire_type_name(type == EXPR_TEXT      ? FIELD_TEXT
                          : type == EXPR_INTEGER ? FIELD_INTEGER
                                                 : FIELD_DECIMAL);
}

static void put_table(CellsWriter *writer, const ExprTable *table)
{
    size_t row_n = expr_table_rows(table);
    wire_put_line(writer, "table", &table->id, 1);
    for (size_t i = 0; i < table->key_n; i++) {
        const ExprTableKey *key = &table->keys[i];
        cells_put(writer, STR("key"));
        cells_put(writer, key->id);
        cells_put(writer, str_from_c(key_type(key->type)));
        for (size_t j = 0; j < key->n; j++) {
            if (key->type == EXPR_TEXT)
                cells_put(writer, key->texts[j]);
            else
                cells_put_decimal(writer, key->numbers[j]);
        }
        cells_end_line(writer);
    }
    for (size_t i = 0; i < table->column_n; i++) {
        cells_put(writer, STR("numbers"));
        cells_put(writer, table->columns[i]);
        for (size_t row = 0; row < row_n; row++)
            cells_put_decimal(writer, table->cells[row * table->column_n + i]);
        cells_end_line(writer);
    }
}

static void put_code_list(CellsWriter *writer, const CodeList *list)
{
    Str cells[] = {list->id, list->source, list->title.zh, list->title.en};
    wire_put_line(writer, "codes", cells, 4);
    for (size_t i = 0; i < list->option_n; i++) {
        const CodeOption *option = &list->options[i];
        Str option_cells[] = {option->code, flag(option->is_exclusive), option->details,
                              option->label.zh, option->label.en};
        wire_put_line(writer, "option", option_cells, 5);
    }
}

typedef VEC(const CodeList *) CodeLists;

static void put_code_list_once(CellsWriter *writer, const FormField *field, CodeLists *written)
{
    if (field->codes == NULL)
        return;
    for (size_t i = 0; i < written->n; i++) {
        if (str_equals(written->items[i]->id, field->codes->id))
            return;
    }
    VEC_PUSH(writer->buf->arena, written, field->codes);
    put_code_list(writer, field->codes);
}

static void put_code_lists(CellsWriter *writer, const Form *form)
{
    CodeLists written = {0};
    for (size_t i = 0; i < form->field_n; i++) {
        put_code_list_once(writer, &form->fields[i], &written);
        for (size_t c = 0; c < form->fields[i].row_field_n; c++)
            put_code_list_once(writer, &form->fields[i].rows[c], &written);
    }
}

static void put_check(CellsWriter *writer, const FormCheck *check)
{
    Str cells[] = {
        check->id,         flag(check->is_hard), check->field, expr_text(check->fails_when),
        check->message.zh, check->message.en,    check->source};
    wire_put_line(writer, "check", cells, 7);
}

static void put_advice(CellsWriter *writer, const FormAdvice *advice)
{
    Str cells[] = {advice->id,
                   expr_text(advice->when),
                   advice->proposes,
                   advice->urgency,
                   advice->follow_up != NULL
                       ? expr_text(advice->follow_up)
                       : str_printf(writer->buf->arena, "%d", advice->follow_up_days),
                   advice->message.zh,
                   advice->message.en,
                   advice->source};
    wire_put_line(writer, "advice", cells, 8);
}

void form_wire_write(const Form *form, const FormParameter *parameters, Buf *out)
{
    CellsWriter writer = cells_write(out);
    put_count(&writer, "catchment-form", FORM_WIRE_VERSION);
    Str head[] = {form->id,    form->pack,   form->version,  form->subject, form->program,
                  form->paper, form->source, form->title.zh, form->title.en};
    wire_put_line(&writer, "form", head, 9);
    for (size_t i = 0; i < form->section_n; i++) {
        const FormSection *section = &form->sections[i];
        Str cells[] = {section->id, section->title.zh, section->title.en};
        wire_put_line(&writer, "section", cells, 3);
    }
    for (size_t i = 0; i < form->own_parameter_n; i++)
        put_parameter(&writer, parameters == NULL ? &form->parameters[i] : &parameters[i]);
    for (size_t i = 0; i < form->table_n; i++)
        put_table(&writer, form->tables[i]);
    put_code_lists(&writer, form);
    for (size_t i = 0; i < form->field_n; i++)
        put_field(&writer, &form->fields[i]);
    for (size_t i = 0; i < form->check_n; i++)
        put_check(&writer, &form->checks[i]);
    for (size_t i = 0; i < form->advice_n; i++)
        put_advice(&writer, &form->advice[i]);
    wire_put_line(&writer, "end", NULL, 0);
}
