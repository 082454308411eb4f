/* Spans: reading and adding them. */
#include "base/span.h"

#include "base/num.h"

enum {
    MONTHS_MOST = 150 * 12,
    DAYS_MOST = 150 * 366,
};

static bool add_term(Span *span, char unit, int64_t n)
{
    switch (unit) {
    case 'd': span->days += (int32_t)n; return true;
    case 'w': span->days += (int32_t)n * 7; return true;
    case 'm': span->months += (int32_t)n; return true;
    case 'y': span->months += (int32_t)n * 12; return true;
    case 'h': span->hours += (int32_t)n; return true;
    default: return false;
    }
}

/* The length of a term at `at`: digits and a unit; 0 when it is none. */
static size_t term_length(Str s, size_t at)
{
    size_t end = at;
    while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
        end++;
    bool is_term = end > at && end < s.n && end - at <= 5;
    return is_term ? end - at + 1 : 0;
}

Err span_parse(Str s, Span *ret_span)
{
    Span span = {0};
    size_t at = 0, terms = 0;
    while (at < s.n) {
        bool is_minus = terms > 0 && s.p[at] == '-';
        if (terms > 0 && !is_minus && s.p[at] != '+')
            return ERR_INVALID;
        at += terms > 0;
        size_t length = term_length(s, at);
        int64_t n = 0;
        if (length == 0 || num_parse_i64(str_slice(s, at, at + length - 1), &n) != OK
            || n > DAYS_MOST || !add_term(&span, s.p[at + length - 1], is_minus ? -n : n))
            return ERR_INVALID;
        at += length;
        terms++;
    }
    bool mixes = span.hours != 0 && terms > 1;
    if (terms == 0 || mixes || span.months < 0 || span.months > MONTHS_MOST || span.days > DAYS_MOST
        || span_compare(span, (Span){0}) < 0)
        return ERR_INVALID;
    *ret_span = span;
    return OK;
}

Date date_add_span(Date date, Span span)
{
    return date_add_days(date_add_months(date, span.months), span.days + span.hours / 24);
}

bool span_is_zero(Span span)
{
    return span.months == 0 && span.days == 0 && span.hours == 0;
}

int span_compare(Span a, Span b)
{
    double x = a.months * 30.4375 + a.days + a.hours / 24.0;
    double y = b.months * 30.4375 + b.days + b.hours / 24.0;
    return x < y ? -1 : x > y;
}
