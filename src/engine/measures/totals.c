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

/* Sums of a measure's longest kind; those of its other kinds are not asked for. */
static void add_sum(MeasureTotal *totals, size_t n, const MeasureStates *states,
                    const MeasureTotalsOfRow *row)
{
    const MeasureState *state = NULL;
    for (size_t i = 0; state == NULL && i < states->n; i++)
        if (states->items[i].key == row->measure_key)
            state = &states->items[i];
    for (size_t i = 0; state != NULL && i < n; i++) {
        MeasureTotal *total = &totals[i];
        if (total->measure != state->measure || total->period.kind != state->kind)
            continue;
        bool is_before = date_compare(row->period, total->period.first) < 0;
        *(is_before ? &total->denominator_before : &total->denominator) = row->denominator;
        *(is_before ? &total->numerator_before : &total->numerator) = row->numerator;
    }
}

static Err add_sums(Cx *cx, Date day, const MeasureStates *states, MeasureTotal *totals, size_t n)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const Period year = period_of(PERIOD_YEAR, day), half = period_of(PERIOD_HALF, day),
                 quarter = period_of(PERIOD_QUARTER, day), month = period_of(PERIOD_MONTH, day);
    const MeasureTotalsOfIn in = {.place = cx->place,
                                  .year = year.first,
                                  .year_before = period_previous(year).first,
                                  .half = half.first,
                                  .half_before = period_previous(half).first,
                                  .quarter = quarter.first,
                                  .quarter_before = period_previous(quarter).first,
                                  .month = month.first,
                                  .month_before = period_previous(month).first};
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

static bool is_made(const MeasureStates *states, const MeasureTotal *total)
{
    const MeasureState *state = state_of(states, total->measure, total->period.kind);
    return state != NULL && state->is_as_declared && !date_is_none(state->done_first)
           && date_compare(total->period.first, state->done_first) >= 0
           && date_compare(total->period.first, state->done_last) <= 0;
}

Err measure_totals(Cx *cx, Date day, const MeasureTotal **ret_totals, size_t *ret_n)
{
    MeasureStates states = {0};
    size_t n = 0;
    ENSURE(date_is_none(cx->as_of));
    settle_for_reader(cx);
    TRY(states_read(cx, &states));
    MeasureTotal *totals = arena_array(cx->arena, MeasureTotal, cx->packs->measures.n + 1);
    for (size_t i = 0; i < cx->packs->measures.n; i++) {
        const Measure *measure = cx->packs->measures.entries[i].value;
        if (!access_sees_class(cx, measure_sensitivity(measure)))
            continue;
        totals[n] = (MeasureTotal){.measure = measure, .period = measure_longest(measure, day)};
        totals[n].is_made = is_made(&states, &totals[n]);
        n++;
    }
    Err err = add_sums(cx, day, &states, totals, n);
    *ret_totals = totals;
    *ret_n = n;
    return err == OK ? OK : cx_fail_db(cx, err);
}
