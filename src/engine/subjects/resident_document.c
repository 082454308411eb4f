/* Documents of residents: kinds (the code list identity_document of the packs, WS 364 CV02.01.101),
 * their numbers, and what an identity card says of its holder. The only place that decides it:
 * whoever registers a resident asks here, and the forms that keep these facts say the same with the
 * same keys.
 *
 * 01 is GB 11643: 18 characters with a check character; so are the residence permits of Hong Kong,
 * Macau and Taiwan (81, 82, 83) and the permanent residence card of foreigners since 2023 (9). What
 * the other kinds look like is the parameter document_form_<kind> of the packs: forms parted by
 * spaces, in which A is a letter, 9 a digit, and ?5-20 so many letters or digits. A kind without
 * one accepts anything. */
#include "base/num.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/subjects_int.h"

enum { NUMBER_MOST = 30 };

/* What the forms call these questions, too. */
static const char sex_differs[] = "sex_as_in_id";
static const char birth_differs[] = "birth_date_as_in_id";

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

/* Brackets around the letter of an older permit are only printed. */
static Str plain_number(Cx *cx, Str number)
{
    Str plain = number_normalised(cx->arena, number);
    char *text = arena_array(cx->arena, char, plain.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < plain.n; i++) {
        if (plain.p[i] != '(' && plain.p[i] != ')')
            text[n++] = plain.p[i];
    }
    return (Str){text, n};
}

static Err refuse_card(Cx *cx, IdentityFault fault)
{
    static const TextId texts[] = {[IDENTITY_LENGTH] = TEXT_RESIDENT_CARD_LENGTH,
                                   [IDENTITY_CHARACTERS] = TEXT_RESIDENT_CARD_CHARACTERS,
                                   [IDENTITY_DATE] = TEXT_RESIDENT_CARD_DATE,
                                   [IDENTITY_CHECK] = TEXT_RESIDENT_CARD_CHECK};
    return cx_fail(cx, ERR_INVALID, texts[fault], STR("/id_number"), 0);
}

static bool is_card(const Resident *resident)
{
    return str_equals_c(resident->id_type, "01");
}

static Err check_number(Cx *cx, Resident *resident)
{
    IdentityNumber identity;
    if (is_card(resident)) {
        IdentityFault fault = identity_number_read(resident->id_number, cx->today, &identity);
        return fault == IDENTITY_OK ? OK : refuse_card(cx, fault);
    }
    ExprValue forms = EXPR_ABSENT;
    Str id = str_printf(cx->arena, "document_form_%.*s", STR_ARG(resident->id_type));
    TRY(policy_value_on(cx, id, cx->today, &forms));
    bool is_said = forms.type == EXPR_TEXT;
    if (!is_said && resident->id_number.n > 0 && resident->id_number.n <= NUMBER_MOST)
        return OK;
    Str rest = is_said ? forms.as.text : STR(""), form = {0};
    while (str_cut(&rest, ' ', &form)) {
        if (has_form(resident->id_number, form))
            return OK;
    }
    return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_DOCUMENT, STR("/id_number"), 1,
                   is_said ? forms.as.text : STR("1-30"));
}

/* What was left out is as the card says. A year that was typed is not made more exact by a card
 * that says another. */
static void take_from_card(Cx *cx, Resident *resident)
{
    IdentityNumber identity;
    if (!is_card(resident)
        || identity_number_read(resident->id_number, cx->today, &identity) != IDENTITY_OK)
        return;
    int year, month, day;
    date_to_ymd(identity.birth_date, &year, &month, &day);
    if (date_is_none(resident->birth_date)
        && (resident->birth_year == 0 || resident->birth_year == year))
        resident->birth_date = identity.birth_date;
    if (resident->sex.n == 0)
        resident->sex = identity.sex;
}

Err resident_document_check(Cx *cx, Resident *resident)
{
    if (resident->id_number.n == 0 && resident->id_type.n == 0)
        return OK;
    if (resident->id_type.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_DOCUMENT_MISSING, STR("/id_type"), 0);
    if (!place_code_listed(cx, "identity_document", resident->id_type))
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_DOCUMENT_KIND, STR("/id_type"), 2,
                       resident->id_type, place_codes(cx, "identity_document"));
    if (resident->id_number.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_NUMBER_MISSING, STR("/id_number"), 0);
    resident->id_number = plain_number(cx, resident->id_number);
    TRY(check_number(cx, resident));
    take_from_card(cx, resident);
    return OK;
}

/* True when it has to be asked; what was confirmed is added to the keys. */
static bool ask(Cx *cx, const ResidentDraft *draft, TextId text, const char *where,
                const char *question, Str card, Str *keys)
{
    Str key = str_from_c(question);
    for (size_t i = 0; i < draft->confirmed_n; i++) {
        if (!str_equals(draft->confirmed[i], key))
            continue;
        *keys = str_printf(cx->arena, "%.*s%s%s", STR_ARG(*keys), keys->n > 0 ? " " : "", question);
        return false;
    }
    problem_add(cx, (Problem){.err = ERR_INVALID,
                              .key = text_name(text),
                              .text = text_fill(cx->arena, text, &card, 1),
                              .where = str_from_c(where),
                              .is_soft = true,
                              .confirm = key});
    return true;
}

/* 0 and 9 of GB/T 2261.1 say that nobody knows: that contradicts nothing. */
static bool has_other_sex(const Resident *resident, const IdentityNumber *identity)
{
    bool is_said = str_equals_c(resident->sex, "1") || str_equals_c(resident->sex, "2");
    return is_said && !str_equals(resident->sex, identity->sex);
}

Err resident_card_ask(Cx *cx, const ResidentDraft *draft, const Resident *resident,
                      Str *ret_confirmed)
{
    IdentityNumber identity;
    *ret_confirmed = STR("");
    if (!is_card(resident)
        || identity_number_read(resident->id_number, cx->today, &identity) != IDENTITY_OK)
        return OK;
    bool is_asked = false;
    char day[DATE_TEXT_SIZE];
    Str birth = str_copy(cx->arena, str_from_c(date_format(identity.birth_date, day)));
    bool has_date = !date_is_none(resident->birth_date);
    if (has_date && date_compare(resident->birth_date, identity.birth_date) != 0)
        is_asked = ask(cx, draft, TEXT_RESIDENT_CARD_BIRTH, "/birth_date", birth_differs, birth,
                       ret_confirmed);
    else if (!has_date && resident->birth_year != 0)
        is_asked = ask(cx, draft, TEXT_RESIDENT_CARD_BIRTH, "/birth_year", birth_differs, birth,
                       ret_confirmed);
    if (has_other_sex(resident, &identity)) {
        TextId text =
            str_equals_c(identity.sex, "1") ? TEXT_RESIDENT_CARD_MALE : TEXT_RESIDENT_CARD_FEMALE;
        is_asked = ask(cx, draft, text, "/sex", sex_differs, (Str){0}, ret_confirmed) || is_asked;
    }
    return is_asked ? ERR_INVALID : OK;
}
