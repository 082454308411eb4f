/* Numbers by unit and period, and the rows behind them. */
#include "engine/measures/measures_int.h"

#include "access/access.h"
#include "base/map.h"

#include <stdlib.h>

/* Of one village, or desk, in one period each. */
typedef VEC(MeasureKnownSum) VillageSums;

typedef struct Units {
    bool is_checked; /* what is added now are hits that were found right */
    bool is_beyond;  /* what is added now is out of sight: its units are seen in part */
    Map beyond;      /* such units, by the same key */
    const MeasureAsk *ask;
    VEC(MeasureValue) values;
    Map by_unit; /* "days code" -> position in values + 1 */
} Units;

bool measure_ratio(const MeasureValue *value, double *ret_ratio)
{
    if (value->denominator == 0)
        return false;
    *ret_ratio = value->is_count ? (double)value->numerator
                                 : (double)value->numerator / (double)value->denominator;
    return true;
}

/* ---- adding up ---- */

static void add_to_unit(Cx *cx, Units *units, const MeasureKnownSum *sum, const MeasureValue *unit)
{
    if (units->ask->unit.n > 0 && !str_equals(units->ask->unit, unit->unit))
        return;
    Str key = str_printf(cx->arena, "%d %.*s", (int)sum->period.days, STR_ARG(unit->unit));
    if (units->is_beyond)
        map_put(&units->beyond, key, units);
    if (map_get(&units->beyond, key) != NULL)
        return;
    size_t at = (size_t)(uintptr_t)map_get(&units->by_unit, key);
    if (at == 0) {
        MeasureValue value = *unit;
        value.is_count = units->ask->measure->is_count;
        value.period = period_of(units->ask->first.kind, sum->period);
        VEC_PUSH(cx->arena, &units->values, value);
        at = units->values.n;
        map_put(&units->by_unit, key, (void *)(uintptr_t)at);
    }
    MeasureValue *value = &units->values.items[at - 1];
    if (units->is_checked) {
        value->checked += sum->sum.numerator;
        return;
    }
    value->denominator += sum->sum.denominator;
    value->numerator += sum->sum.numerator;
}

/* Codes of division are prefixes: county 6 digits, township 9, village 12. */
static void add_area(Cx *cx, const MeasureKnownSum *sum, Str area, const Map *names, Units *units)
{
    static const size_t lengths[] = {6, 9, 12};
    for (size_t j = 0; j < sizeof lengths / sizeof *lengths && area.n >= lengths[j]; j++) {
        Str code = str_slice(area, 0, lengths[j]);
        const Area *known = map_get(names, code);
        const MeasureValue unit = {.unit = code,
                                   .level = (int64_t)j + 3,
                                   .name = known == NULL ? (Wording){code, code}
                                                         : (Wording){known->name, known->name_en}};
        add_to_unit(cx, units, sum, &unit);
    }
}

static Err add_areas(Cx *cx, const VillageSums *sums, Units *units)
{
    const Area *areas = NULL;
    size_t n = 0;
    Map names;
    UnitPlaces places = {0};
    Date of = DATE_NONE;
    bool is_of_units = measure_is_of_units(units->ask->measure);
    map_init(&names, cx->arena);
    TRY(subject_areas_known(cx, &areas, &n));
    for (size_t i = 0; i < n; i++)
        map_put(&names, areas[i].code, (void *)(uintptr_t)&areas[i]);
    for (size_t i = 0; i < sums->n; i++) {
        const MeasureKnownSum *sum = &sums->items[i];
        if (is_of_units && date_compare(of, sum->period) != 0)
            TRY(unit_places(cx, period_of(units->ask->first.kind, sum->period), &places));
        of = sum->period;
        add_area(cx, sum, is_of_units ? unit_area_of(cx, &places, sum->area) : sum->area, &names,
                 units);
    }
    return OK;
}

/* Whom the sum of an area or a desk counts for. */
static const Facility *facility_of(const UnitPlaces *places, Str area)
{
    Str code = unit_facility_of(area);
    return code.n > 0 ? map_get(&places->facility_by_code, code) : unit_answers_for(places, area);
}

