/* Which periods of each measure are kept: the running one and the one before, and whatever earlier
 * one somebody has asked for. A measure that the packs changed is made anew from the beginning; one
 * that they no longer have goes. */
#include "engine/measures/measures_int.h"

/* Periods before the running one that are kept at most. */
static const int periods_back[] = {
    [PERIOD_MONTH] = 36, [PERIOD_QUARTER] = 20, [PERIOD_HALF] = 10, [PERIOD_YEAR] = 10};

bool state_is_put_off(const Cx *cx, const MeasureState *state)
{
    return state->retry_at.ms > cx->now.ms;
}

bool state_is_done(const MeasureState *state)
{
    return state->is_as_declared && date_compare(state->done_first, state->first) == 0
           && date_compare(state->done_last, state->last) == 0;
}

static Err state_of_row(Cx *cx, const MeasureStatesRow *row, MeasureState *state)
{
    *state = (MeasureState){.key = row->measure_key,
                            .measure = pack_measure(cx->packs, row->measure),
                            .signature = row->signature,
                            .first = row->first_on,
                            .last = row->last_on,
                            .done_first = row->done_first,
                            .done_last = row->done_last,
                            .after = row->after_id,
                            .retry_at = row->retry_at};
    if (period_kind_parse(row->kind, &state->kind) != OK)
        return ERR_INTERNAL;
    if (state->measure != NULL && (state->measure->periods & (1U << state->kind)) == 0)
        state->measure = NULL;
    ArenaMark mark = arena_mark(cx->arena);
    state->is_as_declared =
        state->measure != NULL && str_equals(row->signature, run_signature(cx, state->measure));
    arena_reset_to(cx->arena, mark);
    return OK;
}

static Err read_states(Cx *cx, MeasureStates *states)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureStatesIn in = {cx->place};
    TRY(measure_states_open(cx->db, &in, &found));
    for (;;) {
        MeasureStatesRow row;
        bool has_row = false;
        MeasureState state;
        TRY(measure_states_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        TRY(state_of_row(cx, &row, &state));
        VEC_PUSH(cx->arena, states, state);
    }
}

