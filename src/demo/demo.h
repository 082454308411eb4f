/* A believable county from a seed, place 441322 Boluo, or several in one database with a city above
 * them (demo_places says which there are). Division names and codes are real; every
 * person, clinic, position and telephone number is invented, and ID numbers begin with the
 * unassigned 9966.
 *
 * Invariants
 *  1. The same residents, seed and day give the same county; a county made to an earlier day is
 * what the later one knew on that day: histories are drawn person by person to the end of
 * DEMO_LAST_DAY and only what was recorded by the day is written.
 *  2. Answers go through the same form evaluation as a doctor's: class, next date and computed
 * fields are those that the packs suggest. A field that a pack adds and requires is filled in by
 * its type. */
#pragma once

#include "core/cx.h"

typedef struct DemoOptions {
    int64_t residents; /* of each county */
    uint64_t seed;
    Date on;
    Str places; /* codes of demo_places parted by commas; empty: the first of them */
} DemoOptions;

/* What differs between the counties but their people: who they are, how many facilities they have,
 * and what they have said of the packs' parameters. */
typedef struct DemoPlace {
    Str code;
    const char *divisions; /* file of data/ */
    const char *prefix;    /* of its logins */
    Wording name, commission;
    size_t centres, clinics;
    const struct DemoSaid {
        const char *parameter, *value;
    } * said; /* up to an empty one; only where there are several counties */
} DemoPlace;
extern const DemoPlace demo_places[];
extern const size_t demo_place_n;

#define DEMO_CITY      STR("996600") /* above several counties; 9966 is assigned to no place */
#define DEMO_FIRST_DAY date_from_ymd(2025, 1, 1) /* earliest day to make a county for */
#define DEMO_LAST_DAY  date_from_ymd(2026, 12, 31)

/* Makes the counties in cx's database, or finds them made with the same options (*ret_was_there).
 * ERR_CONFLICT when the database holds anything else, ERR_USAGE for a place that is none of
 * demo_places. */
Err demo_make(Cx *cx, const DemoOptions *options, bool *ret_was_there) MUST_CHECK;

typedef struct DemoAccount {
    Str login;
    Str password;
    Wording title, hint; /* what to look at first */
} DemoAccount;

/* The guided accounts that demo_make adds: those of each county, its village doctor first, and the
 * city's. */
const DemoAccount *demo_accounts(Arena *arena, size_t *ret_n);
#define DEMO_DOCTOR_LOGIN "doctor" /* of the first county */
#define DEMO_PASSWORD     "catchment-demo"