static Err add_facilities(Cx *cx, const VillageSums *sums, Units *units)
{
    Str top = access_sight(cx)->by_facility ? cx->actor->facility : STR("");
    UnitPlaces places = {0};
    Date of = DATE_NONE;
    for (size_t i = 0; i < sums->n; i++) {
        const MeasureKnownSum *sum = &sums->items[i];
        if (date_compare(of, sum->period) != 0)
            TRY(unit_places(cx, period_of(units->ask->first.kind, sum->period), &places));
        of = sum->period;
        const Facility *facility = facility_of(&places, sum->area);
        for (int steps = 0; facility != NULL && steps < UNIT_STEPS_MOST; steps++) {
            const MeasureValue unit = {.unit = facility->code,
                                       .level = facility->level,
                                       .name = {facility->name, facility->name_en}};
            add_to_unit(cx, units, sum, &unit);
            facility =
                str_equals(facility->code, top) ? NULL : unit_facility_above(&places, facility);
        }
    }
    return OK;
}

/* Whatever the sum counts for; NULL: no group. */
static const UnitGroup *group_of(const UnitGroups *groups, const UnitPlaces *places, Str area,
                                 Date day)
{
    const Facility *facility = facility_of(places, area);
    return facility == NULL && unit_facility_of(area).n == 0
               ? unit_group_in(groups, places, area, day)
               : unit_group_of(groups, places, facility, day);
}

static Err add_groups(Cx *cx, const VillageSums *sums, Units *units)
{
    UnitPlaces places = {0};
    UnitGroups groups;
    Date of = DATE_NONE, known = date_is_none(cx->as_of) ? cx->today : cx->as_of;
    TRY(unit_groups(cx, units->ask->group, &groups));
    for (size_t i = 0; i < sums->n; i++) {
        const MeasureKnownSum *sum = &sums->items[i];
        const Period period = period_of(units->ask->first.kind, sum->period);
        if (date_compare(of, sum->period) != 0)
            TRY(unit_places(cx, period, &places));
        of = sum->period;
        const UnitGroup *group =
            group_of(&groups, &places, sum->area, date_min(period_last(period), known));
        if (group == NULL)
            continue;
        const MeasureValue unit = {.unit = group->code, .level = GROUP_LEVEL, .name = group->name};
        add_to_unit(cx, units, sum, &unit);
    }
    return OK;
}

static int compare_values(const void *left, const void *right)
{
    const MeasureValue *a = left, *b = right;
    int order = date_compare(a->period.first, b->period.first);
    if (order == 0)
        order = a->level < b->level ? -1 : a->level > b->level;
    return order == 0 ? str_compare(a->unit, b->unit) : order;
}

/* ---- stored, or of a past day ---- */

static const DbScope *sight_of(Cx *cx, const Measure *measure)
{
    return measure_is_of_units(measure) ? unit_sight(cx) : access_sight(cx);
}

static Err read_stored_sums(Cx *cx, const MeasureAsk *ask, int64_t key, VillageSums *sums)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureValuesOfIn in = {.place = cx->place,
                                  .measure_key = key,
                                  .run_first = ask->first.first,
                                  .run_last = ask->last.first};
    TRY(measure_values_of_open(cx->db, sight_of(cx, ask->measure), &in, &found));
    for (;;) {
        MeasureValuesOfRow row;
        bool has_row = false;
        TRY(measure_values_of_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, sums,
                 ((MeasureKnownSum){row.period, row.area_code, {row.denominator, row.numerator}}));
    }
}

static Err read_checked(Cx *cx, const MeasureAsk *ask, VillageSums *checked)
{
    MeasureStates states = {0};
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(states_read(cx, &states));
    const MeasureState *state = state_of(&states, ask->measure, ask->first.kind);
    if (state == NULL || !ask->with_checked)
        return OK;
    const MeasureCheckedOfIn in = {.place = cx->place,
                                   .measure_key = state->key,
                                   .measure = ask->measure->id,
                                   .run_first = ask->first.first,
                                   .run_last = ask->last.first};
    TRY(measure_checked_of_open(cx->db, sight_of(cx, ask->measure), &in, &found));
    for (;;) {
        MeasureCheckedOfRow row;
        bool has_row = false;
        TRY(measure_checked_of_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, checked,
                 ((MeasureKnownSum){row.period, row.area_code, {.numerator = row.checked}}));
    }
}

/* Villages out of sight. */
static Err read_beyond(Cx *cx, const MeasureAsk *ask, VillageSums *beyond)
{
    MeasureStates states = {0};
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(states_read(cx, &states));
    const MeasureState *state = state_of(&states, ask->measure, ask->first.kind);
    if (state == NULL || !access_sight(cx)->by_facility)
        return OK;
    const MeasureValuesBeyondIn in = {cx->place, state->key, ask->first.first, ask->last.first};
    TRY(measure_values_beyond_open(cx->db, sight_of(cx, ask->measure), &in, &found));
    for (;;) {
        MeasureValuesBeyondRow row;
        bool has_row = false;
        TRY(measure_values_beyond_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, beyond,
                 ((MeasureKnownSum){.period = row.period, .area = row.area_code}));
    }
}

