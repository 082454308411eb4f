/* Points, what a part costs, and bulletins, on SQLite and PostgreSQL. Ranks of a county are tested
 * in tests/scenarios/plans.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/num.h"
#include "base/os_file.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/policy/policy_values.h"
#include "engine/scores/scores_int.h"
#include "engine/subjects/places.h"
#include "support/both_engines.h"

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
} Fixture;

/* A county without forms: one measure that counts everybody, one score of it. */
static void open_packs(Fixture *f)
{
    const PackFile files[] = {
        {STR("p/pack.yaml"),
         STR("pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
             "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n")},
        {STR("p/measures/here.yaml"),
         STR("measure: here\ntitle: {zh: 率, en: Share}\nunit: '%'\ndirection: up\n"
             "grain: subject\nperiods: [year]\ndenominator: {zh: 人, en: People}\n"
             "numerator: {zh: 人, en: People}\nsource: habit\n")},
        {STR("p/measures/here.sql"),
         STR("SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, "
             "1 AS in_denominator, p.is_here AS in_numerator FROM person p\n")},
        {STR("p/scores/work.yaml"),
         STR("score: work\ntitle: {zh: 评分, en: Score}\nsource: habit\nlevel: 4\nperiod: year\n"
             "items: [{measure: here, weight: 1, target: 90}]\nties: [here]\nin_a_row:\n"
             "  - {years: 3, at_least: $line, then: {zh: 表彰, en: Commended}}\n"
             "  - {years: 3, below: $line, then: {zh: 约谈, en: Called in}}\n"
             "  - {years: 3, last: 1, then: {zh: 问责, en: Answers for it}}\n")},
        {STR("p/policy/line.yaml"),
         STR("parameters:\n  - {id: line, title: {zh: 线, en: Line}, value: 60, source: habit}\n")},
    };
    f->packs = both_engines_pack_files(&f->arena, files, sizeof files / sizeof *files);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(64));
    both_engines_open("scores", &f->arena, &f->db, &f->cx);
    open_packs(f);
    f->cx.packs = f->packs;
    f->cx.today = test_day("2025-06-30");
    f->cx.now = instant_of_date(f->cx.today, 8, 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    db_close(f->db);
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

/* Two decimals, as points are shown. */
static void assert_points(double number, double floor, double target, double cap, double points)
{
    double got = num_round(score_points(number, floor, target, cap), 2);
    if (got < points || got > points)
        print_error("%g from %g to %g: %g\n", number, floor, target, got);
    assert_true(got >= points && got <= points);
}

static void points_go_straight_from_the_floor_to_the_target_and_stop_at_the_cap(void **state)
{
    (void)state;
    assert_points(58, 50, 65, 100, 53.33);
    assert_points(65, 50, 65, 100, 100);
    assert_points(49.9, 50, 65, 100, 0);
    assert_points(80, 50, 65, 100, 100);
    assert_points(80, 50, 65, 110, 110);
    assert_points(64.999, 50, 65, 100, 99.99);
    /* Less is better: 20 is the worst, 0 asked for. */
    assert_points(0, 20, 0, 100, 100);
    assert_points(5, 20, 0, 100, 75);
    assert_points(25, 20, 0, 100, 0);
    assert_points(7, 3, 3, 100, 0);
}

static void what_a_part_lacks_costs_its_share_of_the_weights_that_count(void **state)
{
    (void)state;
    const ScorePart parts[] = {
        {.weight = 60, .has_points = true, .points = 50},
        {.weight = 20, .has_points = true, .points = 100},
        {.weight = 20, .has_points = false},
    };
    const ScoreUnit unit = {.parts = parts, .part_n = 3};
    assert_true(num_round(score_lost(&unit, &parts[0]), 2) >= 37.5);
    assert_true(num_round(score_lost(&unit, &parts[0]), 2) <= 37.5);
    assert_true(score_lost(&unit, &parts[1]) <= 0);
    assert_true(score_lost(&unit, &parts[2]) <= 0);
}

/* A veto: whatever the others say, the total is no more than the gate lets through; and of few
 * people it tells as much as their number would. */
static void a_gate_that_is_shut_lets_no_more_of_the_total_through(void **state)
{
    Fixture *f = *state;
    ScorePart parts[] = {
        {STR("here"), 60, 0, 90, 50, 48, true, 98, FEW_NONE, {0}},
        {STR("here"), 20, 0, 90, 50, 40, true, 88, FEW_NONE, {true, false, 59}},
    };
    ScoreUnit unit = {.unit = STR("a"), .parts = parts, .part_n = 2};
    score_add_up(&unit);
    assert_true(unit.total >= 95.5 && unit.total <= 95.5);
    parts[1].gate.is_shut = true;
    score_add_up(&unit);
    assert_true(unit.total >= 59 && unit.total <= 59);
    parts[0].points = parts[1].points = 12; /* below what it lets through it changes nothing */
    score_add_up(&unit);
    assert_true(unit.total >= 12 && unit.total <= 12);
    parts[1].weight = 0; /* one that weighs nothing shuts as well */
    parts[1].has_points = false;
    parts[0].points = 98;
    score_add_up(&unit);
    assert_true(unit.total >= 59 && unit.total <= 59);
    parts[1].denominator = 4;
    parts[1].numerator = 1;
    ScoreTable table = {.is_ranked = true, .units = &unit, .unit_n = 1};
    assert_int_equal(score_hold_back(&f->cx, f->cx.today, &table), OK);
    assert_true(unit.is_held && !unit.has_total);
}

/* A total and all other points would give the one away that is held back. */
static void numbers_of_few_people_are_not_told_nor_what_gives_them_away(void **state)
{
    Fixture *f = *state;
    ScorePart first[] = {
        {STR("here"), 60, 0, 90, 50, 40, true, 88, FEW_NONE, {0}},
        {STR("here"), 20, 0, 90, 4, 1, true, 60, FEW_NONE, {0}},
        {STR("here"), 10, 0, 90, 30, 3, true, 11, FEW_NONE, {0}},
    };
    ScorePart second[] = {{STR("here"), 60, 0, 90, 5, 1, true, 22, FEW_NONE, {0}},
                          {STR("here"), 20, 0, 90, 0, 0, false, 0, FEW_NONE, {0}}};
    ScorePart alone[] = {{STR("here"), 60, 0, 90, 3, 1, true, 37, FEW_NONE, {0}},
                         {STR("here"), 20, 0, 90, 0, 0, false, 0, FEW_NONE, {0}}};
    ScorePart light[] = {{STR("here"), 60, 0, 90, 3, 3, true, 100, FEW_NONE, {0}},
                         {STR("here"), 20, 0, 90, 40, 20, true, 55, FEW_NONE, {0}}};
    ScorePart renamed[] = {{STR("gone"), 60, 0, 90, 3, 1, true, 37, FEW_NONE, {0}},
                           {STR("gone"), 60, 0, 90, 60, 2, true, 4, FEW_NONE, {0}}};
    ScoreUnit units[] = {
        {.unit = STR("a"), .rank = 1, .has_total = true, .total = 89, .parts = light, .part_n = 2},
        {.unit = STR("b"), .rank = 2, .has_total = true, .total = 66, .parts = first, .part_n = 3},
        {.unit = STR("c"), .rank = 3, .has_total = true, .total = 37, .parts = alone, .part_n = 2},
        {.unit = STR("d"), .rank = 4, .has_total = true, .total = 22, .parts = second, .part_n = 2},
        {.unit = STR("e"),
         .rank = 5,
         .has_total = true,
         .total = 20,
         .parts = renamed,
         .part_n = 2},
    };
    ScoreTable table = {.is_ranked = true, .units = units, .unit_n = 5};
    assert_int_equal(score_hold_back(&f->cx, f->cx.today, &table), OK);
    assert_int_equal(table.few_below, 5);
    /* The others keep their order, and their ranks have no gap where a total is held back. */
    const char *const order[] = {"b", "d", "a", "c", "e"};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(units[i].unit.p, order[i]);
        assert_int_equal(units[i].rank, i < 2 ? i + 1 : 0);
        assert_int_equal(units[i].is_held, i >= 2);
        assert_int_equal(units[i].has_total, i < 2);
    }
    const MeasureFew expected[] = {FEW_NONE, FEW_ALL, FEW_WITH_OTHERS};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(first[i].few, expected[i]);
    assert_int_equal(second[0].few, FEW_NONE);
    assert_int_equal(second[1].few, FEW_NONE);
    assert_int_equal(alone[0].few, FEW_ALL);
    /* Light as it is, the other part could not hide it: held back is the total. */
    assert_int_equal(light[0].few, FEW_ALL);
    assert_int_equal(light[1].few, FEW_NONE);
    /* Of what no pack knows any more, a small share is as bad as a small number. */
    assert_int_equal(renamed[0].few, FEW_ALL);
    assert_int_equal(renamed[1].few, FEW_SHARE);
}

