/* The periodic rule on dates: each case a short history and the obligations it leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/obligations/evaluate.h"

static const Form registration = {.field_n = 0};
static const Program program = {.enrolled_by = &registration};
static const Rule rule = {
    .program = &program,
    .schedule = SCHEDULE_EVERY,
    .valid_from = {INT32_MIN},
    .valid_until = {INT32_MIN},
    .every = PERIOD_QUARTER,
    .needed = 1,
    .notice_days = 14,
};

static Arena arena;

static Date day(const char *text)
{
    Date date = DATE_NONE;
    if (text != NULL)
        assert_int_equal(date_parse(str_from_c(text), &date), OK);
    return date;
}

static Uuid id_of(uint8_t number)
{
    Uuid id = UUID_NIL;
    id.bytes[15] = number;
    return id;
}

static Evidence enter(uint8_t number, const char *on, const char *first)
{
    return (Evidence){.record = id_of(number),
                      .happened_on = day(on),
                      .kind = EVIDENCE_ENTER,
                      .is_counted = false,
                      .next_on = day(first)};
}

static Evidence leave(uint8_t number, const char *on)
{
    return (Evidence){.record = id_of(number),
                      .happened_on = day(on),
                      .kind = EVIDENCE_LEAVE,
                      .is_counted = false,
                      .next_on = DATE_NONE};
}

static Evidence visit(uint8_t number, const char *on, const char *next)
{
    return (Evidence){.record = id_of(number),
                      .happened_on = day(on),
                      .kind = EVIDENCE_VISIT,
                      .is_counted = true,
                      .next_on = day(next)};
}

static Evidence telephone(uint8_t number, const char *on, const char *next)
{
    return (Evidence){.record = id_of(number),
                      .happened_on = day(on),
                      .kind = EVIDENCE_VISIT,
                      .is_counted = false,
                      .next_on = day(next)};
}

static const Rule *asked = &rule; /* what EVALUATE evaluates */

static ObligationOutcomes evaluate(const Evidence *rows, size_t n, const char *gone_on,
                                   const char *horizon)
{
    ObligationOutcomes outcomes = {0};
    const SubjectFacts facts = {.subject = id_of(200),
                                .birth_date = DATE_NONE,
                                .registered_on = day("2000-01-01"),
                                .gone_on = day(gone_on)};
    rule_evaluate(asked, &facts, rows, n, day(horizon), &arena, &outcomes);
    return outcomes;
}

#define EVALUATE(horizon, ...)                                                                     \
 evaluate((const Evidence[]){__VA_ARGS__},                                                         \
          sizeof((const Evidence[]){__VA_ARGS__}) / sizeof(Evidence), NULL, (horizon))

/* "opens due closes met-record", the way a person would write a line of the list. */
static void assert_line(const ObligationOutcome *outcome, const char *opens_on, const char *due_on,
                        const char *closes_on, uint8_t met_by)
{
    char out[DATE_TEXT_SIZE];
    assert_string_equal(date_format(outcome->obligation.opens_on, out), opens_on);
    assert_string_equal(date_format(outcome->obligation.due_on, out), due_on);
    assert_string_equal(date_format(outcome->obligation.closes_on, out), closes_on);
    assert_int_equal(outcome->obligation.met_by.bytes[15], met_by);
}

static void enrolled_during_a_quarter_is_owed_from_the_next(void **state)
{
    (void)state;
    ObligationOutcomes lines = EVALUATE("2025-04-01", enter(1, "2025-01-10", NULL));
    assert_int_equal(lines.n, 1);
    assert_line(&lines.items[0], "2025-04-01", "2025-06-30", "2025-06-30", 0);
    assert_int_equal(lines.items[0].reason, DUE_PERIOD_END);
}

