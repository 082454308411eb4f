/* What expressions promise: the shared cases, messages, bounds, folded text, slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wording.h"
#include "expr/expr_case.h"
#include "expr/expr_functions.h"

#include <stdio.h>
#include <string.h>

static Arena arena;

static Str read_file(const char *path)
{
    static char bytes[200000];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_true(n < sizeof bytes);
    return (Str){bytes, n};
}

/* "type" TAB "text" of what the line expects. */
static void read_expectation(Str line, Str *ret_type, Str *ret_text)
{
    CellsReader cells = cells_read(line);
    Str skipped = {0};
    assert_true(cells_next_line(&cells));
    assert_true(cells_next_cell(&cells, &arena, &skipped));
    assert_true(cells_next_cell(&cells, &arena, ret_type));
    assert_true(cells_next_cell(&cells, &arena, ret_text));
}

static void check_case(Str line, int number)
{
    Str type = {0}, text = {0}, kind = {0}, got_type = {0}, got_text = {0};
    read_expectation(line, &type, &text);
    Buf out;
    buf_init(&out, &arena, 10000);
    assert_int_equal(expr_case_run(line, &arena, &out), OK);
    CellsReader cells = cells_read(buf_str(&out));
    assert_true(cells_next_line(&cells));
    assert_true(cells_next_cell(&cells, &arena, &kind));
    assert_true(cells_next_cell(&cells, &arena, &got_type));
    assert_true(cells_next_cell(&cells, &arena, &got_text));
    if (str_equals_c(kind, "problem")) {
        got_text = got_type;
        got_type = kind;
    }
    if (!str_equals(got_type, type) || !str_equals(got_text, text))
        fail_msg("line %d: %.*sexpected %.*s %.*s, got %.*s", number, STR_ARG(line), STR_ARG(type),
                 STR_ARG(text), STR_ARG(buf_str(&out)));
}

static void every_shared_case_gives_what_it_says(void **state)
{
    (void)state;
    Str rest = read_file(TESTS_SHARED "/expressions.tsv");
    int number = 0, checked = 0;
    while (rest.n > 0) {
        size_t end = str_find_char(rest, '\n', 0);
        assert_true(end != SIZE_MAX);
        Str line = str_slice(rest, 0, end + 1);
        rest = str_slice(rest, end + 1, rest.n);
        number++;
        if (line.p[0] == '#')
            continue;
        check_case(line, number);
        checked++;
    }
    assert_true(checked > 150);
}

static bool find_name(void *context, Str name, ExprName *ret_name)
{
    (void)context;
    static const struct {
        const char *name;
        ExprName is;
    } names[] = {
        {"sbp", {.type = EXPR_INTEGER, .slot = 3, .most = 100000}},
        {"big", {.type = EXPR_INTEGER, .slot = 4}},
        {"weight", {.type = EXPR_DECIMAL, .slot = 1}},
        {"mode", {.type = EXPR_TEXT, .slot = 2}},
        {"day", {.type = EXPR_DATE, .slot = 5}},
        {"symptoms", {.type = EXPR_CODES, .slot = 0}},
        {"$limit", {.is_constant = true, .constant = {.type = EXPR_INTEGER, .as.integer = -7}}},
        {"$factor", {.is_constant = true, .constant = {.type = EXPR_DECIMAL, .as.decimal = 2.0}}},
        {"$none", {.is_constant = true}},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_equals_c(name, names[i].name)) {
            *ret_name = names[i].is;
            return true;
        }
    }
    if (str_equals_c(name, "$word")) {
        *ret_name = (ExprName){.is_constant = true,
                               .constant = {.type = EXPR_TEXT, .as.text = STR("it's")}};
        return true;
    }
    return false;
}

static const ExprScope scope = {NULL, find_name, expr_case_table};

static ExprProblem problem_of(const char *text, ExprType wanted)
{
    Expr *expr = NULL;
    ExprProblem problem = {0};
    assert_int_equal(expr_compile(&arena, str_from_c(text), &scope, wanted, &expr, &problem),
                     ERR_INVALID);
    assert_null(expr);
    return problem;
}

static Expr *compiled(const char *text, ExprType wanted)
{
    Expr *expr = NULL;
    ExprProblem problem = {0};
    Err err = expr_compile(&arena, str_from_c(text), &scope, wanted, &expr, &problem);
    if (err != OK)
        fail_msg("%s: %.*s", text, STR_ARG(problem.message));
    return expr;
}

static void assert_message(const char *text, ExprType wanted, const char *en, const char *zh)
{
    ExprProblem problem = problem_of(text, wanted);
    assert_string_equal(str_to_c(&arena, problem.message), en);
    assert_string_equal(str_to_c(&arena, problem.message_zh), zh);
}

