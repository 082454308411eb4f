/* One number a measure, of all in sight, for whoever reads many of them at once: the sums that are
 * stored, in one statement. */
#include "engine/measures/measures_int.h"

#include "access/access.h"

bool measure_number(const Measure *measure, int64_t denominator, int64_t numerator,
                    double *ret_number)
{
    if (denominator == 0)
        return false;
    if (measure->is_count) {
        *ret_number = (double)numerator;
        return true;
    }
    /* Multiplied first: both are whole, so the quotient is the nearest double to the share. */
    double times = str_equals_c(measure->unit, "%")   ? 100
                   : str_equals_c(measure->unit, "‰") ? 1000
                   : str_equals_c(measure->unit, "‱") ? 10000
                                                      : 1;
    *ret_number = (double)numerator * times / (double)denominator;
    return true;
}

Period measure_longest(const Measure *measure, Date day)
{
    PeriodKind kind = PERIOD_YEAR;
    while (kind > PERIOD_MONTH && (measure->periods & (1U << kind)) == 0)
        kind = (PeriodKind)(kind - 1);
    return period_of(kind, day);
}

Err measure_recorded_from(Cx *cx, const Measure *measure, Date *ret_day)
{
    Date first = measure->form_n > 0 ? cx->today : DATE_NONE;
    for (size_t i = 0; i < measure->form_n; i++) {
        Date day = DATE_NONE;
        TRY(record_first(cx, measure->forms[i], &day));
        first = date_min(first, day);
    }
    *ret_day = first;
    return OK;
}

bool measure_is_told(const Cx *cx, const Measure *measure)
{
    Str class = measure_sensitivity(measure);
    return class.n == 0 || (cx->actor->sees_persons && access_sees_class(cx, class));
}

/* The periods of each kind that are asked for. */
typedef struct Spans {
    Period first[PERIOD_YEAR + 1], last[PERIOD_YEAR + 1];
    Date earliest[PERIOD_YEAR + 1]; /* that is kept */
} Spans;

static Err read_spans(Cx *cx, const MeasureTotalsAsk *ask, Spans *ret_spans)
{
    Spans spans = {0};
    for (int kind = PERIOD_MONTH; kind <= PERIOD_YEAR; kind++) {
        bool is_asked = !date_is_none(ask->period.first) && ask->period.kind == (PeriodKind)kind;
        spans.last[kind] = is_asked ? ask->period : period_of((PeriodKind)kind, ask->day);
        spans.first[kind] = spans.last[kind];
        for (int i = 0; i < ask->earlier; i++)
            spans.first[kind] = period_previous(spans.first[kind]);
        TRY(states_earliest(cx, (PeriodKind)kind, &spans.earliest[kind]));
    }
    *ret_spans = spans;
    return OK;
}

static int periods_between(Date earlier, Period period)
{
    int n = 0;
    for (; date_compare(earlier, period.first) < 0 && n < MEASURE_EARLIER_MOST; n++)
        period = period_previous(period);
    return n;
}

/* Sums of a measure's other kinds are not asked for. */
static void add_sum(MeasureTotal *totals, size_t n, const MeasureStates *states,
                    const MeasureTotalsOfRow *row)
{
    const MeasureState *state = NULL;
    for (size_t i = 0; state == NULL && i < states->n; i++)
        if (states->items[i].key == row->measure_key)
            state = &states->items[i];
    for (size_t i = 0; state != NULL && i < n; i++) {
        MeasureTotal *total = &totals[i];
        if (total->measure == state->measure && total->period.kind == state->kind)
            total->sums[periods_between(row->period, total->period)] =
                (MeasureSum){row->denominator, row->numerator};
    }
}

