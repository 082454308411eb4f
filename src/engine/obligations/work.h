/* What each who served did, day by day: current records about residents of the days asked, of which
 * kinds, for people of which villages, when they were written down, and how much of what was owed
 * they met.
 *
 * Invariants
 *  1. Records of those whom access_rows gives: people in sight, or, to who sees rows without
 *     identity, those of the areas in sight and nothing sensitive. Numbers only; no person is read.
 *  2. Two statements, however many doctors and days. */
#pragma once

#include "engine/obligations/obligations.h"

enum { WORK_DAYS_MOST = 31 };

typedef struct WorkFilter {
    Date since, until; /* days of service, both included */
    Str area;          /* code, or the first digits of one, where the person lives; empty: any */
    Str facility;      /* that served; empty: any */
} WorkFilter;

typedef struct WorkCount {
    Str key; /* id of a form, code of an area */
    int64_t n;
} WorkCount;

/* Of one who served at one facility on one day. */
typedef struct WorkDay {
    Uuid performer;
    Str name; /* empty: not known any more */
    Str facility;
    Date on;
    int64_t records, people;
    int64_t met;      /* lines of what was owed */
    int64_t same_day; /* written down on the day */
    int64_t late;     /* later than the form allows without a reason */
    int64_t lag_most; /* days */
    const WorkCount *forms, *areas;
    size_t form_n, area_n;
} WorkDay;

/* By performer, facility and day. Needs tables.read; ERR_INVALID for more than WORK_DAYS_MOST days.
 * No audit entry: nobody is named but who served. */
Err work_days(Cx *cx, const WorkFilter *filter, const WorkDay **ret_days, size_t *ret_n) MUST_CHECK;
