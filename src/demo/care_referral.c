/* Whom a doctor refers from a visit: a value outside the target a second time in a row, or a new
 * complication. The form says when; whether it is done depends on the doctor. */
#include "demo/care_int.h"

/* Of those to be referred: a careless doctor, and what a punctual one does more (convention; no
 * survey is known). */
static const double referred_least = 0.2, referred_more = 0.55;

Str care_hospital(const History *history, const char *department)
{
    return str_printf(&history->care->arena, "%.*s示范医院%s",
                      STR_ARG(history->care->demo->place->name.zh), department);
}

static bool says(const Filling *filling, const char *field, const char *code)
{
    size_t at = form_find_field(filling->form, str_from_c(field));
    return at != SIZE_MAX && filling->answers.values[at].type == EXPR_TEXT
           && str_equals_c(filling->answers.values[at].as.text, code);
}

Err care_refer(History *history, Filling *filling, const CareReferral *referral)
{
    const Date on = filling->context.happened_on;
    Rng rng = rng_stream(history->care->demo->options->seed, STREAM_REFERRAL,
                         history->person->number * 40000 + (uint64_t)on.days);
    Str issue = {0};
    if (filling_end(filling, &issue) != OK)
        return OK; /* care_write says what is wrong */
    bool is_worse = says(filling, "new_complication", "2");
    bool is_twice =
        says(filling, referral->control, "2") && says(filling, referral->last_control, "2");
    bool refers = rng_chance(&rng, referred_least + referred_more * care_timeliness(history, on));
    if (!refers || (!is_worse && !is_twice))
        return OK;
    filling_text(filling, "referral_reason",
                 is_worse ? STR("出现新的并发症") : STR("连续两次控制不满意"));
    filling_text(filling, "referral_institution", care_hospital(history, referral->department));
    return OK;
}
