/* Organisations: where they stand on a period's last day, which of them are in sight, and the rows
 * behind a number of theirs. */
#include "engine/measures/measures_int.h"

#include "access/access.h"
#include "engine/subjects/registers.h"

#include <stdlib.h>

enum { COUNTY_DIGITS = 6, TOWNSHIP_DIGITS = 9, VILLAGE_DIGITS = 12 };

/* ---- where they stand ---- */

Err unit_places(Cx *cx, Period period, UnitPlaces *ret_places)
{
    Date last = date_min(period_last(period), date_is_none(cx->as_of) ? cx->today : cx->as_of);
    Cx then = *cx;
    then.as_of = last;
    *ret_places = (UnitPlaces){0};
    map_init(&ret_places->facility_by_code, cx->arena);
    TRY(subject_facilities(&then, &ret_places->facilities, &ret_places->facility_n));
    for (size_t i = 0; i < ret_places->facility_n; i++)
        map_put(&ret_places->facility_by_code, ret_places->facilities[i].code,
                (void *)(uintptr_t)&ret_places->facilities[i]);
    return subject_catchments_covered(cx, last, &ret_places->covered, &ret_places->covered_n);
}

const Facility *unit_facility_above(const UnitPlaces *places, const Facility *facility)
{
    return facility->parent.n == 0 ? NULL : map_get(&places->facility_by_code, facility->parent);
}

bool unit_stands_below(const UnitPlaces *places, const Facility *facility, Str code)
{
    for (int steps = 0; facility != NULL && steps < UNIT_STEPS_MOST; steps++) {
        if (str_equals(facility->code, code))
            return true;
        facility = unit_facility_above(places, facility);
    }
    return false;
}

/* Whoever answers for the village or for what it lies in, by the longest code. */
const Facility *unit_answers_for(const UnitPlaces *places, Str area)
{
    const CoveredArea *best = NULL;
    for (size_t i = 0; i < places->covered_n; i++) {
        const CoveredArea *covered = &places->covered[i];
        if (str_has_prefix(area, covered->area) && (best == NULL || covered->area.n > best->area.n))
            best = covered;
    }
    return best == NULL ? NULL : map_get(&places->facility_by_code, best->facility);
}

Str unit_facility_of(Str desk)
{
    size_t slash = str_find_char(desk, '/', 0);
    return slash == SIZE_MAX ? (Str){0} : str_slice(desk, slash + 1, desk.n);
}

static Str common_head(Str a, Str b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return str_slice(a, 0, n);
}

/* A facility whose own place nobody wrote down stands in what it answers for by name. */
static Str area_of_catchments(const UnitPlaces *places, Str facility)
{
    Str head = {0};
    for (size_t i = 0; i < places->covered_n; i++) {
        const CoveredArea *covered = &places->covered[i];
        if (str_equals(covered->facility, facility))
            head = head.p == NULL ? covered->area : common_head(head, covered->area);
    }
    size_t whole = head.n >= VILLAGE_DIGITS    ? VILLAGE_DIGITS
                   : head.n >= TOWNSHIP_DIGITS ? TOWNSHIP_DIGITS
                   : head.n >= COUNTY_DIGITS   ? COUNTY_DIGITS
                                               : 0;
    return str_slice(head, 0, whole);
}

Str unit_area_of(Cx *cx, const UnitPlaces *places, Str desk)
{
    Str code = unit_facility_of(desk);
    if (code.n == 0)
        return desk;
    const Facility *facility = map_get(&places->facility_by_code, code);
    if (facility == NULL)
        return cx->place;
    Str area = facility->area.n > 0 ? facility->area : area_of_catchments(places, code);
    return area.n > 0 ? area : cx->place;
}

/* ---- sight ---- */

/* '/' comes before every digit of a code, and '0' behind it. */
const DbScope *unit_sight(Cx *cx)
{
    DbScope *sight = arena_new(cx->arena, DbScope);
    *sight = *access_sight(cx);
    if (!sight->by_facility)
        return sight;
    sight->area_from = str_printf(cx->arena, "%.*s/", STR_ARG(cx->place));
    if (sight->area_after.n == 0)
        sight->area_after = str_printf(cx->arena, "%.*s0", STR_ARG(cx->place));
    return sight;
}

/* ---- the rows ---- */

typedef VEC(MeasureCase) Cases;

static MeasureCase case_of(Cx *cx, const UnitPlaces *places, const MeasureUnitsListedRow *row)
{
    return (MeasureCase){.subject = row->subject_id,
                         .counted = row->counted,
                         .area = unit_area_of(cx, places, row->area_code),
                         .at = unit_facility_of(row->area_code),
                         .in_numerator = row->in_numerator == 1,
                         .birth_date = DATE_NONE,
                         .form = row->form,
                         .facility = row->facility,
                         .performed_by = row->performed_by,
                         .happened_on = row->happened_on,
                         .recorded_on = row->recorded_on,
                         .checked_on = row->checked_on,
                         .reason = row->reason,
                         .code = row->code,
                         .name = {row->name, row->name_en},
                         .has_required = row->has_required && row->has_actual,
                         .required = row->required,
                         .actual = row->actual};
}

/* The facility that answers for a unit that is an area, else the one that the unit is or is at. */
static const Facility *facility_of(const UnitPlaces *places, const MeasureCase *unit)
{
    if (unit->at.n > 0)
        return map_get(&places->facility_by_code, unit->at);
    return unit_answers_for(places, unit->area);
}

static Err read_cases(Cx *cx, const MeasureCaseFilter *filter, int64_t key, Cases *cases)
{
    UnitPlaces places;
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureUnitsListedIn in = {.place = cx->place,
                                     .measure_key = key,
                                     .measure = filter->measure->id,
                                     .period = filter->period.first,
                                     .only_numerator = filter->only_numerator,
                                     .only_rest = filter->only_rest,
                                     .is_share_of_amounts =
                                         filter->measure->has_amounts && !filter->measure->is_count,
                                     .only_open = filter->only_open,
                                     .only_checked = filter->only_checked};
    TRY(unit_places(cx, filter->period, &places));
    TRY(measure_units_listed_open(cx->db, unit_sight(cx), &in, &found));
    for (;;) {
        MeasureUnitsListedRow row;
        bool has_row = false;
        TRY(measure_units_listed_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        MeasureCase unit = case_of(cx, &places, &row);
        bool is_asked =
            str_has_prefix(unit.area, filter->area)
            && (filter->facility.n == 0
                || unit_stands_below(&places, facility_of(&places, &unit), filter->facility));
        if (is_asked)
            VEC_PUSH(cx->arena, cases, unit);
    }
}

static int compare_cases(const void *left, const void *right)
{
    const MeasureCase *a = left, *b = right;
    int order = str_compare(a->area, b->area);
    if (order == 0)
        order = uuid_compare(a->subject, b->subject);
    return order == 0 ? uuid_compare(a->counted, b->counted) : order;
}

Err unit_cases(Cx *cx, const MeasureCaseFilter *filter, int64_t key, MeasureCase **ret_cases,
               size_t *ret_n)
{
    Cases cases = {0};
    TRY(read_cases(cx, filter, key, &cases));
    if (cases.n > 1)
        qsort(cases.items, cases.n, sizeof *cases.items, compare_cases);
    size_t from = 0;
    bool has_after = !uuid_is_nil(filter->after.subject);
    while (has_after && from < cases.n && compare_cases(&cases.items[from], &filter->after) <= 0)
        from++;
    *ret_cases = cases.n == 0 ? NULL : &cases.items[from];
    *ret_n = cases.n - from < filter->most ? cases.n - from : filter->most;
    return OK;
}
