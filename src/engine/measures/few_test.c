/* Small numbers in tables of units: what is held back cannot be reckoned from the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/measures/measures.h"

enum { TOWNS = 4, VILLAGES = 5, UNITS = 1 + TOWNS * (1 + VILLAGES), FEW_BELOW = 5, ROUNDS = 2000 };

static const Measure people = {.id = {"people", 6}, .subject = {"resident", 8}};
static const Form sensitive_form = {.id = {"secret", 6}, .sensitivity = {"secret", 6}};
static const Form *const sensitive_forms[] = {&sensitive_form};
static const Measure sensitive = {
    .id = {"secret_people", 13}, .subject = {"resident", 8}, .forms = sensitive_forms, .form_n = 1};

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

static void hold_back(Table *table, const Measure *measure)
{
    Arena arena = {0};
    arena_init(&arena, MIB(1));
    measure_few_rows(&arena, measure, FEW_BELOW, table->values, table->parents, UNITS, table->few);
    arena_done(&arena);
}

/* The county, each township with its villages; sums of `counts` and `shares`. */
static void fill_shares(Table *table, const Measure *measure, int64_t counts[TOWNS][VILLAGES],
                        int64_t shares[TOWNS][VILLAGES])
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
                                               .numerator = shares[t][v]};
            table->parents[at] = table->values[town].unit;
            table->values[town].denominator += counts[t][v];
            table->values[0].denominator += counts[t][v];
            table->values[town].numerator += shares[t][v];
            table->values[0].numerator += shares[t][v];
        }
    }
    hold_back(table, measure);
}

static void fill(Table *table, int64_t counts[TOWNS][VILLAGES])
{
    int64_t halves[TOWNS][VILLAGES];
    for (size_t t = 0; t < TOWNS; t++)
        for (size_t v = 0; v < VILLAGES; v++)
            halves[t][v] = counts[t][v] / 2;
    fill_shares(table, &people, counts, halves);
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

/* ---- an attacker, who knows every told number, every mark, and how rows add up ---- */

enum { NUMBERS = 3, MUCH = 1000000 };

typedef struct {
    int64_t low[UNITS], high[UNITS];
} Bounds;

static int64_t number_of(const MeasureValue *value, size_t which)
{
    return which == 0   ? value->denominator
           : which == 1 ? value->numerator
                        : value->denominator - value->numerator;
}

static bool is_few(int64_t n)
{
    return n > 0 && n < FEW_BELOW;
}

static void look(const Table *table, size_t which, Bounds *bounds)
{
    for (size_t i = 0; i < UNITS; i++) {
        int64_t n = number_of(&table->values[i], which);
        bool is_limit = (which == 0 && table->few[i] == FEW_ALL)
                        || (which > 0 && table->few[i] == FEW_SHARE && is_few(n));
        bounds->low[i] = table->few[i] == FEW_NONE ? n : is_limit ? 1 : which == 0 ? FEW_BELOW : 0;
        bounds->high[i] = table->few[i] == FEW_NONE ? n : is_limit ? FEW_BELOW - 1 : MUCH;
    }
}

static void narrow(Bounds *bounds, size_t unit, int64_t low, int64_t high, bool *is_new)
{
    *is_new = *is_new || low > bounds->low[unit] || high < bounds->high[unit];
    bounds->low[unit] = low > bounds->low[unit] ? low : bounds->low[unit];
    bounds->high[unit] = high < bounds->high[unit] ? high : bounds->high[unit];
}

/* A sum and its n rows, each `step` after the last. */
static void solve_sum(Bounds *bounds, size_t sum, size_t first, size_t n, size_t step, bool *is_new)
{
    int64_t low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        low += bounds->low[first + i * step];
        high += bounds->high[first + i * step];
    }
    narrow(bounds, sum, low, high, is_new);
    for (size_t i = 0; i < n; i++) {
        size_t row = first + i * step;
        narrow(bounds, row, bounds->low[sum] - (high - bounds->high[row]),
               bounds->high[sum] - (low - bounds->low[row]), is_new);
    }
}

static void solve(Bounds *bounds)
{
    for (bool is_new = true; is_new;) {
        is_new = false;
        solve_sum(bounds, 0, 1, TOWNS, 1 + VILLAGES, &is_new);
        for (size_t t = 0; t < TOWNS; t++)
            solve_sum(bounds, 1 + t * (1 + VILLAGES), 2 + t * (1 + VILLAGES), VILLAGES, 1, &is_new);
    }
}

static void assert_nothing_found(const Table *table, size_t number_n)
{
    for (size_t which = 0; which < number_n; which++) {
        Bounds bounds;
        look(table, which, &bounds);
        solve(&bounds);
        for (size_t i = 0; i < UNITS; i++)
            if (is_few(number_of(&table->values[i], which)))
                assert_true(bounds.low[i] < bounds.high[i]);
    }
}

static void nor_do_the_sums_of_a_sensitive_measure_with_its_parts(void **state)
{
    (void)state;
    Table table;
    int64_t counts[TOWNS][VILLAGES] = {
        {3, 50, 40, 0, 0}, {3, 50, 50, 0, 0}, {100, 100, 100, 0, 0}, {90, 80, 70, 60, 50}};
    int64_t shares[TOWNS][VILLAGES] = {
        {0, 2, 37, 0, 0}, {0, 0, 2, 0, 0}, {1, 1, 18, 0, 0}, {30, 30, 30, 30, 30}};
    fill_shares(&table, &sensitive, counts, shares);
    assert_nothing_found(&table, NUMBERS);
    assert_int_equal(few_of_town(&table, 2)[1], FEW_SHARE);
    assert_int_equal(few_of_town(&table, 2)[3], FEW_WITH_OTHERS); /* else 20 - 18 are two */
    assert_int_equal(table.few[0], FEW_NONE);
}

static void draw(uint32_t *seed, int64_t counts[TOWNS][VILLAGES], int64_t shares[TOWNS][VILLAGES])
{
    for (size_t t = 0; t < TOWNS; t++)
        for (size_t v = 0; v < VILLAGES; v++) {
            uint32_t most = next(seed) % 3 == 0 ? 5 : 40;
            counts[t][v] = next(seed) % most;
            shares[t][v] = next(seed) % 2 == 0 ? 0 : next(seed) % (uint32_t)(counts[t][v] + 1);
        }
}

static void whatever_the_counts_no_sum_gives_a_row_away(void **state)
{
    (void)state;
    Table table;
    uint32_t seed = 7;
    size_t told = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t counts[TOWNS][VILLAGES], shares[TOWNS][VILLAGES];
        draw(&seed, counts, shares);
        fill_shares(&table, &people, counts, shares);
        assert_nothing_found(&table, 1);
        for (size_t i = 0; i < UNITS; i++)
            told += table.few[i] == FEW_NONE && table.values[i].denominator > 0;
        fill_shares(&table, &sensitive, counts, shares);
        assert_nothing_found(&table, NUMBERS);
    }
    assert_true(told > ROUNDS * UNITS / 4); /* and most of it is told */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_below_the_limit_is_held_back_with_the_next_smallest),
        cmocka_unit_test(a_sum_that_went_with_others_is_not_given_away_by_its_rows),
        cmocka_unit_test(nor_do_the_sums_of_a_sensitive_measure_with_its_parts),
        cmocka_unit_test(whatever_the_counts_no_sum_gives_a_row_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
