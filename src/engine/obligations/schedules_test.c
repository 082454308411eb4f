/* Schedules on dates, against a plain reference: random histories of each kind are evaluated and
 * compared with what a slow, obvious reading of the same rule says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/obligations/evaluate.h"

enum {
    ROUNDS = 4000,
    VISITS_MOST = 12,
    WINDOWS = 5,
    DOSES = 4,
};

static Arena arena;
static uint64_t seed;

static uint32_t next_random(uint32_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % below;
}

static Date day(const char *text)
{
    Date date = DATE_NONE;
    assert_int_equal(date_parse(str_from_c(text), &date), OK);
    return date;
}

static Uuid id_of(size_t number)
{
    Uuid id = UUID_NIL;
    id.bytes[15] = (uint8_t)number;
    return id;
}

static bool is_same(Date a, Date b)
{
    return date_compare(a, b) == 0;
}

static bool is_on_or_before(Date a, Date b)
{
    return date_compare(a, b) <= 0;
}

/* Ascending days from a birth on; next_on some days later. */
static size_t random_visits(Date birth, Evidence *visits)
{
    size_t n = next_random(VISITS_MOST);
    Date on = birth;
    for (size_t i = 0; i < n; i++) {
        on = date_add_days(on, (int)next_random(120));
        visits[i] = (Evidence){.record = id_of(i + 1),
                               .happened_on = on,
                               .kind = EVIDENCE_VISIT,
                               .is_counted = next_random(5) > 0,
                               .next_on = date_add_days(on, 5 + (int)next_random(90))};
    }
    return n;
}

static const Program everybody = {.has_age_before = true, .age_before = {.months = 84}};

static Rule rule_of(ScheduleKind schedule, const RuleItem *items, size_t n)
{
    static const Str kinds[] = {{"dose", 4}};
    return (Rule){.program = &everybody,
                  .schedule = schedule,
                  .valid_from = DATE_NONE,
                  .valid_until = DATE_NONE,
                  .needed = 1,
                  .sooner_field = SIZE_MAX,
                  .anchor = {.kind = ANCHOR_BIRTH},
                  .items = items,
                  .item_n = n,
                  .kinds = kinds,
                  .kind_n = 1};
}

static ObligationOutcomes evaluate(const Rule *rule, Date birth, Date gone_on,
                                   const Evidence *visits, size_t n)
{
    const SubjectFacts facts = {
        .subject = id_of(200), .birth_date = birth, .registered_on = birth, .gone_on = gone_on};
    ObligationOutcomes outcomes = {0};
    rule_evaluate(rule, &facts, visits, n, day("2035-01-01"), &arena, &outcomes);
    return outcomes;
}

static const Obligation *of_item(const ObligationOutcomes *outcomes, size_t item)
{
    for (size_t i = 0; i < outcomes->n; i++) {
        if (outcomes->items[i].obligation.item == item)
            return &outcomes->items[i].obligation;
    }
    return NULL;
}

static Date random_birth(void)
{
    return date_add_days(day("2020-01-01"), (int)next_random(1500));
}

