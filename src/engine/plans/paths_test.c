/* What plans want of a measure, period by period, on SQLite and PostgreSQL: its own page, the trend
 * of a clause, and a period that is over once the county has said another number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/plans/plans_int.h"
#include "support/both_engines.h"

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
} Fixture;

#define CLAUSE(id, due, answer)                                                                    \
 "      - {clause: '" id "', title: {zh: 甲, en: A}, text: {zh: 甲, en: A}, kind: indicator, "   \
 "owners: [bureau], " due "answers: [" answer "]}\n"

static void open_packs(Fixture *f)
{
    const PackFile files[] = {
        {STR("p/pack.yaml"),
         STR("pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
             "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n")},
        {STR("p/plans/plan.yaml"),
         STR("plan: plan\ntitle: {zh: 方案, en: Plan}\nsource: habit\nfrom: 2023-01-01\n"
             "units: [{unit: bureau, title: {zh: 局, en: Bureau}}]\n"
             "sections:\n"
             "  - section: '1'\n    title: {zh: 一, en: One}\n    clauses:\n"
             /* 85 in 2023, 90 in 2025; said twice, and once with a path of its own. */
             CLAUSE("27", "due: 2025-12-31, ", "{measure: stock, at_least: 90, unit: '%'}")
                 CLAUSE("26", "due: 2023-12-31, ", "{measure: stock, at_least: 85, unit: '%'}")
                     CLAUSE("28", "due: 2025-12-31, ", "{measure: stock, at_least: 90, unit: '%'}")
                         CLAUSE("29", "due: 2025-12-31, ",
                                "{measure: stock, at_least: 90, unit: '%', path: {from: 40}}")
                             CLAUSE("30", "", "{measure: stock, unit: '%', path: {a_year: [1, 3]}}")
                                 CLAUSE("31", "", "{measure: stock, between: [50, 70], unit: '%'}")
                                     CLAUSE("32", "",
                                            "{measure: stock, at_most: $stock_share, unit: '%'}"))},
        {STR("p/plans/later.yaml"),
         STR("plan: later\ntitle: {zh: 后, en: Later}\nsource: habit\nplace: '410882'\n"
             "units: [{unit: bureau, title: {zh: 局, en: Bureau}}]\n"
             "sections:\n"
             "  - section: '1'\n    title: {zh: 一, en: One}\n    clauses:\n" CLAUSE(
                 "01", "", "{measure: stock, at_least: 60, unit: '%'}")
                 CLAUSE("02", "", "{measure: stock, at_least: 60, unit: '%'}")
                     CLAUSE("03", "", "{measure: stock, unit: '%'}"))},
        {STR("p/policy/numbers.yaml"),
         STR("parameters:\n"
             "  - id: plan_warning_days\n    title: {zh: 提前, en: Before}\n    unit: d\n    value: 90\n"
             "    source: habit\n"
             "  - id: stock_share\n    title: {zh: 率, en: Share}\n    unit: '%'\n    value: 60\n"
             "    source: habit\n"
             "  - id: plan_path_tolerance\n    title: {zh: 容差, en: Slack}\n    unit: '%'\n    value: 10\n"
             "    source: habit\n")},
        {STR("p/measures/stock.yaml"),
         STR("measure: stock\ntitle: {zh: 率, en: Share}\nunit: '%'\ndirection: up\n"
             "grain: subject\nperiods: [quarter, year]\ndenominator: {zh: 人, en: People}\n"
             "numerator: {zh: 人, en: People}\nsource: habit\n")},
        {STR("p/measures/stock.sql"),
         STR("SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, "
             "1 AS in_denominator, 1 AS in_numerator FROM person p\n")},
    };
    f->packs = both_engines_pack_files(&f->arena, files, sizeof files / sizeof *files);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(64));
    both_engines_open("plan_paths", &f->arena, &f->db, &f->cx);
    open_packs(f);
    f->cx.packs = f->packs;
    record_forms_prepare(f->packs);
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

static void assert_number(double got, double wanted)
{
    if (got < wanted || got > wanted)
        print_message("%.17g, not %.17g\n", got, wanted);
    assert_true(got >= wanted && got <= wanted);
}

static size_t paths_of(Fixture *f, Period last, size_t n, const PlanPath **ret_paths)
{
    size_t path_n = 0;
    const PlanPathAsk ask = {pack_measure(f->packs, STR("stock")), last, n};
    assert_int_equal(plan_paths(&f->cx, &ask, ret_paths, &path_n), OK);
    return path_n;
}

