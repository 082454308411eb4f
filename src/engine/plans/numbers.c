/* What a measure says of a clause: its number against the target, and against the path to it.
 *
 * Numbers are compared as they are, never rounded: 89.95 shown as 90.0 has not reached 90. A
 * running period is not held against what is asked of a whole one: a number that grows evenly has a
 * path through the period, one that says something on the last day only is judged by the period
 * before. */
#include "engine/plans/plans_int.h"

#include "access/access.h"

/* Far below a step that anybody asks for, above what a double loses in last year's number + 1. */
static const double PATH_SLACK = 1e-9;

/* In percent. */
static const double ALL_OF_IT = 100;

static Date day_of_target(const PlanClause *clause, const PlanAnswer *answer)
{
    return date_is_none(answer->target.by) ? clause->due : answer->target.by;
}

/* What recurs has another day behind each. */
Date plan_deciding_day(const PlanClause *clause, const PlanAnswer *answer, Date on)
{
    Date day = day_of_target(clause, answer);
    bool has_target = answer->target.compare != PLAN_NO_TARGET || answer->target.has_yearly;
    bool has_passed = !date_is_none(day) && date_compare(on, day) > 0;
    return answer->kind == PLAN_ANSWER_MEASURE && has_target && has_passed && clause->every.n == 0
               ? day
               : DATE_NONE;
}

static bool number_on(const Facts *facts, PlanNumber number, Date day, double *ret_value)
{
    *ret_value = number.value;
    if (number.parameter == NULL)
        return true;
    return policy_number_on(facts->policy, number.parameter, day, ret_value);
}

void plan_target_read(const Facts *facts, const PlanClause *clause, Date judged,
                      PlanAnswered *answered)
{
    const PlanTarget *target = &answered->answer->target;
    Date day = day_of_target(clause, answered->answer);
    if (date_is_none(day))
        day = date_min(judged, facts->on);
    answered->has_target = target->compare != PLAN_NO_TARGET
                           && number_on(facts, target->low, day, &answered->low)
                           && (target->compare != PLAN_BETWEEN
                               || number_on(facts, target->high, day, &answered->high));
}

bool plan_meets(const PlanAnswered *answered, double number)
{
    switch (answered->answer->target.compare) {
    case PLAN_AT_LEAST: return number >= answered->low;
    case PLAN_AT_MOST: return number <= answered->low;
    case PLAN_ABOVE: return number > answered->low;
    case PLAN_BELOW: return number < answered->low;
    case PLAN_EXACTLY: return number >= answered->low && number <= answered->low;
    case PLAN_BETWEEN: return number >= answered->low && number <= answered->high;
    case PLAN_NO_TARGET:
    case PLAN_COMPARE_N: break;
    }
    return false;
}

bool plan_is_part(const Facts *facts, const Measure *measure)
{
    return measure->is_count && access_sight(facts->cx)->by_facility;
}

bool plan_is_upward(PlanCompare compare)
{
    return compare == PLAN_AT_LEAST || compare == PLAN_ABOVE;
}

static double share_of_days(Date first, Date last, Date on)
{
    double all = (double)date_days_between(first, last) + 1;
    double gone = (double)date_days_between(first, on) + 1;
    return gone >= all ? 1 : gone <= 0 ? 0 : gone / all;
}

static bool is_on_path(const PlanAnswered *answered)
{
    return answered->number >= answered->expected - PATH_SLACK;
}

/* Where the number should be on the day, when there is a path. */
void plan_expect(const Plan *plan, const PlanClause *clause, const MeasureTotal *total, Date on,
                 PlanAnswered *answered)
{
    const PlanTarget *target = &answered->answer->target;
    const Measure *measure = total->measure;
    double before = 0;
    Date day = day_of_target(clause, answered->answer);
    if (target->has_yearly) {
        answered->has_expected =
            measure_number(measure, total->sums[1].denominator, total->sums[1].numerator, &before);
        answered->expected = before + target->yearly[0];
        if (str_equals_c(measure->unit, "%") && answered->expected > ALL_OF_IT)
            answered->expected = ALL_OF_IT; /* who has everything has no step left to take */
        return;
    }
    if (!answered->has_target || !plan_is_upward(target->compare))
        return;
    if (target->is_linear) {
        answered->has_expected = true;
        answered->expected =
            target->path_from
            + (answered->low - target->path_from) * share_of_days(plan->from, day, on);
    } else if (measure->growth == GROWTH_EVEN) {
        answered->has_expected = true;
        answered->expected =
            answered->low * share_of_days(total->period.first, period_last(total->period), on);
    }
}

