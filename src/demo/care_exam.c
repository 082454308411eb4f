/* Health exams: of the elderly and of those managed with hypertension or diabetes, most of them
 * once a year. */
#include "base/num.h"
#include "demo/care_int.h"

enum {
    FIRST_YEAR = 2024, /* the county began to enter exams */
    ELDERLY_AGE = 65,
};

void care_exams_begin(DemoCare *care)
{
    care->exam = pack_form(care->demo->cx->packs, STR("health_exam"));
}

static double drawn(Rng *rng, double mean, double deviation, double low, int places)
{
    double value = num_round(rng_normal(rng, mean, deviation), places);
    return value < low ? low : value;
}

static void fill_signs(History *history, Filling *filling, bool *ret_is_abnormal)
{
    Rng *rng = &history->rng;
    int64_t sbp = (int64_t)drawn(rng, history->sbp, 9, 96, 0);
    int64_t dbp = (int64_t)drawn(rng, history->dbp, 6, 54, 0);
    dbp = dbp < sbp - 20 ? dbp : sbp - 20;
    filling_decimal(filling, "temperature", drawn(rng, 36.5, 0.2, 36, 1));
    filling_integer(filling, "pulse", (int64_t)drawn(rng, 74, 7, 54, 0));
    filling_integer(filling, "heart_rate", (int64_t)drawn(rng, 74, 7, 54, 0));
    filling_integer(filling, "respiration", 18);
    filling_integer(filling, "sbp_left", sbp);
    filling_integer(filling, "dbp_left", dbp);
    filling_integer(filling, "sbp_right", sbp + rng_between(rng, -4, 4));
    filling_integer(filling, "dbp_right", dbp + rng_between(rng, -3, 3));
    filling_decimal(filling, "height", history->height);
    filling_decimal(filling, "weight", num_round(history->weight, 1));
    filling_decimal(filling, "waist", drawn(rng, history->weight * 0.75 + 32, 4, 58, 1));
    *ret_is_abnormal = sbp + 4 >= 140 || dbp + 3 >= 90;
}

static void fill_tests(History *history, Filling *filling, bool *is_abnormal)
{
    Rng *rng = &history->rng;
    double glucose = drawn(rng, history->glucose, 0.5, 4.1, 1);
    filling_integer(filling, "haemoglobin", (int64_t)drawn(rng, 135, 12, 90, 0));
    filling_decimal(filling, "leukocytes", drawn(rng, 6.2, 1.2, 3.2, 2));
    filling_integer(filling, "platelets", (int64_t)drawn(rng, 210, 40, 100, 0));
    filling_decimal(filling, "fasting_glucose", glucose);
    filling_integer(filling, "alt", (int64_t)drawn(rng, 22, 8, 5, 0));
    filling_integer(filling, "ast", (int64_t)drawn(rng, 24, 7, 8, 0));
    filling_decimal(filling, "total_bilirubin", drawn(rng, 12, 4, 3, 1));
    filling_decimal(filling, "creatinine", drawn(rng, 72, 14, 35, 1));
    filling_decimal(filling, "urea", drawn(rng, 5.4, 1.2, 2, 2));
    filling_decimal(filling, "cholesterol", drawn(rng, 4.9, 0.9, 2.2, 2));
    filling_decimal(filling, "triglycerides", drawn(rng, 1.4, 0.6, 0.4, 2));
    filling_decimal(filling, "ldl", drawn(rng, 2.8, 0.7, 0.8, 2));
    filling_decimal(filling, "hdl", drawn(rng, 1.3, 0.3, 0.6, 2));
    filling_text(filling, "foot_pulse", STR("2"));
    *is_abnormal = *is_abnormal || glucose >= 7;
}

static Err write_exam(History *history, Date on)
{
    Rng *rng = &history->rng;
    bool is_abnormal = false;
    Filling filling = care_begin(history, history->care->exam, on, on);
    fill_signs(history, &filling, &is_abnormal);
    fill_tests(history, &filling, &is_abnormal);
    filling_text(&filling, "mental_disorder", STR("2"));
    filling_codes(&filling, "diet", STR("1"));
    filling_text(&filling, "exercise", rng_chance(rng, 0.4) ? STR("4") : STR("1"));
    filling_text(&filling, "smoking", history->cigarettes > 0 ? STR("3") : STR("1"));
    filling_integer(&filling, "cigarettes", history->cigarettes);
    filling_integer(&filling, "smoking_age", 20);
    filling_text(&filling, "drinking", history->alcohol > 0 ? STR("2") : STR("1"));
    filling_decimal(&filling, "alcohol", (double)history->alcohol);
    filling_integer(&filling, "drinking_age", 20);
    filling_text(&filling, "drunk", STR("2"));
    filling_codes(&filling, "drink_kinds", STR("1"));
    bool misses = rng_chance(rng, 0.03);
    if (misses)
        filling_text(&filling, "undone", STR("腹部B超未做，设备检修"));
    bool is_dependent = rng_chance(rng, 0.06);
    filling_text(&filling, "care_mobility", is_dependent ? STR("5") : STR("0"));
    is_abnormal = is_abnormal || is_dependent;
    filling_text(&filling, "evaluation", is_abnormal ? STR("2") : STR("1"));
    filling_text(&filling, "abnormal_1", STR("见查体和辅助检查"));
    filling_codes(&filling, "guidance", is_abnormal ? STR("2") : STR("1"));
    filling_normal(&filling);
    return care_write_simple(history, &filling);
}

/* The share of those examined falls with the punctuality of the clinic; most come in spring. */
static Err write_year(History *history, int year)
{
    Rng *rng = &history->rng;
    const Date birth = history->person->birth_date;
    Date on = date_add_days(date_from_ymd(year, 3, 1), (int)rng_between(rng, 0, 120));
    bool is_late = rng_chance(rng, 0.25);
    Date later = date_add_days(date_from_ymd(year, 7, 1), (int)rng_between(rng, 0, 150));
    on = is_late ? later : on;
    bool comes = rng_chance(rng, 0.35 + 0.6 * care_timeliness(history, on));
    int birth_year, month, day;
    date_to_ymd(birth, &birth_year, &month, &day);
    bool is_elderly = year - birth_year >= ELDERLY_AGE;
    bool is_managed =
        care_is_managed(history->managed_since, on) || care_is_managed(history->diabetes_since, on);
    if (!comes || (!is_elderly && !is_managed)
        || date_compare(on, history->person->resident.registered_on) < 0
        || !care_is_here(history, on) || !care_is_known(history->care, instant_of_date(on, 12, 0)))
        return OK;
    return write_exam(history, on);
}

Err care_exams(History *history)
{
    int last, month, day;
    date_to_ymd(history->care->demo->options->on, &last, &month, &day);
    if (history->care->exam == NULL
        || date_age_years(history->person->birth_date, history->care->demo->options->on) < 35)
        return OK;
    for (int year = FIRST_YEAR; year <= last; year++) {
        history->rng = rng_stream(history->care->demo->options->seed, STREAM_EXAM,
                                  history->person->number * 100 + (uint64_t)(year - FIRST_YEAR));
        TRY(write_year(history, year));
    }
    return OK;
}