static void assert_number(double number, double expected)
{
    double got = num_round(number, 3);
    assert_true(got >= expected && got <= expected);
}

static void
between_equal_totals_decide_the_points_that_the_score_names_else_a_rank_is_shared(void **state)
{
    (void)state;
    ScorePart high = {.measure = STR("a"), .has_points = true, .points = 70},
              low = {.measure = STR("a"), .has_points = true, .points = 50},
              none = {.measure = STR("a")};
    ScoreUnit units[] = {
        {.unit = STR("w"), .has_total = true, .total = 75.3, .parts = &high, .part_n = 1},
        {.unit = STR("x"), .has_total = true, .total = 88.001, .parts = &none, .part_n = 1},
        {.unit = STR("y"), .has_total = true, .total = 87.999, .parts = &low, .part_n = 1},
        {.unit = STR("z"), .has_total = true, .total = 91.2, .parts = &low, .part_n = 1},
        {.unit = STR("v"), .parts = &none, .part_n = 1},
    };
    const Str ties[] = {STR("a")};
    ScoreTable table = {.is_ranked = true, .units = units, .unit_n = 5};
    score_rank(&table);
    const int64_t shared[] = {1, 2, 2, 4, 0}, parted[] = {1, 2, 3, 4, 0},
                  quarters[] = {1, 2, 2, 4, 0};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(units[i].rank, shared[i]);
        assert_int_equal(units[i].quarter, quarters[i]);
    }
    assert_true(table.has_spread);
    assert_number(table.quartiles[0], 84.825);
    assert_number(table.quartiles[1], 88);
    assert_number(table.quartiles[2], 88.8);
    table.ties = ties;
    table.tie_n = 1;
    score_rank(&table);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(units[i].rank, parted[i]);
    assert_true(str_equals_c(units[1].unit, "y"));
    low.few = FEW_WITH_OTHERS; /* what is not told decides nothing */
    score_rank(&table);
    assert_int_equal(units[1].rank, 2);
    assert_int_equal(units[2].rank, 2);
    table.unit_n = 3;
    score_rank(&table);
    assert_false(table.has_spread);
}

