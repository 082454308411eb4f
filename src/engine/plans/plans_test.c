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

/* Where clauses 08, 09 and 10 stand. */
enum { NOW_BY_DAY = 6, BY_PATH = 7, UNTIL_A_DAY = 9, CLAUSES = 10 };

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
             "      - {clause: '08', title: {zh: 辛, en: H}, text: {zh: 辛, en: H}, kind: indicator, "
             "owners: [bureau], due: 2024-12-31, answers: [{measure: men, at_least: 90, unit: "
             "'%'}]}\n"
             "      - {clause: '09', title: {zh: 壬, en: I}, text: {zh: 壬, en: I}, kind: indicator, "
             "owners: [bureau], due: 2025-12-31, answers: [{measure: men, at_least: 90, unit: '%', "
             "path: {from: 40}}]}\n"
             "      - {clause: '05', title: {zh: 戊, en: E}, text: {zh: 戊, en: E}, kind: governance, "
             "owners: [bureau], answers: [{policy: plan_warning_days}]}\n"
             "      - {clause: '10', title: {zh: 癸, en: J}, text: {zh: 癸, en: J}, kind: governance, "
             "owners: [bureau], due: 2023-12-31, every: year, answers: [{milestone: paid, title: {zh: "
             "拨付, en: Paid}, evidence: {zh: 凭证, en: Voucher}}]}\n")},
        {STR("p/policy/numbers.yaml"),
         STR("parameters:\n"
             "  - id: plan_warning_days\n    title: {zh: 提前, en: Before}\n    unit: d\n    value: 90\n"
             "    source: habit\n"
             "  - id: plan_path_tolerance\n    title: {zh: 容差, en: Slack}\n    unit: '%'\n    value: 10\n"
             "    source: habit\n")},
        MEASURE_FILES("stock", ""),
        {STR("p/measures/men.yaml"),
         STR("measure: men\ntitle: {zh: 男, en: Men}\nunit: '%'\ndirection: up\ngrain: subject\n"
             "periods: [quarter, year]\ndenominator: {zh: 人, en: People}\n"
             "numerator: {zh: 男, en: Men}\nsource: habit\n")},
        {STR("p/measures/men.sql"),
         STR("SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, "
             "1 AS in_denominator, CASE WHEN p.sex = '1' THEN 1 ELSE 0 END AS in_numerator "
             "FROM person p "
             /* overflows, in both databases, as soon as somebody's sex is 9 */
             "WHERE abs(-9223372036854775807 - CASE WHEN p.sex = '9' THEN 1 ELSE 0 END) > 0\n")},
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
    record_forms_prepare(f->packs);
    live_on(f, "2025-06-30");
    assert_int_equal(record_tables_update(&f->cx), OK);
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

static const PlanClauseState *states_on(Fixture *f, const char *on)
{
    const PlanClauseState *states = NULL;
    size_t n = 0;
    const PlanFacts *facts = NULL;
    assert_int_equal(plan_facts_read(&f->cx, test_day(on), true, &facts), OK);
    assert_int_equal(plan_states(&f->cx, facts, pack_plan(f->packs, STR("plan")), &states, &n), OK);
    assert_int_equal(n, CLAUSES);
    return states;
}

