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

static void open_packs(Fixture *f)
{
    const PackFile pack_files[] = {
        {STR("p/pack.yaml"),
         STR("pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
             "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n")},
        {STR("p/plans/plan.yaml"),
         STR("plan: plan\ntitle: {zh: 方案, en: Plan}\nsource: habit\n"
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
             "      - {clause: '05', title: {zh: 戊, en: E}, text: {zh: 戊, en: E}, kind: governance, "
             "owners: [bureau], answers: [{policy: plan_warning_days}]}\n")},
        {STR("p/policy/numbers.yaml"),
         STR("parameters:\n"
             "  - id: plan_warning_days\n    title: {zh: 提前, en: Before}\n    unit: d\n    value: 90\n"
             "    source: habit\n")},
    };
    f->packs = both_engines_pack_files(&f->arena, pack_files, 3);
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
    assert_int_equal(n, 5);
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
    assert_int_equal(coverage.clauses, 5);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(a_milestone_is_not_due_then_at_risk_then_behind_until_it_is_reached),
    TEST(what_is_encouraged_is_never_a_failure),
    TEST(what_no_engine_answers_never_counts_as_answered_nor_as_met),
    TEST(what_cannot_be_an_entry_is_refused),
    TEST(the_same_entry_again_is_known_and_another_under_its_id_refused),
};

int main(void)
{
    return BOTH_ENGINES_RUN("plans", tests);
}
