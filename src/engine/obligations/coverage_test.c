/* Coverage of organisations, against a plain reference: random townships that begin, end and become
 * others, random visits in rounds; each quarter is compared with what a slow, obvious reading of
 * the rule says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/obligations/evaluate.h"

enum { HISTORIES = 600, UNITS = 7, SUCCESSORS_MOST = 8, VISITS_MOST = 40, ROUNDS = 3 };

static Arena arena;
static uint64_t seed;

static const char *const codes[UNITS] = {"996601101", "996601102", "996601103", "996601104",
                                         "996601105", "996601106", "996601107"};

static int next_random(int below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (int)((uint32_t)(seed >> 33) % (uint32_t)below);
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

typedef struct {
    CoverageUnit units[UNITS];
    CoverageSuccessor successors[SUCCESSORS_MOST];
    CoverageWorld world;
    Evidence visits[VISITS_MOST];
    size_t visit_n;
    Date begins;
} History;

/* Who ends becomes others later in the order, so that nobody becomes himself. */
static void draw_places(History *history)
{
    size_t n = 0;
    for (int i = 0; i < UNITS; i++) {
        bool is_new = next_random(4) == 0, ends = next_random(3) == 0;
        Date from = is_new ? date_add_days(day("2024-01-01"), next_random(700)) : day("2000-01-01");
        Date to =
            ends ? date_add_days(date_max(from, day("2024-02-01")), next_random(500)) : DATE_NONE;
        history->units[i] = (CoverageUnit){.code = str_from_c(codes[i]),
                                           .level = next_random(8) == 0 ? 5 : 4,
                                           .valid_from = from,
                                           .valid_to = to};
        for (int parts = 0; ends && parts < 2 && i + 1 < UNITS && n < SUCCESSORS_MOST; parts++)
            history->successors[n++] = (CoverageSuccessor){
                .code = str_from_c(codes[i]),
                .successor = str_from_c(codes[i + 1 + next_random(UNITS - 1 - i)]),
                .from = date_add_days(to, 1)};
    }
    history->world = (CoverageWorld){.units = history->units,
                                     .unit_n = UNITS,
                                     .successors = history->successors,
                                     .successor_n = n};
}

static void draw_visits(History *history)
{
    Date on = history->begins;
    history->visit_n = (size_t)next_random(VISITS_MOST);
    for (size_t i = 0; i < history->visit_n; i++) {
        on = date_add_days(on, next_random(20));
        history->visits[i] = (Evidence){.record = id_of(i + 1),
                                        .happened_on = on,
                                        .kind = EVIDENCE_VISIT,
                                        .is_counted = next_random(6) > 0,
                                        .next_on = DATE_NONE,
                                        .detail = next_random(ROUNDS),
                                        .unit = str_from_c(codes[next_random(UNITS)])};
    }
}

/* ---- the reference ---- */

static bool is_asked(const History *history, int unit, Date last)
{
    const CoverageUnit *one = &history->units[unit];
    return one->level == 4 && date_compare(one->valid_from, last) <= 0
           && (date_is_none(one->valid_to) || date_compare(one->valid_to, last) >= 0);
}

static int number_of(Str code)
{
    int at = 0;
    while (!str_equals_c(code, codes[at]))
        at++;
    return at;
}

/* Whether a visit to `from` reaches `to`: it is that one, or became it before the period ended. */
static bool reaches(const History *history, int from, int to, Date last)
{
    if (from == to || is_asked(history, from, last))
        return from == to;
    for (size_t i = 0; i < history->world.successor_n; i++) {
        const CoverageSuccessor *next = &history->successors[i];
        if (number_of(next->code) == from && date_compare(next->from, last) <= 0
            && reaches(history, number_of(next->successor), to, last))
            return true;
    }
    return false;
}

/* Units that the visits of a round reach, of those before `end`. */
static int covered_by(const History *history, Period quarter, int round, size_t end)
{
    Date last = period_last(quarter);
    int covered = 0;
    for (int unit = 0; unit < UNITS; unit++) {
        bool is_reached = false;
        for (size_t i = 0; i < end && is_asked(history, unit, last); i++) {
            const Evidence *visit = &history->visits[i];
            is_reached = is_reached
                         || (visit->is_counted && visit->detail == round
                             && period_has(quarter, visit->happened_on)
                             && reaches(history, number_of(visit->unit), unit, last));
        }
        covered += is_reached;
    }
    return covered;
}

typedef struct {
    int total, needed, covered;
    size_t met_by; /* number of the visit; SIZE_MAX: none */
} Expected;