static const PlanClauseState *states_of(Fixture *f, PlanCoverage *coverage)
{
    const PlanClauseState *states = NULL;
    size_t n = 0;
    const PlanFacts *facts = NULL;
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    assert_int_equal(plan_states(&f->cx, facts, pack_plan(f->packs, STR("plan")), &states, &n), OK);
    assert_int_equal(n, CLAUSES);
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

static void owes_once(Fixture *f, PlanState state, PlanDueState due)
{
    const PlanFacts *facts = NULL;
    const PlanDue *dues = NULL;
    size_t n = 0, found = 0;
    assert_int_equal(states_on(f, "2025-06-30")[UNTIL_A_DAY].state, state);
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    assert_int_equal(plan_dues(&f->cx, facts, pack_plan(f->packs, STR("plan")), &dues, &n), OK);
    for (size_t i = 0; i < n; i++)
        if (str_equals_c(dues[i].clause->clause->id, "10") && dues[i].state == due)
            found += date_compare(dues[i].day, test_day("2023-12-31")) == 0 ? 1 : 2;
    assert_int_equal(found, 1);
}

static void what_recurs_until_a_day_is_owed_for_no_later_period(void **state)
{
    Fixture *f = *state;
    PlanEntry paid = issued(f);
    paid.clause = STR("10");
    paid.milestone = STR("paid");
    paid.happened_on = test_day("2023-06-20");
    owes_once(f, PLAN_STATE_BEHIND, PLAN_DUE_OVERDUE);
    assert_int_equal(plan_entry_add(&f->cx, &paid), OK);
    owes_once(f, PLAN_STATE_MET, PLAN_DUE_DONE);
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
    assert_int_equal(coverage.clauses, CLAUSES);
    assert_int_equal(coverage.answered, 4);
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
    assert_int_equal(plan_entries(&f->cx, plan, STR("01"), f->cx.today, &entries, &n), OK);
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
    assert_int_equal(plan_entries(&f->cx, plan, (Str){0}, f->cx.today, &entries, &n), OK);
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
        {"06", 7, "2025-06-30", 5, -1, PLAN_STATE_WATCHED, PLAN_REASON_WATCHED},
    };
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
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
    assert_said(plan_answer_why(arena, &answered), "2025 为 89.9996%，未达目标",
                "89.9996% in 2025: the target is not met");
    assert_int_equal(plan_number_decimals(89.9996, &answered, 2), 4);
    assert_int_equal(plan_number_decimals(89.5, &answered, 2), 2);
    answered.reason = PLAN_REASON_BELOW_PATH;
    answered.expected = 91.25;
    assert_said(plan_answer_why(arena, &answered), "2025 为 89.9996%，低于此时应到的 91.25%",
                "89.9996% in 2025, below the 91.25% expected by then");
    answered.expected = 80;
    assert_said(plan_answer_why(arena, &answered), "2025 为 89.9996%，高于此时应到的 80%",
                "89.9996% in 2025, above the 80% expected by then");
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
    assert_int_equal(coverage.answered, 4);
}

/* ---- over time ---- */

typedef struct Newcomers {
    int n;
    const char *sex, *registered_on;
} Newcomers;

static Err come_work(Cx *cx, void *arg)
{
    const Newcomers *newcomers = arg;
    const Area village = {.code = STR("000000001201"), .level = 5, .name = STR("测试村")};
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_area_add(cx, &village));
    TRY(access_areas_rebuild(cx));
    for (int i = 0; i < newcomers->n; i++) {
        const Resident resident = {.id = cx_new_id(cx),
                                   .sex = str_from_c(newcomers->sex),
                                   .birth_date = test_day("1960-01-01"),
                                   .area = STR("000000001201"),
                                   .name = str_printf(cx->arena, "测试%d", i),
                                   .registered_on = test_day(newcomers->registered_on),
                                   .died_on = DATE_NONE,
                                   .left_on = DATE_NONE};
        TRY(resident_add(cx, &resident));
        TRY(measure_resident_hook(cx, &(ResidentChange){.resident = resident.id}));
    }
    return OK;
}

static void come(Fixture *f, int n, const char *sex, const char *registered_on)
{
    Newcomers newcomers = {n, sex, registered_on};
    assert_int_equal(cx_write(&f->cx, come_work, &newcomers), OK);
}

/* What says that the place kept records on the day: a header, of no form that is read. */
static void record_on(Fixture *f, const char *day)
{
    const char *id = both_engines_is_postgres() ? "'0190a000-0000-7000-8000-000000000001'"
                                                : "X'0190a000000070008000000000000001'";
    const char *hash = both_engines_is_postgres() ? "'\\x00'" : "X'00'";
    assert_int_equal(
        db_script(f->db,
                  str_printf(&f->arena,
                             "INSERT INTO record (place, id, rev, form, form_version, "
                             "subject_kind, subject_id, facility, performed_by, recorded_by, "
                             "happened_on, recorded_on, recorded_at, amends, content_hash) "
                             "VALUES ('000000', %s, 1, 'f', '1.0.0', 'resident', %s, 'F', %s, "
                             "%s, '%s', '%s', 0, NULL, %s)",
                             id, id, id, id, day, day, hash)),
        OK);
}

