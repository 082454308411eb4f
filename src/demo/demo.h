/* A believable county from a seed: place 441322 Boluo. Division names and codes are real; every
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
    int64_t residents;
    uint64_t seed;
    Date on;
} DemoOptions;

#define DEMO_PLACE     STR("441322")
#define DEMO_FIRST_DAY date_from_ymd(2025, 1, 1) /* earliest day to make a county for */
#define DEMO_LAST_DAY  date_from_ymd(2026, 12, 31)

/* Makes the county in cx's database, or finds it made with the same options (*ret_was_there).
 * ERR_CONFLICT when the database holds anything else. */
Err demo_make(Cx *cx, const DemoOptions *options, bool *ret_was_there) MUST_CHECK;

typedef struct DemoAccount {
    const char *login;
    const char *password;
    Wording title, hint; /* what to look at first */
} DemoAccount;

/* The guided accounts that demo_make adds, the village doctor first. */
extern const DemoAccount demo_accounts[];
extern const size_t demo_account_n;
/* By login; NULL when there is none. */
const DemoAccount *demo_account_find(const char *login);
