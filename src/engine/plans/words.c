/* What is said of an answer: why it has its state, and what is asked of its number. Pages, files
 * and paper say the same words. */
#include "engine/plans/plans_int.h"

#include "base/num.h"
#include "core/texts.h"

enum { ASKED_DECIMALS = 3, DECIMALS_MOST = 6 };

static Str rounded(Arena *arena, double number, int decimals)
{
    char text[NUM_TEXT_SIZE];
    return str_copy(arena, str_from_c(num_format_double(num_round(number, decimals), text)));
}

/* What is asked, as it is written. */
static Str asked_text(Arena *arena, double number, Str unit)
{
    return str_printf(arena, "%.*s%.*s", STR_ARG(rounded(arena, number, ASKED_DECIMALS)),
                      STR_ARG(unit));
}

/* As in tables of units. */
static int usual_decimals(Str unit)
{
    return str_equals_c(unit, "%") ? 1 : 2;
}

/* As if the target were met that is missed, or the other way round; of a share, as if it were all
 * or nothing. */
static bool misleads(double number, int decimals, const PlanAnswered *target, Str unit)
{
    double shown = num_round(number, decimals);
    bool is_share = str_equals_c(unit, "%");
    if (is_share && ((number > 0 && shown <= 0) || (number < 100 && shown >= 100)))
        return true;
    return target != NULL && target->has_target
           && plan_meets(target, shown) != plan_meets(target, number);
}

static int decimals_beside(double number, const PlanAnswered *target, Str unit, int least)
{
    int decimals = least;
    while (decimals < DECIMALS_MOST && misleads(number, decimals, target, unit))
        decimals++;
    return decimals;
}

Str plan_number_text(Arena *arena, double number, const PlanAnswered *target, Str unit)
{
    int decimals = decimals_beside(number, target, unit, usual_decimals(unit));
    return str_printf(arena, "%.*s%.*s", STR_ARG(rounded(arena, number, decimals)), STR_ARG(unit));
}

int plan_number_decimals(double number, const PlanAnswered *target, int least)
{
    const Measure *measure = target->answer->measure;
    return decimals_beside(number, target, measure == NULL ? (Str){0} : measure->unit, least);
}

/* Beside what is expected, a number does not look as if it were on the other side. */
static int decimals_of_path(const PlanAnswered *answered, Str unit)
{
    double a = answered->number, b = answered->expected;
    int decimals = decimals_beside(a, answered, unit, usual_decimals(unit));
    while (decimals < DECIMALS_MOST && answered->has_expected
           && (a < b) != (num_round(a, decimals) < num_round(b, decimals)))
        decimals++;
    return decimals;
}

Wording plan_state_wording(Arena *arena, PlanState state)
{
    static const TextId texts[PLAN_STATE_N] = {
        [PLAN_STATE_BEHIND] = TEXT_PLAN_STATE_BEHIND,
        [PLAN_STATE_AT_RISK] = TEXT_PLAN_STATE_AT_RISK,
        [PLAN_STATE_NO_DATA] = TEXT_PLAN_STATE_NO_DATA,
        [PLAN_STATE_ON_TRACK] = TEXT_PLAN_STATE_ON_TRACK,
        [PLAN_STATE_NOT_DUE] = TEXT_PLAN_STATE_NOT_DUE,
        [PLAN_STATE_MET] = TEXT_PLAN_STATE_MET,
        [PLAN_STATE_WATCHED] = TEXT_PLAN_STATE_WATCHED,
        [PLAN_STATE_UNANSWERED] = TEXT_PLAN_STATE_UNANSWERED,
    };
    return text_fill(arena, texts[state], NULL, 0);
}

Wording plan_answer_title(Arena *arena, const PlanAnswer *answer)
{
    if (answer->kind == PLAN_ANSWER_ENGINE)
        return answer->needed;
    if (answer->kind == PLAN_ANSWER_MEASURE_WANTED)
        return text_fill(arena, TEXT_PLAN_WANTED_NAME, NULL, 0);
    return answer->measure != NULL     ? answer->measure->title
           : answer->rule != NULL      ? answer->rule->title
           : answer->form != NULL      ? answer->form->title
           : answer->parameter != NULL ? answer->parameter->title
                                       : answer->title;
}

