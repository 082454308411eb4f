/* A pregnancy: registered early or late, the handbook opened, ended 42 days after the child. */
#include "demo/care_int.h"

enum { PREGNANCY_DAYS = 280 };

void care_mothers_begin(DemoCare *care)
{
    const PackSet *packs = care->demo->cx->packs;
    care->pregnancy = pack_form(packs, STR("pregnancy_registration"));
    care->handbook = pack_form(packs, STR("pregnancy_handbook"));
    care->pregnancy_end = pack_form(packs, STR("pregnancy_end"));
}

static bool is_known(const History *history, Date on)
{
    return care_is_known(history->care, instant_of_date(on, 17, 0))
           && date_compare(on, history->person->resident.registered_on) >= 0;
}

static Err write_pregnancy(History *history, Date on, Date lmp, int64_t before)
{
    Filling filling = care_begin(history, history->care->pregnancy, on, on);
    filling_date(&filling, "lmp", lmp);
    filling_integer(&filling, "gravidity", before + 1);
    filling_integer(&filling, "parity", before);
    return care_write_simple(history, &filling);
}

static Err write_handbook(History *history, Date on)
{
    Filling filling = care_begin(history, history->care->handbook, on, on);
    filling_text(&filling, "institution", STR("博罗县示范妇幼保健院"));
    return care_write_simple(history, &filling);
}

static Err write_end(History *history, Date on, Date birth)
{
    Filling filling = care_begin(history, history->care->pregnancy_end, on, on);
    filling_text(&filling, "reason", STR("1"));
    filling_date(&filling, "delivered_on", birth);
    return care_write_simple(history, &filling);
}

Err care_mother(History *history)
{
    const DemoCare *care = history->care;
    Date birth = history->person->child_born_on;
    Rng *rng = &history->rng;
    if (date_is_none(birth) || care->pregnancy == NULL || care->handbook == NULL
        || care->pregnancy_end == NULL)
        return OK;
    *rng = rng_stream(care->demo->options->seed, STREAM_MOTHER, history->person->number);
    Date lmp = date_add_days(birth, -PREGNANCY_DAYS);
    double timeliness = care_timeliness(history, lmp);
    bool is_early = rng_chance(rng, timeliness), has_handbook = rng_chance(rng, 0.9);
    if (care_is_guided(history))
        is_early = has_handbook = true;
    Date from =
        date_add_days(lmp, (int)(is_early ? rng_between(rng, 45, 75) : rng_between(rng, 80, 160)));
    Date handbook_on =
        date_add_days(from, (int)(is_early ? rng_between(rng, 0, 10) : rng_between(rng, 10, 60)));
    Date end_on = date_add_days(birth, (int)rng_between(rng, 42, 55));
    int64_t before = rng_between(rng, 0, 2);
    bool is_ended = rng_chance(rng, 0.5 + 0.5 * timeliness);
    if (!is_known(history, from))
        return OK;
    TRY(write_pregnancy(history, from, lmp, before));
    if (has_handbook && is_known(history, handbook_on))
        TRY(write_handbook(history, handbook_on));
    return is_ended && is_known(history, end_on) ? write_end(history, end_on, birth) : OK;
}
