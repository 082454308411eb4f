/* Reading a declaration: lines first, then the expressions, because a name can be resolved only
 * when every field before it is known. A wrong declaration is a fault between server and browser,
 * so the first mistake ends it. */
#include "form/wire_int.h"

#include "base/num.h"
#include "base/vec.h"

enum {
    FIELD_MOST = 1000,
    PLACES_MOST = 6,
};

typedef enum { PENDING_REQUIRED_IF, PENDING_SHOWN_IF, PENDING_COMPUTED, PENDING_SUGGESTED } Pending;

/* An expression to compile once all fields are known. */
typedef struct {
    size_t field;
    Pending what;
    Str text;
    size_t line;
} PendingExpr;

typedef struct {
    Str when;
    Str follow_up; /* of advice: $name, or empty */
    size_t line;
} PendingRule;

typedef struct {
    Arena *arena;
    WireLine line;
    FormWireProblem *problem;
    Form form;
    bool has_form, has_end;
    VEC(FormSection) sections;
    VEC(FormParameter) parameters;
    VEC(FormStep) steps; /* of the last parameter */
    WireTables tables;
    VEC(CodeList) lists;
    VEC(CodeOption) options; /* of the last list */
    VEC(FormField) fields;
    VEC(FormField) columns; /* of the last field */
    VEC(PendingExpr) pending;
    VEC(FormCheck) checks;
    VEC(PendingRule) check_rules;
    VEC(FormAdvice) advice;
    VEC(PendingRule) advice_rules;
} Reader;

static Err fail(const Reader *reader, const char *zh, const char *en)
{
    return wire_fail(reader->line.cells.line_number, (Wording){str_from_c(zh), str_from_c(en)},
                     reader->problem);
}

static Err unknown_line(const Reader *reader)
{
    return fail(reader, "不认识的行，或单元格个数不对",
                "an unknown line, or a wrong number of cells");
}

static Err read_count(const Reader *reader, Str text, int64_t most, int64_t *ret_n)
{
    int64_t n = 0;
    if (num_parse_i64(text, &n) != OK || n < 0 || n > most)
        return fail(reader, "这里应为不太大的非负整数",
                    "a small whole number from 0 is wanted here");
    *ret_n = n;
    return OK;
}

static Err read_flag(const Reader *reader, Str text, bool *ret_flag)
{
    if (!str_equals_c(text, "0") && !str_equals_c(text, "1"))
        return fail(reader, "这里应为 0 或 1", "0 or 1 is wanted here");
    *ret_flag = text.p[0] == '1';
    return OK;
}

/* Hands the options and columns gathered so far to the list and field that they belong to. */
static void close_open_parts(Reader *reader)
{
    if (reader->lists.n > 0 && reader->options.n > 0) {
        CodeList *list = &reader->lists.items[reader->lists.n - 1];
        list->options = reader->options.items;
        list->option_n = reader->options.n;
        reader->options.items = NULL;
        reader->options.n = reader->options.capacity = 0;
    }
    if (reader->fields.n > 0 && reader->columns.n > 0) {
        FormField *field = &reader->fields.items[reader->fields.n - 1];
        field->rows = reader->columns.items;
        field->row_field_n = reader->columns.n;
        reader->columns.items = NULL;
        reader->columns.n = reader->columns.capacity = 0;
    }
}

static Err read_version(Reader *reader, const Str *cell)
{
    if (!str_equals_c(cell[0], "1"))
        return fail(reader, "不支持的格式版本", "this version of the format is not supported");
    return OK;
}

static Err read_form(Reader *reader, const Str *cell)
{
    reader->has_form = true;
    reader->form = (Form){.id = cell[0],
                          .pack = cell[1],
                          .version = cell[2],
                          .subject = cell[3],
                          .program = cell[4],
                          .paper = cell[5],
                          .source = cell[6],
                          .title = {cell[7], cell[8]}};
    return OK;
}

static Err read_section(Reader *reader, const Str *cell)
{
    FormSection section = {cell[0], {cell[1], cell[2]}};
    VEC_PUSH(reader->arena, &reader->sections, section);
    return OK;
}