static TextId why_text(const PlanAnswered *answered)
{
    static const TextId texts[PLAN_REASON_N] = {
        [PLAN_REASON_NO_ENGINE] = TEXT_PLAN_WHY_NO_ENGINE,
        [PLAN_REASON_REACHED] = TEXT_PLAN_WHY_REACHED,
        [PLAN_REASON_NOT_REACHED] = TEXT_PLAN_WHY_NOT_REACHED,
        [PLAN_REASON_IN_FORCE] = TEXT_PLAN_WHY_IN_FORCE,
        [PLAN_REASON_REGISTERED] = TEXT_PLAN_WHY_REGISTERED,
        [PLAN_REASON_REGISTER_EMPTY] = TEXT_PLAN_WHY_REGISTER_EMPTY,
        [PLAN_REASON_OVERDUE] = TEXT_PLAN_WHY_OVERDUE,
        [PLAN_REASON_IN_TIME] = TEXT_PLAN_WHY_IN_TIME,
        [PLAN_REASON_NOTHING_OWED] = TEXT_PLAN_WHY_NOTHING_OWED,
        [PLAN_REASON_NOT_TOLD] = TEXT_PLAN_WHY_NOT_TOLD,
        [PLAN_REASON_COUNTS_NOBODY] = TEXT_PLAN_WHY_COUNTS_NOBODY,
        [PLAN_REASON_BEING_COUNTED] = TEXT_PLAN_WHY_BEING_COUNTED,
        [PLAN_REASON_WATCHED] = TEXT_PLAN_WHY_WATCHED,
        [PLAN_REASON_TARGET_MET] = TEXT_PLAN_WHY_TARGET_MET,
        [PLAN_REASON_TARGET_NOT_MET] = TEXT_PLAN_WHY_TARGET_NOT_MET,
        [PLAN_REASON_ON_PATH] = TEXT_PLAN_WHY_ON_PATH,
        [PLAN_REASON_BELOW_PATH] = TEXT_PLAN_WHY_BELOW_PATH,
        [PLAN_REASON_MET_LAST_PERIOD] = TEXT_PLAN_WHY_MET_LAST_PERIOD,
        [PLAN_REASON_NOT_MET_LAST_PERIOD] = TEXT_PLAN_WHY_NOT_MET_LAST_PERIOD,
        [PLAN_REASON_PERIOD_RUNNING] = TEXT_PLAN_WHY_PERIOD_RUNNING,
        [PLAN_REASON_PART_ONLY] = TEXT_PLAN_WHY_PART_ONLY,
        [PLAN_REASON_MET_ON_DAY] = TEXT_PLAN_WHY_MET_ON_DAY,
        [PLAN_REASON_MISSED_ON_DAY] = TEXT_PLAN_WHY_MISSED_ON_DAY,
    };
    /* Where less is better, off the path is above it. */
    bool is_above =
        answered->reason == PLAN_REASON_BELOW_PATH && answered->number > answered->expected;
    return is_above ? TEXT_PLAN_WHY_ABOVE_PATH : texts[answered->reason];
}

static Wording joined(Arena *arena, Wording a, Wording b)
{
    const Str zh[] = {a.zh, b.zh}, en[] = {a.en, b.en};
    if (a.zh.n == 0 || b.zh.n == 0)
        return a.zh.n == 0 ? b : a;
    return (Wording){str_join(arena, zh, 2, STR(" · ")), str_join(arena, en, 2, STR(" · "))};
}

/* Of a clause that its own day decided: what the number is since. */
static Wording now_wording(Arena *arena, const PlanAnswered *answered)
{
    char period[PERIOD_NAME_SIZE];
    const Measure *measure = answered->answer->measure;
    const Str words[] = {plan_number_text(arena, answered->now, answered,
                                          measure == NULL ? (Str){0} : measure->unit),
                         str_from_c(period_name(answered->now_period, period))};
    return text_fill(arena, TEXT_PLAN_WHY_NOW, words, sizeof words / sizeof *words);
}

/* More than the plan's largest step is no failure, but hardly true. */
static Wording steep_wording(Arena *arena, const PlanAnswered *answered)
{
    const double *yearly = answered->answer->target.yearly;
    const Str most = asked_text(arena, yearly[1], (Str){0});
    bool is_steep = answered->number - answered->expected > yearly[1] - yearly[0] + 1e-9;
    return is_steep ? text_fill(arena, TEXT_PLAN_WHY_STEEP, &most, 1) : (Wording){0};
}