static bool is_part_told(const MeasureAsk *ask)
{
    return ask->units == MEASURE_BY_AREA && !measure_is_of_units(ask->measure);
}

typedef Err (*AddUnits)(Cx *cx, const VillageSums *sums, Units *units);

static AddUnits adder_of(const MeasureAsk *ask)
{
    static const AddUnits by[] = {[MEASURE_BY_AREA] = add_areas,
                                  [MEASURE_BY_FACILITY] = add_facilities,
                                  [MEASURE_BY_GROUP] = add_groups};
    return by[ask->units];
}

/* Units of which a part is out of sight are left out. Areas of residents are told as far as they
 * are seen. */
static Err add_up(Cx *cx, const VillageSums *sums, const VillageSums *beyond, Units *units)
{
    AddUnits add = adder_of(units->ask);
    units->is_beyond = true;
    if (!is_part_told(units->ask))
        TRY(add(cx, beyond, units));
    units->is_beyond = false;
    return add(cx, sums, units);
}

/* What is not kept yet is wanted from now on; the command line waits for all of it. */
static Err prepare(Cx *cx, const MeasureAsk *ask)
{
    MeasureStates states = {0};
    size_t problem_n = cx->problem_n;
    Date first = DATE_NONE;
    TRY(states_read(cx, &states));
    TRY(states_earliest(cx, ask->first.kind, &first));
    first = date_max(first, ask->first.first);
    const MeasureState *state = state_of(&states, ask->measure, ask->first.kind);
    bool is_wanted =
        state != NULL && state->is_as_declared && date_compare(first, state->first) >= 0;
    if (!is_wanted && states_want(cx, ask->measure, ask->first) != OK)
        cx->problem_n = problem_n; /* then it is not complete; the log has it */
    return ask->is_patient ? settle_measure(cx, ask->measure) : OK;
}