/* Windows that do not overlap: the first counted visit in each meets it, nothing else does. */
static void windows_are_met_by_the_first_visit_in_them(void **state)
{
    (void)state;
    RuleItem items[WINDOWS] = {0};
    for (int i = 0; i < WINDOWS; i++)
        items[i] = (RuleItem){.opens = {.months = 3 * i, .days = 5},
                              .due = {.months = 3 * i, .days = 34},
                              .closes = {.months = 3 * i, .days = 60}};
    const Rule rule = rule_of(SCHEDULE_WINDOWS, items, WINDOWS);
    for (int round = 0; round < ROUNDS; round++) {
        Evidence visits[VISITS_MOST];
        Date birth = random_birth();
        size_t n = random_visits(birth, visits);
        Date gone =
            next_random(3) > 0 ? DATE_NONE : date_add_days(birth, 1 + (int)next_random(400));
        ObligationOutcomes outcomes = evaluate(&rule, birth, gone, visits, n);
        for (size_t w = 0; w < WINDOWS; w++) {
            Date opens = date_add_days(date_add_months(birth, 3 * (int)w), 5);
            Date closes = date_add_days(date_add_months(birth, 3 * (int)w), 60);
            Date met_on = DATE_NONE;
            for (size_t i = 0; i < n && date_is_none(met_on); i++) {
                if (visits[i].is_counted && is_on_or_before(opens, visits[i].happened_on)
                    && is_on_or_before(visits[i].happened_on, closes))
                    met_on = visits[i].happened_on;
            }
            bool has_left = !date_is_none(gone) && is_on_or_before(gone, closes);
            const Obligation *got = of_item(&outcomes, w + 1);
            assert_int_equal(got != NULL, !date_is_none(met_on) || !has_left);
            assert_true(got == NULL
                        || (is_same(got->met_on, met_on) && is_same(got->opens_on, opens)
                            && is_same(got->closes_on, closes)));
        }
        arena_reset(&arena);
    }
}

/* Each counted day meets what the one before asked for; one line stays open. */
static void rolling_dates_follow_the_last_visit(void **state)
{
    (void)state;
    Rule rule = rule_of(SCHEDULE_AFTER, NULL, 0);
    rule.first_after = (Span){.days = 14};
    for (int round = 0; round < ROUNDS; round++) {
        Evidence visits[VISITS_MOST];
        Date birth = random_birth();
        size_t n = random_visits(birth, visits), expected = 0;
        ObligationOutcomes outcomes = evaluate(&rule, birth, DATE_NONE, visits, n);
        Date due = date_add_days(birth, 14), last = DATE_NONE;
        for (size_t i = 0; i < n; i++) {
            if (!visits[i].is_counted)
                continue;
            if (date_is_none(last) || !is_same(visits[i].happened_on, last)) {
                const Obligation *got = &outcomes.items[expected++].obligation;
                assert_true(is_same(got->due_on, due));
                assert_true(is_same(got->met_on, visits[i].happened_on));
            }
            last = visits[i].happened_on;
            due = visits[i].next_on;
        }
        assert_int_equal(outcomes.n, expected + 1);
        const Obligation *open = &outcomes.items[expected].obligation;
        assert_true(is_same(open->due_on, due) && date_is_none(open->met_on));
        arena_reset(&arena);
    }
}

/* Whoever left owes nothing of before: what is owed after coming back begins with coming back. */
static void rolling_dates_begin_anew_for_who_left_and_came_back(void **state)
{
    (void)state;
    static const Form entry;
    const Program program = {.enrolled_by = &entry};
    Rule rule = rule_of(SCHEDULE_AFTER, NULL, 0);
    rule.program = &program;
    rule.first_after = (Span){.days = 7};
    const Evidence rows[] = {
        {.record = id_of(1),
         .happened_on = day("2024-01-10"),
         .kind = EVIDENCE_ENTER,
         .next_on = DATE_NONE},
        {.record = id_of(2),
         .happened_on = day("2024-02-01"),
         .kind = EVIDENCE_VISIT,
         .is_counted = true,
         .next_on = day("2024-05-01")},
        {.record = id_of(3),
         .happened_on = day("2024-03-01"),
         .kind = EVIDENCE_LEAVE,
         .next_on = DATE_NONE},
        {.record = id_of(4),
         .happened_on = day("2024-06-01"),
         .kind = EVIDENCE_ENTER,
         .next_on = DATE_NONE},
    };
    ObligationOutcomes outcomes = evaluate(&rule, day("1960-01-01"), DATE_NONE, rows, 3);
    assert_int_equal(outcomes.n, 1); /* met before leaving */
    outcomes = evaluate(&rule, day("1960-01-01"), DATE_NONE, rows, 4);
    assert_int_equal(outcomes.n, 2);
    assert_true(is_same(outcomes.items[1].obligation.opens_on, day("2024-06-01")));
    assert_true(is_same(outcomes.items[1].obligation.due_on, day("2024-06-08")));
}