static void a_first_date_in_the_quarter_of_enrolment_is_owed_at_once(void **state)
{
    (void)state;
    ObligationOutcomes lines = EVALUATE("2025-04-01", enter(1, "2025-01-10", "2025-01-24"));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[0], "2025-01-10", "2025-01-24", "2025-03-31", 0);
    assert_int_equal(lines.items[0].reason, DUE_FIRST_DATE);
    assert_line(&lines.items[1], "2025-04-01", "2025-01-24", "2025-06-30", 0);
    assert_int_equal(lines.items[1].reason, DUE_CARRIED);
    assert_int_equal(lines.items[1].reason_record.bytes[15], 1);
}

static void a_first_date_after_the_quarter_is_due_in_the_next(void **state)
{
    (void)state;
    ObligationOutcomes lines = EVALUATE("2025-04-01", enter(1, "2025-01-10", "2025-05-02"));
    assert_int_equal(lines.n, 1);
    assert_line(&lines.items[0], "2025-04-01", "2025-05-02", "2025-06-30", 0);
}

static void due_is_the_earlier_of_quarter_end_and_next_date(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2024-12-10", NULL), visit(2, "2025-02-10", "2025-05-10"),
                 visit(3, "2025-05-08", "2025-08-08"));
    assert_int_equal(lines.n, 3);
    assert_line(&lines.items[0], "2025-01-01", "2025-03-31", "2025-03-31", 2);
    assert_line(&lines.items[1], "2025-04-01", "2025-05-10", "2025-06-30", 3);
    assert_line(&lines.items[2], "2025-07-01", "2025-08-08", "2025-09-30", 0);
    assert_int_equal(lines.items[2].reason, DUE_NEXT_DATE);
    assert_int_equal(lines.items[2].reason_record.bytes[15], 3);
}

static void an_uncontrolled_visit_opens_the_next_obligation_early(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2025-01-10", NULL), visit(2, "2025-04-05", "2025-04-19"));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[0], "2025-04-01", "2025-06-30", "2025-06-30", 2);
    assert_line(&lines.items[1], "2025-04-06", "2025-04-19", "2025-09-30", 0);
}

static void a_second_visit_in_the_quarter_moves_the_next_date_only(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2025-01-10", NULL), visit(2, "2025-04-05", "2025-04-19"),
                 visit(3, "2025-04-18", "2025-07-18"));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[0], "2025-04-01", "2025-06-30", "2025-06-30", 2);
    assert_line(&lines.items[1], "2025-07-01", "2025-07-18", "2025-09-30", 0);
}

static void a_missed_quarter_passes_its_date_on_and_leaves_one_line(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2024-11-10", NULL), visit(2, "2024-12-01", "2025-03-01"));
    assert_int_equal(lines.n, 3);
    assert_line(&lines.items[0], "2025-01-01", "2025-03-01", "2025-03-31", 0);
    assert_line(&lines.items[1], "2025-04-01", "2025-03-01", "2025-06-30", 0);
    assert_line(&lines.items[2], "2025-07-01", "2025-03-01", "2025-09-30", 0);
    int listed = 0;
    for (size_t i = 0; i < lines.n; i++) {
        ObligationState now = obligation_state(&lines.items[i].obligation, day("2025-04-01"));
        listed += now == OBLIGATION_OPEN || now == OBLIGATION_DUE || now == OBLIGATION_OVERDUE;
    }
    assert_int_equal(listed, 1);
    assert_int_equal(obligation_state(&lines.items[0].obligation, day("2025-04-01")),
                     OBLIGATION_MISSED);
    assert_int_equal(obligation_state(&lines.items[1].obligation, day("2025-04-01")),
                     OBLIGATION_OVERDUE);
}

static void a_never_visited_quarter_passes_its_end_on(void **state)
{
    (void)state;
    ObligationOutcomes lines = EVALUATE("2025-04-01", enter(1, "2024-11-10", NULL));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[1], "2025-04-01", "2025-03-31", "2025-06-30", 0);
    assert_int_equal(lines.items[1].reason, DUE_CARRIED);
}

