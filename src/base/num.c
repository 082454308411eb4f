/* Numbers and text. Rounding works on decimal digits, so that it agrees with what is printed. */
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PLACES_MOST = 10,
    DIGITS_MOST = 400, /* a longer number is nobody's measurement */
};

Err num_parse_i64(Str s, int64_t *ret)
{
    size_t at = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    if (at == s.n || s.n - at > 19 || (s.p[at] == '0' && s.n - at > 1))
        return ERR_MALFORMED;
    uint64_t value = 0;
    uint64_t most = at == 1 ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    for (size_t i = at; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR_MALFORMED;
        value = value * 10 + (uint64_t)(s.p[i] - '0');
    }
    if (value > most)
        return ERR_LIMIT;
    if (at == 0)
        *ret = (int64_t)value;
    else
        *ret = value == most ? INT64_MIN : -(int64_t)value;
    return OK;
}

static size_t skip_digits(Str s, size_t at)
{
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    return at;
}

static bool is_number_text(Str s)
{
    size_t at = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    size_t end = skip_digits(s, at);
    if (end == at || (s.p[at] == '0' && end - at > 1))
        return false;
    at = end;
    if (at < s.n && s.p[at] == '.') {
        end = skip_digits(s, at + 1);
        if (end == at + 1)
            return false;
        at = end;
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        at++;
        if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
            at++;
        end = skip_digits(s, at);
        if (end == at)
            return false;
        at = end;
    }
    return at == s.n;
}

Err num_parse_double(Str s, double *ret)
{
    char text[DIGITS_MOST];
    if (s.n >= sizeof text || !is_number_text(s))
        return ERR_MALFORMED;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return ERR_LIMIT;
    *ret = value;
    return OK;
}

/* Most values have at most two places; sought without printing. False: not one of these. */
static bool format_short(double value, char out[NUM_TEXT_SIZE])
{
    static const double scales[] = {1, 10, 100};
    if (!(fabs(value) < 1e12))
        return false;
    for (unsigned places = 0; places < 3; places++) {
        int64_t whole = llround(value * scales[places]);
        double back = (double)whole / scales[places];
        if (memcmp(&back, &value, sizeof back) != 0)
            continue;
        char digits[24];
        size_t at = sizeof digits;
        digits[--at] = '\0';
        uint64_t rest = whole < 0 ? 0 - (uint64_t)whole : (uint64_t)whole;
        for (unsigned n = 0; rest > 0 || n <= places; n++, rest /= 10) {
            if (n == places && places > 0)
                digits[--at] = '.';
            digits[--at] = (char)('0' + rest % 10);
        }
        if (whole < 0)
            digits[--at] = '-';
        memcpy(out, digits + at, sizeof digits - at);
        return true;
    }
    return false;
}

const char *num_format_double(double value, char out[NUM_TEXT_SIZE])
{
    if (format_short(value, out))
        return out;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, NUM_TEXT_SIZE, "%.*g", digits, value);
        double back = strtod(out, NULL);
        if (memcmp(&back, &value, sizeof back) == 0)
            break;
    }
    return out;
}

bool num_add_i64(int64_t a, int64_t b, int64_t *ret)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret = sum;
    return true;
}

bool num_subtract_i64(int64_t a, int64_t b, int64_t *ret)
{
    int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference))
        return false;
    *ret = difference;
    return true;
}

bool num_multiply_i64(int64_t a, int64_t b, int64_t *ret)
{
    int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret = product;
    return true;
}

double num_round(double value, int places)
{
    if (!isfinite(value) || places < 0 || places > PLACES_MOST)
        return value;
    double scale = pow(10.0, places);
    double scaled = value * scale, whole = round(scaled);
    /* The usual case: it is the double nearest to a decimal of so many places. */
    if (fabs(whole) < 1e15 && !(whole / scale < value) && !(whole / scale > value))
        return value + 0.0; /* never -0 */
    /* Its decimal differs from it by less than a part in 10^13: that matters beside a half only. */
    if (fabs(scaled) < 1e9 && fabs(scaled - floor(scaled) - 0.5) > 1e-3)
        return whole / scale + 0.0;
    char text[400];
    /* 15 significant digits are what a decimal survives in a double; more would show its binary
     * error (2.675 is stored as 2.67499999999999982). */
    snprintf(text, sizeof text, "%.15g", value);
    double decimal = strtod(text, NULL);
    scaled = decimal * scale;
    if (!isfinite(scaled) || fabs(scaled) >= 1e15)
        return decimal;
    snprintf(text, sizeof text, "%.15g", scaled);
    double rounded = round(strtod(text, NULL)) / scale;
    return rounded + 0.0; /* never -0 */
}
