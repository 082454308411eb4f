/* Calendar periods over dates. */
#include "base/period.h"

#include <stdio.h>

static int months_of(PeriodKind kind)
{
    switch (kind) {
    case PERIOD_MONTH: return 1;
    case PERIOD_QUARTER: return 3;
    case PERIOD_HALF: return 6;
    case PERIOD_YEAR: return 12;
    case PERIOD_WEEK: break;
    }
    return 0;
}

static Period period_from(PeriodKind kind, Date first)
{
    Date after =
        kind == PERIOD_WEEK ? date_add_days(first, 7) : date_add_months(first, months_of(kind));
    return (Period){kind, first, after};
}

Period period_of(PeriodKind kind, Date day)
{
    if (kind == PERIOD_WEEK)
        return period_from(kind, date_add_days(day, 1 - date_weekday(day)));
    int year = 0, month = 0, day_of_month = 0;
    date_to_ymd(day, &year, &month, &day_of_month);
    int months = months_of(kind);
    return period_from(kind, date_from_ymd(year, (month - 1) / months * months + 1, 1));
}

Period period_next(Period period)
{
    return period_from(period.kind, period.after);
}

Period period_previous(Period period)
{
    return period_of(period.kind, date_add_days(period.first, -1));
}

Date period_last(Period period)
{
    return date_add_days(period.after, -1);
}

bool period_has(Period period, Date day)
{
    return date_compare(day, period.first) >= 0 && date_compare(day, period.after) < 0;
}

const char *period_name(Period period, char out[PERIOD_NAME_SIZE])
{
    int year = 0, month = 0, day = 0;
    date_to_ymd(period.first, &year, &month, &day);
    unsigned y = (unsigned)year % 10000, m = (unsigned)month % 100;
    switch (period.kind) {
    case PERIOD_MONTH: snprintf(out, PERIOD_NAME_SIZE, "%04u-%02u", y, m); break;
    case PERIOD_QUARTER: snprintf(out, PERIOD_NAME_SIZE, "%04uQ%u", y, (m - 1) / 3 + 1); break;
    case PERIOD_HALF: snprintf(out, PERIOD_NAME_SIZE, "%04uH%u", y, (m - 1) / 6 + 1); break;
    case PERIOD_YEAR: snprintf(out, PERIOD_NAME_SIZE, "%04u", y); break;
    case PERIOD_WEEK: {
        Date thursday = date_add_days(period.first, 3); /* its year is the ISO year */
        date_to_ymd(thursday, &year, &month, &day);
        int week = date_days_between(date_from_ymd(year, 1, 1), thursday) / 7 + 1;
        snprintf(out, PERIOD_NAME_SIZE, "%04uW%02u", (unsigned)year % 10000, (unsigned)week % 100);
        break;
    }
    }
    return out;
}

/* Digits of a part of a name; -1 where there are none or too many. */
static int number_of(Str text)
{
    int number = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        number = number * 10 + (text.p[i] - '0');
    }
    return text.n == 0 || text.n > 4 ? -1 : number;
}

Err period_parse(Str name, Period *ret_period)
{
    static const struct {
        size_t n;
        char sign;
        PeriodKind kind;
        int months, most;
    } shapes[] = {{4, '\0', PERIOD_YEAR, 12, 0},
                  {6, 'H', PERIOD_HALF, 6, 2},
                  {6, 'Q', PERIOD_QUARTER, 3, 4},
                  {7, '-', PERIOD_MONTH, 1, 12}};
    int year = number_of(str_slice(name, 0, 4));
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        bool is_year = shapes[i].n == 4;
        if (name.n != shapes[i].n || year < 1 || (!is_year && name.p[4] != shapes[i].sign))
            continue;
        int part = is_year ? 1 : number_of(str_slice(name, 5, name.n));
        if (part < 1 || (!is_year && part > shapes[i].most))
            return ERR_INVALID;
        *ret_period =
            period_of(shapes[i].kind, date_from_ymd(year, (part - 1) * shapes[i].months + 1, 1));
        return OK;
    }
    return ERR_INVALID;
}

static const char *const kind_names[] = {"week", "month", "quarter", "half", "year"};

Str period_kind_name(PeriodKind kind)
{
    return str_from_c(kind_names[kind]);
}

Err period_kind_parse(Str s, PeriodKind *ret_kind)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++) {
        if (str_equals_c(s, kind_names[i])) {
            *ret_kind = (PeriodKind)i;
            return OK;
        }
    }
    return ERR_INVALID;
}
