/* What forms promise: the shared cases, the wire, and what the wire cannot say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vec.h"
#include "form/wire.h"

#include <stdio.h>
#include <string.h>

static Arena arena;

static Str read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = arena_alloc(&arena, 200000);
    size_t n = fread(bytes, 1, 200000, file);
    fclose(file);
    assert_true(n < 200000);
    return (Str){bytes, n};
}

/* Takes lines off *rest up to the one that begins with a word; that one is taken too. */
static Str take_until(Str *rest, const char *word, Str *ret_line)
{
    Str start = *rest;
    while (rest->n > 0) {
        size_t end = str_find_char(*rest, '\n', 0);
        Str line = str_slice(*rest, 0, end);
        size_t at = (size_t)(rest->p - start.p);
        Str first = line;
        if (str_find_char(line, '\t', 0) != SIZE_MAX)
            first = str_slice(line, 0, str_find_char(line, '\t', 0));
        if (str_equals_c(first, word)) {
            *rest = str_slice(*rest, end + 1, rest->n);
            *ret_line = line;
            return str_slice(start, 0, at);
        }
        *rest = str_slice(*rest, end + 1, rest->n);
    }
    *ret_line = (Str){0};
    return start;
}

static Form *read_form(Str text)
{
    Form *form = NULL;
    FormWireProblem problem = {0};
    Err err = form_wire_read(text, &arena, &form, &problem);
    if (err != OK)
        fail_msg("line %zu: %.*s", problem.line, STR_ARG(problem.message.en));
    return form;
}

static Str run(const Form *form, Str input)
{
    Buf out;
    FormContext context = {0};
    FormAnswers answers = {0};
    FormWireProblem problem = {0};
    FormResult result = {0};
    buf_init(&out, &arena, 100000);
    if (form_wire_read_answers(form, input, &arena, &context, &answers, &problem) == OK) {
        form_evaluate(form, &context, &answers, &arena, &result);
        form_wire_write_result(form, &answers, &result, &out);
    } else {
        form_wire_write_problem(&problem, &out);
    }
    return buf_str(&out);
}

static int run_file(const char *path)
{
    Str rest = read_file(path);
    Str name = {0}, expect = {0};
    const Form *form = read_form(take_until(&rest, "case", &name));
    int n = 0;
    while (name.n > 0) {
        Str input = take_until(&rest, "expect", &expect);
        Str case_name = name;
        Str wanted = take_until(&rest, "case", &name);
        Str got = run(form, input);
        if (!str_equals(got, wanted))
            fail_msg("%.*s\nwanted:\n%.*s\ngot:\n%.*s", STR_ARG(case_name), STR_ARG(wanted),
                     STR_ARG(got));
        n++;
    }
    return n;
}

static void every_shared_case_gives_what_it_says(void **state)
{
    (void)state;
    assert_int_equal(run_file(TESTS_SHARED "/forms/visit.cells"), 8);
    assert_int_equal(run_file(TESTS_SHARED "/forms/kinds.cells"), 6);
    assert_int_equal(run_file(TESTS_SHARED "/forms/policy.cells"), 3);
    assert_int_equal(run_file(TESTS_SHARED "/forms/table.cells"), 3);
    assert_int_equal(run_file(TESTS_SHARED "/forms/scans.cells"), 6);
}

static Form *visit_form(void)
{
    Str rest = read_file(TESTS_SHARED "/forms/visit.cells");
    Str name = {0};
    return read_form(take_until(&rest, "case", &name));
}

static void a_declaration_survives_writing_and_reading(void **state)
{
    (void)state;
    static const char *const files[] = {"/forms/visit.cells", "/forms/kinds.cells",
                                        "/forms/policy.cells", "/forms/table.cells",
                                        "/forms/scans.cells"};
    for (size_t i = 0; i < 2; i++) {
        Str rest = read_file(str_to_c(&arena, str_printf(&arena, "%s%s", TESTS_SHARED, files[i])));
        Str name = {0};
        Buf first, second;
        buf_init(&first, &arena, 100000);
        buf_init(&second, &arena, 100000);
        form_wire_write(read_form(take_until(&rest, "case", &name)), NULL, &first);
        form_wire_write(read_form(buf_str(&first)), NULL, &second);
        assert_true(str_equals(buf_str(&first), buf_str(&second)));
        assert_true(str_find(buf_str(&first), STR("\nrequired"), 0) != SIZE_MAX);
    }
}

