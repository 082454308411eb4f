/* Numbers of identity documents by kind (WS 364 CV02.01.101).
 *
 * 01 is GB 11643: 18 characters with a check character; so are the residence permits of Hong Kong,
 * Macau and Taiwan (81, 82, 83) and the permanent residence card of foreigners since 2023 (9). What
 * the other kinds look like is the parameter document_form_<kind> of the packs: forms parted by
 * spaces, in which A is a letter, 9 a digit, and ?5-20 so many letters or digits. A kind without
 * one accepts anything. */
#include "base/num.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/subjects_int.h"

enum { NUMBER_MOST = 30 };

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "5-20" */
static bool has_length(Str text, Str range)
{
    int64_t least = 0, most = 0;
    Str part = {0};
    for (size_t i = 0; i < text.n; i++) {
        if (!is_letter(text.p[i]) && !is_digit(text.p[i]))
            return false;
    }
    return str_cut(&range, '-', &part) && num_parse_i64(part, &least) == OK
           && num_parse_i64(range, &most) == OK && (int64_t)text.n >= least
           && (int64_t)text.n <= most;
}

static bool has_form(Str text, Str form)
{
    if (form.n > 0 && form.p[0] == '?')
        return has_length(text, str_slice(form, 1, form.n));
    if (text.n != form.n)
        return false;
    for (size_t i = 0; i < form.n; i++) {
        char c = text.p[i], wanted = form.p[i];
        bool fits = wanted == 'A' ? is_letter(c) : wanted == '9' ? is_digit(c) : c == wanted;
        if (!fits)
            return false;
    }
    return true;
}

Err resident_document_fault(Cx *cx, Str id_type, Str number, Str *ret_fault)
{
    IdentityNumber ignored;
    ExprValue forms = EXPR_ABSENT;
    *ret_fault = (Str){0};
    if (str_equals_c(id_type, "01")) {
        if (identity_number_read(number, cx->today, &ignored) != IDENTITY_OK)
            *ret_fault = STR("GB 11643");
        return OK;
    }
    Str id = str_printf(cx->arena, "document_form_%.*s", STR_ARG(id_type));
    TRY(policy_value_on(cx, id, cx->today, &forms));
    if (forms.type != EXPR_TEXT) {
        *ret_fault = number.n > 0 && number.n <= NUMBER_MOST ? (Str){0} : STR("1-30");
        return OK;
    }
    Str rest = forms.as.text, form = {0};
    while (str_cut(&rest, ' ', &form)) {
        if (has_form(number, form))
            return OK;
    }
    *ret_fault = forms.as.text;
    return OK;
}