static void a_mistake_says_what_to_write_instead(void **state)
{
    (void)state;
    assert_message("sbp >= '140'", EXPR_LOGIC, "sbp is a whole number and '140' is text: write 140",
                   "sbp 是整数，'140' 是文本：请写 140");
    assert_message("mode IN (1, 2)", EXPR_LOGIC, "mode is text and 1 is a whole number: write '1'",
                   "mode 是文本，1 是整数：请写 '1'");
    assert_message("day > '2025-06-30'", EXPR_LOGIC,
                   "day is a date and '2025-06-30' is text: write DATE '2025-06-30'",
                   "day 是日期，'2025-06-30' 是文本：请写 DATE '2025-06-30'");
    assert_message("sbp", EXPR_LOGIC,
                   "a condition is wanted here and sbp is a whole number: write sbp > 0",
                   "这里需要条件，而 sbp 是整数：请写 sbp > 0");
    assert_message("symptoms = '1'", EXPR_LOGIC,
                   "symptoms is a set of codes and '1' is text: write has(symptoms, '1')",
                   "symptoms 是多选代码，'1' 是文本：请写 has(symptoms, '1')");
    assert_message("mode = NULL", EXPR_LOGIC,
                   "a comparison with NULL never holds: write mode IS NULL",
                   "与 NULL 比较永远不成立：请写 mode IS NULL");
    assert_message("weight", EXPR_INTEGER,
                   "a whole number is wanted here and weight is a decimal number: write "
                   "int_of(weight)",
                   "这里需要整数，而 weight 是小数：请写 int_of(weight)");
    assert_message("round(sbp, 1, 2)", EXPR_DECIMAL,
                   "wrong number of arguments: write round(number) or round(number, places)",
                   "参数个数不对：请写 round(number) or round(number, places)");
    assert_message("sbp + $none", EXPR_INTEGER, "this parameter has no value to use",
                   "这个参数没有可用的值");
}

static void every_mistake_has_both_languages(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",          "(",
        "sbp +",     "sbp = = 1",
        "CASE END",  "sbp IS 3",
        "NOT",       "1..2",
        "'",         "$",
        "$x",        "sbp ＝ 1",
        "1 2",       "has(1,2)",
        "day+1",     "mode+1",
        "abs()",     "big(1)",
        "sbp IN ()", "12abc",
        "'\x01'",    "TRUE<TRUE",
        "\xff",      "\x01",
        "1 < 2 < 3", "9999999999999999999999",
        "1e999",     "NULL = NULL",
        "DATE '1'",  "sbp.1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ExprProblem problem = problem_of(texts[i], EXPR_NULL);
        assert_true(problem.message.n > 0 && problem.message_zh.n > 0 && problem.column > 0);
        assert_false(str_equals(problem.message, problem.message_zh));
    }
}

static void constants_are_folded_into_a_text_that_compiles_alone(void **state)
{
    (void)state;
    Expr *expr = compiled("sbp > $limit AND mode <> $word OR weight * $factor > 1", EXPR_LOGIC);
    assert_string_equal(str_to_c(&arena, expr_text(expr)),
                        "sbp > (-7) AND mode <> 'it''s' OR weight * 2.0 > 1");
    Expr *again = compiled(str_to_c(&arena, expr_text(expr)), EXPR_LOGIC);
    assert_true(str_equals(expr_text(again), expr_text(expr)));
}

static void slots_are_listed_once_and_ascending(void **state)
{
    (void)state;
    size_t n = 0;
    const uint32_t *slots = expr_slots(
        compiled("sbp > 1 AND mode = 'a' AND sbp < 9 AND has(symptoms, '1')", EXPR_LOGIC), &n);
    assert_int_equal(n, 3);
    assert_int_equal(slots[0], 0);
    assert_int_equal(slots[1], 2);
    assert_int_equal(slots[2], 3);
}

static void a_slot_of_another_type_counts_as_absent(void **state)
{
    (void)state;
    ExprValue slots[6] = {0};
    Expr *expr = compiled("sbp IS NULL", EXPR_LOGIC);
    slots[3] = (ExprValue){.type = EXPR_TEXT, .as.text = STR("140")};
    assert_true(expr_holds(expr, slots, &arena));
    slots[3] = (ExprValue){.type = EXPR_INTEGER, .as.integer = 140};
    assert_false(expr_holds(expr, slots, &arena));
    slots[1] = (ExprValue){.type = EXPR_INTEGER, .as.integer = 70};
    assert_true(expr_holds(compiled("weight / 4 = 17.5", EXPR_LOGIC), slots, &arena));
}