/* What a table adds up is read one statement after another. */
static Err put_colour(Cx *cx, void *arg)
{
    return setting_put(cx, STR("colour"), *(const Str *)arg);
}

static Str colour_of(Cx *cx)
{
    Str value = {0};
    assert_int_equal(setting_get(cx, STR("colour"), &value), OK);
    return value;
}

static void whoever_writes_between_two_reads_of_one_moment_changes_neither(void **state)
{
    (void)state;
    Arena arena;
    Db *db = NULL, *other = NULL;
    Str folder, blue = STR("blue"), red = STR("red");
    Cx cx, there;
    bool is_begun = false, is_begun_again = false;
    arena_init(&arena, MIB(16));
    both_engines_open_twice("moment", &arena, &folder, &db, &other, &cx);
    there = cx;
    there.db = other;
    assert_int_equal(cx_write(&there, put_colour, &blue), OK);
    assert_int_equal(cx_moment_begin(&cx, &is_begun), OK);
    assert_int_equal(cx_moment_begin(&cx, &is_begun_again), OK);
    assert_true(is_begun && !is_begun_again);
    assert_true(str_equals(colour_of(&cx), blue));
    assert_int_equal(cx_write(&there, put_colour, &red), OK);
    cx_moment_end(&cx, is_begun_again);
    assert_true(str_equals(colour_of(&cx), blue));
    cx_moment_end(&cx, is_begun);
    assert_true(str_equals(colour_of(&cx), red));
    db_close(db);
    db_close(other);
    assert_int_equal(os_folder_remove(&arena, folder), OK);
    arena_done(&arena);
}