static void say(PlanAnswered *answered, PlanState state, PlanReason reason)
{
    answered->state = state;
    answered->reason = reason;
}

/* The number is there, and what is asked is not reached. */
static void judge_below(const Facts *facts, const PlanClause *clause, Date on, bool is_running,
                        PlanAnswered *answered)
{
    Date day = day_of_target(clause, answered->answer);
    bool has_passed = !date_is_none(day) && date_compare(on, day) > 0;
    if (!has_passed && answered->has_expected) {
        double least = answered->expected * (1 - (double)facts->path_tolerance / 100);
        bool is_reached = is_on_path(answered);
        /* A step of a year is made or not, once the year is over. */
        bool is_close =
            answered->answer->target.has_yearly ? is_running : answered->number >= least;
        say(answered,
            is_reached ? PLAN_STATE_ON_TRACK
            : is_close ? PLAN_STATE_AT_RISK
                       : PLAN_STATE_BEHIND,
            is_reached ? PLAN_REASON_ON_PATH : PLAN_REASON_BELOW_PATH);
        return;
    }
    PlanState without_day = clause->force == PLAN_GRADUAL ? PLAN_STATE_NOT_DUE : PLAN_STATE_BEHIND;
    say(answered, date_is_none(day) ? without_day : plan_waiting(facts, day, on),
        PLAN_REASON_TARGET_NOT_MET);
}

/* A number of the running period that says nothing yet: the period before stands for it. */
static void judge_by_last(const Facts *facts, const PlanClause *clause, const MeasureTotal *total,
                          PlanAnswered *answered)
{
    answered->period = period_previous(total->period);
    plan_target_read(facts, clause, period_last(answered->period), answered);
    answered->denominator = total->sums[1].denominator;
    answered->numerator = total->sums[1].numerator;
    answered->has_number = measure_number(total->measure, answered->denominator,
                                          answered->numerator, &answered->number);
    Date day = day_of_target(clause, answered->answer);
    bool has_passed = !date_is_none(day) && date_compare(day, total->period.first) < 0;
    if (!answered->has_number)
        say(answered, PLAN_STATE_NOT_DUE, PLAN_REASON_PERIOD_RUNNING);
    else if (!answered->has_target)
        say(answered, PLAN_STATE_WATCHED, PLAN_REASON_WATCHED);
    else if (plan_meets(answered, answered->number))
        say(answered, PLAN_STATE_ON_TRACK, PLAN_REASON_MET_LAST_PERIOD);
    else
        say(answered, has_passed ? PLAN_STATE_BEHIND : PLAN_STATE_AT_RISK,
            PLAN_REASON_NOT_MET_LAST_PERIOD);
}

static void judge(const PlanFacts *facts, const Plan *plan, const PlanClause *clause,
                  const MeasureTotal *total, Date on, PlanAnswered *answered)
{
    const Measure *measure = total->measure;
    const PlanTarget *target = &answered->answer->target;
    bool is_running = date_compare(on, period_last(total->period)) < 0;
    plan_target_read(facts, clause, date_min(on, period_last(total->period)), answered);
    answered->period = total->period;
    answered->denominator = total->sums[0].denominator;
    answered->numerator = total->sums[0].numerator;
    answered->has_number = total->is_made
                           && measure_number(measure, total->sums[0].denominator,
                                             total->sums[0].numerator, &answered->number);
    bool is_early = is_running && measure->growth == GROWTH_LATE && !target->has_yearly;
    if (!answered->has_number && !(is_early && total->is_made)) {
        say(answered, PLAN_STATE_NO_DATA,
            total->is_made ? PLAN_REASON_COUNTS_NOBODY : PLAN_REASON_BEING_COUNTED);
        return;
    }
    bool is_part = plan_is_part(facts, measure);
    if (is_early && !is_part) {
        judge_by_last(facts, clause, total, answered);
        return;
    }
    if (is_part || (!answered->has_target && !target->has_yearly)) {
        say(answered, is_part ? PLAN_STATE_NO_DATA : PLAN_STATE_WATCHED,
            is_part ? PLAN_REASON_PART_ONLY : PLAN_REASON_WATCHED);
        return;
    }
    plan_expect(plan, clause, total, on, answered);
    if (!answered->has_target && !answered->has_expected) {
        say(answered, PLAN_STATE_NO_DATA, PLAN_REASON_PERIOD_RUNNING);
        return;
    }
    bool is_met =
        answered->has_target ? plan_meets(answered, answered->number) : is_on_path(answered);
    /* What may only not grow too large is not reached before the period is over. */
    bool is_open = is_running && measure->growth != GROWTH_NONE && answered->has_target
                   && !plan_is_upward(target->compare);
    if (is_met)
        say(answered, is_open ? PLAN_STATE_ON_TRACK : PLAN_STATE_MET, PLAN_REASON_TARGET_MET);
    else
        judge_below(facts, clause, on, is_running, answered);
}

