/* Who is spared visits for a time or for good, and who leaves the programs: those who died or moved
 * away, where the clinic is careful. */
#include "demo/care_int.h"

enum {
    SPARED_DAYS = 75,
    MONTHS_A_QUARTER = 3,
    REFUSAL_DAY = 20, /* of December 2024, of who refuses in a clinic that is shown */
};

static Date quarter_end(Date on)
{
    int year, month, day;
    date_to_ymd(on, &year, &month, &day);
    int next = (month - 1) / MONTHS_A_QUARTER * MONTHS_A_QUARTER + MONTHS_A_QUARTER;
    return date_add_days(date_add_months(date_from_ymd(year, 1, 1), next), -1);
}

static void keep(History *history, Waiver waiver, Instant at)
{
    DemoCare *care = history->care;
    static const Str programs[] = {{"hypertension", 12}, {"diabetes", 8}};
    const Date since[] = {history->managed_since, history->diabetes_since};
    if (!care_is_known(care, at))
        return;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (!care_is_managed(since[i], waiver.from))
            continue;
        waiver.id = rng_uuid(&history->rng, at);
        waiver.resident = history->person->id;
        waiver.program = programs[i];
        waiver.rule = STR("followup");
        waiver.item = STR("");
        waiver.given_at = at;
        waiver.given_by = demo_clinic_on(care->demo, history->person, date_of_instant(at))->doctor;
        VEC_PUSH(&care->kept, &care->waivers, waiver);
    }
}

static void spare(History *history, Date from, Date until, const char *reason)
{
    const Waiver waiver = {.kind = WAIVER_WAIVE,
                           .is_whole = true,
                           .closes_on = DATE_NONE,
                           .from = from,
                           .until = until,
                           .reason = str_from_c(reason)};
    history->spared_from = from;
    history->spared_to = until;
    keep(history, waiver, care_evening(&history->rng, from));
}

/* Works elsewhere: the visit of each quarter is put off to its end, and nobody comes. */
static void put_off(History *history)
{
    Date middle = date_from_ymd(2024, 11, 8);
    history->spared_from = date_from_ymd(2024, 10, 1);
    history->spared_to = DATE_NONE;
    for (; date_compare(middle, DEMO_LAST_DAY) <= 0;
         middle = date_add_months(middle, MONTHS_A_QUARTER)) {
        const Waiver waiver = {.kind = WAIVER_POSTPONE,
                               .closes_on = quarter_end(middle),
                               .from = middle,
                               .until = quarter_end(middle),
                               .reason = STR("away")};
        keep(history, waiver, care_evening(&history->rng, middle));
    }
}

Err care_spare(History *history)
{
    Rng *rng = &history->rng;
    const DemoPerson *person = history->person;
    *rng = rng_stream(history->care->demo->options->seed, STREAM_WAIVER, person->number);
    double at = rng_real(rng);
    Date from = date_add_days(date_from_ymd(2025, 1, 8), (int)rng_between(rng, 0, 700));
    Date until = date_add_days(from, (int)rng_between(rng, 20, SPARED_DAYS));
    if (history->oddity == ODDITY_REFUSES)
        spare(history, date_from_ymd(2024, 12, REFUSAL_DAY), DATE_NONE, "refuses");
    else if (history->oddity == ODDITY_AWAY)
        put_off(history);
    else if (history->oddity == ODDITY_NONE && person->life.kind == LIFE_STAYS && at < 0.03)
        spare(history, from, at < 0.006 ? DATE_NONE : until,
              at < 0.012  ? "refuses"
              : at < 0.02 ? "unreachable"
                          : "away");
    return OK;
}

Err care_spared_end(DemoCare *care)
{
    for (size_t i = 0; i < care->waivers.n; i++)
        TRY(waiver_put(care->demo->cx, &care->waivers.items[i]));
    return OK;
}

static Err leave(History *history, const Form *form, Date since, Date on)
{
    const DemoLife *life = &history->person->life;
    if (form == NULL || !care_is_managed(since, life->on))
        return OK;
    Filling filling = care_begin(history, form, on, on);
    bool is_dead = life->kind == LIFE_DIES;
    filling_text(&filling, "reason", is_dead ? STR("2") : STR("1"));
    if (is_dead) {
        filling_date(&filling, "died_on", life->on);
        filling_text(&filling, "death_cause", STR("脑血管病"));
    } else {
        filling_text(&filling, "destination", STR("随子女迁往外县"));
    }
    return care_write_simple(history, &filling);
}

Err care_leave(History *history)
{
    const DemoLife *life = &history->person->life;
    Rng *rng = &history->rng;
    *rng = rng_stream(history->care->demo->options->seed, STREAM_WAIVER,
                      history->person->number * 2 + 1);
    Date on = date_of_instant(life->known_at);
    if ((life->kind != LIFE_DIES && life->kind != LIFE_LEAVES)
        || !rng_chance(rng, care_timeliness(history, on) * 0.8)
        || !care_is_known(history->care, life->known_at))
        return OK;
    TRY(leave(history, history->care->hypertension_leave, history->managed_since, on));
    return leave(history, history->care->diabetes_leave, history->diabetes_since, on);
}