static void assert_number(double got, double wanted)
{
    if (got < wanted || got > wanted)
        print_message("%.17g, not %.17g\n", got, wanted);
    assert_true(got >= wanted && got <= wanted);
}

/* Nine men and a woman at the end of 2024, ten women more in March. */
static void live_through_a_year(Fixture *f)
{
    live_on(f, "2024-12-31");
    record_on(f, "2024-12-30");
    come(f, 9, "1", "2024-06-01");
    come(f, 1, "2", "2024-06-01");
    assert_int_equal(states_on(f, "2024-12-31")[NOW_BY_DAY].state, PLAN_STATE_MET);
    live_on(f, "2025-03-10");
    come(f, 10, "2", "2025-03-10");
}

static void a_clause_whose_day_has_passed_is_judged_by_the_number_of_its_day(void **state)
{
    Fixture *f = *state;
    live_through_a_year(f);
    const PlanAnswered *answered = &states_on(f, "2025-03-10")[NOW_BY_DAY].answers[0];
    assert_int_equal(answered->state, PLAN_STATE_MET);
    assert_int_equal(answered->reason, PLAN_REASON_MET_ON_DAY);
    assert_int_equal(date_compare(answered->judged_on, test_day("2024-12-31")), 0);
    assert_number(answered->number, 90);
    assert_true(answered->has_now);
    assert_number(answered->now, 45);
    come(f, 40, "2", "2024-06-01"); /* said to have been there all along */
    answered = &states_on(f, "2025-03-10")[NOW_BY_DAY].answers[0];
    assert_int_equal(answered->reason, PLAN_REASON_MET_ON_DAY);
    assert_int_equal(answered->denominator, 10);
    assert_number(answered->now, 15);
}

static void
what_was_missed_on_its_day_stays_missed_and_nothing_known_then_leaves_it_to_today(void **state)
{
    Fixture *f = *state;
    live_on(f, "2024-12-31");
    come(f, 9, "1", "2024-06-01");
    come(f, 2, "2", "2024-06-01");
    live_on(f, "2025-03-10");
    come(f, 9, "1", "2025-03-10"); /* 18 of 20, but nobody kept records on the day */
    const PlanAnswered *answered = &states_on(f, "2025-03-10")[NOW_BY_DAY].answers[0];
    assert_int_equal(answered->reason, PLAN_REASON_TARGET_MET);
    assert_true(date_is_none(answered->judged_on));
    assert_int_equal(db_script(f->db, STR("DELETE FROM plan_day")), OK);
    record_on(f, "2024-12-31");
    answered = &states_on(f, "2025-03-10")[NOW_BY_DAY].answers[0];
    assert_int_equal(answered->state, PLAN_STATE_BEHIND);
    assert_int_equal(answered->reason, PLAN_REASON_MISSED_ON_DAY);
    assert_int_equal(answered->denominator, 11);
    assert_number(answered->now, 90);
}

static void a_past_day_is_as_it_was_known_on_its_evening_and_stays_so(void **state)
{
    Fixture *f = *state;
    live_through_a_year(f);
    PlanEntry entry = issued(f);
    entry.happened_on = test_day("2025-01-05");
    assert_int_equal(plan_entry_add(&f->cx, &entry), OK); /* written on 10 March */
    live_on(f, "2025-03-12");
    const PlanClauseState *before = states_on(f, "2025-03-09"), *on = states_on(f, "2025-03-10");
    assert_int_equal(before[BY_PATH].answers[0].denominator, 10);
    assert_number(before[BY_PATH].answers[0].number, 90);
    assert_int_equal(on[BY_PATH].answers[0].denominator, 20);
    assert_int_equal(before[0].state, PLAN_STATE_NOT_DUE);
    assert_int_equal(on[0].state, PLAN_STATE_MET);
    assert_int_equal(before[0].entry_n, 0);
    assert_int_equal(plan_entry_end(&f->cx, entry.id, STR("记错了")), OK);
    come(f, 7, "2", "2024-06-01");
    live_on(f, "2025-03-20");
    assert_int_equal(states_on(f, "2025-03-12")[0].state, PLAN_STATE_NOT_DUE);
    on = states_on(f, "2025-03-10");
    assert_int_equal(on[0].state, PLAN_STATE_MET);
    assert_int_equal(on[BY_PATH].answers[0].denominator, 20);
    const PlanFacts *facts = NULL;
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-03-21"), true, &facts), ERR_INVALID);
}