static void a_bulletin_is_frozen_once_and_never_changes(void **state)
{
    Fixture *f = *state;
    const Score *score = NULL;
    const ScoreBulletin *bulletins = NULL;
    ScoreBulletin bulletin;
    ScoreTable table;
    size_t n = 0;
    Uuid id = cx_new_id(&f->cx);
    assert_int_equal(score_find(&f->cx, STR("no_such"), &score), ERR_NOT_FOUND);
    assert_int_equal(score_find(&f->cx, STR("work"), &score), OK);
    Period year = period_of(PERIOD_YEAR, f->cx.today);
    assert_int_equal(score_freeze(&f->cx, score, period_of(PERIOD_MONTH, f->cx.today), id, STR("")),
                     ERR_INVALID);
    assert_int_equal(score_freeze(&f->cx, score, year, id, STR("上半年")), OK);
    assert_int_equal(score_freeze(&f->cx, score, year, id, STR(" 上半年")), OK);
    assert_int_equal(score_freeze(&f->cx, score, year, id, STR("全年")), ERR_CONFLICT);
    assert_int_equal(score_bulletins(&f->cx, STR("work"), &bulletins, &n), OK);
    assert_int_equal(n, 1);
    assert_true(str_equals_c(bulletins[0].note, "上半年"));
    assert_int_equal(score_bulletin_read(&f->cx, id, &bulletin, &table), OK);
    assert_true(str_equals_c(bulletin.period, "2025"));
    assert_false(table.is_ranked); /* nobody to rank */
    assert_int_equal(score_bulletin_read(&f->cx, cx_new_id(&f->cx), &bulletin, &table),
                     ERR_NOT_FOUND);
    assert_int_not_equal(db_script(f->db, STR("UPDATE score_bulletin SET note = 'x'")), OK);
    assert_int_not_equal(db_script(f->db, STR("DELETE FROM score_bulletin")), OK);
}

/* ---- years in a row ---- */

enum { CENTRES = 4, MET = 0, BELOW, LAST };
static const char *const centres[CENTRES] = {"T1", "T2", "T3", "T4"};

static Err make_centres(Cx *cx, void *arg)
{
    (void)arg;
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    for (size_t i = 0; i < CENTRES; i++)
        TRY(subject_facility_add(cx, &(Facility){.code = str_from_c(centres[i]),
                                                 .name = STR("测试卫生院"),
                                                 .kind = STR("township_centre"),
                                                 .level = 4,
                                                 .area = STR("000000001"),
                                                 .licence_to = DATE_NONE,
                                                 .valid_from = test_day("2015-01-01"),
                                                 .valid_to = DATE_NONE}));
    return access_areas_rebuild(cx);
}

typedef struct {
    const char *period, *frozen_on;
    double totals[CENTRES]; /* below 0: none; ranks as they follow */
} Frozen;

