/* The helper functions over base/date.h, period.h and num.h, which are their definition. */
#include "db/db_functions.h"

#include <math.h>

#include "base/num.h"
#include "base/period.h"

enum { SPAN_MOST = 4000000 }; /* days or months beyond which no date lies */

static Err take_date(const DbValue *value, Date *ret)
{
    if (value->type != DB_TEXT || date_parse(value->as.text, ret) != OK)
        return ERR_INVALID;
    return OK;
}

static double decimal_of(const DbValue *value)
{
    return value->type == DB_INTEGER ? (double)value->as.integer : value->as.decimal;
}

static Err span(const DbValue *in, int (*of)(Date, Date), DbValue *ret)
{
    Date from = DATE_NONE, to = DATE_NONE;
    TRY(take_date(&in[0], &from));
    TRY(take_date(&in[1], &to));
    *ret = db_integer(of(from, to));
    return OK;
}

static Err run_age_years(const DbValue *in, DbValue *ret)
{
    return span(in, date_age_years, ret);
}

static Err run_age_months(const DbValue *in, DbValue *ret)
{
    return span(in, date_age_months, ret);
}

static Err run_days_between(const DbValue *in, DbValue *ret)
{
    return span(in, date_days_between, ret);
}

static Err shift(const DbValue *in, Date (*by)(Date, int), DbValue *ret)
{
    Date date = DATE_NONE;
    TRY(take_date(&in[0], &date));
    int64_t n = in[1].as.integer;
    if (in[1].type != DB_INTEGER)
        return ERR_INVALID;
    if (n < -SPAN_MOST || n > SPAN_MOST)
        return OK;
    date = by(date, (int)n);
    if (date_compare(date, date_from_ymd(1, 1, 1)) >= 0
        && date_compare(date, date_from_ymd(9999, 12, 31)) <= 0)
        *ret = db_date(date);
    return OK;
}

static Err run_add_days(const DbValue *in, DbValue *ret)
{
    return shift(in, date_add_days, ret);
}

static Err run_add_months(const DbValue *in, DbValue *ret)
{
    return shift(in, date_add_months, ret);
}

static Err run_period_start(const DbValue *in, DbValue *ret)
{
    Date date = DATE_NONE;
    PeriodKind kind = PERIOD_WEEK;
    TRY(take_date(&in[1], &date));
    if (in[0].type != DB_TEXT || period_kind_parse(in[0].as.text, &kind) != OK)
        return OK;
    Date first = period_of(kind, date).first;
    if (date_compare(first, date_from_ymd(1, 1, 1)) >= 0)
        *ret = db_date(first);
    return OK;
}

static Err run_round_to(const DbValue *in, DbValue *ret)
{
    double value = decimal_of(&in[0]);
    int64_t places = in[1].as.integer;
    if (in[0].type == DB_TEXT || in[1].type != DB_INTEGER)
        return ERR_INVALID;
    *ret = db_decimal(places >= 0 && places <= 10 ? num_round(value, (int)places) : value);
    return OK;
}

static Err run_int_of(const DbValue *in, DbValue *ret)
{
    if (in[0].type == DB_TEXT)
        return ERR_INVALID;
    if (in[0].type == DB_INTEGER) {
        *ret = in[0];
        return OK;
    }
    double value = trunc(in[0].as.decimal);
    if (!(value >= -0x1p63 && value < 0x1p63))
        return ERR_INVALID;
    *ret = db_integer((int64_t)value);
    return OK;
}

static Err run_ratio(const DbValue *in, DbValue *ret)
{
    if (in[0].type == DB_TEXT || in[1].type == DB_TEXT)
        return ERR_INVALID;
    double part = decimal_of(&in[0]), whole = decimal_of(&in[1]);
    if (fpclassify(whole) == FP_ZERO)
        return OK;
    double quotient = part / whole;
    bool is_lost = fpclassify(quotient) == FP_ZERO && fpclassify(part) != FP_ZERO;
    if (!isfinite(quotient) || is_lost)
        return ERR_INVALID; /* as PostgreSQL: out of range */
    *ret = db_decimal(quotient);
    return OK;
}

const DbFunction db_functions[] = {
    {"age_years", 2, run_age_years},
    {"age_months", 2, run_age_months},
    {"add_days", 2, run_add_days},
    {"add_months", 2, run_add_months},
    {"days_between", 2, run_days_between},
    {"period_start", 2, run_period_start},
    {"round_to", 2, run_round_to},
    {"int_of", 1, run_int_of},
    {"ratio", 2, run_ratio},
};
const size_t db_functions_n = sizeof db_functions / sizeof *db_functions;
