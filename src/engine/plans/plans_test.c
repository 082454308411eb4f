/* States of clauses and what units write of them, on SQLite and PostgreSQL, with packs that stand
 * here. Clauses that obligations answer are tested in tests/scenarios/plans.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/plans/plans.h"
#include "support/both_engines.h"

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
} Fixture;

static void live_on(Fixture *f, const char *text)
{
    f->cx.today = test_day(text);
    f->cx.now = instant_of_date(f->cx.today, 8, 0);
    f->cx.problem_n = 0;
}

/* A measure that counts everybody; how its number grows. */
#define MEASURE_FILES(id, growth)                                                                  \
 {STR("p/measures/" id ".yaml"),                                                                   \
  STR("measure: " id "\ntitle: {zh: 率, en: Share}\nunit: '%'\ndirection: up\n" growth             \
      "grain: subject\nperiods: [year]\ndenominator: {zh: 人, en: People}\n"                      \
      "numerator: {zh: 人, en: People}\nsource: habit\n")},                                        \
 {                                                                                                 \
  STR("p/measures/" id ".sql"),                                                                    \
      STR("SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, "          \
          "1 AS in_denominator, 1 AS in_numerator FROM person p\n")                                \
 }

static void open_packs(Fixture *f)
{
    const PackFile pack_files[] = {
        {STR("p/pack.yaml"),
         STR("pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
             "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n")},
        {STR("p/plans/plan.yaml"),
         STR("plan: plan\ntitle: {zh: 方案, en: Plan}\nsource: habit\nfrom: 2023-01-01\n"
             "units: [{unit: bureau, title: {zh: 局, en: Bureau}}]\n"
             "sections:\n"
             "  - section: '1'\n    title: {zh: 一, en: One}\n    clauses:\n"
             "      - {clause: '01', title: {zh: 甲, en: A}, text: {zh: 甲, en: A}, kind: governance, "
             "owners: [bureau], due: 2025-12-31, answers: [{milestone: issued, title: {zh: 印发, en: "
             "Issued}, evidence: {zh: 文号, en: Number}}]}\n"
             "      - {clause: '02', title: {zh: 乙, en: B}, text: {zh: 乙, en: B}, kind: governance, "
             "force: encouraged, owners: [bureau], due: 2025-03-31, answers: [{milestone: tried, "
             "title: {zh: 试点, en: Tried}, evidence: {zh: 报告, en: Report}}]}\n"
             "      - {clause: '03', title: {zh: 丙, en: C}, text: {zh: 丙, en: C}, kind: indicator, "
             "owners: [bureau], answers: [{measure_wanted: share, at_least: 90}, {policy: "
             "plan_warning_days}]}\n"
             "      - {clause: '04', title: {zh: 丁, en: D}, text: {zh: 丁, en: D}, kind: workflow, "
             "owners: [bureau], answers: [{milestone: bought, title: {zh: 购置, en: Bought}, evidence: "
             "{zh: 合同, en: Contract}}, {engine: pools, needs: {zh: 床位, en: Beds}}]}\n"
             "      - {clause: '06', title: {zh: 己, en: F}, text: {zh: 己, en: F}, kind: indicator, "
             "owners: [bureau], due: 2025-12-31, answers: ["
             "{measure: stock, at_least: 90, unit: '%'}, "
             "{measure: stock, at_least: 90, unit: '%', path: {from: 40}}, "
             "{measure: stock, path: {a_year: [1, 3]}}, "
             "{measure: stock, between: [50, 70]}, "
             "{measure: even, at_least: 80, by: 2027-12-31}, "
             "{measure: even, at_most: 40, by: 2027-12-31}, "
             "{measure: late, at_least: 80, by: 2027-12-31}, "
             "{measure: stock}, {measure: late, at_least: 80, by: 2024-12-31}]}\n"
             "      - {clause: '07', title: {zh: 庚, en: G}, text: {zh: 庚, en: G}, kind: indicator, "
             "owners: [bureau], answers: [{measure: stock, at_least: 90}]}\n"
             "      - {clause: '05', title: {zh: 戊, en: E}, text: {zh: 戊, en: E}, kind: governance, "
             "owners: [bureau], answers: [{policy: plan_warning_days}]}\n")},
        {STR("p/policy/numbers.yaml"),
         STR("parameters:\n"
             "  - id: plan_warning_days\n    title: {zh: 提前, en: Before}\n    unit: d\n    value: 90\n"
             "    source: habit\n"
             "  - id: plan_path_tolerance\n    title: {zh: 容差, en: Slack}\n    unit: '%'\n    value: 10\n"
             "    source: habit\n")},
        MEASURE_FILES("stock", ""),
        MEASURE_FILES("even", "growth: even\n"),
        MEASURE_FILES("late", "growth: late\n"),
    };
    f->packs =
        both_engines_pack_files(&f->arena, pack_files, sizeof pack_files / sizeof *pack_files);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(64));
    both_engines_open("plans", &f->arena, &f->db, &f->cx);
    open_packs(f);
    f->cx.packs = f->packs;
    live_on(f, "2025-06-30");
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