static bool find_parameter_type(Str name, FieldType *ret_type)
{
    static const FieldType types[] = {FIELD_INTEGER, FIELD_DECIMAL, FIELD_TEXT, FIELD_DATE};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (str_equals_c(name, wire_type_name(types[i]))) {
            *ret_type = types[i];
            return true;
        }
    }
    return false;
}

/* A line a value: of a new parameter, or from a later day of the one before. */
static Err read_parameter(Reader *reader, const Str *cell)
{
    FormField field = {.places = PLACES_MOST};
    FormStep step = {.from = DATE_NONE};
    Wording message = {0};
    size_t n = reader->parameters.n;
    bool is_new = n == 0 || !str_equals(reader->parameters.items[n - 1].id, cell[0]);
    if (!find_parameter_type(cell[1], &field.type) || is_new != (cell[2].n == 0)
        || (!is_new && date_parse(cell[2], &step.from) != OK)
        || form_value_from_text(&field, cell[3], reader->arena, &step.value, &message) != OK
        || step.value.type == EXPR_NULL)
        return fail(reader, "参数的类型、日期或取值不对",
                    "the type, day or value of the parameter is wrong");
    if (is_new) {
        reader->steps.items = NULL;
        reader->steps.n = reader->steps.capacity = 0;
        VEC_PUSH(reader->arena, &reader->parameters, (FormParameter){.id = cell[0]});
    }
    VEC_PUSH(reader->arena, &reader->steps, step);
    FormParameter *parameter = &reader->parameters.items[reader->parameters.n - 1];
    parameter->steps = reader->steps.items;
    parameter->step_n = reader->steps.n;
    return OK;
}

static Err read_codes(Reader *reader, const Str *cell)
{
    close_open_parts(reader);
    if (reader->fields.n > 0)
        return fail(reader, "代码表要写在字段之前", "code lists stand before fields");
    CodeList list = {.id = cell[0], .source = cell[1], .title = {cell[2], cell[3]}};
    VEC_PUSH(reader->arena, &reader->lists, list);
    return OK;
}

static Err read_option(Reader *reader, const Str *cell)
{
    CodeOption option = {.code = cell[0], .details = cell[2], .label = {cell[3], cell[4]}};
    if (reader->lists.n == 0)
        return fail(reader, "选项前面没有代码表", "no code list stands before this option");
    TRY(read_flag(reader, cell[1], &option.is_exclusive));
    VEC_PUSH(reader->arena, &reader->options, option);
    return OK;
}

static Err read_field(Reader *reader, const Str *cell)
{
    close_open_parts(reader);
    int64_t section = 0;
    FormField field = {.id = cell[0], .label = {cell[3], cell[4]}};
    if (!wire_type_find(cell[1], &field.type))
        return fail(reader, "没有这种字段类型", "there is no such type of field");
    TRY(read_count(reader, cell[2], FIELD_MOST, &section));
    if (reader->fields.n == FIELD_MOST)
        return fail(reader, "字段过多", "there are too many fields");
    field.section = (uint32_t)section;
    VEC_PUSH(reader->arena, &reader->fields, field);
    return OK;
}

static Err read_column(Reader *reader, const Str *cell)
{
    FormField column = {.id = cell[0], .label = {cell[2], cell[3]}};
    if (reader->fields.n == 0 || reader->fields.items[reader->fields.n - 1].type != FIELD_ROWS
        || reader->columns.n == FIELD_MOST)
        return fail(reader, "列只能属于 rows 字段", "a column belongs to a field of rows only");
    if (!wire_type_find(cell[1], &column.type) || column.type == FIELD_ROWS)
        return fail(reader, "没有这种列类型", "there is no such type of column");
    VEC_PUSH(reader->arena, &reader->columns, column);
    return OK;
}

static Err read_check(Reader *reader, const Str *cell)
{
    FormCheck check = {
        .id = cell[0], .field = cell[2], .message = {cell[4], cell[5]}, .source = cell[6]};
    PendingRule rule = {cell[3], (Str){0}, reader->line.cells.line_number};
    TRY(read_flag(reader, cell[1], &check.is_hard));
    VEC_PUSH(reader->arena, &reader->checks, check);
    VEC_PUSH(reader->arena, &reader->check_rules, rule);
    return OK;
}

