/* Civil calendar arithmetic by the 400-year era method (days from 0000-03-01). */
#include "base/date.h"

enum {
    DAYS_PER_ERA = 146097,
    DAYS_TO_1970 = 719468,
    CHINA_OFFSET_MS = 8 * 3600 * 1000,
    DAY_MS = 24 * 3600 * 1000,
};

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    return month == 2 && is_leap(year) ? 29 : month_days[month - 1];
}

bool date_is_none(Date date)
{
    return date.days == INT32_MIN;
}

Date date_from_ymd(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1
        || day > days_in_month(year, month))
        return DATE_NONE;
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (Date){era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970};
}

void date_to_ymd(Date date, int *ret_year, int *ret_month, int *ret_day)
{
    int z = date.days + DAYS_TO_1970;
    int era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int day_of_era = z - era * DAYS_PER_ERA;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int mp = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * mp + 2) / 5 + 1;
    *ret_month = mp < 10 ? mp + 3 : mp - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0);
}

static bool read_digits(Str s, size_t from, size_t n, int *ret)
{
    int value = 0;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (s.p[i] - '0');
    }
    *ret = value;
    return true;
}

Err date_parse(Str s, Date *ret_date)
{
    int year = 0, month = 0, day = 0;
    if (s.n != DATE_TEXT_SIZE - 1 || s.p[4] != '-' || s.p[7] != '-' || !read_digits(s, 0, 4, &year)
        || !read_digits(s, 5, 2, &month) || !read_digits(s, 8, 2, &day))
        return ERR_MALFORMED;
    Date date = date_from_ymd(year, month, day);
    if (date_is_none(date))
        return ERR_MALFORMED;
    *ret_date = date;
    return OK;
}

static void put_digits(char *out, unsigned value, int digits)
{
    for (int i = digits; i-- > 0; value /= 10)
        out[i] = (char)('0' + value % 10);
}

/* Without printf: every date that goes to a database or an answer comes by here. */
const char *date_format(Date date, char out[DATE_TEXT_SIZE])
{
    int year = 0, month = 0, day = 0;
    if (date_is_none(date)) {
        out[0] = '\0';
        return out;
    }
    date_to_ymd(date, &year, &month, &day);
    put_digits(out, (unsigned)year, 4);
    put_digits(out + 5, (unsigned)month, 2);
    put_digits(out + 8, (unsigned)day, 2);
    out[4] = out[7] = '-';
    out[10] = '\0';
    return out;
}

int date_compare(Date a, Date b)
{
    return (a.days > b.days) - (a.days < b.days);
}

Date date_min(Date a, Date b)
{
    if (date_is_none(a) || date_is_none(b))
        return date_is_none(a) ? b : a;
    return a.days < b.days ? a : b;
}

Date date_max(Date a, Date b)
{
    return a.days > b.days ? a : b;
}

Date date_add_days(Date date, int days)
{
    return date_is_none(date) ? date : (Date){date.days + days};
}

Date date_add_months(Date date, int months)
{
    if (date_is_none(date))
        return date;
    int year = 0, month = 0, day = 0;
    date_to_ymd(date, &year, &month, &day);
    int index = year * 12 + (month - 1) + months;
    year = index / 12;
    month = index % 12 + 1;
    if (index < 12 || year > 9999)
        return DATE_NONE;
    int last = days_in_month(year, month);
    return date_from_ymd(year, month, day > last ? last : day);
}

int date_days_between(Date from, Date to)
{
    return to.days - from.days;
}

int date_age_months(Date birth, Date on)
{
    int by = 0, bm = 0, bd = 0, y = 0, m = 0, d = 0;
    date_to_ymd(birth, &by, &bm, &bd);
    date_to_ymd(on, &y, &m, &d);
    int months = (y - by) * 12 + (m - bm);
    if (date_compare(date_add_months(birth, months), on) > 0)
        months--;
    return months;
}

int date_age_years(Date birth, Date on)
{
    int months = date_age_months(birth, on);
    return months >= 0 ? months / 12 : -((-months + 11) / 12);
}

int date_weekday(Date date)
{
    int day = (date.days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (day < 0 ? day + 7 : day) + 1;
}

Date date_of_instant(Instant instant)
{
    int64_t local = instant.ms + CHINA_OFFSET_MS;
    int64_t days = local / DAY_MS;
    if (local % DAY_MS < 0)
        days--;
    return (Date){(int32_t)days};
}

Instant instant_of_date(Date date, int hour, int minute)
{
    int64_t local = (int64_t)date.days * DAY_MS + ((int64_t)hour * 60 + minute) * 60000;
    return (Instant){local - CHINA_OFFSET_MS};
}

const char *instant_format(Instant instant, char out[INSTANT_TEXT_SIZE])
{
    int64_t days = instant.ms / DAY_MS;
    int64_t in_day = instant.ms % DAY_MS;
    if (in_day < 0) {
        in_day += DAY_MS;
        days--;
    }
    unsigned ms = (unsigned)in_day;
    date_format((Date){(int32_t)days}, out);
    put_digits(out + 11, ms / 3600000 % 24, 2);
    put_digits(out + 14, ms / 60000 % 60, 2);
    put_digits(out + 17, ms / 1000 % 60, 2);
    put_digits(out + 20, ms % 1000, 3);
    out[10] = 'T';
    out[13] = out[16] = ':';
    out[19] = '.';
    out[23] = 'Z';
    out[24] = '\0';
    return out;
}
