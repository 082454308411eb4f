/* Health record numbers: 6 county, 3 township, 3 committee, 5 serial; forms print the last eight.
 * Pure. */
#include "engine/subjects/subjects.h"

#include "base/num.h"

enum {
    COUNTY_DIGITS = 6,
    PART_DIGITS = 3,
    SERIAL_MOST = 99999,
    NUMBER_DIGITS = 17,
    PRINTED_FROM = 9, /* the committee and the serial */
    SERIAL_FROM = 12,
};

static bool is_digits(Str text, size_t n)
{
    if (text.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    }
    return true;
}

Err record_number_make(Str county, Str township, Str committee, int64_t serial, Arena *arena,
                       Str *ret_number)
{
    if (!is_digits(county, COUNTY_DIGITS) || !is_digits(township, PART_DIGITS)
        || !is_digits(committee, PART_DIGITS) || serial < 1 || serial > SERIAL_MOST)
        return ERR_INVALID;
    *ret_number = str_printf(arena, "%.*s%.*s%.*s%05d", STR_ARG(county), STR_ARG(township),
                             STR_ARG(committee), (int)serial);
    return OK;
}

Str record_number_printed(Str number, Arena *arena)
{
    if (!is_digits(number, NUMBER_DIGITS))
        return number;
    return str_printf(arena, "%.*s-%.*s", STR_ARG(str_slice(number, PRINTED_FROM, SERIAL_FROM)),
                      STR_ARG(str_slice(number, SERIAL_FROM, NUMBER_DIGITS)));
}

/* 001-099 neighbourhood committees, 101-199 village committees, 901-999 other organisations; the
 * statistics bureau's list uses 200-399 for villages too. */
CommitteeKind committee_kind(Str committee)
{
    if (!is_digits(committee, PART_DIGITS))
        return COMMITTEE_OTHER;
    int number =
        (committee.p[0] - '0') * 100 + (committee.p[1] - '0') * 10 + (committee.p[2] - '0');
    if (number >= 1 && number <= 99)
        return COMMITTEE_NEIGHBOURHOOD;
    return number >= 101 && number <= 399 ? COMMITTEE_VILLAGE : COMMITTEE_OTHER;
}
