/* Diabetes: who has it, who of them is managed, and their visits. Some are controlled and some are
 * not; who has hypertension too comes once for both (care.c). */
#include "base/num.h"
#include "demo/care_int.h"

/* Of all with diabetes, those who know and are managed: 33,000 of 89,000 in a county of 1.2
 * million. */
static const double managed_share = 0.37;
/* Of those managed, whose glucose is usually within target. */
static const double controlled_share = 0.58;
/* The odds of hypertension with diabetes to those without it. */
static const double odds_ratio = 2.2;

/* The share of an age, given whether the person has hypertension, so that both together keep the
 * share of the age. */
static double share_given_hypertension(const History *history)
{
    const Demo *demo = history->care->demo;
    double all = care_prevalence(&demo->diabetes, history->person);
    double with = care_prevalence(&demo->hypertension, history->person);
    double without = all / (1 + with * (odds_ratio - 1));
    return history->has_hypertension ? odds_ratio * without / (1 + (odds_ratio - 1) * without)
                                     : without;
}

Err care_diabetes_register(History *history, Date *ret_first)
{
    Rng *rng = &history->rng;
    const Form *form = history->care->diabetes_registration;
    bool has = rng_chance(rng, share_given_hypertension(history));
    bool is_managed = rng_chance(rng, managed_share);
    bool is_old = rng_chance(rng, 0.75);
    Date on = is_old ? date_add_days(date_from_ymd(2023, 7, 1), (int)rng_between(rng, 0, 540))
                     : date_add_days(date_from_ymd(2025, 1, 1), (int)rng_between(rng, 0, 700));
    Date recorded_on = date_add_days(on, (int)rng_between(rng, 0, 3));
    int before_first = rng_chance(rng, 0.5) ? 0 : (int)rng_between(rng, 3, 40);
    bool is_controlled = rng_chance(rng, controlled_share);
    history->glucose = is_controlled ? rng_normal(rng, 6.2, 0.4) : rng_normal(rng, 8.9, 1.2);
    Instant at = care_evening(rng, recorded_on);
    *ret_first = DATE_NONE;
    if (!has) {
        history->glucose = rng_normal(rng, 5.5, 0.4);
        return OK;
    }
    if (!is_managed || form == NULL || history->care->diabetes_followup == NULL
        || date_age_years(history->person->birth_date, on) < 35
        || date_compare(on, history->person->resident.registered_on) < 0
        || !care_is_here(history, on) || !care_is_known(history->care, at))
        return OK;
    Filling filling = care_begin(history, form, on, recorded_on);
    filling_text(&filling, "diabetes_kind", STR("2"));
    filling_date(&filling, "diagnosed_on", date_add_days(on, (int)-rng_between(rng, 0, 900)));
    filling_text(&filling, "diagnosed_at", care_hospital(history, ""));
    filling_text(&filling, "basis", STR("1"));
    const Writing writing = {.id = rng_uuid(rng, at), .recorded_at = at};
    TRY(care_write(history, &filling, &writing));
    history->diabetes_since = on;
    *ret_first = date_add_days(on, before_first);
    return OK;
}

static int64_t whole(double value, int64_t low, int64_t high)
{
    int64_t number = (int64_t)num_round(value, 0);
    return number < low ? low : number > high ? high : number;
}

static void fill_body(History *history, Filling *filling)
{
    Rng *rng = &history->rng;
    int64_t sbp = whole(rng_normal(rng, history->sbp, 8), 94, 190);
    filling_integer(filling, "sbp", sbp);
    filling_integer(filling, "dbp", whole(rng_normal(rng, history->dbp, 5), 54, sbp - 20));
    filling_decimal(filling, "height", history->height);
    filling_decimal(filling, "weight", num_round(history->weight + rng_normal(rng, 0, 1), 1));
    filling_integer(filling, "heart_rate", whole(rng_normal(rng, 76, 7), 54, 98));
    filling_text(filling, "foot_pulse", rng_chance(rng, 0.95) ? STR("1") : STR("2"));
    filling_text(filling, "foot_pulse_side", STR("1"));
    filling_integer(filling, "cigarettes", history->cigarettes);
    filling_integer(filling, "cigarettes_target", history->cigarettes / 2);
    filling_decimal(filling, "alcohol", (double)history->alcohol);
    filling_decimal(filling, "alcohol_target", (double)(history->alcohol / 2));
    filling_integer(filling, "exercise_times", rng_between(rng, 0, 7));
    filling_integer(filling, "exercise_times_target", 5);
    filling_integer(filling, "exercise_minutes", 30);
    filling_integer(filling, "exercise_minutes_target", 30);
    filling_integer(filling, "staple_food", rng_between(rng, 4, 9) * 50);
    filling_integer(filling, "staple_food_target", 250);
}

static double glucose_of_visit(History *history)
{
    double glucose = num_round(rng_normal(&history->rng, history->glucose, 0.6), 1);
    return glucose < 4.0 ? 4.0 : glucose > 16.5 ? 16.5 : glucose;
}

Err care_diabetes_visit(History *history, Date on, Date recorded_on, Date *ret_next)
{
    static const CareReferral referral = {"glucose_control", "last_glucose_control", "内分泌科"};
    Rng *rng = &history->rng;
    *rng = rng_stream(history->care->demo->options->seed, STREAM_DIABETES,
                      history->person->number * 40000 + (uint64_t)on.days);
    Filling filling = care_begin(history, history->care->diabetes_followup, on, recorded_on);
    filling_text(&filling, "mode", rng_chance(rng, 0.75) ? STR("1") : STR("2"));
    filling_codes(&filling, "symptoms", rng_chance(rng, 0.15) ? STR("2") : STR("1"));
    filling_codes(&filling, "critical_signs", STR("1"));
    filling_text(&filling, "pregnant_or_lactating", STR("2"));
    fill_body(history, &filling);
    filling_decimal(&filling, "fasting_glucose", glucose_of_visit(history));
    filling_text(&filling, "mental_adjustment", rng_chance(rng, 0.8) ? STR("1") : STR("2"));
    filling_text(&filling, "obedience", rng_chance(rng, 0.8) ? STR("1") : STR("2"));
    filling_text(&filling, "compliance", rng_chance(rng, 0.8) ? STR("1") : STR("2"));
    bool has_reaction = rng_chance(rng, 0.02);
    filling_text(&filling, "adverse_reaction", has_reaction ? STR("2") : STR("1"));
    if (has_reaction)
        filling_text(&filling, "adverse_details", STR("胃肠不适"));
    filling_text(&filling, "hypoglycaemia", rng_chance(rng, 0.9) ? STR("1") : STR("2"));
    filling_text(&filling, "new_complication", STR("1"));
    Instant at = care_evening(rng, recorded_on);
    const Writing writing = {.id = rng_uuid(rng, at), .recorded_at = at};
    TRY(care_refer(history, &filling, &referral));
    TRY(care_write(history, &filling, &writing));
    care_keep(history, &filling, on);
    *ret_next = care_next_date(&filling);
    return OK;
}