static void a_day_that_nobody_asked_for_yet_is_being_counted_until_the_job_has_made_it(void **state)
{
    Fixture *f = *state;
    const PlanFacts *facts = NULL;
    const PlanClauseState *states = NULL;
    size_t n = 0;
    int64_t made = 0, wanted = 0;
    live_through_a_year(f);
    live_on(f, "2025-04-01");
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-02-28"), false, &facts), OK);
    plan_facts_progress(facts, &made, &wanted);
    assert_true(wanted > 0 && made < wanted);
    assert_int_equal(plan_states(&f->cx, facts, pack_plan(f->packs, STR("plan")), &states, &n), OK);
    assert_int_equal(states[BY_PATH].answers[0].reason, PLAN_REASON_BEING_COUNTED);
    for (bool has_more = true; has_more;)
        assert_int_equal(plan_day_step(&f->cx, &has_more), OK);
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-02-28"), false, &facts), OK);
    plan_facts_progress(facts, &made, &wanted);
    assert_int_equal(made, wanted);
    assert_int_equal(plan_states(&f->cx, facts, pack_plan(f->packs, STR("plan")), &states, &n), OK);
    assert_number(states[BY_PATH].answers[0].number, 90);
}

static void take_steps(Fixture *f, Err (*step)(Cx *, bool *))
{
    for (bool has_more = true; has_more;)
        assert_int_equal(step(&f->cx, &has_more), OK);
}

static void read_progress(Fixture *f, const char *on, int64_t *made, int64_t *wanted)
{
    const PlanFacts *facts = NULL;
    assert_int_equal(plan_facts_read(&f->cx, test_day(on), false, &facts), OK);
    plan_facts_progress(facts, made, wanted);
}

static void a_measure_that_fails_holds_up_no_other_and_is_tried_again(void **state)
{
    Fixture *f = *state;
    int64_t made = 0, wanted = 0;
    live_on(f, "2024-12-31");
    record_on(f, "2024-12-30");
    come(f, 5, "1", "2024-06-01");
    come(f, 1, "9", "2024-06-01");
    live_on(f, "2025-04-01");
    read_progress(f, "2025-02-28", &made, &wanted);
    assert_int_equal(made, 0);
    take_steps(f, plan_day_step);
    read_progress(f, "2025-02-28", &made, &wanted);
    assert_true(made > 0 && made < wanted);
    assert_int_equal(f->cx.problem_n, 0);
    assert_int_equal(db_script(f->db, STR("UPDATE resident SET sex = '2' WHERE sex = '9'")), OK);
    take_steps(f, plan_day_step);
    read_progress(f, "2025-02-28", &made, &wanted);
    assert_true(made < wanted);
    f->cx.now.ms += (int64_t)60 * 60 * 1000;
    take_steps(f, plan_day_step);
    read_progress(f, "2025-02-28", &made, &wanted);
    assert_int_equal(made, wanted);
}

static void a_day_to_come_waits_where_the_clock_was_set_back(void **state)
{
    Fixture *f = *state;
    int64_t made = 0, wanted = 0;
    live_through_a_year(f);
    live_on(f, "2025-04-01");
    read_progress(f, "2025-03-29", &made, &wanted);
    live_on(f, "2025-03-29");
    take_steps(f, plan_day_step);
    live_on(f, "2025-04-01");
    read_progress(f, "2025-03-29", &made, &wanted);
    assert_true(made < wanted);
}