static const PlanClauseState *states_of(Fixture *f, PlanCoverage *coverage)
{
    const PlanClauseState *states = NULL;
    size_t n = 0;
    const PlanFacts *facts = NULL;
    assert_int_equal(plan_facts_read(&f->cx, &facts), OK);
    assert_int_equal(plan_states(&f->cx, facts, pack_plan(f->packs, STR("plan")), &states, &n), OK);
    assert_int_equal(n, 7);
    plan_coverage(states, n, coverage);
    return states;
}

static PlanEntry issued(Fixture *f)
{
    return (PlanEntry){.id = cx_new_id(&f->cx),
                       .plan = STR("plan"),
                       .clause = STR("01"),
                       .kind = PLAN_ENTRY_MILESTONE,
                       .milestone = STR("issued"),
                       .happened_on = test_day("2025-06-20"),
                       .evidence = STR("博卫发〔2025〕1号")};
}

static void a_milestone_is_not_due_then_at_risk_then_behind_until_it_is_reached(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *on;
        PlanState state;
    } wanted[] = {{"2025-10-01", PLAN_STATE_NOT_DUE},
                  {"2025-10-02", PLAN_STATE_AT_RISK},
                  {"2025-12-31", PLAN_STATE_AT_RISK},
                  {"2026-01-01", PLAN_STATE_BEHIND}};
    PlanCoverage coverage;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        live_on(f, wanted[i].on);
        assert_int_equal(states_of(f, &coverage)[0].state, wanted[i].state);
    }
    PlanEntry entry = issued(f);
    assert_int_equal(plan_entry_add(&f->cx, &entry), OK);
    const PlanClauseState *states = states_of(f, &coverage);
    assert_int_equal(states[0].state, PLAN_STATE_MET);
    assert_int_equal(date_compare(states[0].answers[0].reached_on, test_day("2025-06-20")), 0);
    assert_int_equal(plan_entry_end(&f->cx, entry.id, STR("记错了")), OK);
    assert_int_equal(states_of(f, &coverage)[0].state, PLAN_STATE_BEHIND);
}

static void what_is_encouraged_is_never_a_failure(void **state)
{
    Fixture *f = *state;
    PlanCoverage coverage;
    assert_int_equal(states_of(f, &coverage)[1].state, PLAN_STATE_NOT_DUE);
}

static void what_no_engine_answers_never_counts_as_answered_nor_as_met(void **state)
{
    Fixture *f = *state;
    PlanCoverage coverage;
    PlanEntry bought = issued(f);
    bought.clause = STR("04");
    bought.milestone = STR("bought");
    assert_int_equal(plan_entry_add(&f->cx, &bought), OK);
    const PlanClauseState *states = states_of(f, &coverage);
    assert_int_equal(states[2].state, PLAN_STATE_UNANSWERED); /* though its number is in force */
    assert_int_equal(states[2].answers[1].state, PLAN_STATE_MET);
    assert_int_equal(states[3].state, PLAN_STATE_ON_TRACK);
    assert_true(states[3].is_partly);
    assert_int_equal(coverage.clauses, 7);
    assert_int_equal(coverage.answered, 3);
    assert_int_equal(coverage.partly, 1);
    assert_int_equal(coverage.waiting[0], 1);
    assert_int_equal(coverage.waiting[2], 1);
    assert_true(str_equals_c(str_from_c(plan_engines[2]), "pools"));
}

