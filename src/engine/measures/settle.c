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
    COPY_LEAST = 20,         /* rows: fewer are written one by one */
    STEP_UNITS = 40,         /* measures about organisations */
    STEP_PEOPLE = 100,       /* of every measure that has come as far as the first ... */
    STEP_PEOPLE_MOST = 3200, /* ... where steps turn out short */
    RETRY_MS = 60 * 60 * 1000
};
static const int64_t short_step_ns = INT64_C(40) * 1000 * 1000;
static const int64_t long_step_ns = INT64_C(80) * 1000 * 1000;

/* One transaction. */
typedef struct Step {
    const Measure *only; /* of a walk: this measure; NULL: all */
    int64_t people;      /* of a walk: so many */
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

typedef VEC(const MeasureRow *) NewRows;

typedef struct Changes {
    VEC(Sum *) sums;
    Map by_unit;
} Changes;

static Sum *sum_add(Cx *cx, Changes *changes, Str key, const MeasureRow *row)
{
    Sum *sum = arena_new(cx->arena, Sum);
    *sum = (Sum){.period = row->period, .area = row->area};
    map_put(&changes->by_unit, str_copy(cx->arena, key), sum);
    VEC_PUSH(cx->arena, &changes->sums, sum);
    return sum;
}

/* Once for every row that is written: nothing is printed or allocated for a sum that is there. */
static void add_to_sum(Cx *cx, Changes *changes, const MeasureRow *row, int sign)
{
    char text[96];
    size_t days_n = sizeof row->period.days, n = days_n + row->area.n;
    char *key = n <= sizeof text ? text : arena_array(cx->arena, char, n);
    memcpy(key, &row->period.days, days_n);
    memcpy(key + days_n, row->area.p, row->area.n);
    Sum *sum = map_get(&changes->by_unit, (Str){key, n});
    if (sum == NULL)
        sum = sum_add(cx, changes, (Str){key, n}, row);
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

static Err copy_row(DbBulk *bulk, Str place, int64_t key, const MeasureRow *row)
{
    const DbValue values[] = {
        db_text(place),
        db_integer(key),
        db_uuid(row->subject),
        db_date(row->period),
        db_uuid(row->counted),
        db_text(row->area),
        db_integer(row->in_numerator),
        row->has_required ? db_decimal(row->required) : db_null(DB_DECIMAL),
        row->has_actual ? db_decimal(row->actual) : db_null(DB_DECIMAL),
    };
    return db_bulk_row(bulk, values);
}

/* Rows that are not stored yet: many of them at once. */
static Err put_new_rows(Cx *cx, int64_t key, const NewRows *rows)
{
    static const DbColumn columns[] = {
        {"place", DB_TEXT, false},           {"measure_key", DB_INTEGER, false},
        {"subject_id", DB_UUID, false},      {"period", DB_DATE, false},
        {"counted", DB_UUID, false},         {"area_code", DB_TEXT, false},
        {"in_numerator", DB_INTEGER, false}, {"required", DB_DECIMAL, true},
        {"actual", DB_DECIMAL, true},
    };
    DbBulk *bulk = NULL;
    if (rows->n < COPY_LEAST) {
        for (size_t i = 0; i < rows->n; i++)
            TRY(put_row(cx, key, rows->items[i]));
        return OK;
    }
    TRY(db_bulk_begin(cx->db, cx->arena, "measure_row", columns, sizeof columns / sizeof *columns,
                      &bulk));
    for (size_t i = 0; i < rows->n; i++)
        TRY(copy_row(bulk, cx->place, key, rows->items[i]));
    return db_bulk_end(bulk);
}

/* key 0: counts the differences instead of writing them. */
static Err reconcile(Cx *cx, int64_t key, const MeasureRows *made, const MeasureRows *stored,
                     int64_t *differences)
{
    Changes changes = {0};
    NewRows added = {0};
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
        if (order < 0)
            VEC_PUSH(cx->arena, &added, now);
        else if (key != 0)
            TRY(order == 0 ? put_row(cx, key, now) : delete_row(cx, key, before));
    }
    if (key == 0)
        return OK;
    TRY(put_new_rows(cx, key, &added));
    return write_sums(cx, key, &changes);
}

static MeasureRow row_stored(const Measure *measure, const MeasureRowsStoredRow *row)
{
    const MeasureRow kept = {.subject = row->subject_id,
                             .period = row->period,
                             .counted = row->counted,
                             .area = row->area_code,
                             .in_numerator = row->in_numerator == 1,
                             .has_required = row->has_required,
                             .has_actual = row->has_actual,
                             .required = row->required,
                             .actual = row->actual};
    return run_weighed(measure, kept);
}

static Err open_stored(Cx *cx, int64_t key, const MeasureRun *run, DbRows *found)
{
    const MeasureRowsStoredIn stretch = {cx->place, key, run->from, run->upto};
    const MeasureRowsStaleIn stale = {cx->place, key, run->from, run->upto, run->cause};
    return run->is_stale ? measure_rows_stale_open(cx->db, &stale, found)
                         : measure_rows_stored_open(cx->db, &stretch, found);
}

static Err read_stored(Cx *cx, int64_t key, const MeasureRun *run, MeasureRows *rows)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(open_stored(cx, key, run, &found));
    for (;;) {
        MeasureRowsStoredRow row; /* both statements have the same columns */
        bool has_row = false;
        TRY(measure_rows_stored_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, rows, row_stored(run->measure, &row));
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

static const MeasureState *state_by_units_id(const MeasureStates *states, Uuid id)
{
    for (size_t i = 0; i < states->n; i++) {
        if (uuid_equals(stale_units_id(states->items[i].key), id))
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

/* An organisation has changed, or records about them: each measure that follows from it is made
 * anew, whole. */
static Err split_units(Cx *cx, const MeasureStates *states, int64_t cause)
{
    for (size_t i = 0; i < states->n; i++) {
        const MeasureState *state = &states->items[i];
        if (is_made_when_stale(cx, state, true) && stale_concerns(state->measure, cause))
            TRY(stale_mark(cx, STALE_WHOLLY, stale_units_id(state->key)));
    }
    return OK;
}

/* Measures in the same periods, asked together. */
typedef VEC(const MeasureState *) Together;

static bool has_same_periods(const MeasureState *a, const MeasureState *b)
{
    return a->kind == b->kind && date_compare(a->first, b->first) == 0
           && date_compare(a->last, b->last) == 0;
}

/* From what is written down. */
static Err make_each(Cx *cx, const Together *together, MeasureRun *run, Step *step)
{
    for (size_t i = 0; i < together->n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        run->measure = together->items[i]->measure;
        TRY(make_rows(cx, together->items[i], run, step));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

/* Who they are and where they lived is written down once for all of them. people: whom to ask. */
static Err make_together(Cx *cx, const Together *together, const MeasureRun *people, Step *step)
{
    MeasureRun run = run_of(together->items[0], people->from, people->upto);
    run.is_stale = people->is_stale;
    run.cause = people->cause;
    run.is_written = true;
    TRY(run_people(cx, &run));
    return make_each(cx, together, &run, step);
}

/* What they all read is written down once for all of them. */
static Err make_units_together(Cx *cx, const Together *together, Step *step)
{
    MeasureRun run = run_of(together->items[0], UUID_NIL, EVERY_UUID_END);
    run.is_written = true;
    TRY(run_units(cx, &run));
    return make_each(cx, together, &run, step);
}

static Err make_units(Cx *cx, const MeasureStates *states, const StalePage *page, Step *step)
{
    Together asked = {0};
    if (uuid_equals(page->from, STALE_UNITS))
        return split_units(cx, states, page->cause);
    for (size_t i = 0; i < page->n; i++) {
        const MeasureState *state = state_by_units_id(states, page->taken[i]);
        if (state != NULL && is_made_when_stale(cx, state, true))
            VEC_PUSH(cx->arena, &asked, state);
    }
    for (size_t n = 0; asked.n > 0; asked.n = n) {
        Together together = {0};
        n = 0;
        for (size_t i = 0; i < asked.n; i++) {
            if (has_same_periods(asked.items[i], asked.items[0]))
                VEC_PUSH(cx->arena, &together, asked.items[i]);
        }
        for (size_t i = 0; i < asked.n; i++) {
            if (!has_same_periods(asked.items[i], together.items[0]))
                asked.items[n++] = asked.items[i];
        }
        TRY(make_units_together(cx, &together, step));
    }
    return OK;
}

static Err make_people(Cx *cx, const MeasureStates *states, const StalePage *page, Step *step)
{
    const MeasureRun people = {
        .from = page->from, .upto = page->upto, .is_stale = true, .cause = page->cause};
    bool *is_made = arena_array(cx->arena, bool, states->n + 1);
    for (size_t i = 0; i < states->n; i++) {
        const MeasureState *first = &states->items[i];
        Together together = {0};
        for (size_t j = i; j < states->n; j++) {
            const MeasureState *state = &states->items[j];
            if (is_made[j] || !is_made_when_stale(cx, state, false)
                || !stale_concerns(state->measure, page->cause) || !has_same_periods(state, first))
                continue;
            is_made[j] = true;
            VEC_PUSH(cx->arena, &together, state);
        }
        if (together.n > 0)
            TRY(make_together(cx, &together, &people, step));
    }
    return OK;
}

static Err stale_work(Cx *cx, void *arg)
{
    Step *step = arg;
    MeasureStates states = {0};
    StalePage page;
    if (!date_is_none(cx->as_of))
        return ERR_INTERNAL;
    TRY(stale_take(cx, &page));
    if (page.n == 0)
        return OK;
    TRY(states_read(cx, &states));
    step->was_units = page.is_units;
    TRY(page.is_units ? make_units(cx, &states, &page, step)
                      : make_people(cx, &states, &page, step));
    return stale_clear(cx, &page);
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
        TRY(stale_mark(cx, STALE_WHOLLY, STALE_UNITS));
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
           && !state_is_put_off(cx, state)
           && measure_is_of_units(state->measure) == measure_is_of_units(first->measure)
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

/* Organisations are few: a measure about them is made whole, with others in the same periods. */
static Err walk_units(Cx *cx, const MeasureStates *states, const MeasureState *first, Step *step)
{
    Together together = {0};
    for (size_t i = 0; i < states->n && together.n < STEP_UNITS; i++) {
        const MeasureState *state = &states->items[i];
        if (walks_along(cx, state, first) && (step->only == NULL || state->measure == step->only))
            VEC_PUSH(cx->arena, &together, state);
    }
    TRY(make_units_together(cx, &together, step));
    for (size_t i = 0; i < together.n; i++)
        TRY(note_made(cx, together.items[i], UUID_NIL));
    return OK;
}

/* The next people, and every measure that has come to the same place in the same periods. */
static Err walk_people(Cx *cx, const MeasureStates *states, const MeasureState *first, Step *step)
{
    Together together = {0};
    const MeasurePageEndIn in = {cx->place, first->after, step->people - 1};
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
    return measure_is_of_units(first->measure) ? walk_units(cx, &states, first, step)
                                               : walk_people(cx, &states, first, step);
}

/* What a row of steps has learnt. */
typedef struct Course {
    const Measure *only; /* this measure; NULL: all */
    int64_t people;      /* the next step of a walk takes so many */
    int days;            /* steps that began a day, or followed changed packs */
} Course;

/* More people a step cost less each, as long as who writes a record need not wait for long. */
static void pace(Course *course, int64_t took_ns)
{
    if (took_ns < short_step_ns && course->people < STEP_PEOPLE_MOST)
        course->people *= 2;
    else if (took_ns > long_step_ns && course->people > STEP_PEOPLE)
        course->people /= 2;
}

static Err settle_walk(Cx *cx, const MeasureStates *states, Course *course, Step *step,
                       bool *ret_has_more)
{
    *step = (Step){.only = course->only, .people = course->people, .is_mine = true};
    *ret_has_more = next_of_walk(cx, states, course->only) != NULL;
    if (!*ret_has_more)
        return OK;
    int64_t since_ns = os_clock_monotonic_ns();
    Err err = run_step(cx, walk_work, step);
    if (step->is_mine)
        pace(course, os_clock_monotonic_ns() - since_ns);
    return err;
}

/* ---- steps ---- */

/* *ret_is_mine false: another process makes rows, nothing was done. */
static Err settle_step(Cx *cx, Course *course, bool *ret_is_mine, bool *ret_has_more)
{
    Date day = DATE_NONE;
    MeasureStates states = {0};
    Step step = {0};
    TRY(read_day(cx, &day));
    TRY(states_read(cx, &states));
    *ret_has_more = true;
    if (date_compare(day, cx->today) != 0 || !states_follow_packs(cx, &states)) {
        Err err = turn_write(cx, day_work, NULL, ret_is_mine);
        course->days += *ret_is_mine;
        return err;
    }
    Err err = settle_stale(cx, &step, ret_has_more);
    if (err == OK && !*ret_has_more)
        err = settle_walk(cx, &states, course, &step, ret_has_more);
    *ret_is_mine = step.is_mine;
    return err;
}

/* Once begun a day stays, unless somebody else counts for another one, or with other packs: a
 * server past midnight while a command lives in the evening. Two of them would go on for ever. */
static Err settle_all(Cx *cx, const Measure *only)
{
    static const int64_t waits_most_ns = INT64_C(60) * 1000 * 1000 * 1000;
    Course course = {.only = only, .people = STEP_PEOPLE};
    int64_t since_ns = os_clock_monotonic_ns();
    for (bool has_more = true, is_mine = true; has_more;) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(settle_step(cx, &course, &is_mine, &has_more));
        if (is_mine)
            since_ns = os_clock_monotonic_ns();
        else
            turn_pause();
        if (course.days > 1 || os_clock_monotonic_ns() - since_ns > waits_most_ns)
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
    Course course = {.people = STEP_PEOPLE};
    bool is_mine = true;
    Err err = settle_step(cx, &course, &is_mine, ret_has_more);
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
