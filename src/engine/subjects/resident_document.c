/* Numbers of identity documents by kind (WS 364 CV02.01.101). Kinds without a fixed form accept
 * letters and digits.
 *
 *   01  GB 11643: 18 characters with a check character; so are the residence permits of Hong Kong,
 *       Macau and Taiwan (81, 82, 83) and the permanent residence card of foreigners since 2023 (9)
 *   03  passport: letters and digits (ICAO Doc 9303)
 *   06  permit of Hong Kong and Macau residents: H or M and 8 digits, older ones with 2 more
 *   07  permit of Taiwan residents: 8 digits, older ones 10 and a letter
 *   99  anything else; a permanent residence card before 2023 is 3 letters and 12 digits */
#include "engine/subjects/subjects_int.h"

enum { NUMBER_MOST = 30, PASSPORT_LEAST = 5, PASSPORT_MOST = 20 };

/* A pattern of 'A' letter, '9' digit, other characters themselves. */
static bool has_form(Str text, const char *pattern)
{
    size_t i = 0;
    for (; pattern[i] != '\0' && i < text.n; i++) {
        char c = text.p[i];
        bool fits = pattern[i] == 'A'   ? c >= 'A' && c <= 'Z'
                    : pattern[i] == '9' ? c >= '0' && c <= '9'
                                        : c == pattern[i];
        if (!fits)
            return false;
    }
    return i == text.n && pattern[i] == '\0';
}

static bool has_one_form(Str text, const char *const *patterns)
{
    for (; *patterns != NULL; patterns++) {
        if (has_form(text, *patterns))
            return true;
    }
    return false;
}

static bool is_letters_and_digits(Str text, size_t least, size_t most)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z'))
            return false;
    }
    return text.n >= least && text.n <= most;
}

const char *resident_document_fault(Str id_type, Str number, Date today)
{
    static const char *const permits[] = {"H99999999", "M99999999", "H9999999999", "M9999999999",
                                          NULL};
    static const char *const taiwan[] = {"99999999", "9999999999", "9999999999A", NULL};
    IdentityNumber ignored;
    if (str_equals_c(id_type, "01"))
        return identity_number_read(number, today, &ignored) == IDENTITY_OK ? NULL : "GB 11643";
    if (str_equals_c(id_type, "03"))
        return is_letters_and_digits(number, PASSPORT_LEAST, PASSPORT_MOST) ? NULL : "E12345678";
    if (str_equals_c(id_type, "06"))
        return has_one_form(number, permits) ? NULL : "H12345678";
    if (str_equals_c(id_type, "07"))
        return has_one_form(number, taiwan) ? NULL : "12345678";
    return number.n > 0 && number.n <= NUMBER_MOST ? NULL : "1-30";
}