static void answers_survive_writing_and_reading(void **state)
{
    (void)state;
    const Form *form = visit_form();
    FormContext context = {0};
    FormAnswers answers = {0};
    FormWireProblem problem = {0};
    Buf out;
    buf_init(&out, &arena, 100000);
    Str text = STR("context\thappened_on\t2025-06-30\n"
                   "context\tsubject.sex\t2\n"
                   "value\tmode\t1\n"
                   "previous_codes\tsymptoms\t2\t10\n"
                   "codes\tsymptoms\t2\t10\n"
                   "value\tsymptoms_other\ta\\\\\n"
                   "value\tsbp\t-7\n"
                   "previous\theight\t171.5\n"
                   "value\theight\t170.1\n"
                   "confirmed\trise\n");
    assert_int_equal(form_wire_read_answers(form, text, &arena, &context, &answers, &problem), OK);
    form_wire_write_answers(form, &context, &answers, &out);
    if (!str_equals(buf_str(&out), text))
        fail_msg("%.*s", STR_ARG(buf_str(&out)));
}

/* Each is one change to a good declaration, with the line that must be named. */
static void a_wrong_declaration_is_refused_at_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
    } wrong[] = {
        {"catchment-form\t2\n", 1},
        {"form\ta\tb\tc\td\te\tf\tg\th\ti\n", 1},
        {"catchment-form\t1\nform\ta\tb\n", 2},
        {"catchment-form\t1\nnosuch\n", 2},
        {"catchment-form\t1\nrequired\n", 2},
        {"catchment-form\t1\nfield\tx\tnumber\t0\ta\tb\nend\n", 2},
        {"catchment-form\t1\nfield\tx\ttext\tx\ta\tb\nend\n", 2},
        {"catchment-form\t1\nfield\tx\tcode\t0\ta\tb\nlist\tnosuch\n", 3},
        {"catchment-form\t1\nfield\tx\ttext\t0\ta\tb\ncolumn\ty\ttext\ta\tb\n", 3},
        {"catchment-form\t1\nfield\tx\tinteger\t0\ta\tb\nrange\t1\tx\n", 3},
        {"catchment-form\t1\nform\ta\tb\tc\td\te\tf\tg\th\ti\n"
         "field\tx\tinteger\t0\ta\tb\nshown_if\tx = 1\nend\n",
         4},
        {"catchment-form\t1\nform\ta\tb\tc\td\te\tf\tg\th\ti\n"
         "field\tx\tinteger\t0\ta\tb\ncheck\tc\t1\tx\tx = 'a'\tz\te\ts\nend\n",
         4},
        {"catchment-form\t1\nform\ta\tb\tc\td\te\tf\tg\th\ti\n", 2},
        {"catchment-form\t1\nform\ta\tb\tc\td\te\tf\tg\th\ti\nend\nend\n", 4},
        {"catchment-form\t1\nform\ta\\q\tb\tc\td\te\tf\tg\th\ti\nend\n", 2},
        {"catchment-form\t1\n\xff\n", 2},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        Form *form = NULL;
        FormWireProblem problem = {0};
        assert_int_equal(form_wire_read(str_from_c(wrong[i].text), &arena, &form, &problem),
                         ERR_INVALID);
        if (problem.line != wrong[i].line)
            fail_msg("%zu: line %zu: %.*s", i, problem.line, STR_ARG(problem.message.en));
        assert_true(problem.message.zh.n > 0 && problem.message.en.n > 0);
    }
}

static void values_of_a_wrong_type_are_issues_not_crashes(void **state)
{
    (void)state;
    const Form *form = visit_form();
    FormContext context = {.happened_on = DATE_NONE,
                           .today = DATE_NONE,
                           .subject_birth_date = DATE_NONE,
                           .previous_happened_on = DATE_NONE};
    FormAnswers answers;
    FormResult result;
    form_answers_init(&answers, form, &arena);
    for (size_t i = 0; i < form->field_n; i++)
        answers.values[i] = (ExprValue){.type = EXPR_LOGIC, .as.logic = true};
    form_evaluate(form, &context, &answers, &arena, &result);
    assert_true(result.has_hard);
    assert_int_equal(result.issues[0].kind, ISSUE_TYPE);
    assert_int_equal(result.issues[0].field, form_find_field(form, STR("mode")));
}