static Err read_advice(Reader *reader, const Str *cell)
{
    int64_t days = 0;
    FormAdvice advice = {.id = cell[0],
                         .proposes = cell[2],
                         .urgency = cell[3],
                         .message = {cell[5], cell[6]},
                         .source = cell[7]};
    PendingRule rule = {cell[1], (Str){0}, reader->line.cells.line_number};
    if (str_has_prefix(cell[4], (Str){"$", 1}))
        rule.follow_up = cell[4];
    else
        TRY(read_count(reader, cell[4], INT32_MAX, &days));
    advice.follow_up_days = (int32_t)days;
    VEC_PUSH(reader->arena, &reader->advice, advice);
    VEC_PUSH(reader->arena, &reader->advice_rules, rule);
    return OK;
}

static Err read_end(Reader *reader, const Str *cell)
{
    (void)cell;
    close_open_parts(reader);
    reader->has_end = true;
    return OK;
}

static const struct {
    const char *word;
    size_t n; /* cells behind the word */
    Err (*read)(Reader *reader, const Str *cell);
} lines[] = {
    {"catchment-form", 1, read_version},
    {"form", 9, read_form},
    {"parameter", 4, read_parameter},
    {"section", 3, read_section},
    {"codes", 4, read_codes},
    {"option", 5, read_option},
    {"field", 5, read_field},
    {"column", 4, read_column},
    {"check", 7, read_check},
    {"advice", 8, read_advice},
    {"end", 0, read_end},
};

static const struct {
    const char *word;
    Pending what;
} expression_words[] = {
    {"required_if", PENDING_REQUIRED_IF},
    {"shown_if", PENDING_SHOWN_IF},
    {"computed", PENDING_COMPUTED},
    {"suggested", PENDING_SUGGESTED},
};

/* Attributes with one text. */
static Str *find_text_attribute(FormField *field, Str word)
{
    if (str_equals_c(word, "target_of"))
        return &field->target_of;
    if (str_equals_c(word, "keeps"))
        return &field->keeps;
    if (str_equals_c(word, "refers_to"))
        return &field->refers_to;
    if (str_equals_c(word, "loinc"))
        return &field->loinc;
    return str_equals_c(word, "source") ? &field->source : NULL;
}

static bool *find_flag_attribute(FormField *field, Str word)
{
    if (str_equals_c(word, "required"))
        return &field->is_required;
    if (str_equals_c(word, "sealed"))
        return &field->is_sealed;
    if (str_equals_c(word, "retired"))
        return &field->is_retired;
    if (str_equals_c(word, "carried"))
        return &field->is_carried;
    return str_equals_c(word, "multiline") ? &field->is_multiline : NULL;
}

static Err read_limits(const Reader *reader, const Str *cell, bool *ret_has, double *ret_limits)
{
    if (num_parse_double(cell[1], &ret_limits[0]) != OK
        || num_parse_double(cell[2], &ret_limits[1]) != OK)
        return fail(reader, "上下限应为数字", "the limits must be numbers");
    *ret_has = true;
    return OK;
}

static Err read_list(Reader *reader, FormField *field, Str id)
{
    for (size_t i = 0; i < reader->lists.n; i++) {
        if (str_equals(reader->lists.items[i].id, id)) {
            field->codes = &reader->lists.items[i];
            return OK;
        }
    }
    return fail(reader, "没有这个代码表", "there is no such code list");
}