static Err read_current(Cx *cx, const MeasureAsk *ask, VillageSums *sums, MeasureAnswer *ret_answer)
{
    MeasureStates states = {0};
    int64_t stale = 0;
    Date first = DATE_NONE;
    TRY(states_earliest(cx, ask->first.kind, &first));
    first = date_max(first, ask->first.first);
    TRY(states_read(cx, &states));
    const MeasureState *state = state_of(&states, ask->measure, ask->first.kind);
    TRY(stale_count(cx, &stale));
    if (state == NULL)
        return OK;
    ret_answer->is_made = state_covers(state, date_max(first, ask->last.first), ask->last.first);
    ret_answer->is_complete = stale == 0 && state_covers(state, first, ask->last.first);
    Err err = read_stored_sums(cx, ask, state->key, sums);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err read_past(Cx *cx, const MeasureAsk *ask, VillageSums *sums)
{
    const MeasureRun run = {.measure = ask->measure,
                            .kind = ask->first.kind,
                            .first = ask->first.first,
                            .last = ask->last.first,
                            .upto = EVERY_UUID_END};
    MeasureRows rows = {0};
    ENSURE(cx->actor->is_system); /* villages are not narrowed to a sight here */
    TRY(record_views_as_of(cx, cx->as_of));
    Err err = run_measure(cx, &run, &rows);
    TRY(record_views_current(cx));
    for (size_t i = 0; err == OK && i < rows.n; i++)
        VEC_PUSH(cx->arena, sums,
                 ((MeasureKnownSum){rows.items[i].period,
                                    rows.items[i].area,
                                    {rows.items[i].denominator, rows.items[i].numerator}}));
    return err;
}

static int compare_periods(const void *left, const void *right)
{
    return date_compare(((const MeasureKnownSum *)left)->period,
                        ((const MeasureKnownSum *)right)->period);
}

static Err units_of(Cx *cx, const MeasureAsk *ask, VillageSums *sums, VillageSums *beyond,
                    const VillageSums *checked, MeasureAnswer *ret_answer)
{
    Units units = {.ask = ask};
    map_init(&units.by_unit, cx->arena);
    map_init(&units.beyond, cx->arena);
    if (sums->n > 1)
        qsort(sums->items, sums->n, sizeof *sums->items, compare_periods);
    if (beyond->n > 1)
        qsort(beyond->items, beyond->n, sizeof *beyond->items, compare_periods);
    TRY(add_up(cx, sums, beyond, &units));
    units.is_checked = true;
    TRY(adder_of(ask)(cx, checked, &units));
    if (units.values.n > 1)
        qsort(units.values.items, units.values.n, sizeof *units.values.items, compare_values);
    ret_answer->values = units.values.items;
    ret_answer->n = units.values.n;
    return OK;
}

Err measure_ask_check(Cx *cx, const MeasureAsk *ask)
{
    char name[PERIOD_NAME_SIZE];
    if ((ask->measure->periods & (1U << ask->first.kind)) == 0 || ask->last.kind != ask->first.kind)
        return cx_fail(cx, ERR_INVALID, TEXT_MEASURE_PERIOD, STR("period"), 2, ask->measure->id,
                       str_from_c(period_name(ask->first, name)));
    return OK;
}

static bool may_read(Cx *cx, const MeasureAsk *ask)
{
    return access_sees_class(cx, measure_sensitivity(ask->measure));
}

static Err answer(Cx *cx, const MeasureAsk *ask, MeasureAnswer *ret_answer)
{
    VillageSums sums = {0}, beyond = {0}, checked = {0};
    bool is_past = !date_is_none(cx->as_of);
    *ret_answer = (MeasureAnswer){.is_made = is_past, .is_complete = is_past};
    if (!may_read(cx, ask))
        return OK;
    if (!is_past) {
        TRY(read_current(cx, ask, &sums, ret_answer));
        Err err = is_part_told(ask) ? OK : read_beyond(cx, ask, &beyond);
        if (err == OK)
            err = read_checked(cx, ask, &checked);
        if (err != OK)
            return cx_fail_db(cx, err);
    } else {
        TRY(read_past(cx, ask, &sums));
    }
    return units_of(cx, ask, &sums, &beyond, &checked, ret_answer);
}

Err measure_read_together(Cx *cx, const MeasureAsk *asks, size_t n, MeasureAnswer *ret_answers)
{
    bool is_current = date_is_none(cx->as_of), is_begun = false;
    for (size_t i = 0; i < n; i++)
        TRY(measure_ask_check(cx, &asks[i]));
    for (size_t i = 0; i < n && is_current; i++)
        if (may_read(cx, &asks[i]))
            TRY(prepare(cx, &asks[i]));
    /* Stale people first, a bounded number of them. */
    if (is_current && n > 0 && !asks[0].is_patient)
        settle_for_reader(cx);
    if (is_current && n > 1)
        TRY(cx_moment_begin(cx, &is_begun));
    Err err = OK;
    for (size_t i = 0; i < n && err == OK; i++)
        err = answer(cx, &asks[i], &ret_answers[i]);
    cx_moment_end(cx, is_begun);
    return err;
}

Err measure_read(Cx *cx, const MeasureAsk *ask, MeasureAnswer *ret_answer)
{
    return measure_read_together(cx, ask, 1, ret_answer);
}

Err measure_known_units(Cx *cx, const MeasureKnownUnits *known, MeasureAnswer *ret_answer)
{
    VillageSums sums = {0}, beyond = {0};
    const VillageSums checked = {0};
    ENSURE(!date_is_none(cx->as_of));
    *ret_answer = (MeasureAnswer){.is_made = true, .is_complete = true};
    for (size_t i = 0; i < known->n; i++)
        VEC_PUSH(cx->arena, &sums, known->sums[i]);
    for (size_t i = 0; i < known->beyond_n; i++)
        VEC_PUSH(cx->arena, &beyond, known->beyond[i]);
    return units_of(cx, known->ask, &sums, &beyond, &checked, ret_answer);
}

Err measure_of(Cx *cx, const Measure *measure, Period period, Uuid subject, MeasureValue *ret_value)
{
    const MeasureRun run = {.measure = measure,
                            .kind = period.kind,
                            .first = period.first,
                            .last = period.first,
                            .from = subject,
                            .upto = subject};
    MeasureRows rows = {0};
    TRY(run_measure(cx, &run, &rows));
    *ret_value = (MeasureValue){.period = period, .is_count = measure->is_count};
    for (size_t i = 0; i < rows.n; i++) {
        ret_value->denominator += rows.items[i].denominator;
        ret_value->numerator += rows.items[i].numerator;
        ret_value->has_required = rows.items[i].has_required;
        ret_value->required = rows.items[i].required;
    }
    return OK;
}

/* ---- the rows ---- */

/* A village that has rows of those asked for, at most so many. */
typedef struct ListedArea {
    Str code;
    int64_t rows;
} ListedArea;
typedef VEC(ListedArea) ListedAreas;
typedef VEC(MeasureCase) Cases;

enum { CODE_WIDTH = 16, AREAS_A_READ = 1000, WIDER = 4 };

static int64_t rows_asked(const MeasureCaseFilter *filter, const MeasureValuesOfRow *row)
{
    if (filter->only_numerator)
        return row->numerator;
    return filter->only_rest ? row->denominator - row->numerator : row->denominator;
}

static Err list_areas(Cx *cx, const MeasureCaseFilter *filter, int64_t key, ListedAreas *areas)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    UnitPlaces places = {0};
    const Date first = filter->period.first;
    const MeasureValuesOfIn in = {cx->place, key, first, first};
    if (filter->facility.n > 0)
        TRY(unit_places(cx, filter->period, &places));
    TRY(measure_values_of_open(cx->db, access_rows(cx), &in, &found));
    for (;;) {
        MeasureValuesOfRow row;
        bool has_row = false;
        TRY(measure_values_of_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        int64_t rows = rows_asked(filter, &row);
        bool is_asked = rows > 0 && str_has_prefix(row.area_code, filter->area)
                        && str_compare(row.area_code, filter->after.area) >= 0
                        && (filter->facility.n == 0
                            || unit_stands_below(&places, unit_answers_for(&places, row.area_code),
                                                 filter->facility));
        if (is_asked)
            VEC_PUSH(cx->arena, areas, ((ListedArea){row.area_code, rows}));
    }
}

/* Rows of the areas, each code as wide as the statement says. */
static Err read_cases(Cx *cx, const MeasureCaseFilter *filter, int64_t key, Str areas, Cases *cases)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureRowsListedIn in = {.place = cx->place,
                                    .measure_key = key,
                                    .period = filter->period.first,
                                    .areas = areas,
                                    .only_numerator = filter->only_numerator,
                                    .only_rest = filter->only_rest,
                                    .only_open = filter->only_open,
                                    .only_checked = filter->only_checked,
                                    .measure = filter->measure->id,
                                    .after_area =
                                        filter->after.area.p == NULL ? STR("") : filter->after.area,
                                    .after_subject = filter->after.subject,
                                    .after_counted = filter->after.counted,
                                    .most = (int64_t)(filter->most - cases->n)};
    TRY(measure_rows_listed_open(cx->db, access_rows(cx), &in, &found));
    for (;;) {
        MeasureRowsListedRow row;
        bool has_row = false;
        TRY(measure_rows_listed_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, cases,
                 ((MeasureCase){.subject = row.subject_id,
                                .counted = row.counted,
                                .area = row.area_code,
                                .sex = row.sex,
                                .birth_date = row.birth_date,
                                .in_numerator = row.in_numerator == 1,
                                .form = row.form,
                                .facility = row.facility,
                                .performed_by = row.performed_by,
                                .happened_on = row.happened_on,
                                .recorded_on = row.recorded_on,
                                .checked_on = row.checked_on,
                                .reason = row.reason}));
    }
}