static Err freeze_years(Cx *cx, void *arg)
{
    for (const Frozen *frozen = arg; frozen->period != NULL; frozen++) {
        Date day = test_day(frozen->frozen_on);
        ScoreBulletinPutIn bulletin = {.place = cx->place,
                                       .id = cx_new_id(cx),
                                       .score = STR("work"),
                                       .period = str_from_c(frozen->period),
                                       .note = STR(""),
                                       .packs = STR("p 1.0.0"),
                                       .is_ranked = 1,
                                       .frozen_on = day,
                                       .frozen_at = instant_of_date(day, 8, 0)};
        TRY(score_bulletin_put(cx->db, &bulletin, NULL));
        for (size_t i = 0; i < CENTRES; i++) {
            int64_t rank = 1;
            for (size_t other = 0; other < CENTRES; other++)
                rank += frozen->totals[other] > frozen->totals[i];
            bool has_total = frozen->totals[i] >= 0;
            const ScoreBulletinUnitPutIn unit = {.place = cx->place,
                                                 .bulletin_id = bulletin.id,
                                                 .unit = str_from_c(centres[i]),
                                                 .name = STR("测试卫生院"),
                                                 .name_en = STR(""),
                                                 .rank = has_total ? rank : 0,
                                                 .total = frozen->totals[i],
                                                 .has_total = has_total};
            TRY(score_bulletin_unit_put(cx->db, &unit));
        }
    }
    return OK;
}

static void assert_streak(const ScoreTable *table, const char *unit, size_t which, int64_t years,
                          const char *gap)
{
    const ScoreUnit *found = NULL;
    for (size_t i = 0; i < table->unit_n; i++)
        if (str_equals_c(table->units[i].unit, unit))
            found = &table->units[i];
    assert_non_null(found);
    const ScoreUnitStreak *row = &found->streaks[which];
    if (row->years != years || !str_equals_c(row->gap, gap))
        print_error("%s, streak %zu: %lld years, gap %.*s\n", unit, which, (long long)row->years,
                    STR_ARG(row->gap));
    assert_int_equal(row->years, years);
    assert_true(str_equals_c(row->gap, gap));
    assert_int_equal(row->is_reached, years == 3);
}

static void read_streaks(Fixture *f, const char *year, ScoreTable *ret_table)
{
    const Score *score = pack_score(f->packs, STR("work"));
    assert_int_equal(
        score_read(&f->cx, score, period_of(PERIOD_YEAR, test_day(year)), true, ret_table), OK);
    assert_int_equal(score_streaks(&f->cx, score, true, ret_table), OK);
}

/* The line is 60, and 70 from 2024 on. T2 has no total in 2023. */
static void open_years(Fixture *f)
{
    static const Frozen frozen[] = {
        {"2022", "2023-01-20", {59.994, 50, 80, 90}},
        {"2023", "2024-01-15", {50, -1, 65, 90}},
        {"2024", "2024-07-01", {99, 99, 99, 10}}, /* while the year ran */
        {"2024", "2025-01-10", {10, 90, 10, 10}}, /* put right by the next one */
        {"2024", "2025-01-11", {50, 50, 65, 90}},
        {"2025", "2025-06-01", {99, 99, 99, 10}},
        {0},
    };
    f->cx.today = test_day("2023-06-01");
    f->cx.now = instant_of_date(f->cx.today, 8, 0);
    assert_int_equal(cx_write(&f->cx, make_centres, NULL), OK);
    assert_int_equal(policy_set(&f->cx, &(PolicyChange){.parameter = STR("line"),
                                                        .value = STR("70"),
                                                        .source = STR("办法"),
                                                        .from = test_day("2024-01-01")}),
                     OK);
    f->cx.today = test_day("2025-06-30");
    f->cx.now = instant_of_date(f->cx.today, 8, 0);
    assert_int_equal(cx_write(&f->cx, freeze_years, (void *)(uintptr_t)frozen), OK);
}

static void years_in_a_row_are_counted_by_each_years_line_from_what_was_frozen(void **state)
{
    Fixture *f = *state;
    ScoreTable table;
    open_years(f);
    read_streaks(f, "2025-01-01", &table); /* still runs, so up to 2024 */
    assert_int_equal(table.streaks_to.first.days, test_day("2024-01-01").days);
    assert_true(table.streaks[MET].at >= 70 && table.streaks[MET].at <= 70);
    assert_streak(&table, "T1", BELOW, 3, "");
    assert_streak(&table, "T1", MET, 0, "");
    assert_streak(&table, "T3", BELOW, 1, ""); /* 65 was enough in 2023 */
    assert_streak(&table, "T4", MET, 3, "");
    assert_streak(&table, "T4", LAST, 0, "");
}

