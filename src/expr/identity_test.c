/* Tests of identity numbers (GB 11643). The worked cases carry their numbers; persons and prefix
 * 9966 are invented. */
#include "expr/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Date today(void)
{
    return date_from_ymd(2025, 6, 30);
}

static IdentityNumber read_good(const char *text)
{
    IdentityNumber number = {0};
    assert_int_equal(identity_number_read(str_from_c(text), today(), &number), IDENTITY_OK);
    return number;
}

static IdentityFault fault_of(const char *text)
{
    IdentityNumber number;
    return identity_number_read(str_from_c(text), today(), &number);
}

static void assert_day(Date day, const char *expected)
{
    char text[DATE_TEXT_SIZE];
    assert_string_equal(date_format(day, text), expected);
}

static void wc_01_a_number_with_an_unassigned_prefix_is_valid_with_a_warning(void **state)
{
    (void)state;
    IdentityNumber number = read_good("996601195803120011");
    assert_string_equal(number.number, "996601195803120011");
    assert_day(number.birth_date, "1958-03-12");
    assert_true(str_equals_c(number.sex, "1"));
    assert_true(number.area_unknown);
    assert_false(read_good("441322195803120015").area_unknown);
}

static void wc_02_the_leap_day_exists_and_an_even_sequence_is_female(void **state)
{
    (void)state;
    IdentityNumber number = read_good("996601202402290020");
    assert_day(number.birth_date, "2024-02-29");
    assert_true(str_equals_c(number.sex, "2"));
}

static void wc_03_a_small_x_is_accepted_and_stored_large(void **state)
{
    (void)state;
    IdentityNumber number = read_good("99660119760704003x");
    assert_string_equal(number.number, "99660119760704003X");
    assert_day(number.birth_date, "1976-07-04");
    assert_true(str_equals_c(number.sex, "1"));
}

static void wc_04_a_wrong_check_character_is_refused(void **state)
{
    (void)state;
    assert_int_equal(fault_of("996601195803120012"), IDENTITY_CHECK);
}

static void wc_05_a_day_that_does_not_exist_is_refused_even_with_a_right_check(void **state)
{
    (void)state;
    assert_int_equal(fault_of("996601202302290015"), IDENTITY_DATE);
}

static void wc_06_seventeen_characters_are_refused(void **state)
{
    (void)state;
    assert_int_equal(fault_of("99660119580312001"), IDENTITY_LENGTH);
    assert_int_equal(fault_of(""), IDENTITY_LENGTH);
}

static void wc_07_an_old_number_of_fifteen_digits_is_upgraded(void **state)
{
    (void)state;
    IdentityNumber number = read_good("996601620815003");
    assert_string_equal(number.number, "996601196208150034");
    assert_day(number.birth_date, "1962-08-15");
    assert_true(str_equals_c(number.sex, "1"));
}

static void wc_08_the_number_tells_the_sex_to_compare_with_the_form(void **state)
{
    (void)state;
    assert_false(str_equals_c(read_good("996601195803120011").sex, "2"));
}

static void a_birth_in_the_future_or_before_1850_is_refused(void **state)
{
    (void)state;
    IdentityNumber number;
    Str text = STR("996601202402290020");
    assert_int_equal(identity_number_read(text, date_from_ymd(2024, 2, 28), &number),
                     IDENTITY_DATE);
    assert_int_equal(identity_number_read(text, date_from_ymd(2024, 2, 29), &number), IDENTITY_OK);
    assert_int_equal(fault_of("996601184912310011"), IDENTITY_DATE);
}

static void other_characters_are_refused_before_the_date_is_looked_at(void **state)
{
    (void)state;
    assert_int_equal(fault_of("99660119580312X011"), IDENTITY_CHARACTERS);
    assert_int_equal(fault_of("99660119581312001Y"), IDENTITY_CHARACTERS);
    assert_int_equal(fault_of("99660162081500X"), IDENTITY_CHARACTERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wc_01_a_number_with_an_unassigned_prefix_is_valid_with_a_warning),
        cmocka_unit_test(wc_02_the_leap_day_exists_and_an_even_sequence_is_female),
        cmocka_unit_test(wc_03_a_small_x_is_accepted_and_stored_large),
        cmocka_unit_test(wc_04_a_wrong_check_character_is_refused),
        cmocka_unit_test(wc_05_a_day_that_does_not_exist_is_refused_even_with_a_right_check),
        cmocka_unit_test(wc_06_seventeen_characters_are_refused),
        cmocka_unit_test(wc_07_an_old_number_of_fifteen_digits_is_upgraded),
        cmocka_unit_test(wc_08_the_number_tells_the_sex_to_compare_with_the_form),
        cmocka_unit_test(a_birth_in_the_future_or_before_1850_is_refused),
        cmocka_unit_test(other_characters_are_refused_before_the_date_is_looked_at),
    };
    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
