/* Keeps stored rows right: of whom records and lives have changed, of who has lived here long
 * enough since yesterday, and of everybody where a measure or a period is new. In steps that hold
 * the writer for less than a tenth of a second: a record that somebody writes waits for one. Only
 * differences are written, and each changes its sum. */
#include "engine/measures/measures_int.h"

#include "base/map.h"
#include "base/os_clock.h"
#include "base/os_log.h"
#include "core/place.h"

#include <string.h>

enum {
    STEP_STALE = 50,   /* people, of every measure */
    STEP_PEOPLE = 100, /* of every measure that has come as far as the first */
    RETRY_MS = 60 * 60 * 1000
};

/* One transaction. */
typedef struct Step {
    const Measure *only; /* of a walk: this measure; NULL: all */
    int64_t refused;     /* key of the measure whose SELECT the database refused; or 0 */
    bool was_units;      /* it made a measure about organisations */
    bool is_mine;        /* false: another process makes rows, nothing was done */
} Step;

static const Str day_setting = {"measures.day", sizeof "measures.day" - 1};

/* ---- differences ---- */

typedef struct Sum {
    Date period;
    Str area;
    int64_t denominator, numerator;
} Sum;

typedef struct Changes {
    VEC(Sum *) sums;
    Map by_unit;
} Changes;

static void add_to_sum(Cx *cx, Changes *changes, const MeasureRow *row, int sign)
{
    Str key = str_printf(cx->arena, "%d %.*s", (int)row->period.days, STR_ARG(row->area));
    Sum *sum = map_get(&changes->by_unit, key);
    if (sum == NULL) {
        sum = arena_new(cx->arena, Sum);
        *sum = (Sum){.period = row->period, .area = row->area};
        map_put(&changes->by_unit, key, sum);
        VEC_PUSH(cx->arena, &changes->sums, sum);
    }
    sum->denominator += sign * row->denominator;
    sum->numerator += sign * row->numerator;
}

static Err put_row(Cx *cx, int64_t key, const MeasureRow *row)
{
    const MeasureRowPutIn in = {.place = cx->place,
                                .measure_key = key,
                                .subject_id = row->subject,
                                .period = row->period,
                                .counted = row->counted,
                                .area_code = row->area,
                                .in_numerator = row->in_numerator,
                                .required = row->required,
                                .has_required = row->has_required,
                                .actual = row->actual,
                                .has_actual = row->has_actual};
    return measure_row_put(cx->db, &in);
}

static Err delete_row(Cx *cx, int64_t key, const MeasureRow *row)
{
    const MeasureRowDeleteIn in = {cx->place, key, row->subject, row->period, row->counted};
    return measure_row_delete(cx->db, &in);
}

static Err write_sums(Cx *cx, int64_t key, const Changes *changes)
{
    for (size_t i = 0; i < changes->sums.n; i++) {
        const Sum *sum = changes->sums.items[i];
        const MeasureValueChangeIn in = {.place = cx->place,
                                         .measure_key = key,
                                         .period = sum->period,
                                         .area_code = sum->area,
                                         .denominator = sum->denominator,
                                         .numerator = sum->numerator};
        if (sum->denominator != 0 || sum->numerator != 0)
            TRY(measure_value_change(cx->db, &in));
    }
    return OK;
}

/* Stored and read back a number is the same to the last bit. */
static bool is_same_amount(double a, double b)
{
    return a <= b && a >= b;
}

static bool is_same(const MeasureRow *a, const MeasureRow *b)
{
    return a->in_numerator == b->in_numerator && str_equals(a->area, b->area)
           && a->has_required == b->has_required && a->has_actual == b->has_actual
           && is_same_amount(a->required, b->required) && is_same_amount(a->actual, b->actual);
}

