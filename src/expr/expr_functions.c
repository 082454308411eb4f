/* The functions and their meaning. NULL in gives NULL out, but for coalesce, has, has_any, count.
 */
#include "expr/expr_int.h"

#include "base/num.h"
#include "base/period.h"
#include "base/utf8.h"
#include "expr/identity.h"

#include <math.h>

enum {
    MANY = EXPR_ARGUMENT_MOST,
    DAYS_MOST = 3660000,  /* more than from year 1 to 9999 */
    MONTHS_MOST = 120000, /* the same */
    TEXT_BOUND = 1 << 30,
};

static const ExprFunction functions[EXPR_FN_N] = {
    {EXPR_FN_ABS, "abs", "abs(number)", {EXPR_TAKES_NUMBER}, 1, 1, EXPR_NULL, 0},
    {EXPR_FN_COALESCE, "coalesce", "coalesce(a, b, ...)", {EXPR_TAKES_SAME}, 2, MANY, EXPR_NULL, 0},
    {EXPR_FN_NULLIF, "nullif", "nullif(a, b)", {EXPR_TAKES_SAME}, 2, 2, EXPR_NULL, 0},
    {EXPR_FN_LEAST, "least", "least(a, b, ...)", {EXPR_TAKES_ORDERED}, 2, MANY, EXPR_NULL, 0},
    {EXPR_FN_GREATEST,
     "greatest",
     "greatest(a, b, ...)",
     {EXPR_TAKES_ORDERED},
     2,
     MANY,
     EXPR_NULL,
     0},
    {EXPR_FN_ROUND,
     "round",
     "round(number) or round(number, places)",
     {EXPR_TAKES_DECIMAL, EXPR_TAKES_PLACES},
     1,
     2,
     EXPR_DECIMAL,
     0},
    {EXPR_FN_FLOOR, "floor", "floor(number)", {EXPR_TAKES_NUMBER}, 1, 1, EXPR_INTEGER, UINT64_MAX},
    {EXPR_FN_CEIL, "ceil", "ceil(number)", {EXPR_TAKES_NUMBER}, 1, 1, EXPR_INTEGER, UINT64_MAX},
    {EXPR_FN_INT_OF,
     "int_of",
     "int_of(number)",
     {EXPR_TAKES_NUMBER},
     1,
     1,
     EXPR_INTEGER,
     UINT64_MAX},
    {EXPR_FN_RATIO, "ratio", "ratio(part, whole)", {EXPR_TAKES_DECIMAL}, 2, 2, EXPR_DECIMAL, 0},
    {EXPR_FN_LENGTH, "length", "length(text)", {EXPR_TAKES_TEXT}, 1, 1, EXPR_INTEGER, TEXT_BOUND},
    {EXPR_FN_LOWER, "lower", "lower(text)", {EXPR_TAKES_TEXT}, 1, 1, EXPR_TEXT, 0},
    {EXPR_FN_UPPER, "upper", "upper(text)", {EXPR_TAKES_TEXT}, 1, 1, EXPR_TEXT, 0},
    {EXPR_FN_SUBSTR,
     "substr",
     "substr(text, from) or substr(text, from, length)",
     {EXPR_TAKES_TEXT, EXPR_TAKES_POSITION, EXPR_TAKES_LENGTH},
     2,
     3,
     EXPR_TEXT,
     0},
    {EXPR_FN_HAS,
     "has",
     "has(codes, 'code')",
     {EXPR_TAKES_CODES, EXPR_TAKES_CODE},
     2,
     2,
     EXPR_LOGIC,
     0},
    {EXPR_FN_HAS_ANY,
     "has_any",
     "has_any(codes, 'code', 'code', ...)",
     {EXPR_TAKES_CODES, EXPR_TAKES_CODE},
     2,
     MANY,
     EXPR_LOGIC,
     0},
    {EXPR_FN_COUNT, "count", "count(codes)", {EXPR_TAKES_CODES}, 1, 1, EXPR_INTEGER, TEXT_BOUND},
    {EXPR_FN_AGE_YEARS,
     "age_years",
     "age_years(birth, on)",
     {EXPR_TAKES_DATE},
     2,
     2,
     EXPR_INTEGER,
     DAYS_MOST},
    {EXPR_FN_AGE_MONTHS,
     "age_months",
     "age_months(birth, on)",
     {EXPR_TAKES_DATE},
     2,
     2,
     EXPR_INTEGER,
     DAYS_MOST},
    {EXPR_FN_ADD_DAYS,
     "add_days",
     "add_days(date, days)",
     {EXPR_TAKES_DATE, EXPR_TAKES_INTEGER},
     2,
     2,
     EXPR_DATE,
     0},
    {EXPR_FN_ADD_MONTHS,
     "add_months",
     "add_months(date, months)",
     {EXPR_TAKES_DATE, EXPR_TAKES_INTEGER},
     2,
     2,
     EXPR_DATE,
     0},
    {EXPR_FN_DAYS_BETWEEN,
     "days_between",
     "days_between(from, to)",
     {EXPR_TAKES_DATE},
     2,
     2,
     EXPR_INTEGER,
     DAYS_MOST},
    {EXPR_FN_YEAR, "year", "year(date)", {EXPR_TAKES_DATE}, 1, 1, EXPR_INTEGER, 9999},
    {EXPR_FN_MONTH, "month", "month(date)", {EXPR_TAKES_DATE}, 1, 1, EXPR_INTEGER, 12},
    {EXPR_FN_PERIOD_START,
     "period_start",
     "period_start('quarter', date)",
     {EXPR_TAKES_PERIOD_KIND, EXPR_TAKES_DATE},
     2,
     2,
     EXPR_DATE,
     0},
    {EXPR_FN_IDENTITY_FAULT,
     "identity_fault",
     "identity_fault(text, today)",
     {EXPR_TAKES_TEXT, EXPR_TAKES_DATE},
     2,
     2,
     EXPR_TEXT,
     0},
    {EXPR_FN_IDENTITY_BIRTH_DATE,
     "identity_birth_date",
     "identity_birth_date(text)",
     {EXPR_TAKES_TEXT},
     1,
     1,
     EXPR_DATE,
     0},
    {EXPR_FN_IDENTITY_SEX,
     "identity_sex",
     "identity_sex(text)",
     {EXPR_TAKES_TEXT},
     1,
     1,
     EXPR_TEXT,
     0},
    {EXPR_FN_LOOKUP,
     "lookup",
     "lookup('table', 'column', key, ...)",
     {EXPR_TAKES_CODE},
     3,
     2 + EXPR_KEY_MOST,
     EXPR_DECIMAL,
     0},
};