static void what_cannot_be_an_entry_is_refused(void **state)
{
    Fixture *f = *state;
    PlanEntry entry = issued(f);
    entry.evidence = STR("  ");
    assert_int_equal(plan_entry_add(&f->cx, &entry), ERR_INVALID);
    entry = issued(f);
    entry.milestone = STR("other");
    assert_int_equal(plan_entry_add(&f->cx, &entry), ERR_INVALID);
    entry = issued(f);
    entry.happened_on = test_day("2025-07-01");
    assert_int_equal(plan_entry_add(&f->cx, &entry), ERR_INVALID);
    entry = issued(f);
    entry.clause = STR("99");
    assert_int_equal(plan_entry_add(&f->cx, &entry), ERR_NOT_FOUND);
    entry = issued(f);
    entry.kind = PLAN_ENTRY_PROGRESS;
    assert_int_equal(plan_entry_add(&f->cx, &entry), ERR_INVALID); /* without a word */
    const PlanEntry *entries = NULL;
    size_t n = 0;
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    assert_int_equal(plan_entries(&f->cx, plan, STR("01"), &entries, &n), OK);
    assert_int_equal(n, 0);
}

static void the_same_entry_again_is_known_and_another_under_its_id_refused(void **state)
{
    Fixture *f = *state;
    PlanEntry entry = issued(f);
    const PlanEntry *entries = NULL;
    size_t n = 0;
    assert_int_equal(plan_entry_add(&f->cx, &entry), OK);
    assert_int_equal(plan_entry_add(&f->cx, &entry), OK);
    entry.evidence = STR("别的文号");
    assert_int_equal(plan_entry_add(&f->cx, &entry), ERR_CONFLICT);
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    assert_int_equal(plan_entries(&f->cx, plan, (Str){0}, &entries, &n), OK);
    assert_int_equal(n, 1);
    assert_int_not_equal(db_script(f->db, STR("UPDATE plan_entry SET note = 'x'")), OK);
}

/* Of a clause of the plan: the numbers of 2025 and 2024 (of a thousand people), on a day. */
typedef struct Judged {
    const char *clause;
    size_t answer;
    const char *on;
    int64_t numerator, numerator_before;
    PlanState state;
    PlanReason reason;
} Judged;

static void judge_one(Fixture *f, const PlanFacts *facts, const Judged *wanted)
{
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    const PlanClause *clause = NULL;
    assert_int_equal(plan_clause_find(&f->cx, plan, str_from_c(wanted->clause), &clause), OK);
    const PlanAnswer *answer = &clause->answers[wanted->answer];
    const MeasureTotal total = {
        .measure = answer->measure,
        .period = period_of(PERIOD_YEAR, test_day("2025-01-01")),
        .is_made = true,
        .sums = {{2000, wanted->numerator},
                 {wanted->numerator_before < 0 ? 0 : 2000, wanted->numerator_before}}};
    PlanAnswered answered = {.answer = answer, .reached_on = DATE_NONE};
    plan_measure_judge(facts, plan, clause, &total, test_day(wanted->on), &answered);
    if (answered.state != wanted->state || answered.reason != wanted->reason)
        print_message("clause %s answer %d on %s: %s, %s\n", wanted->clause, (int)wanted->answer,
                      wanted->on, plan_state_name(answered.state),
                      plan_reason_name(answered.reason));
    assert_int_equal(answered.state, wanted->state);
    assert_int_equal(answered.reason, wanted->reason);
}