Wording plan_answer_why(Arena *arena, const PlanAnswered *answered)
{
    char day[DATE_TEXT_SIZE], period[PERIOD_NAME_SIZE];
    const Measure *measure = answered->answer->measure;
    Str unit = measure == NULL ? (Str){0} : measure->unit;
    bool has_period = measure != NULL && answered->has_number;
    int decimals = decimals_of_path(answered, unit);
    Date on = date_is_none(answered->reached_on) ? answered->judged_on : answered->reached_on;
    const Str words[] = {
        date_is_none(on) ? (Str){0} : str_from_c(date_format(on, day)),
        answered->evidence,
        asked_text(arena, answered->number, (Str){0}),
        asked_text(arena, answered->of, (Str){0}),
        has_period ? str_from_c(period_name(answered->period, period)) : (Str){0},
        str_printf(arena, "%.*s%.*s", STR_ARG(rounded(arena, answered->number, decimals)),
                   STR_ARG(unit)),
        str_printf(arena, "%.*s%.*s", STR_ARG(rounded(arena, answered->expected, decimals)),
                   STR_ARG(unit)),
    };
    Wording why = text_fill(arena, why_text(answered), words, sizeof words / sizeof *words);
    if (answered->answer->target.has_yearly && answered->has_expected && has_period)
        why = joined(arena, why, steep_wording(arena, answered));
    return answered->has_now ? joined(arena, why, now_wording(arena, answered)) : why;
}

Wording plan_bound_wording(Arena *arena, const PlanAnswered *answered)
{
    static const TextId texts[PLAN_COMPARE_N] = {
        [PLAN_AT_LEAST] = TEXT_PLAN_IS_AT_LEAST, [PLAN_AT_MOST] = TEXT_PLAN_IS_AT_MOST,
        [PLAN_ABOVE] = TEXT_PLAN_IS_ABOVE,       [PLAN_BELOW] = TEXT_PLAN_IS_BELOW,
        [PLAN_EXACTLY] = TEXT_PLAN_IS_EXACTLY,   [PLAN_BETWEEN] = TEXT_PLAN_IS_BETWEEN,
    };
    const PlanTarget *target = &answered->answer->target;
    if (!answered->has_target)
        return (Wording){0};
    const Str bounds[] = {asked_text(arena, answered->low, target->unit),
                          asked_text(arena, answered->high, target->unit)};
    return text_fill(arena, texts[target->compare], bounds, 2);
}

Wording plan_target_wording(Arena *arena, const PlanAnswered *answered)
{
    const PlanTarget *target = &answered->answer->target;
    Wording said = plan_bound_wording(arena, answered);
    if (target->has_yearly) {
        const Str steps[] = {asked_text(arena, target->yearly[0], (Str){0}),
                             asked_text(arena, target->yearly[1], target->unit)};
        said = joined(arena, said, text_fill(arena, TEXT_PLAN_YEARLY, steps, 2));
    }
    if (said.zh.n > 0 && !date_is_none(target->by)) {
        char day[DATE_TEXT_SIZE];
        Str by = str_copy(arena, str_from_c(date_format(target->by, day)));
        said = joined(arena, said, (Wording){by, by});
    }
    return said;
}

const PlanAnswered *plan_deciding(const PlanClauseState *state)
{
    for (size_t i = 0; i < state->answer_n; i++)
        if (state->answers[i].state == state->state)
            return &state->answers[i];
    return state->answer_n > 0 ? &state->answers[0] : NULL;
}

Wording plan_due_state_wording(Arena *arena, PlanDueState state)
{
    static const TextId texts[PLAN_DUE_N] = {
        [PLAN_DUE_OVERDUE] = TEXT_PLAN_DUE_OVERDUE, [PLAN_DUE_UNTOLD] = TEXT_PLAN_DUE_UNTOLD,
        [PLAN_DUE_SOON] = TEXT_PLAN_DUE_SOON,       [PLAN_DUE_LATER] = TEXT_PLAN_DUE_LATER,
        [PLAN_DUE_MISSED] = TEXT_PLAN_DUE_MISSED,   [PLAN_DUE_DONE] = TEXT_PLAN_DUE_DONE,
    };
    return text_fill(arena, texts[state], NULL, 0);
}
