/* A measure on a past day, by unit: the numbers that days.c makes and keeps by area, added up for
 * whoever looks at the measure itself. Names and facilities are those of the day, who sees what is
 * today's. */
#include "engine/plans/plans_int.h"

#include "access/access.h"

/* Bare is the measure in its longest period, as clauses need it: then one making serves both. */
static Str source_of(Cx *cx, const Measure *measure, PeriodKind kind)
{
    return str_printf(cx->arena, "%.*s%c%.*s", STR_ARG(measure->id), PLAN_DAY_KIND_SIGN,
                      STR_ARG(period_kind_name(kind)));
}

static Err check(Cx *cx, Date on, const MeasureAsk *ask)
{
    char today[DATE_TEXT_SIZE], names[2][PERIOD_NAME_SIZE];
    if (date_compare(on, cx->today) >= 0)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_DAY, STR("on"), 1,
                       str_from_c(date_format(cx->today, today)));
    TRY(measure_ask_check(cx, ask));
    Period last = period_of(ask->first.kind, on), before = period_previous(last);
    bool is_kept = date_compare(ask->first.first, before.first) >= 0
                   && date_compare(ask->last.first, last.first) <= 0;
    return is_kept ? OK
                   : cx_fail(cx, ERR_INVALID, TEXT_MEASURE_DAY_PERIOD, STR("from"), 2,
                             str_from_c(period_name(before, names[0])),
                             str_from_c(period_name(last, names[1])));
}

/* A pack may have changed which of its periods is the longest since the bare one was made. */
static Err read_need(Cx *cx, Date on, const MeasureAsk *ask, DayNeed *ret_need)
{
    const PeriodKind kind = ask->first.kind;
    if (kind == measure_longest(ask->measure, on).kind) {
        TRY(plan_day_need(cx, on, ask->measure->id, ask->is_patient, ret_need));
        if (!ret_need->is_kept || ret_need->kind == kind)
            return OK;
    }
    return plan_day_need(cx, on, source_of(cx, ask->measure, kind), ask->is_patient, ret_need);
}

typedef VEC(MeasureKnownSum) Sums;

static bool is_asked(const MeasureAsk *ask, Date period)
{
    return date_compare(period, ask->first.first) >= 0
           && date_compare(period, ask->last.first) <= 0;
}

static Err read_sums(Cx *cx, const DayNeed *need, const MeasureAsk *ask, Sums *sums)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const PlanDayAreasKnownIn in = {cx->place, need->day, need->source};
    TRY(plan_day_areas_known_open(cx->db, measure_sight(cx), &in, &rows));
    for (;;) {
        PlanDayAreasKnownRow row;
        bool has_row = false;
        TRY(plan_day_areas_known_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (is_asked(ask, row.period))
            VEC_PUSH(
                cx->arena, sums,
                ((MeasureKnownSum){row.period, row.area_code, {row.denominator, row.numerator}}));
    }
}

static Err read_beyond(Cx *cx, const DayNeed *need, const MeasureAsk *ask, Sums *beyond)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const PlanDayAreasBeyondIn in = {cx->place, need->day, need->source};
    if (!access_sight(cx)->by_facility)
        return OK;
    TRY(plan_day_areas_beyond_open(cx->db, measure_sight(cx), &in, &rows));
    for (;;) {
        PlanDayAreasBeyondRow row;
        bool has_row = false;
        TRY(plan_day_areas_beyond_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (is_asked(ask, row.period))
            VEC_PUSH(cx->arena, beyond,
                     ((MeasureKnownSum){.period = row.period, .area = row.area_code}));
    }
}

/* Of organisations nothing is told: they are one step. */
static Err read_progress(Cx *cx, const DayNeed *need, const Measure *measure, PlanDayMeasure *ret)
{
    PlanDayPeopleIn in = {cx->place, UUID_NIL};
    PlanDayPeopleRow row;
    if (measure_is_of_units(measure))
        return OK;
    if (need->after.n > 0 && uuid_parse(need->after, &in.upto) != OK)
        return ERR_INTERNAL;
    TRY(plan_day_people(cx->db, cx->arena, &in, &row));
    ret->counted = row.counted;
    ret->people = row.people;
    return OK;
}

static Err read_kept(Cx *cx, const DayNeed *need, const MeasureAsk *ask, PlanDayMeasure *ret)
{
    Sums sums = {0}, beyond = {0};
    TRY(read_sums(cx, need, ask, &sums));
    TRY(read_beyond(cx, need, ask, &beyond));
    const MeasureKnownUnits known = {ask, sums.items, sums.n, beyond.items, beyond.n};
    cx->as_of = need->day;
    Err err = measure_known_units(cx, &known, &ret->answer);
    cx->as_of = DATE_NONE;
    return err;
}

Err plan_day_measure(Cx *cx, Date on, const MeasureAsk *ask, PlanDayMeasure *ret)
{
    DayNeed need = {0};
    *ret = (PlanDayMeasure){0};
    ENSURE(date_is_none(cx->as_of));
    TRY(check(cx, on, ask));
    if (!access_sees_class(cx, measure_sensitivity(ask->measure))) {
        ret->answer.is_made = true;
        ret->answer.is_complete = true;
        return OK;
    }
    Err err = read_need(cx, on, ask, &need);
    if (err == OK && need.is_kept)
        err = read_kept(cx, &need, ask, ret);
    else if (err == OK && !need.is_made)
        err = read_progress(cx, &need, ask->measure, ret);
    ret->is_early = need.is_made && !need.is_kept;
    ret->answer.is_made = need.is_made;
    ret->answer.is_complete = need.is_made;
    return err == OK ? OK : cx_fail_db(cx, err);
}