const ExprFunction *expr_function_at(size_t index)
{
    return &functions[index];
}

const ExprFunction *expr_function_find(Str name)
{
    char lower[32];
    if (name.n >= sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.n; i++)
        lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a') : name.p[i];
    for (size_t i = 0; i < EXPR_FN_N; i++) {
        if (str_equals_c((Str){lower, name.n}, functions[i].name))
            return &functions[i];
    }
    return NULL;
}

static ExprValue integer(int64_t value)
{
    return (ExprValue){.type = EXPR_INTEGER, .as.integer = value};
}

static ExprValue decimal(double value)
{
    return isfinite(value) ? (ExprValue){.type = EXPR_DECIMAL, .as.decimal = value} : EXPR_ABSENT;
}

static ExprValue logic(bool value)
{
    return (ExprValue){.type = EXPR_LOGIC, .as.logic = value};
}

static ExprValue text(Str value)
{
    return (ExprValue){.type = EXPR_TEXT, .as.text = value};
}

/* Years 1 to 9999 only. */
static ExprValue date(Date value)
{
    static const int32_t first = -719162, last = 2932896;
    if (value.days < first || value.days > last)
        return EXPR_ABSENT;
    return (ExprValue){.type = EXPR_DATE, .as.date = value};
}

static ExprValue whole(ExprFunctionId id, ExprValue value)
{
    if (value.type == EXPR_INTEGER)
        return value;
    double x = value.as.decimal;
    if (id == EXPR_FN_FLOOR)
        x = floor(x);
    else
        x = id == EXPR_FN_CEIL ? ceil(x) : trunc(x);
    static const double limit = 9223372036854775808.0; /* 2^63 */
    return x > -limit && x < limit ? integer((int64_t)x) : EXPR_ABSENT;
}