/* The i-th counted visit is the i-th dose; the next one opens at its age and behind the interval.
 */
static void doses_are_counted_and_only_the_next_is_owed(void **state)
{
    (void)state;
    static const DoseInterval interval = {INTERVAL_LAST, 0, {.days = 28}};
    RuleItem items[DOSES] = {0};
    for (int i = 0; i < DOSES; i++)
        items[i].dose = (DoseCase){
            .min_age = {.months = 2 + 2 * i}, .intervals = &interval, .interval_n = i == 0 ? 0 : 1};
    const Rule rule = rule_of(SCHEDULE_DOSES, items, DOSES);
    for (int round = 0; round < ROUNDS; round++) {
        Evidence visits[VISITS_MOST];
        Date birth = random_birth();
        size_t n = random_visits(birth, visits), given = 0;
        ObligationOutcomes outcomes = evaluate(&rule, birth, DATE_NONE, visits, n);
        Date last = DATE_NONE;
        for (size_t i = 0; i <= n && given < DOSES; i++) {
            if (i < n && !visits[i].is_counted)
                continue;
            Date of_age = date_add_months(birth, 2 + 2 * (int)given);
            Date behind = date_is_none(last) ? DATE_NONE : date_add_days(last, 28);
            const ObligationOutcome *got = &outcomes.items[given];
            assert_int_equal(got->obligation.item, given + 1);
            assert_true(is_same(got->obligation.opens_on, date_max(of_age, behind)));
            if (i == n) {
                assert_true(date_is_none(got->obligation.met_on));
                break;
            }
            bool is_young = date_compare(visits[i].happened_on, of_age) < 0;
            bool is_short =
                !date_is_none(behind) && date_compare(visits[i].happened_on, behind) < 0;
            assert_true(is_same(got->obligation.met_on, visits[i].happened_on));
            assert_int_equal(got->flags, (is_young ? OBLIGATION_FLAG_AGE_TOO_YOUNG : 0)
                                             | (is_short ? OBLIGATION_FLAG_INTERVAL_TOO_SHORT : 0));
            last = visits[i].happened_on;
            given++;
        }
        assert_int_equal(outcomes.n, given == DOSES ? DOSES : given + 1);
        arena_reset(&arena);
    }
}

/* Four deadlines a year, met in the days since the one before. */
static void deadlines_are_met_in_their_own_days(void **state)
{
    (void)state;
    static const int32_t deadlines[] = {320, 620, 920, 1220};
    Rule rule = rule_of(SCHEDULE_DEADLINES, NULL, 0);
    rule.deadlines = deadlines;
    rule.deadline_n = 4;
    for (int round = 0; round < ROUNDS; round++) {
        Evidence visits[VISITS_MOST];
        Date birth = random_birth();
        size_t n = random_visits(birth, visits);
        ObligationOutcomes outcomes = evaluate(&rule, birth, DATE_NONE, visits, n);
        assert_true(outcomes.n >= 27 && outcomes.n <= 29);
        for (size_t k = 0; k < outcomes.n; k++) {
            const Obligation *got = &outcomes.items[k].obligation;
            Date met_on = DATE_NONE;
            for (size_t i = 0; i < n && date_is_none(met_on); i++) {
                if (visits[i].is_counted && is_on_or_before(got->opens_on, visits[i].happened_on)
                    && is_on_or_before(visits[i].happened_on, got->due_on))
                    met_on = visits[i].happened_on;
            }
            assert_true(is_same(got->met_on, met_on));
            assert_true(k == 0
                        || is_same(got->opens_on,
                                   date_add_days(outcomes.items[k - 1].obligation.due_on, 1)));
        }
        arena_reset(&arena);
    }
}

