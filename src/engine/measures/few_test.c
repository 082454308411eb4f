/* Small numbers in tables of units: what is held back cannot be reckoned from the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/measures/measures.h"

enum { TOWNS = 4, VILLAGES = 5, UNITS = 1 + TOWNS * (1 + VILLAGES), FEW_BELOW = 5, ROUNDS = 2000 };

static const Measure people = {.id = {"people", 6}, .subject = {"resident", 8}};

typedef struct {
    MeasureValue values[UNITS];
    Str parents[UNITS];
    MeasureFew few[UNITS];
} Table;

static const char *const town_codes[TOWNS] = {"000000001", "000000002", "000000003", "000000004"};
static const char *const village_codes[TOWNS][VILLAGES] = {
    {"000000001001", "000000001002", "000000001003", "000000001004", "000000001005"},
    {"000000002001", "000000002002", "000000002003", "000000002004", "000000002005"},
    {"000000003001", "000000003002", "000000003003", "000000003004", "000000003005"},
    {"000000004001", "000000004002", "000000004003", "000000004004", "000000004005"},
};

/* The county, each township with its villages; sums of `counts`. */
static void fill(Table *table, int64_t counts[TOWNS][VILLAGES])
{
    *table = (Table){.values[0] = {.unit = STR("000000"), .level = 3}};
    size_t at = 1;
    for (size_t t = 0; t < TOWNS; t++) {
        size_t town = at++;
        table->values[town] = (MeasureValue){.unit = str_from_c(town_codes[t]), .level = 4};
        table->parents[town] = STR("000000");
        for (size_t v = 0; v < VILLAGES; v++, at++) {
            table->values[at] = (MeasureValue){.unit = str_from_c(village_codes[t][v]),
                                               .level = 5,
                                               .denominator = counts[t][v],
                                               .numerator = counts[t][v] / 2};
            table->parents[at] = table->values[town].unit;
            table->values[town].denominator += counts[t][v];
            table->values[0].denominator += counts[t][v];
        }
    }
    measure_few_rows(&people, FEW_BELOW, table->values, table->parents, UNITS, table->few);
}

static const MeasureFew *few_of_town(const Table *table, size_t town)
{
    return &table->few[1 + town * (1 + VILLAGES)];
}

static void a_count_below_the_limit_is_held_back_with_the_next_smallest(void **state)
{
    (void)state;
    Table table;
    int64_t counts[TOWNS][VILLAGES] = {
        {40, 3, 12, 25, 0}, {40, 30, 12, 25, 9}, {2, 2, 30, 40, 50}, {1, 1, 9, 0, 60}};
    fill(&table, counts);
    const MeasureFew expected[TOWNS][VILLAGES] = {
        {FEW_NONE, FEW_ALL, FEW_WITH_OTHERS, FEW_NONE, FEW_NONE},
        {FEW_NONE, FEW_NONE, FEW_NONE, FEW_NONE, FEW_NONE},
        {FEW_ALL, FEW_ALL, FEW_WITH_OTHERS, FEW_NONE,
         FEW_NONE}, /* 4 together would be 1 to 3 each */
        {FEW_ALL, FEW_ALL, FEW_WITH_OTHERS, FEW_NONE, FEW_NONE},
    };
    for (size_t t = 0; t < TOWNS; t++) {
        assert_int_equal(few_of_town(&table, t)[0], FEW_NONE);
        for (size_t v = 0; v < VILLAGES; v++)
            assert_int_equal(few_of_town(&table, t)[1 + v], expected[t][v]);
    }
}

static void a_sum_that_went_with_others_is_not_given_away_by_its_rows(void **state)
{
    (void)state;
    Table table;
    int64_t counts[TOWNS][VILLAGES] = {
        {3, 0, 0, 0, 0}, {6, 7, 8, 9, 0}, {40, 40, 40, 40, 40}, {50, 50, 50, 50, 50}};
    fill(&table, counts);
    assert_int_equal(few_of_town(&table, 0)[0], FEW_ALL);
    assert_int_equal(few_of_town(&table, 1)[0], FEW_WITH_OTHERS);
    assert_int_equal(few_of_town(&table, 1)[1], FEW_WITH_OTHERS);
    assert_int_equal(few_of_town(&table, 1)[2], FEW_NONE);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 16;
}

/* Under a sum that is told, what is held back is of several, and not few together. */
static void whatever_the_counts_no_sum_gives_a_row_away(void **state)
{
    (void)state;
    Table table;
    uint32_t seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t counts[TOWNS][VILLAGES];
        for (size_t t = 0; t < TOWNS; t++)
            for (size_t v = 0; v < VILLAGES; v++)
                counts[t][v] = next(&seed) % 4 == 0 ? next(&seed) % 5 : 5 + next(&seed) % 36;
        fill(&table, counts);
        for (size_t t = 0; t < TOWNS; t++) {
            const MeasureFew *few = few_of_town(&table, t);
            int64_t sum = 0, hidden = 0, told = 0;
            for (size_t v = 0; v < VILLAGES; v++) {
                assert_false(few[1 + v] == FEW_NONE && counts[t][v] > 0
                             && counts[t][v] < FEW_BELOW);
                sum += few[1 + v] != FEW_NONE ? counts[t][v] : 0;
                hidden += few[1 + v] != FEW_NONE;
                told += few[1 + v] == FEW_NONE && counts[t][v] > 0;
            }
            assert_true(few[0] != FEW_NONE || hidden == 0 || (hidden > 1 && sum >= FEW_BELOW)
                        || told == 0);
            assert_true(few[0] != FEW_WITH_OTHERS || hidden > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_below_the_limit_is_held_back_with_the_next_smallest),
        cmocka_unit_test(a_sum_that_went_with_others_is_not_given_away_by_its_rows),
        cmocka_unit_test(whatever_the_counts_no_sum_gives_a_row_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