static void a_number_is_judged_by_its_target_its_day_its_path_and_how_it_grows(void **state)
{
    Fixture *f = *state;
    const PlanFacts *facts = NULL;
    static const Judged wanted[] = {
        /* 90 until the end of 2025: 1,800 of 2,000. */
        {"06", 0, "2025-06-30", 1800, -1, PLAN_STATE_MET, PLAN_REASON_TARGET_MET},
        {"06", 0, "2025-06-30", 1799, -1, PLAN_STATE_NOT_DUE,
         PLAN_REASON_TARGET_NOT_MET}, /* 89.95 */
        {"06", 0, "2025-10-02", 1799, -1, PLAN_STATE_AT_RISK, PLAN_REASON_TARGET_NOT_MET},
        {"06", 0, "2026-01-01", 1799, -1, PLAN_STATE_BEHIND, PLAN_REASON_TARGET_NOT_MET},
        {"07", 0, "2025-06-30", 1799, -1, PLAN_STATE_BEHIND, PLAN_REASON_TARGET_NOT_MET},
        /* From 40 on the first day of 2023 to 90: 81.6 of a hundred at the end of June 2025. */
        {"06", 1, "2025-06-30", 1640, -1, PLAN_STATE_ON_TRACK, PLAN_REASON_ON_PATH},
        {"06", 1, "2025-06-30", 1600, -1, PLAN_STATE_AT_RISK, PLAN_REASON_BELOW_PATH},
        {"06", 1, "2025-06-30", 1400, -1, PLAN_STATE_BEHIND, PLAN_REASON_BELOW_PATH},
        /* One to three points more than in 2024: 0.95 is too little, 1 is enough. */
        {"06", 2, "2025-12-31", 1019, 1000, PLAN_STATE_BEHIND, PLAN_REASON_BELOW_PATH},
        {"06", 2, "2025-06-30", 1019, 1000, PLAN_STATE_AT_RISK, PLAN_REASON_BELOW_PATH},
        {"06", 2, "2025-12-31", 1020, 1000, PLAN_STATE_MET, PLAN_REASON_TARGET_MET},
        {"06", 2, "2025-12-31", 687, 667, PLAN_STATE_MET, PLAN_REASON_TARGET_MET}, /* 33.35 + 1 */
        {"06", 2, "2025-12-31", 1020, -1, PLAN_STATE_NO_DATA, PLAN_REASON_PERIOD_RUNNING},
        /* Both limits included. */
        {"06", 3, "2026-01-01", 1000, -1, PLAN_STATE_MET, PLAN_REASON_TARGET_MET},
        {"06", 3, "2026-01-01", 1400, -1, PLAN_STATE_MET, PLAN_REASON_TARGET_MET},
        {"06", 3, "2026-01-01", 1401, -1, PLAN_STATE_BEHIND, PLAN_REASON_TARGET_NOT_MET},
        /* 80 at the end of the year is 39.67 on 30 June. */
        {"06", 4, "2025-06-30", 800, -1, PLAN_STATE_ON_TRACK, PLAN_REASON_ON_PATH},
        {"06", 4, "2025-06-30", 720, -1, PLAN_STATE_AT_RISK, PLAN_REASON_BELOW_PATH},
        {"06", 4, "2025-06-30", 700, -1, PLAN_STATE_BEHIND, PLAN_REASON_BELOW_PATH},
        /* At most 40 in a year that is not over: nothing is won yet. */
        {"06", 5, "2025-06-30", 700, -1, PLAN_STATE_ON_TRACK, PLAN_REASON_TARGET_MET},
        {"06", 5, "2025-12-31", 700, -1, PLAN_STATE_MET, PLAN_REASON_TARGET_MET},
        /* Tells on the last day only: until then the year before stands for it. */
        {"06", 6, "2025-06-30", 0, 1600, PLAN_STATE_ON_TRACK, PLAN_REASON_MET_LAST_PERIOD},
        {"06", 6, "2025-06-30", 2000, 1599, PLAN_STATE_AT_RISK, PLAN_REASON_NOT_MET_LAST_PERIOD},
        {"06", 6, "2025-06-30", 2000, -1, PLAN_STATE_NOT_DUE, PLAN_REASON_PERIOD_RUNNING},
        {"06", 6, "2025-12-31", 1600, 0, PLAN_STATE_MET, PLAN_REASON_TARGET_MET},
        {"06", 8, "2025-06-30", 2000, 1599, PLAN_STATE_BEHIND, PLAN_REASON_NOT_MET_LAST_PERIOD},
        {"06", 7, "2025-06-30", 5, -1, PLAN_STATE_ON_TRACK, PLAN_REASON_WATCHED},
    };
    assert_int_equal(plan_facts_read(&f->cx, &facts), OK);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        judge_one(f, facts, &wanted[i]);
}

