/* Children up to six: the notice of discharge, the newborn visit, and the checks by age. Some come
 * in time, some late, some not. */
#include "base/num.h"
#include "demo/care_int.h"

/* The county began to enter children's checks. */
#define FIRST_DAY date_from_ymd(2024, 1, 1)

static const char *const form_names[CARE_CHILD_FORM_N] = {"infant_exam", "toddler_exam",
                                                          "preschool_exam"};

/* A check: its form, the code of "which check", and its days after the age is reached. */
static const struct {
    int form, months, days;
    Str which;
} checks[] = {
    {0, 0, 2, {"1", 1}},    {0, 3, 29, {"3", 1}},   {0, 6, 29, {"6", 1}},   {0, 8, 29, {"8", 1}},
    {1, 12, 29, {"12", 2}}, {1, 18, 29, {"18", 2}}, {1, 24, 29, {"24", 2}}, {1, 30, 29, {"30", 2}},
    {2, 36, 364, {"3", 1}}, {2, 48, 364, {"4", 1}}, {2, 60, 364, {"5", 1}}, {2, 72, 364, {"6", 1}},
};

void care_children_begin(DemoCare *care)
{
    const PackSet *packs = care->demo->cx->packs;
    care->notice = pack_form(packs, STR("newborn_notice"));
    care->newborn = pack_form(packs, STR("newborn_visit"));
    for (size_t i = 0; i < CARE_CHILD_FORM_N; i++)
        care->child[i] = pack_form(packs, str_from_c(form_names[i]));
    care->growth = table_numbers("growth.csv", care->demo->cx->arena);
}

/* Weight (1) or length (2) that is usual at an age. */
static double usual(const DemoCare *care, double months, size_t column)
{
    const NumberTable *table = &care->growth;
    for (size_t i = 1; i < table->n; i++) {
        const double *a = table->rows[i - 1].cells, *b = table->rows[i].cells;
        if (months <= b[0] || i + 1 == table->n)
            return a[column] + (b[column] - a[column]) * (months - a[0]) / (b[0] - a[0]);
    }
    return 0;
}

static bool is_written(const History *history, Date on)
{
    return date_compare(on, FIRST_DAY) >= 0
           && date_compare(on, history->person->resident.registered_on) >= 0
           && care_is_here(history, on) && care_is_known(history->care, instant_of_date(on, 12, 0));
}

static Err write_notice(History *history, Date discharged_on, double weeks, double weight)
{
    if (history->care->notice == NULL || !is_written(history, discharged_on))
        return OK;
    Filling filling = care_begin(history, history->care->notice, discharged_on, discharged_on);
    filling_date(&filling, "discharged_on", discharged_on);
    filling_text(&filling, "institution", STR("博罗县示范妇幼保健院"));
    filling_decimal(&filling, "gestation", weeks);
    filling_decimal(&filling, "birth_weight", weight);
    filling_text(&filling, "is_multiple", STR("2"));
    filling_normal(&filling);
    return care_write_simple(history, &filling);
}

static Err write_newborn(History *history, Date on, double weeks, double weight)
{
    if (history->care->newborn == NULL || !is_written(history, on))
        return OK;
    const Resident *resident = &history->person->resident;
    Rng *rng = &history->rng;
    Filling filling = care_begin(history, history->care->newborn, on, on);
    filling_text(&filling, "name", resident->name);
    filling_text(&filling, "sex", resident->sex);
    filling_date(&filling, "birth_date", resident->birth_date);
    filling_text(&filling, "id_number", resident->id_number);
    filling_text(&filling, "address", resident->address);
    filling_text(&filling, "contact_name",
                 name_whole(history->person->name, &history->care->arena));
    filling_text(&filling, "contact_phone", resident->phone);
    filling_decimal(&filling, "gestation", weeks);
    filling_text(&filling, "delivery_institution", STR("博罗县示范妇幼保健院"));
    filling_codes(&filling, "birth_situation", rng_chance(rng, 0.35) ? STR("4") : STR("1"));
    filling_codes(&filling, "disease_screening", STR("2"));
    filling_decimal(&filling, "birth_weight", weight);
    filling_decimal(&filling, "weight", num_round(weight + 0.15, 2));
    filling_decimal(&filling, "birth_length", num_round(rng_normal(rng, 49.5, 1.2), 1));
    filling_decimal(&filling, "temperature", 36.8);
    filling_integer(&filling, "heart_rate", rng_between(rng, 118, 148));
    filling_integer(&filling, "respiration", rng_between(rng, 34, 50));
    filling_codes(&filling, "jaundice", rng_chance(rng, 0.2) ? STR("2") : STR("1"));
    filling_codes(&filling, "navel", STR("2"));
    filling_codes(&filling, "guidance", STR("1"));
    filling_text(&filling, "referral", STR("1"));
    filling_normal(&filling);
    return care_write_simple(history, &filling);
}