static void length_depth_and_size_are_bounded(void **state)
{
    (void)state;
    static char text[6000];
    memset(text, ' ', sizeof text);
    text[4001] = '\0';
    text[0] = '1';
    assert_true(problem_of(text, EXPR_NULL).message.n > 0);
    memset(text, '(', 3000);
    text[3000] = '\0';
    assert_int_equal(problem_of(text, EXPR_NULL).column, EXPR_DEPTH_MOST + 1);
    for (int i = 0; i < 3998; i += 2)
        memcpy(text + i, "1+", 2);
    memcpy(text + 3998, "1", 2);
    assert_true(problem_of(text, EXPR_NULL).message.n > 0);
    text[901] = '\0';
    ExprValue sum = expr_evaluate(compiled(text, EXPR_INTEGER), NULL, &arena);
    assert_int_equal(sum.as.integer, 451);
}

static void put_column(void *context, uint32_t slot, Buf *out)
{
    (void)context;
    buf_printf(out, "c%u", slot);
}

static void assert_sql(const char *text, ExprDialect dialect, const char *sql)
{
    Buf out;
    buf_init(&out, &arena, 10000);
    assert_int_equal(expr_sql(compiled(text, EXPR_NULL), dialect, put_column, NULL, &out), OK);
    assert_string_equal(str_to_c(&arena, buf_str(&out)), sql);
}

static void sql_is_plain_where_no_overflow_is_possible(void **state)
{
    (void)state;
    assert_sql("sbp >= 140 OR mode IN ('1', '2')", EXPR_SQLITE,
               "((c3 >= 140) OR (c2 IN ('1', '2')))");
    assert_sql("sbp >= 140 OR mode IN ('1', '2')", EXPR_POSTGRES,
               "((c3 >= 140) OR (c2 IN ('1', '2')))");
    assert_sql("sbp + sbp + sbp", EXPR_SQLITE, "(c3 + c3 + c3)");
    assert_sql(
        "big + 1", EXPR_SQLITE,
        "(SELECT CASE typeof(expr_value) WHEN 'integer' THEN expr_value END FROM (SELECT c4 + 1 AS expr_value))");
    assert_sql("weight > 1", EXPR_POSTGRES, "(c1 > CAST(1.0 AS double precision))");
    assert_sql("mode > 'a'", EXPR_POSTGRES, "(c2 COLLATE \"C\" > 'a')");
}

static void sql_refuses_sets_of_codes_identity_numbers_and_deep_nesting(void **state)
{
    (void)state;
    Buf out;
    buf_init(&out, &arena, 10000);
    Expr *codes = compiled("has(symptoms, '1')", EXPR_LOGIC);
    assert_int_equal(expr_sql(codes, EXPR_SQLITE, put_column, NULL, &out), ERR_INVALID);
    static const char *const identities[] = {"identity_fault(mode, DATE '2025-06-30') = 'check'",
                                             "identity_birth_date(mode) IS NULL",
                                             "identity_sex(mode) = '1'"};
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++) {
        const Expr *identity = compiled(identities[i], EXPR_LOGIC);
        assert_int_equal(expr_sql(identity, EXPR_SQLITE, put_column, NULL, &out), ERR_INVALID);
        assert_int_equal(expr_sql(identity, EXPR_POSTGRES, put_column, NULL, &out), ERR_INVALID);
    }
    char text[200] = "";
    for (int i = 0; i < 30; i++)
        strcat(text, "abs(");
    strcat(text, "sbp");
    for (int i = 0; i < 30; i++)
        strcat(text, ")");
    Expr *deep = compiled(text, EXPR_INTEGER);
    assert_int_equal(expr_sql(deep, EXPR_SQLITE, put_column, NULL, &out), ERR_LIMIT);
}

static void every_function_stands_in_its_own_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXPR_FN_N; i++) {
        const ExprFunction *function = expr_function_at(i);
        assert_int_equal(function->id, i);
        assert_ptr_equal(expr_function_find(str_from_c(function->name)), function);
        assert_true(str_has_prefix(str_from_c(function->usage), str_from_c(function->name)));
    }
}

static int reset_arena(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

int main(void)
{
    arena_init(&arena, MIB(16));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_shared_case_gives_what_it_says, reset_arena),
        cmocka_unit_test_teardown(a_mistake_says_what_to_write_instead, reset_arena),
        cmocka_unit_test_teardown(every_mistake_has_both_languages, reset_arena),
        cmocka_unit_test_teardown(constants_are_folded_into_a_text_that_compiles_alone,
                                  reset_arena),
        cmocka_unit_test_teardown(slots_are_listed_once_and_ascending, reset_arena),
        cmocka_unit_test_teardown(a_slot_of_another_type_counts_as_absent, reset_arena),
        cmocka_unit_test_teardown(length_depth_and_size_are_bounded, reset_arena),
        cmocka_unit_test_teardown(sql_is_plain_where_no_overflow_is_possible, reset_arena),
        cmocka_unit_test_teardown(sql_refuses_sets_of_codes_identity_numbers_and_deep_nesting,
                                  reset_arena),
        cmocka_unit_test_teardown(every_function_stands_in_its_own_place, reset_arena),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