static void a_year_that_says_nothing_of_a_unit_ends_its_row_and_is_named(void **state)
{
    Fixture *f = *state;
    ScoreTable table;
    open_years(f);
    read_streaks(f, "2024-12-31", &table);
    assert_streak(&table, "T2", BELOW, 1, "2023");
    read_streaks(f, "2023-12-31", &table); /* nothing was frozen of 2021, and nobody counted */
    assert_streak(&table, "T1", BELOW, 2, "2021");
    assert_streak(&table, "T2", BELOW, 0, "2023");
    assert_streak(&table, "T4", MET, 2, "2021");
}

static void whoever_ties_with_the_last_is_among_the_last(void **state)
{
    Fixture *f = *state;
    ScoreTable table;
    open_years(f);
    read_streaks(f, "2024-12-31", &table);
    assert_streak(&table, "T1", LAST, 2, ""); /* alone or not; T2 had less in 2022 */
    assert_streak(&table, "T2", LAST, 1, "2023");
    assert_streak(&table, "T3", LAST, 0, "");
}

static void a_bulletin_keeps_its_ties_and_years_in_a_row_whatever_is_frozen_later(void **state)
{
    Fixture *f = *state;
    static const Frozen later[] = {{"2024", "2025-06-29", {99, 99, 99, 10}}, {0}};
    ScoreBulletin bulletin;
    ScoreTable table;
    const Uuid id = cx_new_id(&f->cx);
    const Score *score = pack_score(f->packs, STR("work"));
    open_years(f);
    Period year = period_of(PERIOD_YEAR, test_day("2024-01-01"));
    assert_int_equal(score_freeze(&f->cx, score, year, id, STR("")), OK);
    assert_int_equal(cx_write(&f->cx, freeze_years, (void *)(uintptr_t)later), OK);
    assert_int_equal(score_bulletin_read(&f->cx, id, &bulletin, &table), OK);
    assert_int_equal(table.tie_n, 1);
    assert_true(str_equals_c(table.ties[0], "here"));
    assert_int_equal(table.streak_n, 3);
    assert_true(table.is_streak_complete);
    assert_int_equal(table.streaks_to.first.days, year.first.days);
    assert_int_equal(table.streaks[BELOW].years, 3);
    assert_true(str_equals_c(table.streaks[BELOW].declared->then.zh, "约谈"));
    assert_streak(&table, "T1", BELOW, 3, "");
    assert_streak(&table, "T2", BELOW, 1, "2023");
    assert_streak(&table, "T4", MET, 3, "");
    assert_int_not_equal(db_script(f->db, STR("DELETE FROM score_bulletin_streak")), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    cmocka_unit_test(points_go_straight_from_the_floor_to_the_target_and_stop_at_the_cap),
    cmocka_unit_test(what_a_part_lacks_costs_its_share_of_the_weights_that_count),
    TEST(a_gate_that_is_shut_lets_no_more_of_the_total_through),
    TEST(numbers_of_few_people_are_not_told_nor_what_gives_them_away),
    cmocka_unit_test(
        between_equal_totals_decide_the_points_that_the_score_names_else_a_rank_is_shared),
    cmocka_unit_test(whoever_writes_between_two_reads_of_one_moment_changes_neither),
    TEST(a_bulletin_is_frozen_once_and_never_changes),
    TEST(years_in_a_row_are_counted_by_each_years_line_from_what_was_frozen),
    TEST(a_year_that_says_nothing_of_a_unit_ends_its_row_and_is_named),
    TEST(a_bulletin_keeps_its_ties_and_years_in_a_row_whatever_is_frozen_later),
    TEST(whoever_ties_with_the_last_is_among_the_last),
};

int main(void)
{
    return BOTH_ENGINES_RUN("scores", tests);
}
