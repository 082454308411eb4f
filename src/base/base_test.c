/* What the base promises: arenas, text, dates, periods, numbers, identifiers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/num.h"
#include "base/period.h"
#include "base/span.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "base/vec.h"

static Date day(const char *text)
{
    Date date = DATE_NONE;
    assert_int_equal(date_parse(str_from_c(text), &date), OK);
    return date;
}

static void assert_day(Date date, const char *text)
{
    char out[DATE_TEXT_SIZE];
    assert_string_equal(date_format(date, out), text);
}

static void month_addition_takes_the_last_day_that_exists(void **state)
{
    (void)state;
    assert_day(date_add_months(day("2024-02-29"), 12), "2025-02-28");
    assert_day(date_add_months(day("2024-08-31"), 6), "2025-02-28");
    assert_day(date_add_months(day("2023-08-31"), 6), "2024-02-29");
    assert_day(date_add_months(day("2025-01-31"), -2), "2024-11-30");
}

static void every_day_of_400_years_survives_a_round_trip(void **state)
{
    (void)state;
    for (Date date = date_from_ymd(1900, 1, 1); date_compare(date, date_from_ymd(2300, 1, 1)) < 0;
         date = date_add_days(date, 1)) {
        int year = 0, month = 0, of_month = 0;
        date_to_ymd(date, &year, &month, &of_month);
        assert_int_equal(date_from_ymd(year, month, of_month).days, date.days);
    }
}

static void age_is_reached_on_the_birthday(void **state)
{
    (void)state;
    assert_int_equal(date_age_years(day("2024-02-29"), day("2025-02-27")), 0);
    assert_int_equal(date_age_years(day("2024-02-29"), day("2025-02-28")), 1);
    assert_int_equal(date_age_years(day("1960-06-30"), day("2025-06-29")), 64);
    assert_int_equal(date_age_years(day("1960-06-30"), day("2025-06-30")), 65);
    assert_int_equal(date_age_months(day("2025-01-31"), day("2025-02-28")), 1);
    assert_int_equal(date_age_years(day("2025-01-02"), day("2025-01-01")), -1);
}

static void only_real_days_in_full_form_are_dates(void **state)
{
    (void)state;
    static const char *const wrong[] = {"2023-02-29", "2025-13-01", "2025-6-30",   "20250630",
                                        "2025-06-31", "0000-01-01", " 2025-06-30", ""};
    Date date = DATE_NONE;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(date_parse(str_from_c(wrong[i]), &date), OK);
}

static void the_day_of_an_instant_is_chinas(void **state)
{
    (void)state;
    assert_day(date_of_instant(instant_of_date(day("2025-06-30"), 0, 0)), "2025-06-30");
    assert_day(date_of_instant(instant_of_date(day("2025-06-30"), 23, 59)), "2025-06-30");
    char out[INSTANT_TEXT_SIZE];
    assert_string_equal(instant_format(instant_of_date(day("2025-06-30"), 1, 2), out),
                        "2025-06-29T17:02:00.000Z");
}

static void periods_are_named_and_follow_each_other(void **state)
{
    (void)state;
    char name[PERIOD_NAME_SIZE];
    Period quarter = period_of(PERIOD_QUARTER, day("2025-06-30"));
    assert_string_equal(period_name(quarter, name), "2025Q2");
    assert_day(quarter.first, "2025-04-01");
    assert_day(period_last(quarter), "2025-06-30");
    assert_string_equal(period_name(period_next(period_next(period_next(quarter))), name),
                        "2026Q1");
    assert_string_equal(period_name(period_previous(quarter), name), "2025Q1");
    assert_string_equal(period_name(period_of(PERIOD_WEEK, day("2027-01-01")), name), "2026W53");
    assert_string_equal(period_name(period_of(PERIOD_HALF, day("2025-07-01")), name), "2025H2");
    static const char *const names[] = {"2025", "2025H2", "2025Q4", "2025-12"};
    static const char *const wrong[] = {"",       "25",      "2025H3", "2025Q0",  "2025-13",
                                        "2025-1", "2025W01", "0000",   "2025Q1 ", "20x5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Period period;
        assert_int_equal(period_parse(str_from_c(names[i]), &period), OK);
        assert_string_equal(period_name(period, name), names[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Period period;
        assert_int_equal(period_parse(str_from_c(wrong[i]), &period), ERR_INVALID);
    }
}

static Span span_of(const char *text)
{
    Span span = {0};
    assert_int_equal(span_parse(str_from_c(text), &span), OK);
    return span;
}

static void spans_add_months_before_days(void **state)
{
    (void)state;
    Date leap = date_from_ymd(2024, 2, 29);
    assert_day(date_add_span(leap, span_of("12m")), "2025-02-28");
    assert_day(date_add_span(leap, span_of("12m+29d")), "2025-03-29");
    assert_day(date_add_span(leap, span_of("5y-1d")), "2029-02-27");
    assert_day(date_add_span(date_from_ymd(2023, 8, 31), span_of("6m+29d")), "2024-03-29");
    assert_day(date_add_span(leap, span_of("2w")), "2024-03-14");
    assert_day(date_add_span(leap, span_of("72h")), "2024-03-03");
    assert_day(date_add_span(leap, span_of("12h")), "2024-02-29");
    static const char *const refused[] = {"",      "d",  "14",  "+3m",   "3m+",
                                          "3m-4m", "3x", "3 m", "1m+2h", "200y"};
    Span span;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_not_equal(span_parse(str_from_c(refused[i]), &span), OK);
    assert_true(span_compare(span_of("12m+29d"), span_of("13m")) < 0);
    assert_true(span_compare(span_of("7d"), span_of("1w")) == 0);
}

static void a_number_is_printed_in_its_fewest_digits(void **state)
{
    (void)state;
    char out[NUM_TEXT_SIZE];
    const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "-0"},
                 {7, "7"},
                 {-120, "-120"},
                 {62.5, "62.5"},
                 {-62.5, "-62.5"},
                 {0.05, "0.05"},
                 {-0.01, "-0.01"},
                 {0.5, "0.5"},
                 {99.99, "99.99"},
                 {1234567.89, "1234567.89"},
                 {0.125, "0.125"},
                 {0.001, "0.001"},
                 {1e11, "100000000000"},
                 {1e12, "1000000000000"},
                 {1e16, "1e+16"},
                 {0.1 + 0.2, "0.30000000000000004"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(num_format_double(cases[i].value, out), cases[i].text);
    for (int i = -25000; i <= 25000; i += 7) {
        char expected[NUM_TEXT_SIZE];
        snprintf(expected, sizeof expected, "%.15g", i / 100.0);
        assert_string_equal(num_format_double(i / 100.0, out), expected);
    }
}

static void rounding_is_decimal_and_away_from_zero(void **state)
{
    (void)state;
    char out[NUM_TEXT_SIZE];
    assert_string_equal(num_format_double(num_round(2.675, 2), out), "2.68");
    assert_string_equal(num_format_double(num_round(-2.5, 0), out), "-3");
    assert_string_equal(num_format_double(num_round(1.005, 2), out), "1.01");
    assert_string_equal(num_format_double(num_round(89.95, 1), out), "90");
    assert_string_equal(num_format_double(num_round(-0.001, 2), out), "0");
    assert_string_equal(num_format_double(0.1 + 0.2, out), "0.30000000000000004");
    assert_string_equal(num_format_double(19.1, out), "19.1");
}

/* By its digits alone. */
static double rounded_by_text(double value, int places)
{
    char text[64];
    double scale = pow(10.0, places);
    snprintf(text, sizeof text, "%.15g", value);
    snprintf(text, sizeof text, "%.15g", strtod(text, NULL) * scale);
    return round(strtod(text, NULL)) / scale + 0.0;
}