static ExprValue absolute(ExprValue value)
{
    if (value.type == EXPR_DECIMAL)
        return decimal(fabs(value.as.decimal));
    if (value.as.integer == INT64_MIN)
        return EXPR_ABSENT;
    return integer(value.as.integer < 0 ? -value.as.integer : value.as.integer);
}

static ExprValue change_case(Str s, char first, char last, char to, Arena *scratch)
{
    char *out = arena_alloc(scratch, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] >= first && s.p[i] <= last ? (char)(s.p[i] - first + to) : s.p[i];
    return text((Str){out, s.n});
}

static ExprValue part_of_text(const ExprValue *arguments, size_t n)
{
    Str rest = arguments[0].as.text;
    uint32_t code = 0;
    for (int64_t skip = arguments[1].as.integer - 1; skip > 0 && utf8_next(&rest, &code); skip--)
        continue;
    if (n == 2)
        return text(rest);
    Str after = rest;
    for (int64_t left = arguments[2].as.integer; left > 0 && utf8_next(&after, &code); left--)
        continue;
    return text(str_slice(rest, 0, rest.n - after.n));
}

static bool has_code(ExprValue codes, Str code)
{
    for (size_t i = 0; codes.type == EXPR_CODES && i < codes.as.codes.n; i++) {
        if (str_equals(codes.as.codes.items[i], code))
            return true;
    }
    return false;
}

/* The functions for which an absent argument means something. */
static bool call_with_absent(ExprFunctionId id, const ExprValue *arguments, size_t n,
                             ExprValue *ret_value)
{
    bool has_any = false;
    if (id == EXPR_FN_COALESCE) {
        *ret_value = EXPR_ABSENT;
        for (size_t i = n; i > 0; i--) {
            if (arguments[i - 1].type != EXPR_NULL)
                *ret_value = arguments[i - 1];
        }
        return true;
    }
    if (id == EXPR_FN_NULLIF) {
        *ret_value = expr_value_equals(arguments[0], arguments[1]) ? EXPR_ABSENT : arguments[0];
        return true;
    }
    if (id == EXPR_FN_COUNT) {
        *ret_value = integer(arguments[0].type == EXPR_NULL ? 0 : (int64_t)arguments[0].as.codes.n);
        return true;
    }
    if (id != EXPR_FN_HAS && id != EXPR_FN_HAS_ANY)
        return false;
    for (size_t i = 1; i < n; i++)
        has_any = has_any || has_code(arguments[0], arguments[i].as.text);
    *ret_value = logic(has_any);
    return true;
}

static ExprValue extreme(const ExprValue *arguments, size_t n, int wanted)
{
    ExprValue best = arguments[0];
    for (size_t i = 1; i < n; i++) {
        if (expr_value_compare(arguments[i], best) == wanted)
            best = arguments[i];
    }
    return best;
}

static ExprValue add_to_date(ExprFunctionId id, Date from, int64_t n)
{
    int64_t most = id == EXPR_FN_ADD_DAYS ? (int64_t)DAYS_MOST : (int64_t)MONTHS_MOST;
    if (n < -most || n > most)
        return EXPR_ABSENT;
    return date(id == EXPR_FN_ADD_DAYS ? date_add_days(from, (int)n)
                                       : date_add_months(from, (int)n));
}

static ExprValue part_of_date(ExprFunctionId id, Date value)
{
    int year = 0, month = 0, day = 0;
    date_to_ymd(value, &year, &month, &day);
    return integer(id == EXPR_FN_YEAR ? year : month);
}

static ExprValue start_of_period(Str kind_name, Date day)
{
    PeriodKind kind = PERIOD_YEAR;
    if (period_kind_parse(kind_name, &kind) != OK)
        return EXPR_ABSENT;
    return date(period_of(kind, day).first);
}