/* As many areas at a time as have a page of rows by their sums, then more: a page of a county does
 * not read the county. */
static Err list_cases(Cx *cx, const MeasureCaseFilter *filter, int64_t key, Cases *cases)
{
    ListedAreas areas = {0};
    TRY(list_areas(cx, filter, key, &areas));
    int64_t most = (int64_t)filter->most;
    for (size_t at = 0; at < areas.n && cases->n < filter->most; most *= WIDER) {
        Buf codes;
        buf_init(&codes, cx->arena, (size_t)AREAS_A_READ * CODE_WIDTH);
        int64_t rows = 0;
        for (size_t n = 0; at < areas.n && rows < most && n < AREAS_A_READ; at++, n++) {
            rows += areas.items[at].rows;
            buf_printf(&codes, "%-*.*s", CODE_WIDTH, STR_ARG(areas.items[at].code));
        }
        ENSURE(!codes.is_over);
        TRY(read_cases(cx, filter, key, buf_str(&codes), cases));
    }
    return OK;
}

Err measure_cases(Cx *cx, const MeasureCaseFilter *filter, const MeasureCase **ret_cases,
                  size_t *ret_n)
{
    MeasureStates states = {0};
    *ret_cases = NULL;
    *ret_n = 0;
    if (!access_sees_class(cx, measure_sensitivity(filter->measure)))
        return OK;
    settle_for_reader(cx);
    TRY(states_read(cx, &states));
    const MeasureState *state = state_of(&states, filter->measure, filter->period.kind);
    if (state == NULL || !state->is_as_declared)
        return OK;
    Cases cases = {0};
    Err err = measure_is_of_units(filter->measure)
                  ? unit_cases(cx, filter, state->key, &cases.items, &cases.n)
                  : list_cases(cx, filter, state->key, &cases);
    *ret_cases = cases.items;
    *ret_n = cases.n;
    return err == OK ? OK : cx_fail_db(cx, err);
}
