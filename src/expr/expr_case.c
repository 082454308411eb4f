/* Running a shared case; see expr_case.h. */
#include "expr/expr_case.h"

#include "base/num.h"
#include "base/vec.h"
#include "expr/expr_int.h"

typedef struct {
    Str name;
    ExprType type;
    ExprValue value;
} CaseName;

typedef VEC(CaseName) CaseNames;

static bool find_name(void *context, Str name, ExprName *ret_name)
{
    const CaseNames *names = context;
    for (size_t i = 0; i < names->n; i++) {
        if (!str_equals(names->items[i].name, name))
            continue;
        *ret_name = (ExprName){.type = names->items[i].type, .slot = (uint32_t)i};
        ret_name->is_constant = name.p[0] == '$';
        ret_name->constant = names->items[i].value;
        return true;
    }
    return false;
}

/* The table of the cases: by sex and month. */
static const Str case_sexes[] = {{"1", 1}, {"2", 1}};
static const double case_months[] = {0, 1, 3};
static const double case_lengths[] = {45, 45.5};
static const Str case_columns[] = {{"low", 3}, {"high", 4}};
static const double case_growth_cells[] = {2.5, 4.4, 3.4, 5.8, 5, 8, 2.4, 4.2, 3.2, 5.5, 4.5, 7.5};
static const double case_length_cells[] = {2, 3, 2.1, 3.1};
static const ExprTableKey case_growth_keys[] = {
    {.id = {"sex", 3}, .type = EXPR_TEXT, .texts = case_sexes, .n = 2},
    {.id = {"month", 5}, .type = EXPR_INTEGER, .numbers = case_months, .n = 3},
};
static const ExprTableKey case_length_keys[] = {
    {.id = {"length", 6}, .type = EXPR_DECIMAL, .numbers = case_lengths, .n = 2},
};
static const ExprTable case_tables[] = {
    {{"growth", 6}, case_growth_keys, 2, case_columns, 2, case_growth_cells},
    {{"by_length", 9}, case_length_keys, 1, case_columns, 2, case_length_cells},
};

const ExprTable *expr_case_table(void *context, Str id)
{
    (void)context;
    for (size_t i = 0; i < sizeof case_tables / sizeof case_tables[0]; i++) {
        if (str_equals(case_tables[i].id, id))
            return &case_tables[i];
    }
    return NULL;
}

static bool read_type(Str text, ExprType *ret_type)
{
    for (ExprType type = EXPR_NULL; type <= EXPR_CODES; type++) {
        if (str_equals_c(text, expr_type_name(type))) {
            *ret_type = type;
            return true;
        }
    }
    return false;
}

static ExprValue read_codes(Arena *arena, Str text)
{
    VEC(Str) codes = {0};
    Str code = {0};
    while (str_cut(&text, ',', &code))
        VEC_PUSH(arena, &codes, code);
    ExprValue value = {.type = EXPR_CODES};
    value.as.codes.items = codes.items;
    value.as.codes.n = codes.n;
    return value;
}

static Err read_value(Arena *arena, ExprType type, Str text, ExprValue *ret_value)
{
    ExprValue value = {.type = type};
    if (text.n == 0)
        value = EXPR_ABSENT;
    else if (type == EXPR_LOGIC)
        value.as.logic = str_equals_c(text, "true");
    else if (type == EXPR_INTEGER)
        TRY(num_parse_i64(text, &value.as.integer));
    else if (type == EXPR_DECIMAL)
        TRY(num_parse_double(text, &value.as.decimal));
    else if (type == EXPR_DATE)
        TRY(date_parse(text, &value.as.date));
    else if (type == EXPR_CODES)
        value = read_codes(arena, text);
    else
        value.as.text = text;
    *ret_value = value;
    return OK;
}

static Err read_names(CellsReader *cells, Arena *arena, CaseNames *names)
{
    Str name = {0};
    while (cells_next_cell(cells, arena, &name)) {
        Str type = {0}, value = {0};
        CaseName one = {.name = name};
        if (!cells_next_cell(cells, arena, &type) || !cells_next_cell(cells, arena, &value)
            || !read_type(type, &one.type))
            return ERR_MALFORMED;
        TRY(read_value(arena, one.type, value, &one.value));
        VEC_PUSH(arena, names, one);
    }
    return OK;
}

static void write_value(CellsWriter *writer, ExprValue value)
{
    char day[DATE_TEXT_SIZE];
    cells_put(writer, STR("value"));
    cells_put(writer, str_from_c(expr_type_name(value.type)));
    switch (value.type) {
    case EXPR_NULL:
    case EXPR_CODES: cells_put(writer, (Str){0}); break;
    case EXPR_LOGIC: cells_put(writer, value.as.logic ? STR("true") : STR("false")); break;
    case EXPR_INTEGER: cells_put_integer(writer, value.as.integer); break;
    case EXPR_DECIMAL: cells_put_decimal(writer, value.as.decimal); break;
    case EXPR_TEXT: cells_put(writer, value.as.text); break;
    case EXPR_DATE: cells_put(writer, str_from_c(date_format(value.as.date, day))); break;
    }
    cells_end_line(writer);
}

static void write_problem(CellsWriter *writer, const ExprProblem *problem)
{
    cells_put(writer, STR("problem"));
    cells_put_integer(writer, problem->column);
    cells_put(writer, problem->message);
    cells_put(writer, problem->message_zh);
    cells_end_line(writer);
}

Err expr_case_run(Str line, Arena *arena, Buf *out)
{
    CellsReader cells = cells_read(line);
    CellsWriter writer = cells_write(out);
    CaseNames names = {0};
    Str text = {0}, expected_type = {0}, expected = {0};
    if (!cells_next_line(&cells) || !cells_next_cell(&cells, arena, &text)
        || !cells_next_cell(&cells, arena, &expected_type)
        || !cells_next_cell(&cells, arena, &expected))
        return ERR_MALFORMED;
    TRY(read_names(&cells, arena, &names));
    ExprScope scope = {&names, find_name, expr_case_table};
    Expr *expr = NULL;
    ExprProblem problem = {0};
    if (expr_compile(arena, text, &scope, EXPR_NULL, &expr, &problem) != OK) {
        write_problem(&writer, &problem);
        return OK;
    }
    ExprValue *slots = arena_array(arena, ExprValue, names.n + 1);
    for (size_t i = 0; i < names.n; i++)
        slots[i] = names.items[i].value;
    write_value(&writer, expr_evaluate(expr, slots, arena));
    return OK;
}