/* key 0: counts the differences instead of writing them. */
static Err reconcile(Cx *cx, int64_t key, const MeasureRows *made, const MeasureRows *stored,
                     int64_t *differences)
{
    Changes changes = {0};
    map_init(&changes.by_unit, cx->arena);
    for (size_t i = 0, j = 0; i < made->n || j < stored->n;) {
        const MeasureRow *now = i < made->n ? &made->items[i] : NULL;
        const MeasureRow *before = j < stored->n ? &stored->items[j] : NULL;
        int order = now == NULL ? 1 : before == NULL ? -1 : run_order(now, before);
        bool is_equal = order == 0 && is_same(now, before);
        i += order <= 0;
        j += order >= 0;
        if (is_equal)
            continue;
        ++*differences;
        if (order >= 0)
            add_to_sum(cx, &changes, before, -1);
        if (order <= 0)
            add_to_sum(cx, &changes, now, 1);
        if (key != 0)
            TRY(order <= 0 ? put_row(cx, key, now) : delete_row(cx, key, before));
    }
    return key == 0 ? OK : write_sums(cx, key, &changes);
}

static Err read_stored(Cx *cx, int64_t key, const MeasureRun *run, MeasureRows *rows)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureRowsStoredIn in = {.place = cx->place,
                                    .measure_key = key,
                                    .run_from = run->from,
                                    .run_upto = run->upto,
                                    .run_stale = run->is_stale};
    TRY(measure_rows_stored_open(cx->db, &in, &found));
    for (;;) {
        MeasureRowsStoredRow row;
        bool has_row = false;
        TRY(measure_rows_stored_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const MeasureRow kept = {.subject = row.subject_id,
                                 .period = row.period,
                                 .counted = row.counted,
                                 .area = row.area_code,
                                 .in_numerator = row.in_numerator == 1,
                                 .has_required = row.has_required,
                                 .has_actual = row.has_actual,
                                 .required = row.required,
                                 .actual = row.actual};
        VEC_PUSH(cx->arena, rows, run_weighed(run->measure, kept));
    }
}

static MeasureRun run_of(const MeasureState *state, Uuid from, Uuid upto)
{
    return (MeasureRun){.measure = state->measure,
                        .kind = state->kind,
                        .first = state->first,
                        .last = state->last,
                        .from = from,
                        .upto = upto};
}