static Err read_counted(Reader *reader, FormField *field)
{
    const Str *cell = reader->line.cell;
    int64_t n = 0;
    if (str_equals_c(cell[0], "places")) {
        TRY(read_count(reader, cell[1], PLACES_MOST, &n));
        field->places = (int)n;
    } else if (str_equals_c(cell[0], "length")) {
        TRY(read_count(reader, cell[1], INT32_MAX, &n));
        field->length_most = (size_t)n;
    } else if (str_equals_c(cell[0], "files")) {
        TRY(read_count(reader, cell[1], FORM_ROW_MOST, &n));
        field->row_most = (size_t)n;
    } else if (str_equals_c(cell[0], "kilobytes")) {
        TRY(read_count(reader, cell[1], INT32_MAX, &n));
        field->kilobytes_most = (size_t)n;
    } else if (str_equals_c(cell[0], "rows")) {
        TRY(read_count(reader, cell[1], FORM_ROW_MOST, &n));
        field->row_most = (size_t)n;
    } else {
        return unknown_line(reader);
    }
    return OK;
}

static Err read_pending(Reader *reader, bool *ret_is_pending)
{
    const Str *cell = reader->line.cell;
    *ret_is_pending = false;
    for (size_t i = 0; i < sizeof expression_words / sizeof expression_words[0]; i++) {
        if (!str_equals_c(cell[0], expression_words[i].word))
            continue;
        if (reader->columns.n > 0)
            return fail(reader, "列不能有表达式", "a column has no expressions");
        *ret_is_pending = true;
        PendingExpr pending = {reader->fields.n - 1, expression_words[i].what, cell[1],
                               reader->line.cells.line_number};
        VEC_PUSH(reader->arena, &reader->pending, pending);
    }
    return OK;
}

static Err read_attribute(Reader *reader)
{
    const Str *cell = reader->line.cell;
    size_t n = reader->line.n;
    if (reader->fields.n == 0)
        return unknown_line(reader);
    FormField *field = reader->columns.n > 0 ? &reader->columns.items[reader->columns.n - 1]
                                             : &reader->fields.items[reader->fields.n - 1];
    bool *flag = n == 1 ? find_flag_attribute(field, cell[0]) : NULL;
    Str *text = n == 2 ? find_text_attribute(field, cell[0]) : NULL;
    bool is_pending = false;
    if (flag != NULL)
        *flag = true;
    else if (text != NULL)
        *text = cell[1];
    else if (n == 3 && str_equals_c(cell[0], "hint"))
        field->hint = (Wording){cell[1], cell[2]};
    else if (n == 3 && str_equals_c(cell[0], "unit"))
        field->unit = (Wording){cell[1], cell[2]};
    else if (n == 3 && str_equals_c(cell[0], "range"))
        return read_limits(reader, cell, &field->has_range, field->range);
    else if (n == 3 && str_equals_c(cell[0], "usual"))
        return read_limits(reader, cell, &field->has_usual, field->usual);
    else if (n == 2 && str_equals_c(cell[0], "list"))
        return read_list(reader, field, cell[1]);
    else if (n == 2) {
        TRY(read_pending(reader, &is_pending));
        return is_pending ? OK : read_counted(reader, field);
    } else {
        return unknown_line(reader);
    }
    return OK;
}

/* Tables have any number of cells. */
typedef bool (*TableLine)(WireTables *, WireLine *);

static TableLine table_line(Str word)
{
    if (str_equals_c(word, "table"))
        return wire_read_table;
    if (str_equals_c(word, "key"))
        return wire_read_key;
    return str_equals_c(word, "numbers") ? wire_read_numbers : NULL;
}

static Err read_line(Reader *reader)
{
    WireLine *line = &reader->line;
    if (reader->has_end)
        return fail(reader, "end 之后不能再有内容", "nothing may follow end");
    bool is_first = line->cells.line_number == 1;
    if (is_first != str_equals_c(line->cell[0], "catchment-form"))
        return fail(reader, "第一行应为 catchment-form", "the first line must be catchment-form");
    TableLine read_table = table_line(line->cell[0]);
    if (read_table != NULL)
        return read_table(&reader->tables, line)
                   ? OK
                   : fail(reader, "对照表的键、列或数字不对",
                          "the keys, columns or numbers of the table are wrong");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (str_equals_c(line->cell[0], lines[i].word) && line->n == lines[i].n + 1)
            return lines[i].read(reader, line->cell + 1);
    }
    return read_attribute(reader);
}