static void a_page_can_ask_only_for_so_much_at_once_and_for_nothing_in_another_place(void **state)
{
    Fixture *f = *state;
    const PlanFacts *facts = NULL;
    int64_t made = 0, wanted = 0;
    live_through_a_year(f);
    live_on(f, "2025-04-01");
    read_progress(f, "2024-12-29", &made, &wanted); /* before the first record, as the job finds */
    assert_true(made < wanted);
    take_steps(f, plan_day_step);
    const Actor *system = f->cx.actor;
    Actor actor = *system;
    actor.is_system = false;
    f->cx.actor = &actor;
    read_progress(f, "2024-12-29", &made, &wanted);
    assert_int_equal(made, wanted);
    actor.home = STR("000001");
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-03-01"), false, &facts), ERR_CONFLICT);
    assert_true(str_equals_c(f->cx.problems[0].where, "on"));
    actor.home = (Str){0};
    for (int i = 0; i < 8; i++)
        assert_int_equal(
            plan_facts_read(&f->cx, date_add_days(test_day("2025-03-01"), i), false, &facts), OK);
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-03-20"), false, &facts), ERR_CONFLICT);
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-03-01"), false, &facts), OK);
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, false, &facts), OK);
    f->cx.actor = system;
    take_steps(f, plan_day_step);
    f->cx.actor = &actor;
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-03-20"), false, &facts), OK);
    f->cx.actor = system;
}

static void the_ends_of_months_are_kept_without_a_gap(void **state)
{
    Fixture *f = *state;
    static const char *const months[] = {"2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"};
    int64_t made = 0, wanted = 0;
    live_through_a_year(f);
    take_steps(f, plan_day_keep_step);
    live_on(f, "2025-06-02");
    take_steps(f, plan_day_keep_step);
    take_steps(f, plan_day_step);
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        read_progress(f, months[i], &made, &wanted);
        assert_true(made > 0 && made == wanted);
    }
    read_progress(f, "2025-01-31", &made, &wanted);
    assert_true(made < wanted);
}

static void what_was_kept_is_found_in_its_own_period_and_what_no_pack_has_is_forgotten(void **state)
{
    Fixture *f = *state;
    static const char *const gone =
        "INSERT INTO plan_day (place, day, source, is_asked, period_kind, after_key, is_done, "
        "retry_at) VALUES ('000000', '2025-02-27', 'gone', 1, 0, '', 0, 0), "
        "('000000', '2025-02-27', 'gone/rule', 1, 0, '', 0, 0)";
    live_through_a_year(f);
    live_on(f, "2025-04-01");
    const PlanAnswered *kept = &states_on(f, "2025-02-28")[BY_PATH].answers[0];
    assert_int_equal(kept->period.kind, PERIOD_YEAR);
    assert_int_equal(db_script(f->db, str_printf(&f->arena,
                                                 "UPDATE plan_day SET period_kind = %d WHERE day = "
                                                 "'2025-02-28'",
                                                 (int)PERIOD_QUARTER)),
                     OK); /* as if the packs had judged quarters then */
    kept = &states_on(f, "2025-02-28")[BY_PATH].answers[0];
    assert_int_equal(kept->period.kind, PERIOD_QUARTER);
    assert_int_equal(kept->denominator, 10);
    assert_int_equal(db_script(f->db, str_from_c(gone)), OK);
    take_steps(f, plan_day_step);
    assert_int_equal(db_script(f->db, str_from_c(gone)), OK); /* there is none any more */
}

static void two_days_side_by_side_begin_with_what_got_worse(void **state)
{
    Fixture *f = *state;
    const PlanFacts *then = NULL, *now = NULL;
    const PlanClauseChange *changes = NULL;
    size_t n = 0;
    live_through_a_year(f);
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    assert_int_equal(plan_changes_check(&f->cx, test_day("2025-03-10"), test_day("2025-03-09")),
                     ERR_INVALID);
    assert_true(str_equals_c(f->cx.problems[0].where, "with"));
    f->cx.problem_n = 0;
    assert_int_equal(plan_facts_read(&f->cx, test_day("2024-12-31"), true, &then), OK);
    assert_int_equal(plan_facts_read(&f->cx, test_day("2025-03-10"), true, &now), OK);
    assert_int_equal(plan_changes(&f->cx, then, now, plan, &changes, &n), OK);
    assert_int_equal(n, CLAUSES);
    assert_true(str_equals_c(changes[0].now->clause->id, "09"));
    assert_int_equal(changes[0].change, PLAN_CHANGE_WORSE); /* from met to below its path */
    assert_number(changes[0].answers[0].difference, -45);
    assert_true(str_equals_c(changes[1].now->clause->id, "08"));
    assert_int_equal(changes[1].change,
                     PLAN_CHANGE_NUMBER_WORSE); /* met on its day, and stays so */
    assert_number(changes[1].answers[0].number_now, 45);
    for (size_t i = 1; i < n; i++)
        assert_true(changes[i - 1].change <= changes[i].change);
}

