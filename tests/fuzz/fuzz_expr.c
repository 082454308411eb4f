/* Expressions: any text compiles or is refused with its place; what compiles evaluates to a value
 * of its type, compiles again from its kept text, and becomes SQL. The first bytes choose the
 * values. */
#include "base/date.h"
#include "expr/expr_case.h"

enum { SLOT_N = 7, VALUE_BYTES = SLOT_N };

static const struct {
    const char *name;
    ExprType type;
} names[SLOT_N] = {
    {"i", EXPR_INTEGER}, {"j", EXPR_INTEGER}, {"w", EXPR_DECIMAL}, {"t", EXPR_TEXT},
    {"d", EXPR_DATE},    {"l", EXPR_LOGIC},   {"c", EXPR_CODES},
};

static bool find_name(void *context, Str name, ExprName *ret_name)
{
    (void)context;
    if (str_equals(name, STR("$p"))) {
        *ret_name = (ExprName){.type = EXPR_INTEGER,
                               .is_constant = true,
                               .constant = {.type = EXPR_INTEGER, .as.integer = -5}};
        return true;
    }
    for (uint32_t i = 0; i < SLOT_N; i++) {
        if (str_equals_c(name, names[i].name)) {
            *ret_name = (ExprName){.type = names[i].type, .slot = i};
            return true;
        }
    }
    return false;
}

/* 0 is absent; other bytes reach the ends of each type. */
static ExprValue value_of(uint32_t slot, uint8_t byte)
{
    static const int64_t integers[] = {0, 1, -1, 7, INT64_MAX, INT64_MIN, 140};
    static const double decimals[] = {0.0, 0.5, -2.5, 2.675, 1e300, -1e-300, 9.3e18};
    static const Str codes[] = {{"1", 1}, {"2", 1}, {"10", 2}};
    ExprValue value = {.type = names[slot].type};
    switch (byte == 0 ? EXPR_NULL : value.type) {
    case EXPR_NULL: return EXPR_ABSENT;
    case EXPR_LOGIC: value.as.logic = byte % 2 == 0; break;
    case EXPR_INTEGER: value.as.integer = integers[byte % 7]; break;
    case EXPR_DECIMAL: value.as.decimal = decimals[byte % 7]; break;
    case EXPR_TEXT:
        value.as.text = str_slice(STR("片区 catchment"), 0, byte % 2 == 0 ? 3 : 16);
        break;
    case EXPR_DATE: value.as.date = (Date){(int32_t)(-719162 + (int32_t)byte * 14322)}; break;
    case EXPR_CODES:
        value.as.codes.items = codes;
        value.as.codes.n = byte % 4;
        break;
    }
    return value;
}

static void put_column(void *context, uint32_t slot, Buf *out)
{
    (void)context;
    buf_put_c(out, names[slot].name);
}

static void check_expr(Arena *arena, const ExprScope *scope, const Expr *expr,
                       const ExprValue *slots)
{
    ExprValue value = expr_evaluate(expr, slots, arena);
    ENSURE(value.type == EXPR_NULL || value.type == expr_type(expr));
    for (ExprDialect dialect = EXPR_SQLITE; dialect <= EXPR_POSTGRES; dialect++) {
        Buf sql;
        buf_init(&sql, arena, MIB(1));
        Err err = expr_sql(expr, dialect, put_column, NULL, &sql);
        ENSURE(err == OK || err == ERR_INVALID || err == ERR_LIMIT);
    }
    Expr *again = NULL;
    ExprProblem problem = {0};
    if (expr_text(expr).n > EXPR_TEXT_MOST)
        return;
    ENSURE(expr_compile(arena, expr_text(expr), scope, EXPR_NULL, &again, &problem) == OK);
    ENSURE(expr_value_equals(expr_evaluate(again, slots, arena), value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < VALUE_BYTES)
        return 0;
    Arena arena;
    arena_init(&arena, MIB(64));
    ExprValue slots[SLOT_N];
    for (uint32_t i = 0; i < SLOT_N; i++)
        slots[i] = value_of(i, data[i]);
    const ExprScope scope = {NULL, find_name, expr_case_table};
    Expr *expr = NULL;
    ExprProblem problem = {0};
    Str text = {(const char *)data + VALUE_BYTES, n - VALUE_BYTES};
    if (expr_compile(&arena, text, &scope, EXPR_NULL, &expr, &problem) == OK)
        check_expr(&arena, &scope, expr, slots);
    else
        ENSURE(problem.column >= 1 && problem.column <= text.n + 1 && problem.message.n > 0
               && problem.message_zh.n > 0);
    arena_done(&arena);
    return 0;
}
