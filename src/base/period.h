/* Calendar periods. A Period is half-open: first day, and the first day after it. */
#pragma once

#include "base/date.h"

typedef enum {
    PERIOD_WEEK, /* Monday to Sunday */
    PERIOD_MONTH,
    PERIOD_QUARTER,
    PERIOD_HALF,
    PERIOD_YEAR,
} PeriodKind;

enum { PERIOD_NAME_SIZE = 24 };

typedef struct {
    PeriodKind kind;
    Date first;
    Date after;
} Period;

Period period_of(PeriodKind kind, Date day);
Period period_next(Period period);
Period period_previous(Period period);
Date period_last(Period period); /* the last day that belongs to it */
bool period_has(Period period, Date day);
/* "2025", "2025H1", "2025Q2", "2025-06", "2025W26" (ISO week). */
const char *period_name(Period period, char out[PERIOD_NAME_SIZE]);
/* The period of a name as period_name writes it, weeks apart; ERR_INVALID when it is none. */
Err period_parse(Str name, Period *ret_period) MUST_CHECK;
/* "week", "month", "quarter", "half", "year". */
Err period_kind_parse(Str s, PeriodKind *ret_kind) MUST_CHECK;
Str period_kind_name(PeriodKind kind);