static Err add_sums(Cx *cx, const Spans *spans, const MeasureStates *states, MeasureTotal *totals,
                    size_t n)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureTotalsOfIn in = {.place = cx->place,
                                  .year_first = spans->first[PERIOD_YEAR].first,
                                  .year_last = spans->last[PERIOD_YEAR].first,
                                  .half_first = spans->first[PERIOD_HALF].first,
                                  .half_last = spans->last[PERIOD_HALF].first,
                                  .quarter_first = spans->first[PERIOD_QUARTER].first,
                                  .quarter_last = spans->last[PERIOD_QUARTER].first,
                                  .month_first = spans->first[PERIOD_MONTH].first,
                                  .month_last = spans->last[PERIOD_MONTH].first};
    TRY(measure_totals_of_open(cx->db, unit_sight(cx), &in, &found));
    for (;;) {
        MeasureTotalsOfRow row;
        bool has_row = false;
        TRY(measure_totals_of_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        add_sum(totals, n, states, &row);
    }
}

static Err add_checked(Cx *cx, const MeasureStates *states, MeasureTotal *totals, size_t n)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureCheckedCountsIn in = {.place = cx->place};
    TRY(measure_checked_counts_open(cx->db, unit_sight(cx), &in, &found));
    for (;;) {
        MeasureCheckedCountsRow row;
        bool has_row = false;
        TRY(measure_checked_counts_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        for (size_t i = 0; i < n; i++) {
            const MeasureState *state = state_of(states, totals[i].measure, totals[i].period.kind);
            if (state != NULL && state->key == row.measure_key
                && date_compare(totals[i].period.first, row.period) == 0)
                totals[i].checked = row.checked;
        }
    }
}

/* Says what is there, and wants what is not kept. */
static void begin_total(Cx *cx, const MeasureStates *states, const Spans *spans, int64_t stale,
                        MeasureTotal *total)
{
    PeriodKind kind = total->period.kind;
    const MeasureState *state = state_of(states, total->measure, kind);
    Date first = date_max(spans->earliest[kind], spans->first[kind].first),
         last = total->period.first;
    total->is_made = state_covers(state, last, last);
    total->is_complete = stale == 0 && state_covers(state, first, last);
    bool is_wanted =
        state != NULL && state->is_as_declared && date_compare(first, state->first) >= 0;
    size_t problem_n = cx->problem_n;
    if (!is_wanted && states_want(cx, total->measure, spans->first[kind]) != OK)
        cx->problem_n = problem_n; /* then it is not complete; the log has it */
}

Err measure_totals(Cx *cx, const MeasureTotalsAsk *ask, const MeasureTotal **ret_totals,
                   size_t *ret_n)
{
    MeasureStates states = {0};
    size_t n = 0;
    int64_t stale = 0;
    bool is_one_kind = !date_is_none(ask->period.first);
    Spans spans;
    ENSURE(date_is_none(cx->as_of) && ask->earlier <= MEASURE_EARLIER_MOST);
    settle_for_reader(cx);
    TRY(read_spans(cx, ask, &spans));
    TRY(states_read(cx, &states));
    TRY(stale_count(cx, &stale));
    MeasureTotal *totals = arena_array(cx->arena, MeasureTotal, cx->packs->measures.n + 1);
    for (size_t i = 0; i < cx->packs->measures.n; i++) {
        const Measure *measure = cx->packs->measures.entries[i].value;
        bool has_kind = (measure->periods & (1U << ask->period.kind)) != 0;
        bool is_asked = ask->only == NULL || ask->only == measure;
        if (!is_asked || !measure_is_told(cx, measure) || (is_one_kind && !has_kind))
            continue;
        PeriodKind kind = is_one_kind ? ask->period.kind : measure_longest(measure, ask->day).kind;
        totals[n] = (MeasureTotal){.measure = measure, .period = spans.last[kind]};
        begin_total(cx, &states, &spans, stale, &totals[n++]);
    }
    Err err = add_sums(cx, &spans, &states, totals, n);
    if (err == OK)
        err = add_checked(cx, &states, totals, n);
    *ret_totals = totals;
    *ret_n = n;
    return err == OK ? OK : cx_fail_db(cx, err);
}
