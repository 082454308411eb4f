/* Calendar dates (proleptic Gregorian) and instants.
 *
 * Rules: day counting C2, month addition C3, ages C4 of the national services reference: within N
 * days after D means D + N inclusive; a month addition that lands on a day that does not exist
 * takes the last day of that month; an age is reached on the birthday so computed. Dates are China
 * time (UTC+8, no daylight saving). Nothing here reads the clock. */
#pragma once

#include "base/str.h"

/* Days since 1970-01-01; DATE_NONE marks absence. */
typedef struct {
    int32_t days;
} Date;

/* Milliseconds since 1970-01-01T00:00Z. */
typedef struct {
    int64_t ms;
} Instant;

#define DATE_NONE ((Date){INT32_MIN})

enum {
    DATE_TEXT_SIZE = 11,    /* "2025-06-30" and NUL */
    INSTANT_TEXT_SIZE = 25, /* "2025-06-30T04:05:06.789Z" and NUL */
};

bool date_is_none(Date date);
/* DATE_NONE when there is no such day. Years 1 to 9999. */
Date date_from_ymd(int year, int month, int day);
void date_to_ymd(Date date, int *ret_year, int *ret_month, int *ret_day);
/* Exactly YYYY-MM-DD and a real day. */
Err date_parse(Str s, Date *ret_date) MUST_CHECK;
const char *date_format(Date date, char out[DATE_TEXT_SIZE]);

int date_compare(Date a, Date b); /* DATE_NONE sorts first */
Date date_min(Date a, Date b);    /* the earlier; DATE_NONE is ignored */
Date date_max(Date a, Date b);    /* the later; DATE_NONE is ignored */
Date date_add_days(Date date, int days);
Date date_add_months(Date date, int months);
int date_days_between(Date from, Date to); /* to - from */
/* Completed years or months of age on a day; negative before birth. */
int date_age_years(Date birth, Date on);
int date_age_months(Date birth, Date on);
int date_weekday(Date date); /* 1 Monday to 7 Sunday */

/* The day in China on which the instant lies. */
Date date_of_instant(Instant instant);
/* The instant of hour:minute on that day in China. */
Instant instant_of_date(Date date, int hour, int minute);
const char *instant_format(Instant instant, char out[INSTANT_TEXT_SIZE]);