static void a_waiver_spares_what_closes_in_it_and_moves_the_rest(void **state)
{
    (void)state;
    const RuleItem items[] = {{.opens = {.days = 10}, .due = {.days = 20}, .closes = {.days = 30}}};
    const Rule rule = rule_of(SCHEDULE_WINDOWS, items, 1);
    Date birth = day("2024-01-01");
    Evidence waiver = {.record = id_of(9),
                       .happened_on = day("2024-01-15"),
                       .kind = EVIDENCE_WAIVER,
                       .spares_on = DATE_NONE,
                       .next_on = day("2024-01-25")};
    ObligationOutcomes moved = evaluate(&rule, birth, DATE_NONE, &waiver, 1);
    assert_true(is_same(moved.items[0].obligation.due_on, day("2024-01-26")));
    assert_true(date_is_none(moved.items[0].obligation.waived_on));
    waiver.next_on = DATE_NONE;
    ObligationOutcomes waived = evaluate(&rule, birth, DATE_NONE, &waiver, 1);
    assert_true(is_same(waived.items[0].obligation.waived_on, day("2024-01-15")));
    assert_true(is_same(waived.items[0].obligation.due_on, day("2024-01-21")));
}

/* Two editions of a series of one dose, with the months of its age in each; the older one until the
 * end of 2025. Returns the day on which the dose opens, and in which of the two (or SIZE_MAX). */
static Date opens_in_editions(int32_t old_months, int32_t new_months, const char *birth,
                              size_t *ret_edition)
{
    const RuleItem old_items[] = {{.id = {"d1", 2}, .dose = {.min_age = {.months = old_months}}}};
    const RuleItem new_items[] = {{.id = {"d1", 2}, .dose = {.min_age = {.months = new_months}}}};
    Rule editions[] = {rule_of(SCHEDULE_DOSES, old_items, 1),
                       rule_of(SCHEDULE_DOSES, new_items, 1)};
    const Rule *const rules[] = {&editions[0], &editions[1]};
    Program program = everybody;
    program.rules = rules;
    program.rule_n = 2;
    editions[0].valid_until = day("2025-12-31");
    editions[1].valid_from = day("2026-01-01");
    Date opens = DATE_NONE;
    size_t owed = 0;
    for (size_t i = 0; i < 2; i++) {
        editions[i].program = &program;
        ObligationOutcomes found = evaluate(&editions[i], day(birth), DATE_NONE, NULL, 0);
        owed += found.n;
        if (found.n == 0)
            continue;
        opens = found.items[0].obligation.opens_on;
        *ret_edition = i;
    }
    assert_int_equal(owed, 1);
    return opens;
}

/* Each edition reckons for itself; together they owe a dose once. */
static void a_dose_between_two_editions_is_owed_once(void **state)
{
    (void)state;
    size_t edition = SIZE_MAX;
    /* opens in November in both */
    assert_true(is_same(opens_in_editions(4, 4, "2025-07-10", &edition), day("2025-11-10")));
    assert_int_equal(edition, 0);
    /* in January by the older one, in November by the newer one: with the newer one */
    assert_true(is_same(opens_in_editions(6, 4, "2025-07-10", &edition), day("2026-01-01")));
    assert_int_equal(edition, 1);
    /* in November by the older one, in January by the newer one: as the older one says */
    assert_true(is_same(opens_in_editions(4, 6, "2025-07-10", &edition), day("2025-11-10")));
    assert_int_equal(edition, 0);
    assert_true(is_same(opens_in_editions(6, 8, "2025-07-31", &edition), day("2026-03-31")));
    assert_int_equal(edition, 1);
}

static ObligationState state_on(const ObligationOutcomes *outcomes, size_t at, const char *text)
{
    return obligation_state(&outcomes->items[at].obligation, day(text));
}

/* Windows of day 10 to 30, due on day 20, and of day 40 to 60, due on day 50, after the first of
 * January: 11 to 31 January, and 10 February to 1 March. */