static Err compile(Reader *reader, size_t readable_n, Str text, ExprType wanted, size_t line,
                   const Expr **ret_expr)
{
    FormNames names = {reader->fields.items,     reader->fields.n,     readable_n,
                       reader->parameters.items, reader->parameters.n, reader->tables.list.items,
                       reader->tables.list.n};
    ExprScope scope = form_scope(&names);
    ExprProblem problem = {0};
    Expr *expr = NULL;
    if (expr_compile(reader->arena, text, &scope, wanted, &expr, &problem) != OK)
        return wire_fail(line,
                         (Wording){str_printf(reader->arena, "表达式第 %u 个字符：%.*s",
                                              problem.column, STR_ARG(problem.message_zh)),
                                   str_printf(reader->arena, "expression, character %u: %.*s",
                                              problem.column, STR_ARG(problem.message))},
                         reader->problem);
    *ret_expr = expr;
    return OK;
}

static Err compile_field(Reader *reader, const PendingExpr *pending)
{
    FormField *field = &reader->fields.items[pending->field];
    bool is_value = pending->what == PENDING_COMPUTED || pending->what == PENDING_SUGGESTED;
    ExprType wanted = is_value ? form_field_expr_type(field->type) : EXPR_LOGIC;
    const Expr *expr = NULL;
    TRY(compile(reader, pending->field, pending->text, wanted, pending->line, &expr));
    switch (pending->what) {
    case PENDING_REQUIRED_IF: field->required_if = expr; break;
    case PENDING_SHOWN_IF: field->shown_if = expr; break;
    case PENDING_COMPUTED: field->computed = expr; break;
    case PENDING_SUGGESTED: field->suggested = expr; break;
    }
    return OK;
}

static Err compile_all(Reader *reader)
{
    size_t n = reader->fields.n;
    for (size_t i = 0; i < reader->pending.n; i++)
        TRY(compile_field(reader, &reader->pending.items[i]));
    for (size_t i = 0; i < reader->checks.n; i++)
        TRY(compile(reader, n, reader->check_rules.items[i].when, EXPR_LOGIC,
                    reader->check_rules.items[i].line, &reader->checks.items[i].fails_when));
    for (size_t i = 0; i < reader->advice.n; i++) {
        const PendingRule *rule = &reader->advice_rules.items[i];
        TRY(compile(reader, n, rule->when, EXPR_LOGIC, rule->line, &reader->advice.items[i].when));
        if (rule->follow_up.n > 0)
            TRY(compile(reader, n, rule->follow_up, EXPR_INTEGER, rule->line,
                        &reader->advice.items[i].follow_up));
    }
    return OK;
}

static Form *finish(Reader *reader)
{
    Form *form = arena_new(reader->arena, Form);
    *form = reader->form;
    form->sections = reader->sections.items;
    form->section_n = reader->sections.n;
    form->fields = reader->fields.items;
    form->field_n = reader->fields.n;
    form->checks = reader->checks.items;
    form->check_n = reader->checks.n;
    form->advice = reader->advice.items;
    form->advice_n = reader->advice.n;
    form->tables = reader->tables.list.items;
    form->table_n = reader->tables.list.n;
    form->parameters = reader->parameters.items;
    form->parameter_n = form->own_parameter_n = reader->parameters.n;
    form->slot_n = (uint32_t)(form->field_n * 2 + FORM_SLOT_CONTEXT_N + form->parameter_n);
    return form;
}

Err form_wire_read(Str text, Arena *arena, Form **ret_form, FormWireProblem *reterr_problem)
{
    Reader reader = {.arena = arena, .problem = reterr_problem};
    TRY(wire_begin(&reader.line, arena, str_copy(arena, text), reterr_problem));
    while (wire_next(&reader.line))
        TRY(read_line(&reader));
    TRY(wire_end(&reader.line, reterr_problem));
    if (!reader.has_form || !reader.has_end)
        return fail(&reader, "声明不完整：缺少 form 或 end",
                    "the declaration is cut off: form or end is missing");
    TRY(compile_all(&reader));
    *ret_form = finish(&reader);
    return OK;
}