static ExprValue call_on_dates(ExprFunctionId id, const ExprValue *arguments)
{
    Date first = arguments[0].as.date;
    if (id == EXPR_FN_AGE_YEARS)
        return integer(date_age_years(first, arguments[1].as.date));
    if (id == EXPR_FN_AGE_MONTHS)
        return integer(date_age_months(first, arguments[1].as.date));
    if (id == EXPR_FN_DAYS_BETWEEN)
        return integer(date_days_between(first, arguments[1].as.date));
    if (id == EXPR_FN_ADD_DAYS || id == EXPR_FN_ADD_MONTHS)
        return add_to_date(id, first, arguments[1].as.integer);
    return part_of_date(id, first);
}

/* NULL when the number is acceptable, as nothing is wrong with it. */
static ExprValue fault_of_identity(Str number, Date today)
{
    IdentityNumber ignored;
    IdentityFault fault = identity_number_read(number, today, &ignored);
    return fault == IDENTITY_OK ? EXPR_ABSENT : text(str_from_c(identity_fault_name(fault)));
}

static ExprValue part_of_identity(ExprFunctionId id, Str number)
{
    IdentityNumber identity;
    if (identity_number_read(number, date_from_ymd(9999, 12, 31), &identity) != IDENTITY_OK)
        return EXPR_ABSENT;
    return id == EXPR_FN_IDENTITY_SEX ? text(identity.sex) : date(identity.birth_date);
}

ExprValue expr_function_call(const ExprFunction *function, const ExprValue *arguments, size_t n,
                             Arena *scratch)
{
    ExprValue value = EXPR_ABSENT;
    if (call_with_absent(function->id, arguments, n, &value))
        return value;
    for (size_t i = 0; i < n; i++) {
        if (arguments[i].type == EXPR_NULL)
            return EXPR_ABSENT;
    }
    switch (function->id) {
    case EXPR_FN_ABS: return absolute(arguments[0]);
    case EXPR_FN_LEAST: return extreme(arguments, n, -1);
    case EXPR_FN_GREATEST: return extreme(arguments, n, 1);
    case EXPR_FN_ROUND:
        return decimal(
            num_round(arguments[0].as.decimal, n == 2 ? (int)arguments[1].as.integer : 0));
    case EXPR_FN_FLOOR:
    case EXPR_FN_CEIL:
    case EXPR_FN_INT_OF: return whole(function->id, arguments[0]);
    case EXPR_FN_RATIO: return expr_calculate(SYMBOL_DIVIDE, arguments[0], arguments[1]);
    case EXPR_FN_LENGTH: return integer((int64_t)utf8_length(arguments[0].as.text));
    case EXPR_FN_LOWER: return change_case(arguments[0].as.text, 'A', 'Z', 'a', scratch);
    case EXPR_FN_UPPER: return change_case(arguments[0].as.text, 'a', 'z', 'A', scratch);
    case EXPR_FN_SUBSTR: return part_of_text(arguments, n);
    case EXPR_FN_PERIOD_START: return start_of_period(arguments[0].as.text, arguments[1].as.date);
    case EXPR_FN_IDENTITY_FAULT:
        return fault_of_identity(arguments[0].as.text, arguments[1].as.date);
    case EXPR_FN_IDENTITY_BIRTH_DATE:
    case EXPR_FN_IDENTITY_SEX: return part_of_identity(function->id, arguments[0].as.text);
    case EXPR_FN_AGE_YEARS:
    case EXPR_FN_AGE_MONTHS:
    case EXPR_FN_ADD_DAYS:
    case EXPR_FN_ADD_MONTHS:
    case EXPR_FN_DAYS_BETWEEN:
    case EXPR_FN_YEAR:
    case EXPR_FN_MONTH: return call_on_dates(function->id, arguments);
    case EXPR_FN_COALESCE:
    case EXPR_FN_NULLIF:
    case EXPR_FN_HAS:
    case EXPR_FN_HAS_ANY:
    case EXPR_FN_COUNT:
    case EXPR_FN_LOOKUP:
    case EXPR_FN_N: break;
    }
    return EXPR_ABSENT;
}
