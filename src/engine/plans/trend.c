/* A clause's numbers by period, beside the path to the target. As known today: periods that are
 * over are the stored sums, so what was recorded late stands in the period that it belongs to. */
#include "engine/plans/plans_int.h"

typedef VEC(PlanTrend) Trends;

/* In a shorter period a number that grows through the longest one has not come as far, and in a
 * part of the place a count has not. */
bool plan_holds_in(const Facts *facts, const Measure *measure, PeriodKind kind)
{
    if (plan_is_part(facts, measure))
        return false;
    return measure->growth == GROWTH_NONE || measure_longest(measure, facts->on).kind == kind;
}

static PlanPoint point_of(const Facts *facts, const Plan *plan, const PlanClause *clause,
                          const MeasureTotal *total, size_t back, const PlanTrend *trend)
{
    bool has_before = back < MEASURE_EARLIER_MOST;
    MeasureTotal then = {.measure = total->measure, .period = total->period, .is_made = true};
    for (size_t i = 0; i < back; i++)
        then.period = period_previous(then.period);
    then.sums[0] = total->sums[back];
    then.sums[1] = has_before ? total->sums[back + 1] : (MeasureSum){0};
    Date last = period_last(then.period);
    PlanPoint point = {.period = then.period,
                       .is_running = date_compare(last, facts->on) > 0,
                       .denominator = then.sums[0].denominator,
                       .numerator = then.sums[0].numerator};
    PlanAnswered answered = {.answer = trend->answer};
    plan_target_read(facts, clause, date_min(last, facts->on), &answered);
    answered.has_target = answered.has_target && trend->has_target;
    point.has_target = answered.has_target;
    point.low = answered.low;
    point.high = answered.high;
    point.has_number =
        measure_number(total->measure, point.denominator, point.numerator, &point.number);
    bool has_step = trend->answer->target.has_yearly && trend->is_judged
                    && !plan_is_part(facts, total->measure);
    if (point.has_target || has_step)
        plan_expect(plan, clause, &then, date_min(last, facts->on), &answered);
    point.has_expected = answered.has_expected;
    point.expected = answered.expected;
    point.is_met = point.has_number && point.has_target && plan_meets(&answered, point.number);
    return point;
}

/* Nobody was counted yet, or nobody recorded. */
static bool is_before_all(const MeasureTotal *total, size_t back, Date recorded_from)
{
    Period period = total->period;
    for (size_t i = 0; i < back; i++)
        period = period_previous(period);
    return total->sums[back].denominator == 0
           || date_compare(period_last(period), recorded_from) < 0;
}

static void add_trend(const Facts *facts, const Plan *plan, const PlanClause *clause,
                      const PlanAnswer *answer, const MeasureTotal *total, Date recorded_from,
                      Trends *trends)
{
    PeriodKind kind = total->period.kind;
    PlanTrend trend = {.answer = answer,
                       .kind = kind,
                       .is_judged = measure_longest(answer->measure, facts->on).kind == kind,
                       .is_complete = total->is_made && total->is_complete,
                       .has_target = answer->target.compare != PLAN_NO_TARGET
                                     && plan_holds_in(facts, answer->measure, kind)};
    size_t n = MEASURE_EARLIER_MOST + 1;
    while (n > 0 && is_before_all(total, n - 1, recorded_from))
        n--;
    PlanPoint *points = arena_array(facts->cx->arena, PlanPoint, n + 1);
    for (size_t i = 0; i < n; i++)
        points[i] = point_of(facts, plan, clause, total, n - 1 - i, &trend);
    trend.points = points;
    trend.n = n;
    VEC_PUSH(facts->cx->arena, trends, trend);
}

static Err read_trends(const Facts *facts, const Plan *plan, const PlanClause *clause,
                       const PlanAnswer *answer, Trends *trends)
{
    Cx *cx = facts->cx;
    Date recorded_from = DATE_NONE;
    TRY(measure_recorded_from(cx, answer->measure, &recorded_from));
    for (int kind = PERIOD_YEAR; kind >= PERIOD_MONTH; kind--) {
        const MeasureTotal *totals = NULL;
        size_t n = 0;
        if ((answer->measure->periods & (1U << kind)) == 0)
            continue;
        const MeasureTotalsAsk ask = {.day = cx->today,
                                      .period = period_of((PeriodKind)kind, cx->today),
                                      .earlier = MEASURE_EARLIER_MOST,
                                      .only = answer->measure};
        TRY(measure_totals(cx, &ask, &totals, &n));
        if (n == 1)
            add_trend(facts, plan, clause, answer, &totals[0], recorded_from, trends);
    }
    return OK;
}

Err plan_trends(Cx *cx, const PlanFacts *facts, const Plan *plan, const PlanClause *clause,
                const PlanTrend **ret_trends, size_t *ret_n)
{
    Trends trends = {0};
    ENSURE(facts->cx == cx && !facts->is_past);
    for (size_t i = 0; facts->knows_measured && i < clause->answer_n; i++)
        if (clause->answers[i].kind == PLAN_ANSWER_MEASURE)
            TRY(read_trends(facts, plan, clause, &clause->answers[i], &trends));
    *ret_trends = trends.items;
    *ret_n = trends.n;
    return OK;
}

static void write_decimal(JsonOut *out, const char *key, bool is_there, double number)
{
    if (!is_there)
        return;
    json_key_c(out, key);
    json_decimal(out, number);
}

void plan_point_write(JsonOut *out, const PlanTrend *trend, const PlanPoint *point)
{
    char name[PERIOD_NAME_SIZE];
    json_object_begin(out);
    json_key_c(out, "period");
    json_text(out, str_from_c(period_name(point->period, name)));
    json_key_c(out, "is_running");
    json_bool(out, point->is_running);
    json_key_c(out, "denominator");
    json_integer(out, point->denominator);
    json_key_c(out, "numerator");
    json_integer(out, point->numerator);
    write_decimal(out, "value", point->has_number, point->number);
    write_decimal(out, "expected", point->has_expected, point->expected);
    write_decimal(out, "low", point->has_target, point->low);
    if (trend->answer->target.compare == PLAN_BETWEEN)
        write_decimal(out, "high", point->has_target, point->high);
    if (point->has_target && point->has_number) {
        json_key_c(out, "is_met");
        json_bool(out, point->is_met);
    }
    json_object_end(out);
}
