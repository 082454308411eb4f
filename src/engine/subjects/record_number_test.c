/* Tests of record numbers and pinyin initials: pure, no database. The worked cases carry their
 * numbers; prefix 9966 is invented. */
#include "engine/subjects/subjects_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void wc_09_a_record_number_has_seventeen_digits_and_prints_its_last_eight(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, MIB(1));
    Str number = {0};
    assert_int_equal(record_number_make(STR("996601"), STR("104"), STR("103"), 27, &arena, &number),
                     OK);
    assert_true(str_equals_c(number, "99660110410300027"));
    assert_true(str_equals_c(record_number_printed(number, &arena), "103-00027"));
    assert_int_equal(committee_kind(STR("103")), COMMITTEE_VILLAGE);
    assert_int_equal(
        record_number_make(STR("996601"), STR("104"), STR("103"), 100000, &arena, &number),
        ERR_INVALID);
    assert_int_equal(record_number_make(STR("99660"), STR("104"), STR("103"), 1, &arena, &number),
                     ERR_INVALID);
    arena_done(&arena);
}

static void wc_10_the_third_part_of_a_record_number_tells_the_committee(void **state)
{
    (void)state;
    assert_int_equal(committee_kind(STR("045")), COMMITTEE_NEIGHBOURHOOD);
    assert_int_equal(committee_kind(STR("905")), COMMITTEE_OTHER);
    assert_int_equal(committee_kind(STR("150")), COMMITTEE_VILLAGE);
    assert_int_equal(committee_kind(STR("201")), COMMITTEE_VILLAGE);
    assert_int_equal(committee_kind(STR("000")), COMMITTEE_OTHER);
}

static void a_character_has_the_initial_of_its_pinyin(void **state)
{
    (void)state;
    assert_int_equal(pinyin_initial(0x738b, false), 'w'); /* 王 */
    assert_int_equal(pinyin_initial(0x4e00, false), 'y'); /* the first: 一 */
    assert_int_equal(pinyin_initial(0x660e, false), 'm'); /* 明 */
    assert_int_equal(pinyin_initial('a', false), 0);
    assert_int_equal(pinyin_initial(0x9fa6, false), 0);
}

static void a_surname_with_a_reading_of_its_own_has_that_initial_at_the_head(void **state)
{
    (void)state;
    const struct {
        uint32_t code;
        char common, surname;
    } cases[] = {
        {0x5355, 'd', 's'}, /* 单 */ {0x4ec7, 'c', 'q'}, /* 仇 */ {0x89e3, 'j', 'x'}, /* 解 */
        {0x66fe, 'c', 'z'}, /* 曾 */ {0x533a, 'q', 'o'}, /* 区 */ {0x67e5, 'c', 'z'}, /* 查 */
        {0x4efb, 'r', 'r'}, /* 任 */ {0x534e, 'h', 'h'},                              /* 华 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pinyin_initial(cases[i].code, false), cases[i].common);
        assert_int_equal(pinyin_initial(cases[i].code, true), cases[i].surname);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wc_09_a_record_number_has_seventeen_digits_and_prints_its_last_eight),
        cmocka_unit_test(wc_10_the_third_part_of_a_record_number_tells_the_committee),
        cmocka_unit_test(a_character_has_the_initial_of_its_pinyin),
        cmocka_unit_test(a_surname_with_a_reading_of_its_own_has_that_initial_at_the_head),
    };
    return cmocka_run_group_tests_name("record_number", tests, NULL, NULL);
}