static void rounding_is_the_same_beside_halves_and_far_from_them(void **state)
{
    (void)state;
    static const double off[] = {0,    1e-16, 1e-13, 1e-9, 9e-4, 1.1e-3, 0.1,
                                 0.33, 0.4,   0.499, 0.49, -0.2, -1e-9,  -1e-14};
    for (int places = 0; places <= 3; places++) {
        for (int i = -3000; i <= 3000; i += 7) {
            for (size_t k = 0; k < sizeof off / sizeof *off; k++) {
                double value = (i + 0.5 + off[k]) / pow(10.0, places) * (i % 2 == 0 ? 1 : 1000);
                double expected = rounded_by_text(value, places);
                double rounded = num_round(value, places);
                assert_memory_equal(&rounded, &expected, sizeof rounded);
            }
        }
    }
}

static void numbers_are_read_whole_or_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "-", "01", "+1", "1 ", "1a", "9223372036854775808"};
    int64_t integer = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(num_parse_i64(str_from_c(wrong[i]), &integer), OK);
    assert_int_equal(num_parse_i64(STR("-9223372036854775808"), &integer), OK);
    assert_true(integer == INT64_MIN);
    double real = 0;
    assert_int_equal(num_parse_double(STR("1e999"), &real), ERR_LIMIT);
    assert_int_equal(num_parse_double(STR("1."), &real), ERR_MALFORMED);
    assert_int_equal(num_parse_double(STR("-0.5e2"), &real), OK);
}

static void only_well_formed_utf8_is_valid(void **state)
{
    (void)state;
    assert_true(utf8_is_valid(STR("王·𠮷é")));
    assert_int_equal(utf8_length(STR("王·𠮷é")), 4);
    assert_false(utf8_is_valid(STR("\xc0\x80")));
    assert_false(utf8_is_valid(STR("\xed\xa0\x80")));
    assert_false(utf8_is_valid(STR("\xf4\x90\x80\x80")));
    assert_int_equal(utf8_valid_prefix(STR("ab\xff")), 2);
}

