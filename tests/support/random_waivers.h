/* Waivers in random histories: what cannot be is refused and changes nothing. */
#pragma once

#include "demo/answers.h"
#include "engine/obligations/waivers.h"

/* Spares somebody a follow-up or exam that is owed, or all of them for a time, or puts one off. */
static inline Err random_waive(Cx *cx, Rng *rng, Uuid person)
{
    static const char *const rules[] = {"followup", "exam"};
    bool was_known = false;
    Waiver waiver = {
        .id = rng_uuid(rng, cx->now),
        .resident = person,
        .kind = rng_chance(rng, 0.6) ? WAIVER_WAIVE : WAIVER_POSTPONE,
        .program = STR("hypertension"),
        .rule = str_from_c(rules[rng_between(rng, 0, 1)]),
        .is_whole = rng_chance(rng, 0.3),
        .closes_on = DATE_NONE,
        .until = DATE_NONE,
        .reason = STR("refuses"),
    };
    if (rng_chance(rng, 0.9))
        waiver.until = date_add_days(cx->today, (int)rng_between(rng, 0, 120));
    return waiver_give(cx, &waiver, &was_known);
}

/* Takes one of the person's back. */
static inline Err random_unwaive(Cx *cx, Rng *rng, Uuid person)
{
    const Waiver *waivers = NULL;
    size_t n = 0;
    TRY(waivers_of(cx, person, &waivers, &n));
    if (n == 0)
        return OK;
    return waiver_end(cx, person, waivers[rng_between(rng, 0, (int64_t)n - 1)].id, STR("误录"));
}