void plan_measure_judge(const PlanFacts *facts, const Plan *plan, const PlanClause *clause,
                        const MeasureTotal *total, Date on, PlanAnswered *answered)
{
    judge(facts, plan, clause, total, on, answered);
    plan_soften(clause, answered);
}

/* ---- of a day that has passed ---- */

static bool was_reached(const PlanAnswered *then)
{
    return then->reason == PLAN_REASON_TARGET_MET || then->reason == PLAN_REASON_MET_LAST_PERIOD;
}

/* A path does not reach further than its day. */
static bool was_missed(const PlanAnswered *then)
{
    return then->reason == PLAN_REASON_TARGET_NOT_MET || then->reason == PLAN_REASON_ON_PATH
           || then->reason == PLAN_REASON_BELOW_PATH
           || then->reason == PLAN_REASON_NOT_MET_LAST_PERIOD;
}

/* The number of the day decides, whatever it is since; what it is now stands beside it. Where
 * nothing was counted on the day, the number of the day asked stands. */
static void judge_on_day(const Facts *facts, const Plan *plan, const PlanClause *clause, Date day,
                         PlanAnswered *answered)
{
    const MeasureTotal total = plan_day_total(facts, day, answered->answer->measure);
    PlanAnswered then = *answered;
    if (!total.is_made) {
        say(answered, PLAN_STATE_NO_DATA, PLAN_REASON_BEING_COUNTED);
        return;
    }
    judge(facts, plan, clause, &total, day, &then);
    bool is_reached = was_reached(&then);
    if (!is_reached && !was_missed(&then))
        return;
    then.judged_on = day;
    then.has_expected = false;
    then.has_now = answered->has_number;
    then.now = answered->number;
    then.now_denominator = answered->denominator;
    then.now_numerator = answered->numerator;
    then.now_period = answered->period;
    say(&then, is_reached ? PLAN_STATE_MET : PLAN_STATE_BEHIND,
        is_reached ? PLAN_REASON_MET_ON_DAY : PLAN_REASON_MISSED_ON_DAY);
    *answered = then;
}

bool plan_total_find(const Facts *facts, const Measure *measure, MeasureTotal *ret_total)
{
    for (size_t i = 0; i < facts->measured_n; i++) {
        if (facts->measured[i].measure != measure)
            continue;
        *ret_total = facts->measured[i];
        return true;
    }
    *ret_total = plan_day_total(facts, facts->on, measure);
    return facts->is_past && facts->knows_measured && measure_is_told(facts->cx, measure);
}

void plan_measure_answer(const Facts *facts, const Plan *plan, const PlanClause *clause,
                         PlanAnswered *answered)
{
    MeasureTotal total;
    if (!plan_total_find(facts, answered->answer->measure, &total)) {
        say(answered, PLAN_STATE_NO_DATA, PLAN_REASON_NOT_TOLD);
        return;
    }
    Date day = plan_deciding_day(clause, answered->answer, facts->on);
    judge(facts, plan, clause, &total, facts->on, answered);
    if (!date_is_none(day))
        judge_on_day(facts, plan, clause, day, answered);
    plan_soften(clause, answered);
}