static void targets_of_later_days_are_stages_with_a_straight_line_between(void **state)
{
    Fixture *f = *state;
    const PlanPath *paths = NULL;
    Period year = period_of(PERIOD_YEAR, f->cx.today);
    assert_true(paths_of(f, year, 4, &paths) > 0);
    const PlanPath *stages = &paths[0];
    assert_int_equal(stages->shape, PLAN_PATH_STAGES);
    assert_true(str_equals_c(stages->clause->id, "27"));
    assert_false(stages->points[0].has_expected); /* 2022: before the plan */
    assert_number(stages->points[1].expected, 85);
    assert_number(stages->points[2].expected, 87.5);
    assert_number(stages->points[3].expected, 90);
    /* In quarters: 85 in the last of 2023, eight quarters later 90. */
    assert_true(paths_of(f, period_of(PERIOD_QUARTER, test_day("2025-12-31")), 10, &paths) > 0);
    assert_number(paths[0].points[0].expected, 85);
    assert_number(paths[0].points[1].expected, 85);
    assert_number(paths[0].points[2].expected, 85.625);
    assert_number(paths[0].points[9].expected, 90);
}

static void each_plan_that_asks_for_a_number_has_its_path_once_this_places_own_first(void **state)
{
    Fixture *f = *state;
    const PlanPath *paths = NULL;
    size_t n = paths_of(f, period_of(PERIOD_YEAR, f->cx.today), 3, &paths);
    assert_int_equal(n, 5); /* nobody is counted, so nothing is a step above the year before */
    assert_int_equal(paths[1].shape, PLAN_PATH_LINEAR);
    assert_number(paths[1].points[1].expected, 40 + 50.0 * 731 / 1096);
    assert_number(paths[1].points[2].expected, 40 + 50.0 * 912 / 1096); /* of today */
    assert_int_equal(paths[2].shape, PLAN_PATH_LEVEL);
    assert_true(paths[2].points[0].has_high);
    assert_number(paths[2].points[0].expected, 50);
    assert_number(paths[2].points[0].high, 70);
    assert_number(paths[3].points[0].expected, 60);
    assert_true(str_equals_c(paths[4].plan->id, "later"));
    assert_true(plan_is_elsewhere(&f->cx, paths[4].plan));
    assert_true(str_equals_c(paths[4].clause->id, "01"));
}

/* These packs do not say within how many days something is due soon. */
static void nothing_is_due_soon_where_no_pack_says_what_soon_is(void **state)
{
    Fixture *f = *state;
    const PlanFacts *facts = NULL;
    const PlanDue *dues = NULL;
    size_t n = 0, waiting = 0;
    f->cx.today = test_day("2025-12-31");
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    assert_int_equal(plan_dues(&f->cx, facts, pack_plan(f->packs, STR("plan")), &dues, &n), OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_not_equal(dues[i].state, PLAN_DUE_SOON);
        waiting += dues[i].state == PLAN_DUE_LATER;
    }
    assert_int_equal(waiting, 3); /* 27 to 29, on their last day */
}

static void nothing_is_at_risk_by_its_day_where_no_pack_says_how_near_that_is(void **state)
{
    Fixture *f = *state;
    PlanFacts facts = {0};
    const Date due = test_day("2025-12-31");
    assert_int_equal(
        policy_days_before(&f->cx, STR("plan_warning_days"), f->cx.today, &facts.warning_days), OK);
    assert_int_equal(facts.warning_days, 90);
    assert_int_equal(plan_waiting(&facts, due, due), PLAN_STATE_AT_RISK);
    assert_int_equal(
        policy_days_before(&f->cx, STR("in_no_pack"), f->cx.today, &facts.warning_days), OK);
    assert_int_equal(facts.warning_days, POLICY_UNSAID);
    assert_int_equal(plan_waiting(&facts, due, due), PLAN_STATE_NOT_DUE);
    assert_int_equal(plan_waiting(&facts, due, test_day("2026-01-01")), PLAN_STATE_BEHIND);
}

/* ---- what was asked then ---- */

static Err come_work(Cx *cx, void *arg)
{
    const Area village = {.code = STR("000000001201"), .level = 5, .name = STR("测试村")};
    const Resident resident = {.id = cx_new_id(cx),
                               .sex = STR("1"),
                               .birth_date = test_day("1960-01-01"),
                               .area = village.code,
                               .name = STR("测试"),
                               .registered_on = *(const Date *)arg,
                               .died_on = DATE_NONE,
                               .left_on = DATE_NONE};
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_area_add(cx, &village));
    TRY(access_areas_rebuild(cx));
    TRY(resident_add(cx, &resident));
    return measure_resident_hook(cx, &(ResidentChange){.resident = resident.id});
}

/* At most 60 is asked for, and at most 100 from the middle of 2025 on; everybody is counted. */
static const PlanClause *ask_for_less(Fixture *f)
{
    const PlanClause *clause = NULL;
    Date came = test_day("2024-06-01");
    const PolicyChange change = {.parameter = STR("stock_share"),
                                 .value = STR("100"),
                                 .from = test_day("2025-07-01"),
                                 .source = STR("文件")};
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(cx_write(&f->cx, come_work, &came), OK);
    assert_int_equal(policy_set(&f->cx, &change), OK);
    f->cx.today = test_day("2026-03-01");
    f->cx.now = instant_of_date(f->cx.today, 8, 0);
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(plan_clause_find(&f->cx, pack_plan(f->packs, STR("plan")), STR("32"), &clause),
                     OK);
    return clause;
}

