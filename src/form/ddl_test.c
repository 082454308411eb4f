/* Tests of ddl: names, what may change, and the text of tables. */
#include "form/ddl.h"

#include "form/answers_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const FormField drug_fields[] = {
    {.id = {"name", 4}, .type = FIELD_TEXT},
    {.id = {"dose", 4}, .type = FIELD_DECIMAL, .unit = {{"mg", 2}, {"mg", 2}}},
};
static const FormField fields[] = {
    {.id = {"order", 5}, .type = FIELD_INTEGER, .unit = {{"mmHg", 4}, {"mmHg", 4}}},
    {.id = {"symptoms", 8}, .type = FIELD_CODES},
    {.id = {"drugs", 5}, .type = FIELD_ROWS, .rows = drug_fields, .row_field_n = 2},
    {.id = {"phone", 5}, .type = FIELD_TEXT, .is_sealed = true},
};
static const Form visit = {.id = {"visit", 5}, .fields = fields, .field_n = 4};

static int set_up(void **state)
{
    static Arena arena;
    arena_init(&arena, MIB(1));
    *state = &arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_done(*state);
    return 0;
}

static void sealed_fields_have_no_column(void **state)
{
    const DdlColumn *columns;
    size_t n;
    ddl_columns(&visit, *state, &columns, &n);
    assert_int_equal(n, 5);
    assert_true(str_equals_c(columns[0].name, "order"));
    assert_true(str_equals_c(columns[4].name, "drugs.dose"));
    assert_true(str_equals_c(columns[4].unit, "mg"));
    Buf sql;
    buf_init(&sql, *state, KIB(64));
    const bool is_new[] = {true, true, true, true, true};
    ddl_put_tables(&visit, DDL_SQLITE, columns, n, is_new, true, &sql);
    ddl_put_views(&visit, DDL_SQLITE, true, &sql);
    assert_true(str_find(buf_str(&sql), STR("phone"), 0) == SIZE_MAX);
    assert_true(str_find(answers_sql_insert(&visit, NULL, *state), STR("phone"), 0) == SIZE_MAX);
    assert_true(str_find(buf_str(&sql), STR("\"order\" INTEGER"), 0) != SIZE_MAX);
}

static void a_new_field_is_added_and_the_rest_left_alone(void **state)
{
    const DdlColumn *columns;
    size_t n;
    ddl_columns(&visit, *state, &columns, &n);
    Buf sql;
    buf_init(&sql, *state, KIB(64));
    const bool is_new[] = {true, false, false, false, true};
    ddl_put_tables(&visit, DDL_POSTGRES, columns, n, is_new, false, &sql);
    assert_true(str_equals_c(
        buf_str(&sql),
        "ALTER TABLE \"answer_visit\" ADD COLUMN \"order\" bigint;\n"
        "ALTER TABLE \"answer_visit__drugs\" ADD COLUMN \"dose\" double precision;\n"));
}

static void long_names_are_cut_and_stay_apart(void **state)
{
    Form form = {.id = STR("a_form_with_a_name_of_exactly_forty_eight_letters")};
    FormField one = {.id = STR("a_field_with_a_long_name_that_ends_in_one"), .type = FIELD_CODES};
    FormField two = {.id = STR("a_field_with_a_long_name_that_ends_in_two"), .type = FIELD_CODES};
    Str first = ddl_table(&form, &one, *state);
    Str second = ddl_table(&form, &two, *state);
    assert_int_equal(first.n, 63);
    assert_int_equal(second.n, 63);
    assert_false(str_equals(first, second));
    assert_true(str_equals(first, ddl_table(&form, &one, *state)));
}

static void type_and_unit_of_a_field_are_for_ever(void **state)
{
    const DdlColumn *columns;
    size_t n;
    ddl_columns(&visit, *state, &columns, &n);
    DdlKnown known = {.name = STR("order"), .type = STR("integer"), .unit = STR("mmHg")};
    assert_int_equal(ddl_fault(&visit, &columns[0], NULL), DDL_FITS);
    assert_int_equal(ddl_fault(&visit, &columns[0], &known), DDL_FITS);
    DdlColumn other = columns[0];
    other.is_computed = !other.is_computed;
    assert_int_equal(ddl_fault(&visit, &other, &known), DDL_FITS); /* not noted */
    known.was_entered = !columns[0].is_computed;
    known.was_computed = columns[0].is_computed;
    assert_int_equal(ddl_fault(&visit, &columns[0], &known), DDL_FITS);
    assert_int_equal(ddl_fault(&visit, &other, &known),
                     other.is_computed ? DDL_BECAME_COMPUTED : DDL_BECAME_ENTERED);
    known.unit = STR("kPa");
    assert_int_equal(ddl_fault(&visit, &columns[0], &known), DDL_UNIT_CHANGED);
    known.type = STR("decimal");
    assert_int_equal(ddl_fault(&visit, &columns[0], &known), DDL_TYPE_CHANGED);
}

static void names_of_the_header_and_of_engines_are_taken(void **state)
{
    (void)state;
    assert_true(ddl_name_is_reserved(STR("happened_on")));
    assert_true(ddl_name_is_reserved(STR("a__b")));
    assert_false(ddl_name_is_reserved(STR("order")));
    assert_true(ddl_form_is_reserved(STR("record")));
    assert_true(ddl_form_is_reserved(STR("visit__drugs")));
    assert_false(ddl_form_is_reserved(STR("visit")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sealed_fields_have_no_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_field_is_added_and_the_rest_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(long_names_are_cut_and_stay_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(type_and_unit_of_a_field_are_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_the_header_and_of_engines_are_taken, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
