/* Screening for hypertension: of those over 35 who are not managed, some are measured, and again as
 * the form says: raised pressure on another day, a high risk after half a year. */
#include "base/num.h"
#include "demo/care_int.h"

enum {
    AGE = 35,
    MEASUREMENTS_MOST = 8,
    FIRST_DAYS = 900, /* from FIRST_DAY to DEMO_LAST_DAY */
};
#define FIRST_DAY date_from_ymd(2024, 7, 1)

static const double screened_share = 0.16;

/* What the hospital answers of those referred, who have hypertension or have not; the rest did not
 * go yet. And who of those confirmed is registered: by a careless doctor, and what a punctual one
 * does more (all convention; no survey is known). */
static const struct {
    double confirmed, secondary, excluded;
} answers[] = {{0, 0.04, 0.6}, {0.56, 0.06, 0.06}};
static const double registered_least = 0.25, registered_more = 0.65;

void care_screening_begin(DemoCare *care)
{
    care->screening = pack_form(care->demo->cx->packs, STR("hypertension_screening"));
}

static Str code_of(const Filling *filling, const char *field)
{
    size_t at = form_find_field(filling->form, str_from_c(field));
    bool is_there = at != SIZE_MAX && filling->answers.values[at].type == EXPR_TEXT;
    return is_there ? filling->answers.values[at].as.text : STR("");
}

static Str referral_result(const History *history, double at)
{
    size_t has = history->has_hypertension;
    if ((at -= answers[has].confirmed) < 0)
        return STR("1");
    if ((at -= answers[has].secondary) < 0)
        return STR("3");
    return at < answers[has].excluded ? STR("2") : STR("4");
}

static void fill(History *history, Filling *filling, bool was_referred, bool *ret_is_settled)
{
    Rng *rng = &history->rng;
    bool is_raised = history->has_hypertension || rng_chance(rng, 0.05);
    double sbp = rng_normal(rng, is_raised ? 148 : 122, 8), dbp = rng_normal(rng, 78, 5);
    Str result = referral_result(history, rng_real(rng));
    bool is_salty = rng_chance(rng, 0.2);
    *ret_is_settled = was_referred && (str_equals_c(result, "1") || str_equals_c(result, "3"));
    if (was_referred)
        filling_text(filling, "referral_result", result);
    if (!*ret_is_settled) {
        filling_integer(filling, "sbp", (int64_t)num_round(sbp < 96 ? 96 : sbp, 0));
        filling_integer(filling, "dbp", (int64_t)num_round(dbp > 92 ? 92 : dbp, 0));
    }
    filling_decimal(filling, "height", history->height);
    filling_decimal(filling, "weight", num_round(history->weight, 1));
    filling_codes(filling, "risk_factors", is_salty ? STR("3") : STR("1"));
}

/* Who is confirmed is registered within days, or stays outside the program. Those who are visited
 * for diabetes, or register later by themselves, are left as they are: their visits are written. */
static Err follow(History *history, Date on)
{
    Rng rng = rng_stream(history->care->demo->options->seed, STREAM_CONFIRMED,
                         history->person->number * 2);
    double share = registered_least + registered_more * care_timeliness(history, on);
    Date registers_on = date_add_days(on, (int)rng_between(&rng, 0, 14));
    if (!rng_chance(&rng, share) || !date_is_none(history->diabetes_since)
        || !date_is_none(history->registers_on) || !care_is_here(history, registers_on))
        return OK;
    return care_hypertension_found(history, registers_on);
}

static Err measure(History *history, Date on, bool *was_referred, Date *ret_next)
{
    const DemoCare *care = history->care;
    bool is_settled = false;
    history->rng = rng_stream(care->demo->options->seed, STREAM_SCREENING,
                              history->person->number * 40000 + (uint64_t)on.days);
    Filling filling = care_begin(history, care->screening, on, on);
    fill(history, &filling, *was_referred, &is_settled);
    TRY(care_write_simple(history, &filling));
    care_keep(history, &filling, on);
    size_t at = form_find_field(filling.form, STR("next_measured_on"));
    bool is_watched = !is_settled && !str_equals(code_of(&filling, "finding"), STR("1"))
                      && at != SIZE_MAX && filling.answers.values[at].type == EXPR_DATE;
    *was_referred = str_equals(code_of(&filling, "finding"), STR("4"));
    *ret_next = is_watched ? filling.answers.values[at].as.date : DATE_NONE;
    return str_equals(code_of(&filling, "referral_result"), STR("1")) ? follow(history, on) : OK;
}

static bool is_screened(const History *history, Date on)
{
    bool is_managed =
        !date_is_none(history->registers_on) && date_compare(on, history->registers_on) >= 0;
    return !is_managed && care_is_here(history, on)
           && date_age_years(history->person->birth_date, on) >= AGE
           && date_compare(on, history->person->resident.registered_on) >= 0
           && care_is_known(history->care, instant_of_date(on, 17, 0));
}

Err care_screening(History *history)
{
    Rng *rng = &history->rng;
    *rng =
        rng_stream(history->care->demo->options->seed, STREAM_SCREENING, history->person->number);
    bool is_chosen = rng_chance(rng, screened_share), was_referred = false;
    Date on = date_add_days(FIRST_DAY, (int)rng_between(rng, 0, FIRST_DAYS));
    if (history->care->screening == NULL || !is_chosen)
        return OK;
    for (int i = 0; i < MEASUREMENTS_MOST && is_screened(history, on); i++) {
        Date next = DATE_NONE;
        TRY(measure(history, on, &was_referred, &next));
        if (date_is_none(next))
            return OK;
        bool is_timely = rng_chance(&history->rng, care_timeliness(history, on));
        is_timely = is_timely || care_is_guided(history);
        on = date_add_days(next, (int)rng_between(&history->rng, 0, is_timely ? 2 : 90));
    }
    return OK;
}