static void what_is_asked_from_a_later_day_on_asks_nothing_of_a_period_that_was_over(void **state)
{
    Fixture *f = *state;
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    const PlanClause *clause = ask_for_less(f);
    const PlanFacts *facts = NULL;
    static const struct {
        const char *year;
        double low;
        PlanState state;
    } wanted[] = {{"2024-01-01", 60, PLAN_STATE_BEHIND},
                  {"2025-01-01", 100, PLAN_STATE_MET},
                  {"2026-01-01", 100, PLAN_STATE_MET}};
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const MeasureTotal total = {.measure = clause->answers[0].measure,
                                    .period = period_of(PERIOD_YEAR, test_day(wanted[i].year)),
                                    .is_made = true,
                                    .sums = {{10, 10}}};
        PlanAnswered answered = {.answer = &clause->answers[0], .reached_on = DATE_NONE};
        plan_measure_judge(facts, plan, clause, &total,
                           date_min(f->cx.today, period_last(total.period)), &answered);
        assert_number(answered.low, wanted[i].low);
        assert_int_equal(answered.state, wanted[i].state);
    }
}

static void each_period_of_a_trend_has_the_target_that_was_asked_of_it(void **state)
{
    Fixture *f = *state;
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    const PlanClause *clause = ask_for_less(f);
    const PlanFacts *facts = NULL;
    const PlanTrend *trends = NULL;
    const PlanPath *paths = NULL;
    size_t n = 0, at = 0;
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    assert_int_equal(plan_trends(&f->cx, facts, plan, clause, &trends, &n), OK); /* wants it */
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(plan_trends(&f->cx, facts, plan, clause, &trends, &n), OK);
    assert_int_equal(n, 2);
    assert_int_equal(trends[0].n, 3);
    static const double asked[] = {60, 100, 100};
    for (size_t i = 0; i < trends[0].n; i++) {
        assert_true(trends[0].points[i].has_target);
        assert_number(trends[0].points[i].low, asked[i]);
        assert_int_equal(trends[0].points[i].is_met, asked[i] >= 100);
    }
    n = paths_of(f, period_of(PERIOD_QUARTER, f->cx.today), 5, &paths);
    while (at < n && paths[at].clause != clause)
        at++;
    assert_true(at < n);
    assert_number(paths[at].points[1].expected, 60); /* the second quarter of 2025 */
    assert_number(paths[at].points[2].expected, 100);
}

/* Of 2,000 people in 2025 and in 2024: points beside one to three more than the year before. */
static void who_has_everything_has_no_step_left_and_a_rise_beyond_the_largest_is_noted(void **state)
{
    Fixture *f = *state;
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    const PlanFacts *facts = NULL;
    const PlanClause *clause = NULL;
    static const struct {
        int64_t now, before;
        double expected;
        PlanState state;
        bool is_noted;
    } wanted[] = {{2000, 2000, 100, PLAN_STATE_MET, false},
                  {2000, 1990, 100, PLAN_STATE_MET, false},
                  {1999, 1990, 100, PLAN_STATE_BEHIND, false},
                  {1060, 1000, 51, PLAN_STATE_MET, false}, /* three points */
                  {1061, 1000, 51, PLAN_STATE_MET, true}};
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    assert_int_equal(plan_clause_find(&f->cx, plan, STR("30"), &clause), OK);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const MeasureTotal total = {.measure = clause->answers[0].measure,
                                    .period = period_of(PERIOD_YEAR, f->cx.today),
                                    .is_made = true,
                                    .sums = {{2000, wanted[i].now}, {2000, wanted[i].before}}};
        PlanAnswered answered = {
            .answer = &clause->answers[0], .reached_on = DATE_NONE, .judged_on = DATE_NONE};
        plan_measure_judge(facts, plan, clause, &total, period_last(total.period), &answered);
        assert_number(answered.expected, wanted[i].expected);
        assert_int_equal(answered.state, wanted[i].state);
        Wording why = plan_answer_why(f->cx.arena, &answered);
        assert_int_equal(str_find(why.zh, STR("比上期提高超过 3"), 0) != SIZE_MAX,
                         wanted[i].is_noted);
        assert_int_equal(str_find(why.en, STR("more than 3 above"), 0) != SIZE_MAX,
                         wanted[i].is_noted);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(targets_of_later_days_are_stages_with_a_straight_line_between),
    TEST(nothing_is_due_soon_where_no_pack_says_what_soon_is),
    TEST(nothing_is_at_risk_by_its_day_where_no_pack_says_how_near_that_is),
    TEST(what_is_asked_from_a_later_day_on_asks_nothing_of_a_period_that_was_over),
    TEST(each_period_of_a_trend_has_the_target_that_was_asked_of_it),
    TEST(who_has_everything_has_no_step_left_and_a_rise_beyond_the_largest_is_noted),
    TEST(each_plan_that_asks_for_a_number_has_its_path_once_this_places_own_first),
};

int main(void)
{
    return BOTH_ENGINES_RUN("plan_paths", tests);
}