static Expected expect(const History *history, Period quarter, int tenths)
{
    Expected expected = {.met_by = SIZE_MAX};
    for (int unit = 0; unit < UNITS; unit++)
        expected.total += is_asked(history, unit, period_last(quarter));
    while (expected.needed * 10 < expected.total * tenths)
        expected.needed++;
    for (size_t end = 1; end <= history->visit_n && expected.met_by == SIZE_MAX; end++) {
        const Evidence *visit = &history->visits[end - 1];
        if (!visit->is_counted || !period_has(quarter, visit->happened_on)
            || covered_by(history, quarter, visit->detail, end) < expected.needed)
            continue;
        expected.met_by = end - 1;
        expected.covered = covered_by(history, quarter, visit->detail, history->visit_n);
    }
    for (int round = 0; round < ROUNDS && expected.met_by == SIZE_MAX; round++) {
        int covered = covered_by(history, quarter, round, history->visit_n);
        expected.covered = covered > expected.covered ? covered : expected.covered;
    }
    return expected;
}

static const ObligationOutcome *of_quarter(const ObligationOutcomes *outcomes, Period quarter)
{
    for (size_t i = 0; i < outcomes->n; i++) {
        if (date_compare(outcomes->items[i].obligation.closes_on, period_last(quarter)) == 0)
            return &outcomes->items[i];
    }
    return NULL;
}

static void compare(const History *history, const ObligationOutcomes *outcomes, Period quarter,
                    int tenths)
{
    const Expected expected = expect(history, quarter, tenths);
    const ObligationOutcome *got = of_quarter(outcomes, quarter);
    assert_int_equal(got != NULL, expected.total > 0);
    if (got == NULL)
        return;
    assert_int_equal(got->coverage->total, expected.total);
    assert_true(date_is_none(got->obligation.waived_on) && date_is_none(got->obligation.spared_on));
    assert_int_equal((int)got->obligation.needed, expected.needed);
    assert_int_equal(got->coverage->covered, expected.covered);
    assert_int_equal(got->coverage->missing_n, expected.total - expected.covered);
    if (expected.met_by == SIZE_MAX) {
        assert_true(date_is_none(got->obligation.met_on));
        return;
    }
    assert_true(uuid_equals(got->obligation.met_by, history->visits[expected.met_by].record));
    assert_int_equal(
        date_compare(got->obligation.met_on, history->visits[expected.met_by].happened_on), 0);
}

static void each_quarter_is_what_a_plain_reading_says(void **state)
{
    (void)state;
    static const int shares[] = {3, 5, 10}; /* tenths of the townships */
    static const Program everybody = {.has_age_before = true, .age_before = {.months = 1200}};
    size_t met = 0, missed = 0;
    for (int number = 0; number < HISTORIES; number++) {
        History *history = arena_new(&arena, History);
        int tenths = shares[next_random(3)];
        history->begins = date_add_days(day("2024-01-01"), next_random(90));
        draw_places(history);
        draw_visits(history);
        const Rule rule = {.program = &everybody,
                           .schedule = SCHEDULE_COVERAGE,
                           .every = PERIOD_QUARTER,
                           .first_period = FIRST_THIS_PERIOD,
                           .units = UNITS_TOWNSHIPS,
                           .needed = tenths / 10.0,
                           .valid_from = DATE_NONE,
                           .valid_until = DATE_NONE,
                           .unit_field = 0,
                           .sooner_field = SIZE_MAX};
        const SubjectFacts facts = {.subject = id_of(200),
                                    .birth_date = history->begins,
                                    .registered_on = history->begins,
                                    .gone_on = DATE_NONE,
                                    .world = &history->world};
        ObligationOutcomes outcomes = {0};
        rule_evaluate(&rule, &facts, history->visits, history->visit_n, day("2026-06-30"), &arena,
                      &outcomes);
        Period quarter = period_of(PERIOD_QUARTER, history->begins);
        for (int i = 0; i < 8; i++, quarter = period_next(quarter)) {
            compare(history, &outcomes, quarter, tenths);
            const ObligationOutcome *got = of_quarter(&outcomes, quarter);
            met += got != NULL && !date_is_none(got->obligation.met_on);
            missed += got != NULL && date_is_none(got->obligation.met_on);
        }
        arena_reset(&arena);
    }
    assert_true(met > HISTORIES / 2 && missed > HISTORIES / 2); /* both were looked at */
}

static int set_up(void **state)
{
    (void)state;
    seed = 20251231;
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
        cmocka_unit_test(each_quarter_is_what_a_plain_reading_says),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