static void uuids_of_later_instants_sort_later(void **state)
{
    (void)state;
    const uint8_t high[UUID_RANDOM_SIZE] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const uint8_t low[UUID_RANDOM_SIZE] = {0};
    Uuid first = uuid_v7((Instant){1000}, high), second = uuid_v7((Instant){1001}, low);
    assert_true(uuid_compare(first, second) < 0);
    char out[UUID_TEXT_SIZE];
    Uuid back = UUID_NIL;
    assert_int_equal(uuid_parse(str_from_c(uuid_format(first, out)), &back), OK);
    assert_true(uuid_equals(first, back));
    assert_int_equal(out[14], '7');
    assert_int_not_equal(uuid_parse(STR("0190163d-8694-739b-aea5-966c26f8ad9"), &back), OK);
}

static void an_arena_remembers_that_it_went_over(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, 10000);
    ArenaMark mark = arena_mark(&arena);
    (void)arena_alloc(&arena, 9000);
    assert_false(arena.is_over);
    (void)arena_alloc(&arena, 9000);
    assert_true(arena.is_over);
    arena_reset_to(&arena, mark);
    assert_false(arena.is_over);
    assert_int_equal(arena.used, 0);
    arena_done(&arena);
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

static void an_arena_gives_what_a_reset_took_back_again_and_zeroed(void **state)
{
    (void)state;
    enum { ROUNDS = 4, BLOCKS = 6 };
    Arena arena;
    arena_init(&arena, MIB(64));
    unsigned char *kept = arena_alloc(&arena, 1000);
    memset(kept, 7, 1000);
    ArenaMark mark = arena_mark(&arena);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            size_t n = i % 2 == 0 ? KIB(700) : MIB(3) / (round + 1);
            unsigned char *block = arena_alloc(&arena, n);
            assert_true(is_zero(block, n));
            memset(block, 0xff, n);
        }
        arena_reset_to(&arena, mark);
        assert_int_equal(arena.used, mark.used);
        assert_int_equal(kept[999], 7);
    }
    (void)arena_alloc(&arena, MIB(2));
    arena_reset(&arena);
    assert_true(is_zero(arena_alloc(&arena, MIB(2)), MIB(2)));
    arena_done(&arena);
}

static void maps_keep_the_order_of_insertion(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, MIB(4));
    Map map;
    map_init(&map, &arena);
    for (int i = 0; i < 1000; i++)
        map_put(&map, str_printf(&arena, "key %d", 999 - i), &map);
    assert_int_equal(map.n, 1000);
    assert_true(str_equals(map.entries[0].key, STR("key 999")));
    assert_true(map_has(&map, STR("key 500")));
    assert_false(map_has(&map, STR("key 1000")));
    arena_done(&arena);
}

static void buffers_stop_at_their_ceiling(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, MIB(1));
    Buf buf;
    buf_init(&buf, &arena, 10);
    buf_put(&buf, STR("0123456789"));
    assert_false(buf.is_over);
    buf_put_char(&buf, 'x');
    assert_true(buf.is_over);
    assert_true(str_equals(buf_str(&buf), STR("0123456789")));
    VEC(int) numbers = {0};
    for (int i = 0; i < 100; i++)
        VEC_PUSH(&arena, &numbers, i);
    assert_int_equal(numbers.items[99], 99);
    arena_done(&arena);
}

static void cutting_gives_every_part(void **state)
{
    (void)state;
    Str rest = STR("a,,b,"), part = {0};
    static const char *const parts[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_cut(&rest, ',', &part));
        assert_true(str_equals_c(part, parts[i]));
    }
    assert_false(str_cut(&rest, ',', &part));
    assert_true(str_compare(STR("ab"), STR("abc")) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(month_addition_takes_the_last_day_that_exists),
        cmocka_unit_test(every_day_of_400_years_survives_a_round_trip),
        cmocka_unit_test(age_is_reached_on_the_birthday),
        cmocka_unit_test(only_real_days_in_full_form_are_dates),
        cmocka_unit_test(the_day_of_an_instant_is_chinas),
        cmocka_unit_test(periods_are_named_and_follow_each_other),
        cmocka_unit_test(spans_add_months_before_days),
        cmocka_unit_test(a_number_is_printed_in_its_fewest_digits),
        cmocka_unit_test(rounding_is_decimal_and_away_from_zero),
        cmocka_unit_test(rounding_is_the_same_beside_halves_and_far_from_them),
        cmocka_unit_test(numbers_are_read_whole_or_refused),
        cmocka_unit_test(only_well_formed_utf8_is_valid),
        cmocka_unit_test(uuids_of_later_instants_sort_later),
        cmocka_unit_test(an_arena_remembers_that_it_went_over),
        cmocka_unit_test(an_arena_gives_what_a_reset_took_back_again_and_zeroed),
        cmocka_unit_test(maps_keep_the_order_of_insertion),
        cmocka_unit_test(buffers_stop_at_their_ceiling),
        cmocka_unit_test(cutting_gives_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