static void a_trend_stands_beside_its_path_and_judges_by_unrounded_numbers(void **state)
{
    Fixture *f = *state;
    const PlanFacts *facts = NULL;
    const PlanClause *clause = NULL;
    const PlanTrend *trends = NULL;
    size_t n = 0;
    live_through_a_year(f);
    const Plan *plan = pack_plan(f->packs, STR("plan"));
    assert_int_equal(plan_facts_read(&f->cx, f->cx.today, true, &facts), OK);
    assert_int_equal(plan_clause_find(&f->cx, plan, STR("09"), &clause), OK);
    assert_int_equal(plan_trends(&f->cx, facts, plan, clause, &trends, &n), OK); /* wants it */
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(plan_trends(&f->cx, facts, plan, clause, &trends, &n), OK);
    assert_int_equal(n, 2);
    const PlanTrend *years = &trends[0], *quarters = &trends[1];
    assert_true(years->is_judged && !quarters->is_judged && quarters->has_target);
    assert_int_equal(years->n, 2);
    assert_int_equal(quarters->n,
                     4); /* the first whom anybody counted came in the second of 2024 */
    assert_true(years->points[0].is_met && !years->points[0].is_running);
    assert_true(!years->points[1].is_met && years->points[1].is_running);
    assert_number(years->points[1].number, 45);
    /* From 40 on the first day of 2023 to 90 on the last of 2025: 731 of 1,096 days gone. */
    assert_number(years->points[0].expected, 40 + 50.0 * 731 / 1096);
    assert_true(quarters->points[3].is_running);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(a_milestone_is_not_due_then_at_risk_then_behind_until_it_is_reached),
    TEST(what_recurs_until_a_day_is_owed_for_no_later_period),
    TEST(what_is_encouraged_is_never_a_failure),
    TEST(what_no_engine_answers_never_counts_as_answered_nor_as_met),
    TEST(a_number_is_judged_by_its_target_its_day_its_path_and_how_it_grows),
    TEST(what_is_said_names_numbers_and_what_misses_a_target_does_not_look_as_if_it_met_it),
    TEST(a_measure_that_counts_nobody_is_no_data_and_not_answered),
    TEST(what_cannot_be_an_entry_is_refused),
    TEST(a_clause_whose_day_has_passed_is_judged_by_the_number_of_its_day),
    TEST(what_was_missed_on_its_day_stays_missed_and_nothing_known_then_leaves_it_to_today),
    TEST(a_past_day_is_as_it_was_known_on_its_evening_and_stays_so),
    TEST(a_day_that_nobody_asked_for_yet_is_being_counted_until_the_job_has_made_it),
    TEST(a_measure_that_fails_holds_up_no_other_and_is_tried_again),
    TEST(a_day_to_come_waits_where_the_clock_was_set_back),
    TEST(a_page_can_ask_only_for_so_much_at_once_and_for_nothing_in_another_place),
    TEST(the_ends_of_months_are_kept_without_a_gap),
    TEST(what_was_kept_is_found_in_its_own_period_and_what_no_pack_has_is_forgotten),
    TEST(two_days_side_by_side_begin_with_what_got_worse),
    TEST(a_trend_stands_beside_its_path_and_judges_by_unrounded_numbers),
    TEST(the_same_entry_again_is_known_and_another_under_its_id_refused),
};

int main(void)
{
    return BOTH_ENGINES_RUN("plans", tests);
}