Err states_read(Cx *cx, MeasureStates *states)
{
    Err err = read_states(cx, states);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err state_write(Cx *cx, const MeasureState *state)
{
    const MeasureStatePutIn in = {.place = cx->place,
                                  .measure_key = state->key,
                                  .signature = state->signature,
                                  .first_on = state->first,
                                  .last_on = state->last,
                                  .done_first = state->done_first,
                                  .done_last = state->done_last,
                                  .after_id = state->after,
                                  .retry_at = state->retry_at};
    Err err = measure_state_put(cx->db, &in, NULL);
    return err == OK ? OK : cx_fail_db(cx, err);
}

bool state_covers(const MeasureState *state, Date first, Date last)
{
    return state != NULL && state->is_as_declared && !date_is_none(state->done_first)
           && date_compare(first, state->done_first) >= 0
           && date_compare(last, state->done_last) <= 0;
}

const MeasureState *state_of(const MeasureStates *states, const Measure *measure, PeriodKind kind)
{
    for (size_t i = 0; i < states->n; i++) {
        if (states->items[i].measure == measure && states->items[i].kind == kind)
            return &states->items[i];
    }
    return NULL;
}

static bool is_current(const Cx *cx, const MeasureState *state)
{
    return state->measure != NULL && state->is_as_declared
           && date_compare(period_of(state->kind, cx->today).first, state->last) <= 0;
}

static bool has_kind(const Measure *measure, int kind)
{
    return (measure->periods & (1U << kind)) != 0;
}

bool states_follow_packs(const Cx *cx, const MeasureStates *states)
{
    size_t wanted = 0;
    for (size_t i = 0; i < cx->packs->measures.n; i++) {
        for (int kind = PERIOD_MONTH; kind <= PERIOD_YEAR; kind++)
            wanted += has_kind(cx->packs->measures.entries[i].value, kind);
    }
    for (size_t i = 0; i < states->n; i++) {
        if (!is_current(cx, &states->items[i]))
            return false;
    }
    return wanted == states->n;
}

bool states_have_units(const Cx *cx)
{
    for (size_t i = 0; cx->packs != NULL && i < cx->packs->measures.n; i++) {
        if (measure_is_of_units(cx->packs->measures.entries[i].value))
            return true;
    }
    return false;
}

static Err drop(Cx *cx, const MeasureState *state)
{
    TRY(measure_rows_delete(cx->db, &(MeasureRowsDeleteIn){cx->place, state->key}, NULL));
    TRY(measure_values_delete(cx->db, &(MeasureValuesDeleteIn){cx->place, state->key}, NULL));
    return measure_state_delete(cx->db, &(MeasureStateDeleteIn){cx->place, state->key}, NULL);
}

static Err add(Cx *cx, const Measure *measure, int kind)
{
    Period now = period_of((PeriodKind)kind, cx->today);
    const MeasureStateAddIn in = {.place = cx->place,
                                  .measure = measure->id,
                                  .kind = period_kind_name((PeriodKind)kind),
                                  .signature = run_signature(cx, measure),
                                  .first_on = period_previous(now).first,
                                  .last_on = now.first,
                                  .after_id = UUID_NIL};
    return measure_state_add(cx->db, &in, NULL);
}

static Err follow(Cx *cx, MeasureState *state)
{
    Date running = period_of(state->kind, cx->today).first;
    if (state->measure == NULL)
        return drop(cx, state);
    if (!state->is_as_declared) {
        state->signature = run_signature(cx, state->measure);
        state->done_first = state->done_last = DATE_NONE;
        state->retry_at = (Instant){0};
    }
    state->last = date_max(state->last, running);
    state->after = UUID_NIL;
    return state_write(cx, state);
}

static Err follow_all(Cx *cx, MeasureStates *states)
{
    for (size_t i = 0; i < states->n; i++) {
        if (!is_current(cx, &states->items[i]))
            TRY(follow(cx, &states->items[i]));
    }
    for (size_t i = 0; i < cx->packs->measures.n; i++) {
        const Measure *measure = cx->packs->measures.entries[i].value;
        for (int kind = PERIOD_MONTH; kind <= PERIOD_YEAR; kind++) {
            if (has_kind(measure, kind) && state_of(states, measure, (PeriodKind)kind) == NULL)
                TRY(add(cx, measure, kind));
        }
    }
    return OK;
}

Err states_follow(Cx *cx)
{
    MeasureStates states = {0};
    TRY(states_read(cx, &states));
    Err err = follow_all(cx, &states);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err states_earliest(Cx *cx, PeriodKind kind, Date *ret_first)
{
    const MeasureRegisterBeganIn in = {cx->place};
    MeasureRegisterBeganRow row;
    bool has_people = false;
    Period earliest = period_of(kind, cx->today);
    Date began = earliest.first;
    Err err = measure_register_began(cx->db, cx->arena, &in, &row, &has_people);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (has_people)
        began = date_min(began, period_of(kind, row.registered_on).first);
    for (int i = 0; i < periods_back[kind]; i++)
        earliest = period_previous(earliest);
    *ret_first = date_max(earliest.first, began);
    return OK;
}

typedef struct Wanted {
    const Measure *measure;
    Period period;
} Wanted;

static Err want_work(Cx *cx, void *arg)
{
    const Wanted *wanted = arg;
    MeasureStates states = {0};
    Date earliest = DATE_NONE;
    TRY(states_follow(cx));
    TRY(states_read(cx, &states));
    TRY(states_earliest(cx, wanted->period.kind, &earliest));
    const MeasureState *found = state_of(&states, wanted->measure, wanted->period.kind);
    Date first = date_max(wanted->period.first, earliest);
    if (found == NULL || date_compare(first, found->first) >= 0)
        return OK;
    MeasureState state = *found;
    state.first = first;
    state.after = UUID_NIL;
    return state_write(cx, &state);
}

Err measure_earliest(Cx *cx, PeriodKind kind, Date *ret_first)
{
    Err err = states_earliest(cx, kind, ret_first);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err states_want(Cx *cx, const Measure *measure, Period period)
{
    enum { TRIES_MOST = 50 };
    Wanted wanted = {measure, period};
    bool is_mine = false;
    for (int i = 0; i < TRIES_MOST && !is_mine; i++) {
        if (i > 0)
            turn_pause();
        TRY(turn_write(cx, want_work, &wanted, &is_mine));
    }
    return is_mine ? OK : cx_fail(cx, ERR_BUSY, TEXT_MEASURE_COUNTED_ELSEWHERE, (Str){0}, 0);
}