static Err make_rows(Cx *cx, const MeasureState *state, const MeasureRun *run, Step *step)
{
    MeasureRows made = {0}, stored = {0};
    int64_t differences = 0;
    Err err = run_measure(cx, run, &made);
    if (err == ERR_DB || err == ERR_TIMEOUT)
        step->refused = state->key;
    if (err == OK)
        err = read_stored(cx, state->key, run, &stored);
    if (err == OK)
        err = reconcile(cx, state->key, &made, &stored, &differences);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* ---- one measure that fails does not stop the others ---- */

static MeasureState *state_by_key(const MeasureStates *states, int64_t key)
{
    for (size_t i = 0; i < states->n; i++) {
        if (states->items[i].key == key)
            return &states->items[i];
    }
    return NULL;
}

/* It is made anew from the beginning later; its rows stay until then. */
static Err put_off_work(Cx *cx, void *arg)
{
    MeasureStates states = {0};
    TRY(states_read(cx, &states));
    MeasureState *state = state_by_key(&states, ((const Step *)arg)->refused);
    if (state == NULL || state->measure == NULL)
        return OK;
    LOG(LOG_ERROR, "measure failed", LOG_WORD("measure", state->measure->id));
    state->done_first = state->done_last = DATE_NONE;
    state->after = UUID_NIL;
    state->retry_at = (Instant){cx->now.ms + RETRY_MS};
    return state_write(cx, state);
}

static Err run_step(Cx *cx, CxWork work, Step *step)
{
    size_t problem_n = cx->problem_n;
    Err err = turn_write(cx, work, step, &step->is_mine);
    if (err == OK || step->refused == 0 || cx->is_writing)
        return err;
    cx->problem_n = problem_n;
    return turn_write(cx, put_off_work, step, &step->is_mine);
}

/* ---- stale people ---- */

static Err mark_stale(Cx *cx, Uuid subject)
{
    const MeasureStaleMarkIn in = {cx->place, subject};
    Err err = measure_stale_mark(cx->db, &in);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err stale_count(Cx *cx, int64_t *ret_n)
{
    const MeasureStaleCountIn in = {cx->place};
    MeasureStaleCountRow row;
    Err err = measure_stale_count(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_n = row.n;
    return OK;
}

/* A measure about organisations that is to be made anew: among the stale ones under an id that no
 * person has, so before everybody. */
static Uuid units_id(int64_t key)
{
    Uuid id = UUID_NIL;
    for (size_t i = 0; i < sizeof key; i++)
        id.bytes[sizeof id.bytes - 1 - i] = (uint8_t)((uint64_t)key >> (8 * i));
    return id;
}

static const MeasureState *state_by_units_id(const MeasureStates *states, Uuid id)
{
    for (size_t i = 0; i < states->n; i++) {
        if (uuid_equals(units_id(states->items[i].key), id))
            return &states->items[i];
    }
    return NULL;
}

static bool is_made_when_stale(const Cx *cx, const MeasureState *state, bool of_units)
{
    return state->measure != NULL && state->is_as_declared && !state_is_put_off(cx, state)
           && measure_is_of_units(state->measure) == of_units
           && (!of_units || !date_is_none(state->done_first)); /* the walk makes it whole */
}

/* Records of a form about organisations have changed. Keys of states are small: no state has it. */
static Uuid units_form_id(const Form *form)
{
    return units_id((int64_t)(str_hash(form->id) | 1ULL << 63));
}

static bool reads_marked(const Measure *measure, Uuid id)
{
    bool is_read = uuid_equals(id, STALE_UNITS);
    for (size_t i = 0; i < measure->form_n && !is_read; i++)
        is_read = uuid_equals(units_form_id(measure->forms[i]), id);
    return is_read;
}

/* An organisation has changed, or records about them: each measure that follows from it is made
 * anew, whole, in a step of its own. */
static Err split_units(Cx *cx, const MeasureStates *states, Uuid id)
{
    for (size_t i = 0; i < states->n; i++) {
        const MeasureState *state = &states->items[i];
        if (is_made_when_stale(cx, state, true) && reads_marked(state->measure, id))
            TRY(mark_stale(cx, units_id(state->key)));
    }
    return OK;
}

static Err make_units(Cx *cx, const MeasureStates *states, Uuid id, Step *step)
{
    const MeasureState *state = state_by_units_id(states, id);
    step->was_units = true;
    if (state == NULL)
        return split_units(cx, states, id);
    if (!is_made_when_stale(cx, state, true))
        return OK;
    const MeasureRun run = run_of(state, UUID_NIL, EVERY_UUID_END);
    return make_rows(cx, state, &run, step);
}

/* Measures in the same periods, asked together of the same people. */
typedef VEC(const MeasureState *) Together;

static bool has_same_periods(const MeasureState *a, const MeasureState *b)
{
    return a->kind == b->kind && date_compare(a->first, b->first) == 0
           && date_compare(a->last, b->last) == 0;
}

/* Who they are and where they lived is written down once for all of them. people: whom to ask. */
static Err make_together(Cx *cx, const Together *together, const MeasureRun *people, Step *step)
{
    MeasureRun run = run_of(together->items[0], people->from, people->upto);
    run.is_stale = people->is_stale;
    run.is_written = true;
    TRY(run_people(cx, &run));
    for (size_t i = 0; i < together->n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        run.measure = together->items[i]->measure;
        TRY(make_rows(cx, together->items[i], &run, step));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

static Err make_people(Cx *cx, const MeasureStates *states, Uuid upto, Step *step)
{
    const MeasureRun people = {.from = UUID_NIL, .upto = upto, .is_stale = true};
    bool *is_made = arena_array(cx->arena, bool, states->n + 1);
    for (size_t i = 0; i < states->n; i++) {
        const MeasureState *first = &states->items[i];
        Together together = {0};
        for (size_t j = i; j < states->n; j++) {
            const MeasureState *state = &states->items[j];
            if (is_made[j] || !is_made_when_stale(cx, state, false)
                || !has_same_periods(state, first))
                continue;
            is_made[j] = true;
            VEC_PUSH(cx->arena, &together, state);
        }
        if (together.n > 0)
            TRY(make_together(cx, &together, &people, step));
    }
    return OK;
}

/* Ids of measures begin with zeros, those of people with their time. */
static bool is_units_id(Uuid id)
{
    return memcmp(id.bytes, UUID_NIL.bytes, sizeof id.bytes / 2) == 0;
}

static Err stale_page(Cx *cx, int64_t most, MeasureStalePageRow *page)
{
    const MeasureStalePageIn in = {cx->place, most};
    return measure_stale_page(cx->db, cx->arena, &in, page);
}

static Err stale_work(Cx *cx, void *arg)
{
    MeasureStates states = {0};
    MeasureStalePageRow page;
    if (!date_is_none(cx->as_of))
        return ERR_INTERNAL;
    TRY(stale_page(cx, 1, &page));
    if (page.n == 0)
        return OK;
    bool is_units = is_units_id(page.upto_id);
    if (!is_units)
        TRY(stale_page(cx, STEP_STALE, &page));
    TRY(measure_stale_take(cx->db, &(MeasureStaleTakeIn){cx->place, page.upto_id}, NULL));
    TRY(states_read(cx, &states));
    TRY(is_units ? make_units(cx, &states, page.upto_id, arg)
                 : make_people(cx, &states, page.upto_id, arg));
    const MeasureStaleClearIn clear = {cx->place, page.upto_id};
    Err err = measure_stale_clear(cx->db, &clear, NULL);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* step: its measures about organisations, and whether it was this process's turn. */
static Err settle_stale(Cx *cx, Step *step, bool *ret_has_more)
{
    int64_t n = 0;
    *step = (Step){.is_mine = true};
    TRY(stale_count(cx, &n));
    *ret_has_more = n > 0;
    return n == 0 ? OK : run_step(cx, stale_work, step);
}

/* ---- a new day ---- */

static Err read_day(Cx *cx, Date *ret_day)
{
    Str text = {0};
    TRY(setting_get(cx, day_setting, &text));
    *ret_day = DATE_NONE;
    return text.n == 0 ? OK : date_parse(text, ret_day);
}

/* Who became a resident between two days, by the months of the period: some days too many. */
static Err mark_settled(Cx *cx, Date first, Date last, int64_t months)
{
    enum { AROUND = 4 };
    const MeasureStaleMarkSettledIn in = {
        .place = cx->place,
        .since_first = date_add_days(date_add_months(first, -(int)months), -AROUND),
        .since_last = date_add_days(date_add_months(last, -(int)months), AROUND)};
    Err err = measure_stale_mark_settled(cx->db, &in, NULL);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err day_work(Cx *cx, void *arg)
{
    (void)arg;
    Date before = DATE_NONE;
    char text[DATE_TEXT_SIZE];
    TRY(states_follow(cx));
    TRY(read_day(cx, &before));
    int64_t done[PERIOD_YEAR + 1] = {0};
    for (int kind = PERIOD_MONTH; kind <= PERIOD_YEAR && !date_is_none(before); kind++) {
        TRY(run_residence(cx, period_of((PeriodKind)kind, cx->today).first, &done[kind]));
        if (kind == PERIOD_MONTH || done[kind] != done[kind - 1])
            TRY(mark_settled(cx, date_min(before, cx->today), date_max(before, cx->today),
                             done[kind]));
    }
    if (states_have_units(cx)) /* licences run out by the day */
        TRY(mark_stale(cx, STALE_UNITS));
    return setting_put(cx, day_setting, str_from_c(date_format(cx->today, text)));
}

/* ---- everybody ---- */

/* The first that is still to be made; NULL: all of it is. */
static const MeasureState *next_of_walk(const Cx *cx, const MeasureStates *states,
                                        const Measure *only)
{
    for (size_t i = 0; i < states->n; i++) {
        const MeasureState *state = &states->items[i];
        if (!state_is_done(state) && !state_is_put_off(cx, state)
            && (only == NULL || state->measure == only))
            return state;
    }
    return NULL;
}

static bool walks_along(const Cx *cx, const MeasureState *state, const MeasureState *first)
{
    return state->measure != NULL && state->is_as_declared /* else another process counts it */
           && has_same_periods(state, first) && !state_is_done(state)
           && !state_is_put_off(cx, state) && !measure_is_of_units(state->measure)
           && uuid_equals(state->after, first->after);
}

/* after: rows of everybody up to here are made; nil: of all. */
static Err note_made(Cx *cx, const MeasureState *made, Uuid after)
{
    MeasureState state = *made;
    state.after = after;
    if (uuid_is_nil(after)) {
        state.done_first = state.first;
        state.done_last = state.last;
    }
    return state_write(cx, &state);
}

/* Organisations are few: all in one step. */
static Err walk_units(Cx *cx, const MeasureState *state, Step *step)
{
    const MeasureRun run = run_of(state, UUID_NIL, EVERY_UUID_END);
    TRY(make_rows(cx, state, &run, step));
    return note_made(cx, state, UUID_NIL);
}

/* The next people, and every measure that has come to the same place in the same periods. */
static Err walk_people(Cx *cx, const MeasureStates *states, const MeasureState *first, Step *step)
{
    Together together = {0};
    const MeasurePageEndIn in = {cx->place, first->after, STEP_PEOPLE - 1};
    MeasurePageEndRow page;
    bool is_found = false;
    Err err = measure_page_end(cx->db, cx->arena, &in, &page, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    for (size_t i = 0; i < states->n; i++) {
        const MeasureState *state = &states->items[i];
        if (walks_along(cx, state, first) && (step->only == NULL || state->measure == step->only))
            VEC_PUSH(cx->arena, &together, state);
    }
    const MeasureRun people = {.from = first->after, .upto = is_found ? page.id : EVERY_UUID_END};
    TRY(make_together(cx, &together, &people, step));
    for (size_t i = 0; i < together.n; i++)
        TRY(note_made(cx, together.items[i], is_found ? page.id : UUID_NIL));
    return OK;
}

static Err walk_work(Cx *cx, void *arg)
{
    Step *step = arg;
    MeasureStates states = {0};
    if (!date_is_none(cx->as_of))
        return ERR_INTERNAL;
    TRY(states_read(cx, &states));
    const MeasureState *first = next_of_walk(cx, &states, step->only);
    if (first == NULL || !first->is_as_declared) /* another process has other packs */
        return OK;
    return measure_is_of_units(first->measure) ? walk_units(cx, first, step)
                                               : walk_people(cx, &states, first, step);
}

/* only: this measure; NULL: all. */
static Err settle_walk(Cx *cx, const MeasureStates *states, const Measure *only, Step *step,
                       bool *ret_has_more)
{
    *step = (Step){.only = only, .is_mine = true};
    *ret_has_more = next_of_walk(cx, states, only) != NULL;
    return *ret_has_more ? run_step(cx, walk_work, step) : OK;
}

/* ---- steps ---- */

/* *days: the steps that began a day, or followed changed packs. *ret_is_mine false: another process
 * makes rows, nothing was done. */
static Err settle_step(Cx *cx, const Measure *only, int *days, bool *ret_is_mine,
                       bool *ret_has_more)
{
    Date day = DATE_NONE;
    MeasureStates states = {0};
    Step step = {0};
    TRY(read_day(cx, &day));
    TRY(states_read(cx, &states));
    *ret_has_more = true;
    if (date_compare(day, cx->today) != 0 || !states_follow_packs(cx, &states)) {
        Err err = turn_write(cx, day_work, NULL, ret_is_mine);
        *days += *ret_is_mine;
        return err;
    }
    Err err = settle_stale(cx, &step, ret_has_more);
    if (err == OK && !*ret_has_more)
        err = settle_walk(cx, &states, only, &step, ret_has_more);
    *ret_is_mine = step.is_mine;
    return err;
}

/* Once begun a day stays, unless somebody else counts for another one, or with other packs: a
 * server past midnight while a command lives in the evening. Two of them would go on for ever. */
static Err settle_all(Cx *cx, const Measure *only)
{
    static const int64_t waits_most_ns = INT64_C(60) * 1000 * 1000 * 1000;
    int days = 0;
    int64_t since_ns = os_clock_monotonic_ns();
    for (bool has_more = true, is_mine = true; has_more;) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(settle_step(cx, only, &days, &is_mine, &has_more));
        if (is_mine)
            since_ns = os_clock_monotonic_ns();
        else
            turn_pause();
        if (days > 1 || os_clock_monotonic_ns() - since_ns > waits_most_ns)
            return cx_fail(cx, ERR_BUSY, TEXT_MEASURE_COUNTED_ELSEWHERE, (Str){0}, 0);
        arena_reset_to(cx->arena, mark);
    }
    MeasureStates states = {0};
    TRY(states_read(cx, &states));
    for (size_t i = 0; i < states.n; i++) {
        if (state_is_put_off(cx, &states.items[i])
            && (only == NULL || states.items[i].measure == only))
            return cx_fail_db(cx, ERR_DB);
    }
    return OK;
}

Err measure_settle_step(Cx *cx, bool *ret_has_more)
{
    int ignored = 0;
    bool is_mine = true;
    Err err = settle_step(cx, NULL, &ignored, &is_mine, ret_has_more);
    *ret_has_more = *ret_has_more && is_mine; /* else after the job's rest */
    return err;
}

Err measure_settle(Cx *cx)
{
    return settle_all(cx, NULL);
}

Err settle_measure(Cx *cx, const Measure *measure)
{
    return settle_all(cx, measure);
}

void settle_for_reader(Cx *cx)
{
    size_t problem_n = cx->problem_n;
    bool has_more = date_is_none(cx->as_of);
    Step step = {.is_mine = true};
    Err err = OK;
    /* Steps of measures about organisations are short, and no more than there are such measures. */
    for (int i = 0; i < READER_STEPS && has_more && step.is_mine && err == OK; i += !step.was_units)
        err = settle_stale(cx, &step, &has_more);
    if (err != OK) /* the log has it */
        cx->problem_n = problem_n;
}

/* ---- hooks ---- */

static bool reads(const Measure *measure, const Form *form)
{
    bool is_read = false;
    for (size_t i = 0; i < measure->form_n && !is_read; i++)
        is_read = measure->forms[i] == form;
    return is_read;
}

static Err mark_person(Cx *cx, Uuid person)
{
    return uuid_is_nil(person) ? OK : mark_stale(cx, person);
}

Err measure_record_hook(Cx *cx, const RecordChange *change)
{
    bool is_read = false;
    bool is_of_units =
        change->form->subject.n > 0 && !str_equals_c(change->form->subject, "resident");
    for (size_t i = 0; i < cx->packs->measures.n && !is_read; i++)
        is_read = reads(cx->packs->measures.entries[i].value, change->form);
    if (!is_read)
        return OK;
    if (is_of_units)
        return mark_stale(cx, units_form_id(change->form));
    if (change->ended != NULL)
        TRY(mark_person(cx, change->ended->subject));
    bool is_other =
        change->added != NULL
        && (change->ended == NULL || !uuid_equals(change->added->subject, change->ended->subject));
    return is_other ? mark_person(cx, change->added->subject) : OK;
}

Err measure_resident_hook(Cx *cx, const ResidentChange *change)
{
    TRY(mark_person(cx, change->resident));
    return mark_person(cx, change->filed_from);
}

Err measure_subject_hook(Cx *cx, Uuid subject, Str kind)
{
    (void)subject;
    (void)kind;
    return states_have_units(cx) ? mark_stale(cx, STALE_UNITS) : OK;
}

/* ---- proof ---- */

static Err verify_state(Cx *cx, const MeasureState *state, MeasureVerification *result)
{
    MeasureRows made = {0}, stored = {0};
    const MeasureRun run = run_of(state, UUID_NIL, EVERY_UUID_END);
    bool has_amounts = state->measure->has_amounts;
    const MeasureSumsWrongIn in = {cx->place, state->key, has_amounts};
    MeasureSumsWrongRow sums;
    MeasureRowTotalRow rows;
    MeasureValueTotalRow values;
    TRY(run_measure(cx, &run, &made));
    TRY(read_stored(cx, state->key, &run, &stored));
    TRY(reconcile(cx, 0, &made, &stored, &result->wrong_rows));
    TRY(measure_sums_wrong(cx->db, cx->arena, &in, &sums));
    TRY(measure_row_total(cx->db, cx->arena,
                          &(MeasureRowTotalIn){cx->place, state->key, has_amounts}, &rows));
    TRY(measure_value_total(cx->db, cx->arena, &(MeasureValueTotalIn){cx->place, state->key},
                            &values));
    result->rows += (int64_t)stored.n;
    result->wrong_sums += sums.n + (rows.denominator != values.denominator);
    return OK;
}

Err measure_verify(Cx *cx, MeasureVerification *ret_result)
{
    MeasureStates states = {0};
    *ret_result = (MeasureVerification){0};
    TRY(states_read(cx, &states));
    for (size_t i = 0; i < states.n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        Err err =
            state_is_done(&states.items[i]) ? verify_state(cx, &states.items[i], ret_result) : OK;
        if (err != OK)
            return cx_fail_db(cx, err);
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}