static void whole_decimals_are_whole_numbers_and_the_other_way_round(void **state)
{
    (void)state;
    const Form *form = visit_form();
    FormContext context = {.happened_on = DATE_NONE,
                           .today = DATE_NONE,
                           .subject_birth_date = DATE_NONE,
                           .previous_happened_on = DATE_NONE};
    FormAnswers answers;
    FormResult result;
    size_t sbp = form_find_field(form, STR("sbp"));
    size_t height = form_find_field(form, STR("height"));
    form_answers_init(&answers, form, &arena);
    answers.values[sbp] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 140.0};
    answers.values[height] = (ExprValue){.type = EXPR_INTEGER, .as.integer = 170};
    form_evaluate(form, &context, &answers, &arena, &result);
    assert_int_equal(answers.values[sbp].type, EXPR_INTEGER);
    assert_int_equal(answers.values[sbp].as.integer, 140);
    assert_int_equal(answers.values[height].type, EXPR_DECIMAL);
}

static void empty_rows_are_dropped_after_the_judgement(void **state)
{
    (void)state;
    Str rest = read_file(TESTS_SHARED "/forms/kinds.cells");
    Str name = {0};
    const Form *form = read_form(take_until(&rest, "case", &name));
    FormContext context = {.happened_on = DATE_NONE,
                           .today = DATE_NONE,
                           .subject_birth_date = DATE_NONE,
                           .previous_happened_on = DATE_NONE};
    FormAnswers answers;
    FormResult result;
    size_t drugs = form_find_field(form, STR("drugs"));
    form_answers_init(&answers, form, &arena);
    assert_true(form_answers_put_text(&answers, form, &arena, (FormPlace){drugs, 2, 0}, STR("甲")));
    assert_int_equal(answers.rows[drugs].n, 3);
    assert_false(form_answers_put_text(&answers, form, &arena, (FormPlace){drugs, FORM_ROW_MOST, 0},
                                       STR("甲")));
    form_evaluate(form, &context, &answers, &arena, &result);
    assert_int_equal(answers.rows[drugs].n, 1);
    assert_true(str_equals_c(form_answers_get(&answers, (FormPlace){drugs, 0, 0}).as.text, "甲"));
}

static void names_reach_only_fields_before(void **state)
{
    (void)state;
    const Form *form = visit_form();
    FormNames names = {.fields = form->fields, .field_n = form->field_n, .readable_n = 3};
    ExprScope scope = form_scope(&names);
    ExprName found = {0};
    assert_true(scope.find(scope.context, STR("mode"), &found));
    assert_false(scope.find(scope.context, STR("sbp"), &found));
    assert_true(scope.find(scope.context, STR("previous.sbp"), &found));
    assert_int_equal(found.slot, form_slot_previous(form, form_find_field(form, STR("sbp"))));
    assert_true(scope.find(scope.context, STR("today"), &found));
    assert_int_equal(found.slot, form_slot(form, FORM_SLOT_TODAY));
    assert_false(scope.find(scope.context, STR("$x"), &found));
    assert_true(found.slot < form->slot_n);
}

static void decimals_are_kept_or_refused_by_their_places(void **state)
{
    (void)state;
    uint32_t random = 12345;
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525u + 1013904223u;
        FormField field = {.type = FIELD_DECIMAL, .places = (int)(random >> 8) % 7};
        ExprValue value = EXPR_ABSENT;
        Wording message = {0};
        char text[64];
        int n = snprintf(text, sizeof text, "%u.%0*u", random >> 12, field.places + 1, 0u);
        for (int k = 0; k < field.places; k++)
            text[n - 1 - field.places + k] = (char)('0' + (random >> (k + 3)) % 10);
        assert_int_equal(form_value_from_text(&field, str_from_c(text), &arena, &value, &message),
                         OK);
        text[n - 1] = (char)('1' + random % 9);
        assert_int_equal(form_value_from_text(&field, str_from_c(text), &arena, &value, &message),
                         ERR_INVALID);
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
        cmocka_unit_test_teardown(a_declaration_survives_writing_and_reading, reset_arena),
        cmocka_unit_test_teardown(answers_survive_writing_and_reading, reset_arena),
        cmocka_unit_test_teardown(a_wrong_declaration_is_refused_at_its_line, reset_arena),
        cmocka_unit_test_teardown(values_of_a_wrong_type_are_issues_not_crashes, reset_arena),
        cmocka_unit_test_teardown(whole_decimals_are_whole_numbers_and_the_other_way_round,
                                  reset_arena),
        cmocka_unit_test_teardown(empty_rows_are_dropped_after_the_judgement, reset_arena),
        cmocka_unit_test_teardown(names_reach_only_fields_before, reset_arena),
        cmocka_unit_test_teardown(decimals_are_kept_or_refused_by_their_places, reset_arena),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