static Err write_birth(History *history)
{
    Rng *rng = &history->rng;
    Date birth = history->person->birth_date;
    double weeks = num_round(rng_normal(rng, 39.2, 1.3), 1);
    double weight = num_round(rng_normal(rng, 3.2, 0.4), 2);
    weeks = weeks < 30 ? 30 : weeks > 42 ? 42 : weeks;
    weight = weight < 1.6 ? 1.6 : weight > 4.6 ? 4.6 : weight;
    Date discharged_on = date_add_days(birth, (int)rng_between(rng, 3, 6));
    bool has_notice = rng_chance(rng, 0.85), is_missed = rng_chance(rng, 0.08);
    bool is_timely = rng_chance(rng, care_timeliness(history, birth));
    int after = (int)(is_timely ? rng_between(rng, 1, 7) : rng_between(rng, 8, 20));
    if (has_notice)
        TRY(write_notice(history, discharged_on, weeks, weight));
    return is_missed ? OK
                     : write_newborn(history, date_add_days(discharged_on, after), weeks, weight);
}

static Err write_check(History *history, size_t at, Date on)
{
    Rng *rng = &history->rng;
    const Form *form = history->care->child[checks[at].form];
    double months = date_days_between(history->person->birth_date, on) / 30.44;
    bool is_small = rng_chance(rng, 0.03), is_anaemic = rng_chance(rng, 0.06);
    double share = is_small ? 0.74 : rng_normal(rng, 1, 0.06);
    Filling filling = care_begin(history, form, on, on);
    filling_text(&filling, "which", checks[at].which);
    filling_decimal(&filling, "weight", num_round(usual(history->care, months, 1) * share, 2));
    filling_decimal(&filling, "length", num_round(usual(history->care, months, 2), 1));
    filling_decimal(&filling, "head", num_round(37 + 10 * months / (months + 8), 1));
    filling_text(&filling, "weight_level", is_small ? STR("3") : STR("2"));
    filling_text(&filling, "length_level", STR("2"));
    filling_text(&filling, "weight_for_height", STR("2"));
    filling_codes(&filling, "physique", is_small ? STR("2") : STR("1"));
    filling_text(&filling, "fontanelle", months < 15 ? STR("2") : STR("1"));
    filling_text(&filling, "neck_mass", STR("2"));
    filling_integer(&filling, "teeth", months < 6 ? 0 : months < 30 ? (int64_t)months * 2 / 3 : 20);
    filling_integer(&filling, "carious", months > 30 && rng_chance(rng, 0.2) ? 2 : 0);
    filling_integer(&filling, "haemoglobin", is_anaemic ? 104 : rng_between(rng, 116, 132));
    if (checks[at].months < 6)
        filling_integer(&filling, "haemoglobin", 150);
    filling_decimal(&filling, "outdoor_hours", (double)rng_between(rng, 1, 3));
    filling_integer(&filling, "vitamin_d", 400);
    filling_text(&filling, "vision_chart", STR("2"));
    filling_decimal(&filling, "vision_left", 5.0);
    filling_decimal(&filling, "vision_right", 5.0);
    filling_codes(&filling, "navel", STR("2"));
    filling_codes(&filling, "guidance", STR("1"));
    if (!is_small && !is_anaemic)
        filling_text(&filling, "referral", STR("1"));
    filling_normal(&filling);
    TRY(care_write_simple(history, &filling));
    care_keep(history, &filling, on);
    return OK;
}

/* The day of a check: in its window, some days after it, or none. */
static Date check_day(History *history, size_t at)
{
    Rng *rng = &history->rng;
    Date opens = checks[at].months == 0
                     ? date_add_days(history->person->birth_date, 28)
                     : date_add_months(history->person->birth_date, checks[at].months);
    bool is_timely = rng_chance(rng, 0.3 + 0.6 * care_timeliness(history, opens));
    bool is_late = rng_chance(rng, 0.4);
    int in_window = (int)rng_between(rng, 0, checks[at].days);
    int beyond = checks[at].days + (int)rng_between(rng, 1, 20);
    if (!is_timely && !is_late)
        return DATE_NONE;
    return date_add_days(opens, is_timely ? in_window : beyond);
}

Err care_child(History *history)
{
    const DemoPerson *person = history->person;
    uint64_t seed = history->care->demo->options->seed;
    if (date_age_years(person->birth_date, FIRST_DAY) >= 7)
        return OK;
    history->rng = rng_stream(seed, STREAM_CHILD, person->number * 100);
    TRY(write_birth(history));
    for (size_t at = 0; at < sizeof checks / sizeof checks[0]; at++) {
        history->rng = rng_stream(seed, STREAM_CHILD, person->number * 100 + at + 1);
        Date on = check_day(history, at);
        if (!date_is_none(on) && history->care->child[checks[at].form] != NULL
            && is_written(history, on))
            TRY(write_check(history, at, on));
    }
    return OK;
}