static ObligationOutcomes with_waivers(Rule *rule, const Evidence *waivers, size_t n)
{
    static const RuleItem items[] = {
        {.opens = {.days = 10}, .due = {.days = 20}, .closes = {.days = 30}},
        {.opens = {.days = 40}, .due = {.days = 50}, .closes = {.days = 60}}};
    *rule = rule_of(SCHEDULE_WINDOWS, items, 2);
    return evaluate(rule, day("2024-01-01"), DATE_NONE, waivers, n);
}

static Evidence waiver_of(const char *from, const char *until, const char *spares)
{
    return (Evidence){.record = id_of(9),
                      .happened_on = day(from),
                      .kind = EVIDENCE_WAIVER,
                      .next_on = until == NULL ? DATE_NONE : day(until),
                      .spares_on = spares == NULL ? DATE_NONE : day(spares)};
}

static void what_is_spared_is_waived_until_the_day_after_and_owed_again(void **state)
{
    (void)state;
    Rule rule;
    const Evidence waiver = waiver_of("2024-01-12", "2024-01-15", NULL);
    ObligationOutcomes found = with_waivers(&rule, &waiver, 1);
    assert_int_equal(state_on(&found, 0, "2024-01-11"), OBLIGATION_CLOSED);
    assert_int_equal(state_on(&found, 0, "2024-01-12"), OBLIGATION_WAIVED);
    assert_int_equal(state_on(&found, 0, "2024-01-15"), OBLIGATION_WAIVED);
    assert_int_equal(state_on(&found, 0, "2024-01-16"), OBLIGATION_OPEN);
    assert_true(is_same(found.items[0].obligation.due_on, day("2024-01-21")));
    assert_true(is_same(obligation_spared_until(&found.items[0].obligation), day("2024-01-15")));
    assert_true(date_is_none(found.items[1].obligation.spared_on));
}

static void waivers_that_follow_each_other_spare_their_days_together(void **state)
{
    (void)state;
    Rule rule;
    Evidence waivers[] = {waiver_of("2024-01-12", "2024-01-15", NULL),
                          waiver_of("2024-01-16", "2024-01-25", NULL)};
    ObligationOutcomes found = with_waivers(&rule, waivers, 2);
    assert_int_equal(state_on(&found, 0, "2024-01-13"), OBLIGATION_WAIVED);
    assert_int_equal(state_on(&found, 0, "2024-01-25"), OBLIGATION_WAIVED);
    assert_int_equal(state_on(&found, 0, "2024-01-26"), OBLIGATION_DUE);
    waivers[1] = waiver_of("2024-01-20", NULL, NULL); /* for good, after a gap */
    found = with_waivers(&rule, waivers, 2);
    assert_true(is_same(found.items[0].obligation.waived_on, day("2024-01-20")));
    assert_int_equal(state_on(&found, 1, "2024-02-15"), OBLIGATION_WAIVED);
}

static void a_waiver_of_one_leaves_the_others(void **state)
{
    (void)state;
    Rule rule;
    const Evidence waiver = waiver_of("2024-01-12", NULL, "2024-01-31");
    ObligationOutcomes found = with_waivers(&rule, &waiver, 1);
    assert_int_equal(state_on(&found, 0, "2024-01-31"), OBLIGATION_WAIVED);
    assert_true(date_is_none(found.items[1].obligation.waived_on));
    assert_int_equal(state_on(&found, 1, "2024-02-21"), OBLIGATION_OVERDUE);
}

