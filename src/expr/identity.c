/* See identity.h. The order of the tests is length, characters, date, check character. */
#include "expr/identity.h"

#include "base/utf8.h"

enum {
    LENGTH = 18,
    LENGTH_OLD =
        15, /* 6 area, YYMMDD, 3 sequence; upgraded by the century and the check character */
    BIRTH_YEAR_LEAST = 1850,
};

static const int weights[LENGTH - 1] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
static const char checks[] = "10X98765432";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int number_at(const char *text, size_t from, size_t n)
{
    int value = 0;
    for (size_t i = from; i < from + n; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static char check_of(const char *number)
{
    int sum = 0;
    for (size_t i = 0; i < LENGTH - 1; i++)
        sum += (number[i] - '0') * weights[i];
    return checks[sum % 11];
}

/* Copies the first 17 digits, and the 18th character when there is one. */
static IdentityFault copy_characters(Str text, char number[LENGTH + 1])
{
    bool is_old = text.n == LENGTH_OLD;
    size_t at = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (is_old && i == 6) {
            number[at++] = '1';
            number[at++] = '9';
        }
        char c = text.p[i] == 'x' ? 'X' : text.p[i];
        if (!is_digit(c) && !(c == 'X' && i == LENGTH - 1))
            return IDENTITY_CHARACTERS;
        number[at++] = c;
    }
    if (is_old)
        number[at++] = check_of(number);
    number[at] = '\0';
    return IDENTITY_OK;
}

IdentityFault identity_number_read(Str text, Date today, IdentityNumber *ret_number)
{
    size_t length = utf8_length(text);
    if (length != LENGTH && length != LENGTH_OLD)
        return IDENTITY_LENGTH;
    if (text.n != length)
        return IDENTITY_CHARACTERS;
    IdentityNumber found = {0};
    IdentityFault fault = copy_characters(text, found.number);
    if (fault != IDENTITY_OK)
        return fault;
    int year = number_at(found.number, 6, 4);
    found.birth_date =
        date_from_ymd(year, number_at(found.number, 10, 2), number_at(found.number, 12, 2));
    if (date_is_none(found.birth_date) || year < BIRTH_YEAR_LEAST
        || date_compare(found.birth_date, today) > 0)
        return IDENTITY_DATE;
    if (check_of(found.number) != found.number[LENGTH - 1])
        return IDENTITY_CHECK;
    found.sex = number_at(found.number, 14, 3) % 2 == 1 ? STR("1") : STR("2");
    int province = number_at(found.number, 0, 2);
    /* GB/T 2260 numbers provinces 11 to 65 in six regions, 71, 81 and 82; 83 is on the residence
     * permits of people from Taiwan; 9 begins the permanent residence cards of foreigners. */
    static const char known[] =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 "
        "54 61 62 63 64 65 71 81 82 83 ";
    found.area_unknown = true;
    for (size_t i = 0; i + 2 < sizeof known; i += 3) {
        if (number_at(known, i, 2) == province)
            found.area_unknown = false;
    }
    *ret_number = found;
    return IDENTITY_OK;
}

const char *identity_fault_name(IdentityFault fault)
{
    static const char *const names[] = {"", "length", "characters", "date", "check"};
    return names[fault];
}