static void assert_said(Wording said, const char *zh, const char *en)
{
    if (!str_equals_c(said.zh, zh) || !str_equals_c(said.en, en))
        print_message("%.*s | %.*s\n", STR_ARG(said.zh), STR_ARG(said.en));
    assert_true(str_equals_c(said.zh, zh));
    assert_true(str_equals_c(said.en, en));
}

static void
what_is_said_names_numbers_and_what_misses_a_target_does_not_look_as_if_it_met_it(void **state)
{
    Fixture *f = *state;
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    const PlanClause *clause = NULL;
    assert_int_equal(plan_clause_find(&f->cx, plan, STR("06"), &clause), OK);
    PlanAnswered answered = {.answer = &clause->answers[0],
                             .reason = PLAN_REASON_TARGET_NOT_MET,
                             .reached_on = DATE_NONE,
                             .has_number = true,
                             .number = 89.9996,
                             .has_target = true,
                             .low = 90,
                             .period = period_of(PERIOD_YEAR, test_day("2025-01-01"))};
    Arena *arena = f->cx.arena;
    assert_said(plan_answer_why(arena, &answered), "2025 为 89.999%，未达目标",
                "89.999% in 2025: the target is not met");
    answered.reason = PLAN_REASON_BELOW_PATH;
    answered.expected = 91.25;
    assert_said(plan_answer_why(arena, &answered), "2025 为 89.999%，低于今天应到的 91.25%",
                "89.999% in 2025, below the 91.25% expected by today");
    answered.expected = 80;
    assert_said(plan_answer_why(arena, &answered), "2025 为 89.999%，高于今天应到的 80%",
                "89.999% in 2025, above the 80% expected by today");
    answered.answer = &clause->answers[2];
    answered.has_target = false;
    assert_said(plan_target_wording(arena, &answered), "每年提高 1～3", "1 to 3 more each year");
    answered = (PlanAnswered){.answer = &clause->answers[0],
                              .reason = PLAN_REASON_OVERDUE,
                              .reached_on = DATE_NONE,
                              .number = 3,
                              .of = 22};
    assert_said(plan_answer_why(arena, &answered), "应做 22 项，逾期 3 项",
                "3 of 22 owed are overdue");
}

static void a_measure_that_counts_nobody_is_no_data_and_not_answered(void **state)
{
    Fixture *f = *state;
    PlanCoverage coverage;
    assert_int_equal(measure_settle(&f->cx), OK);
    const PlanClauseState *states = states_of(f, &coverage);
    assert_int_equal(states[4].state, PLAN_STATE_NO_DATA);
    assert_int_equal(states[4].answers[0].reason, PLAN_REASON_COUNTS_NOBODY);
    assert_int_equal(states[5].state, PLAN_STATE_NO_DATA);
    assert_int_equal(coverage.answered, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(a_milestone_is_not_due_then_at_risk_then_behind_until_it_is_reached),
    TEST(what_is_encouraged_is_never_a_failure),
    TEST(what_no_engine_answers_never_counts_as_answered_nor_as_met),
    TEST(a_number_is_judged_by_its_target_its_day_its_path_and_how_it_grows),
    TEST(what_is_said_names_numbers_and_what_misses_a_target_does_not_look_as_if_it_met_it),
    TEST(a_measure_that_counts_nobody_is_no_data_and_not_answered),
    TEST(what_cannot_be_an_entry_is_refused),
    TEST(the_same_entry_again_is_known_and_another_under_its_id_refused),
};

int main(void)
{
    return BOTH_ENGINES_RUN("plans", tests);
}
