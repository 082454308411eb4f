/* Spans of time as packs write them: "14d", "12m+29d", "5y-1d", "72h". Pure. */
#pragma once

#include "base/date.h"

/* Months are added first (a day that the month lacks becomes its last), then days. Hours stand
 * alone. */
typedef struct Span {
    int32_t months, days, hours;
} Span;

/* Terms of a whole number and d, w, m, y or h, joined by + or -. Refuses what is negative as a
 * whole, beyond 150 years, or hours beside others. */
Err span_parse(Str s, Span *ret_span) MUST_CHECK;
/* Hours count as whole days: 72h is 3, 12h none. */
Date date_add_span(Date date, Span span);
bool span_is_zero(Span span);
int span_compare(Span a, Span b); /* by mean length: a month is 30.4 days */