static void a_telephone_visit_meets_nothing_but_moves_the_date(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2024-11-10", NULL), visit(2, "2025-02-01", "2025-05-01"),
                 telephone(3, "2025-04-20", "2025-05-04"));
    assert_int_equal(lines.n, 3);
    assert_line(&lines.items[1], "2025-04-01", "2025-05-04", "2025-06-30", 0);
    assert_int_equal(lines.items[1].reason_record.bytes[15], 3);
}

static void a_visit_that_meets_shows_the_date_it_was_owed_by(void **state)
{
    (void)state;
    ObligationOutcomes lines = EVALUATE(
        "2025-04-01", enter(1, "2024-11-10", NULL), telephone(2, "2025-01-05", "2025-01-19"),
        visit(3, "2025-01-30", "2025-04-30"), telephone(4, "2025-02-02", "2025-04-15"));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[0], "2025-01-01", "2025-01-19", "2025-03-31", 3);
    assert_line(&lines.items[1], "2025-04-01", "2025-04-15", "2025-06-30", 0);
}

static void leaving_drops_what_was_still_owed_and_keeps_what_was_met(void **state)
{
    (void)state;
    ObligationOutcomes lines = EVALUATE("2026-01-01", enter(1, "2024-11-10", NULL),
                                        visit(2, "2025-02-01", NULL), leave(3, "2025-05-20"));
    assert_int_equal(lines.n, 1);
    assert_line(&lines.items[0], "2025-01-01", "2025-03-31", "2025-03-31", 2);
}

static void coming_back_begins_a_new_spell(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2024-11-10", NULL), leave(2, "2025-01-20"),
                 enter(3, "2025-04-02", NULL), visit(4, "2025-07-03", NULL));
    assert_int_equal(lines.n, 1);
    assert_line(&lines.items[0], "2025-07-01", "2025-09-30", "2025-09-30", 4);
}

static void leaving_and_coming_back_in_one_quarter_leaves_one_line(void **state)
{
    (void)state;
    ObligationOutcomes lines =
        EVALUATE("2025-07-01", enter(1, "2025-04-02", "2025-04-10"), visit(2, "2025-04-10", NULL),
                 leave(3, "2025-05-20"), enter(4, "2025-06-01", "2025-06-15"));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[0], "2025-04-02", "2025-04-10", "2025-06-30", 2);
    assert_line(&lines.items[1], "2025-07-01", "2025-06-15", "2025-09-30", 0);
    lines = EVALUATE("2025-07-01", enter(1, "2025-04-02", "2025-04-10"), leave(3, "2025-05-20"),
                     enter(4, "2025-06-01", "2025-06-15"));
    assert_int_equal(lines.n, 2);
    assert_line(&lines.items[0], "2025-06-01", "2025-06-15", "2025-06-30", 0);
}

static void death_ends_what_is_owed(void **state)
{
    (void)state;
    const Evidence rows[] = {enter(1, "2024-11-10", NULL)};
    ObligationOutcomes lines = evaluate(rows, 1, "2025-05-01", "2026-01-01");
    assert_int_equal(lines.n, 1);
    assert_line(&lines.items[0], "2025-01-01", "2025-03-31", "2025-03-31", 0);
}