/* It was given when the window was to open on 15 January; it opens on the 11th now. */
static void
one_that_was_waived_before_it_opens_is_waived_from_its_opening_when_that_comes_earlier(void **state)
{
    (void)state;
    Rule rule;
    Evidence waiver = waiver_of("2024-01-15", NULL, "2024-01-31");
    waiver.is_counted = true;
    ObligationOutcomes found = with_waivers(&rule, &waiver, 1);
    assert_int_equal(state_on(&found, 0, "2024-01-10"), OBLIGATION_CLOSED);
    assert_int_equal(state_on(&found, 0, "2024-01-11"), OBLIGATION_WAIVED);
    assert_true(is_same(found.items[0].obligation.waived_on, day("2024-01-11")));
    waiver.is_counted = false; /* given on the 15th, when it was open */
    found = with_waivers(&rule, &waiver, 1);
    assert_int_equal(state_on(&found, 0, "2024-01-14"), OBLIGATION_OPEN);
    assert_int_equal(state_on(&found, 0, "2024-01-15"), OBLIGATION_WAIVED);
    assert_true(is_same(found.items[0].obligation.waived_on, day("2024-01-15")));
}

/* Rolling dates end with the age, one like the next. */
static void sparing_one_rolling_date_leaves_the_next(void **state)
{
    (void)state;
    Rule rule = rule_of(SCHEDULE_AFTER, NULL, 0);
    rule.first_after = (Span){.days = 14};
    Evidence rows[] = {waiver_of("2024-01-20", NULL, "2030-12-31"),
                       {.record = id_of(1),
                        .happened_on = day("2024-02-01"),
                        .kind = EVIDENCE_VISIT,
                        .is_counted = true,
                        .next_on = day("2024-03-01")}};
    ObligationOutcomes one = evaluate(&rule, day("2024-01-01"), DATE_NONE, rows, 1);
    assert_int_equal(state_on(&one, 0, "2024-05-01"), OBLIGATION_WAIVED);
    ObligationOutcomes next = evaluate(&rule, day("2024-01-01"), DATE_NONE, rows, 2);
    assert_int_equal(state_on(&next, 0, "2024-02-02"), OBLIGATION_MET);
    assert_int_equal(state_on(&next, 1, "2024-03-02"), OBLIGATION_OVERDUE);
}

static void what_is_put_off_stays_due_before_it_closes(void **state)
{
    (void)state;
    Rule rule;
    Evidence waiver = waiver_of("2024-01-12", "2024-01-28", NULL);
    waiver.is_capped = true;
    ObligationOutcomes found = with_waivers(&rule, &waiver, 1);
    assert_true(is_same(found.items[0].obligation.due_on, day("2024-01-28")));
    assert_int_equal(found.items[0].reason, DUE_POSTPONED);
    assert_int_equal(state_on(&found, 0, "2024-01-22"), OBLIGATION_OPEN);
    waiver.next_on = day("2024-02-15");
    found = with_waivers(&rule, &waiver, 1);
    assert_true(is_same(found.items[0].obligation.due_on, day("2024-01-31")));
    assert_int_equal(state_on(&found, 0, "2024-02-01"), OBLIGATION_MISSED);
    assert_true(is_same(found.items[1].obligation.due_on, day("2024-02-20")));
}

static int set_up(void **state)
{
    (void)state;
    seed = 20250630;
    arena_init(&arena, MIB(16));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_met_by_the_first_visit_in_them),
        cmocka_unit_test(rolling_dates_follow_the_last_visit),
        cmocka_unit_test(rolling_dates_begin_anew_for_who_left_and_came_back),
        cmocka_unit_test(doses_are_counted_and_only_the_next_is_owed),
        cmocka_unit_test(deadlines_are_met_in_their_own_days),
        cmocka_unit_test(a_dose_between_two_editions_is_owed_once),
        cmocka_unit_test(a_waiver_spares_what_closes_in_it_and_moves_the_rest),
        cmocka_unit_test(what_is_spared_is_waived_until_the_day_after_and_owed_again),
        cmocka_unit_test(waivers_that_follow_each_other_spare_their_days_together),
        cmocka_unit_test(a_waiver_of_one_leaves_the_others),
        cmocka_unit_test(
            one_that_was_waived_before_it_opens_is_waived_from_its_opening_when_that_comes_earlier),
        cmocka_unit_test(sparing_one_rolling_date_leaves_the_next),
        cmocka_unit_test(what_is_put_off_stays_due_before_it_closes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
