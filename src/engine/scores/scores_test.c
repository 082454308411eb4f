/* Points, what a part costs, and bulletins, on SQLite and PostgreSQL. Ranks of a county are tested
 * in tests/scenarios/plans.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/num.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/scores/scores.h"
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
             "items: [{measure: here, weight: 1, target: 90}]\n")},
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

/* A total and all other points would give the one away that is held back. */
static void numbers_of_few_people_are_not_told_nor_what_gives_them_away(void **state)
{
    Fixture *f = *state;
    ScorePart first[] = {
        {STR("here"), 60, 0, 90, 50, 40, true, 88, FEW_NONE},
        {STR("here"), 20, 0, 90, 4, 1, true, 27, FEW_NONE},
        {STR("here"), 10, 0, 90, 30, 3, true, 11, FEW_NONE},
    };
    ScorePart second[] = {{STR("here"), 60, 0, 90, 5, 1, true, 22, FEW_NONE},
                          {STR("here"), 20, 0, 90, 0, 0, false, 0, FEW_NONE}};
    const ScoreUnit units[] = {{.parts = first, .part_n = 3}, {.parts = second, .part_n = 2}};
    ScoreTable table = {.units = units, .unit_n = 2};
    assert_int_equal(score_hold_back(&f->cx, f->cx.today, &table), OK);
    assert_int_equal(table.few_below, 5);
    const MeasureFew expected[] = {FEW_NONE, FEW_ALL, FEW_WITH_OTHERS};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(units[0].parts[i].few, expected[i]);
    assert_int_equal(units[1].parts[0].few, FEW_NONE);
    assert_int_equal(units[1].parts[1].few, FEW_NONE);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    cmocka_unit_test(points_go_straight_from_the_floor_to_the_target_and_stop_at_the_cap),
    cmocka_unit_test(what_a_part_lacks_costs_its_share_of_the_weights_that_count),
    TEST(numbers_of_few_people_are_not_told_nor_what_gives_them_away),
    TEST(a_bulletin_is_frozen_once_and_never_changes),
};

int main(void)
{
    return BOTH_ENGINES_RUN("scores", tests);
}