static void what_was_done_before_the_enrolment_counts_in_a_whole_first_period(void **state)
{
    (void)state;
    Rule whole = rule;
    whole.first_period = FIRST_WHOLE_PERIOD;
    asked = &whole;
    ObligationOutcomes met = EVALUATE("2025-04-01", visit(1, "2024-12-31", NULL),
                                      visit(2, "2025-01-08", NULL), enter(3, "2025-01-10", NULL));
    ObligationOutcomes late =
        EVALUATE("2025-01-31", visit(1, "2024-12-31", NULL), enter(3, "2025-01-10", NULL));
    ObligationOutcomes again =
        EVALUATE("2025-01-31", enter(1, "2025-01-02", NULL), visit(2, "2025-01-03", NULL),
                 leave(3, "2025-01-04"), enter(4, "2025-01-10", NULL));
    asked = &rule;
    assert_int_equal(met.n, 2);
    assert_line(&met.items[0], "2025-01-10", "2025-03-31", "2025-03-31", 2);
    assert_line(&met.items[1], "2025-04-01", "2025-06-30", "2025-06-30", 0);
    assert_int_equal(late.n, 1);
    assert_line(&late.items[0], "2025-01-10", "2025-03-31", "2025-03-31", 0);
    assert_int_equal(again.n, 1);
    assert_line(&again.items[0], "2025-01-02", "2025-03-31", "2025-03-31", 2);
}

static void states_follow_the_day(void **state)
{
    (void)state;
    Obligation line = {.rule = &rule,
                       .opens_on = day("2025-04-01"),
                       .due_on = day("2025-05-10"),
                       .closes_on = day("2025-06-30"),
                       .met_on = DATE_NONE,
                       .waived_on = DATE_NONE,
                       .spared_on = DATE_NONE};
    static const struct {
        const char *on;
        ObligationState state;
    } cases[] = {
        {"2025-03-31", OBLIGATION_CLOSED},  {"2025-04-01", OBLIGATION_OPEN},
        {"2025-04-25", OBLIGATION_OPEN},    {"2025-04-26", OBLIGATION_DUE},
        {"2025-05-10", OBLIGATION_DUE},     {"2025-05-11", OBLIGATION_OVERDUE},
        {"2025-06-30", OBLIGATION_OVERDUE}, {"2025-07-01", OBLIGATION_MISSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(obligation_state(&line, day(cases[i].on)), cases[i].state);
    line.met_on = day("2025-05-12");
    assert_int_equal(obligation_state(&line, day("2025-05-11")), OBLIGATION_OVERDUE);
    assert_int_equal(obligation_state(&line, day("2025-05-12")), OBLIGATION_MET);
    line.met_on = DATE_NONE;
    line.waived_on = day("2025-05-12");
    assert_int_equal(obligation_state(&line, day("2025-05-11")), OBLIGATION_OVERDUE);
    assert_int_equal(obligation_state(&line, day("2025-07-01")), OBLIGATION_WAIVED);
}

static int arena_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(1));
    return 0;
}

static int arena_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enrolled_during_a_quarter_is_owed_from_the_next),
        cmocka_unit_test(a_first_date_in_the_quarter_of_enrolment_is_owed_at_once),
        cmocka_unit_test(a_first_date_after_the_quarter_is_due_in_the_next),
        cmocka_unit_test(due_is_the_earlier_of_quarter_end_and_next_date),
        cmocka_unit_test(an_uncontrolled_visit_opens_the_next_obligation_early),
        cmocka_unit_test(a_second_visit_in_the_quarter_moves_the_next_date_only),
        cmocka_unit_test(a_missed_quarter_passes_its_date_on_and_leaves_one_line),
        cmocka_unit_test(a_never_visited_quarter_passes_its_end_on),
        cmocka_unit_test(a_telephone_visit_meets_nothing_but_moves_the_date),
        cmocka_unit_test(a_visit_that_meets_shows_the_date_it_was_owed_by),
        cmocka_unit_test(leaving_drops_what_was_still_owed_and_keeps_what_was_met),
        cmocka_unit_test(coming_back_begins_a_new_spell),
        cmocka_unit_test(leaving_and_coming_back_in_one_quarter_leaves_one_line),
        cmocka_unit_test(death_ends_what_is_owed),
        cmocka_unit_test(what_was_done_before_the_enrolment_counts_in_a_whole_first_period),
        cmocka_unit_test(states_follow_the_day),
    };
    return cmocka_run_group_tests(tests, arena_up, arena_down);
}
