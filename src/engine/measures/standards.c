/* The standards that one organisation is held to: measures that count it, read from its own stored
 * rows, so that what its page says is what the lists behind the numbers say. */
#include "engine/measures/measures_int.h"

#include <stdlib.h>

bool measure_is_requirement(const Measure *measure)
{
    return measure_is_of_units(measure) && measure->grain == GRAIN_SUBJECT && !measure->has_amounts
           && !measure->is_count && !measure->is_quality && measure->direction != DIRECTION_NONE;
}

typedef struct Held {
    MeasureStandard standard;
    size_t at; /* in the packs */
} Held;

typedef struct Holding {
    MeasureStates states;
    Held *items; /* every standard of the kind; n of them */
    size_t n;
    bool *has_row; /* beside items */
    bool is_complete;
} Holding;

/* Says whether the rows of the day are made, and wants them where they are not kept. */
static bool is_made(Cx *cx, const MeasureStates *states, const MeasureStandard *standard)
{
    const MeasureState *state = state_of(states, standard->measure, standard->period.kind);
    Date first = standard->period.first;
    if (state_covers(state, first, first))
        return true;
    size_t problem_n = cx->problem_n;
    bool is_wanted =
        state != NULL && state->is_as_declared && date_compare(first, state->first) >= 0;
    if (!is_wanted && states_want(cx, standard->measure, standard->period) != OK)
        cx->problem_n = problem_n; /* then it is not complete; the log has it */
    return false;
}

static void collect(Cx *cx, Str kind, Date day, Holding *holding)
{
    size_t n = cx->packs->measures.n;
    holding->items = arena_array(cx->arena, Held, n + 1);
    holding->has_row = arena_array(cx->arena, bool, n + 1);
    holding->is_complete = true;
    for (size_t i = 0; i < n; i++) {
        const Measure *measure = cx->packs->measures.entries[i].value;
        if (!measure_is_requirement(measure) || !str_equals(measure->subject, kind)
            || !measure_is_told(cx, measure))
            continue;
        Held held = {.at = i,
                     .standard = {.measure = measure, .period = measure_longest(measure, day)}};
        held.standard.is_final = measure->growth == GROWTH_NONE
                                 || date_compare(period_last(held.standard.period), cx->today) <= 0;
        holding->is_complete =
            is_made(cx, &holding->states, &held.standard) && holding->is_complete;
        holding->items[holding->n++] = held;
    }
}

/* A measure's other kinds of periods are not asked for, nor rows of a text that has changed. */
static void take(Holding *holding, const MeasureRowsOfUnitRow *row)
{
    for (size_t i = 0; i < holding->n; i++) {
        MeasureStandard *standard = &holding->items[i].standard;
        const MeasureState *state =
            state_of(&holding->states, standard->measure, standard->period.kind);
        if (state == NULL || state->key != row->measure_key || !state->is_as_declared)
            continue;
        bool is_up = standard->measure->direction == DIRECTION_UP;
        standard->is_met = (row->in_numerator == 1) == is_up;
        standard->has_required = row->has_required && row->has_actual;
        standard->required = row->required;
        standard->actual = row->actual;
        holding->has_row[i] = true;
    }
}

static Err read_rows(Cx *cx, Uuid unit, Date day, Holding *holding)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureRowsOfUnitIn in = {.place = cx->place,
                                    .subject_id = unit,
                                    .year_first = period_of(PERIOD_YEAR, day).first,
                                    .half_first = period_of(PERIOD_HALF, day).first,
                                    .quarter_first = period_of(PERIOD_QUARTER, day).first,
                                    .month_first = period_of(PERIOD_MONTH, day).first};
    TRY(measure_rows_of_unit_open(cx->db, unit_sight(cx), &in, &found));
    for (;;) {
        MeasureRowsOfUnitRow row;
        bool has_row = false;
        TRY(measure_rows_of_unit_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        take(holding, &row);
    }
}

static int worst_first(const void *left, const void *right)
{
    const Held *a = left, *b = right;
    if (a->standard.is_met != b->standard.is_met)
        return a->standard.is_met ? 1 : -1;
    if (!a->standard.is_met && a->standard.is_final != b->standard.is_final)
        return a->standard.is_final ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

Err measure_standards(Cx *cx, Uuid unit, Str kind, Date day, MeasureStandards *ret_standards)
{
    Holding holding = {0};
    int64_t stale = 0;
    ENSURE(date_is_none(cx->as_of));
    settle_for_reader(cx);
    TRY(states_read(cx, &holding.states));
    TRY(stale_count(cx, &stale));
    collect(cx, kind, day, &holding);
    Err err = read_rows(cx, unit, day, &holding);
    if (err != OK)
        return cx_fail_db(cx, err);
    size_t n = 0, met = 0;
    for (size_t i = 0; i < holding.n; i++) {
        if (!holding.has_row[i])
            continue;
        met += holding.items[i].standard.is_met;
        holding.items[n++] = holding.items[i];
    }
    qsort(holding.items, n, sizeof *holding.items, worst_first);
    MeasureStandard *items = arena_array(cx->arena, MeasureStandard, n + 1);
    for (size_t i = 0; i < n; i++)
        items[i] = holding.items[i].standard;
    *ret_standards = (MeasureStandards){items, n, met, holding.is_complete && stale == 0};
    return OK;
}
