/* Values of fields from and to text, and putting them into answers. */
#include "form/form_int.h"

#include "base/num.h"

#include <math.h>

bool form_text_is_clean(Str text, bool is_multiline)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c < 0x20 && !(c == '\n' && is_multiline)) || c == 0x7f)
            return false;
    }
    return true;
}

bool form_is_file_name(Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        bool is_digit = text.p[i] >= '0' && text.p[i] <= '9';
        if (!is_digit && !(text.p[i] >= 'a' && text.p[i] <= 'f'))
            return false;
    }
    return text.n == FORM_FILE_NAME_N;
}

bool form_value_is_blank(ExprValue value)
{
    return value.type == EXPR_NULL || (value.type == EXPR_TEXT && str_trim(value.as.text).n == 0);
}

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

static ExprValue settled_number(const FormField *field, ExprValue value)
{
    if (field->type == FIELD_DECIMAL && value.type == EXPR_INTEGER)
        return (ExprValue){.type = EXPR_DECIMAL, .as.decimal = (double)value.as.integer};
    if (field->type == FIELD_INTEGER && value.type == EXPR_DECIMAL
        && fabs(value.as.decimal) <= (double)FORM_NUMBER_MOST
        && is_same(trunc(value.as.decimal), value.as.decimal))
        return (ExprValue){.type = EXPR_INTEGER, .as.integer = (int64_t)value.as.decimal};
    return value;
}

ExprValue form_value_settled(const FormField *field, ExprValue value)
{
    if ((value.type == EXPR_TEXT && value.as.text.n == 0)
        || (value.type == EXPR_CODES && value.as.codes.n == 0)
        || (value.type == EXPR_DATE && date_is_none(value.as.date)))
        return EXPR_ABSENT;
    return settled_number(field, value);
}

/* Whether the decimal is the nearest one to some number of that many places. Dividing a whole
 * number by a power of ten rounds once, so equality decides; past 2^53 the product is no whole
 * number any more. */
static bool has_places(double value, int places)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    static const double whole_most = 9007199254740992.0;
    if (!isfinite(value))
        return false;
    if (places < 0 || places > 6 || fabs(value) * powers[places] >= whole_most)
        return is_same(num_round(value, places), value);
    return is_same(round(value * powers[places]) / powers[places], value);
}

bool form_value_fits(const FormField *field, ExprValue value)
{
    if (value.type == EXPR_NULL)
        return true;
    if (value.type != form_field_expr_type(field->type))
        return false;
    if (value.type == EXPR_DECIMAL)
        return has_places(value.as.decimal, field->places);
    return value.type != EXPR_TEXT || form_text_is_clean(value.as.text, field->is_multiline);
}

/* Writes *ret_value when the text reads as the type; an empty text is no answer. */
static bool read_value(const FormField *field, Str text, ExprValue *ret_value)
{
    ExprValue value = {.type = form_field_expr_type(field->type)};
    Err err = OK;
    if (text.n == 0)
        value = EXPR_ABSENT;
    else if (value.type == EXPR_TEXT)
        value.as.text = text;
    else if (value.type == EXPR_INTEGER)
        err = num_parse_i64(text, &value.as.integer);
    else if (value.type == EXPR_DECIMAL)
        err = num_parse_double(text, &value.as.decimal);
    else if (value.type == EXPR_DATE)
        err = date_parse(text, &value.as.date);
    else
        return false;
    if (err != OK || !form_value_fits(field, value))
        return false;
    *ret_value = value;
    return true;
}

Err form_value_from_text(const FormField *field, Str text, Arena *arena, ExprValue *ret_value,
                         Wording *reterr_message)
{
    if (read_value(field, text, ret_value))
        return OK;
    Wording label = {field->label.zh, wording_in(field->label, LANG_EN)};
    *reterr_message = form_message_type(field, label, arena);
    return ERR_INVALID;
}

Str form_value_to_text(ExprValue value, Arena *arena)
{
    char number[NUM_TEXT_SIZE];
    char day[DATE_TEXT_SIZE];
    switch (value.type) {
    case EXPR_NULL: return (Str){0};
    case EXPR_LOGIC: return value.as.logic ? STR("1") : STR("0");
    case EXPR_INTEGER: return str_printf(arena, "%lld", (long long)value.as.integer);
    case EXPR_DECIMAL:
        return str_copy(arena, str_from_c(num_format_double(value.as.decimal + 0.0, number)));
    case EXPR_TEXT: return value.as.text;
    case EXPR_DATE: return str_copy(arena, str_from_c(date_format(value.as.date, day)));
    case EXPR_CODES: return str_join(arena, value.as.codes.items, value.as.codes.n, STR(","));
    }
    return (Str){0};
}

void form_answers_refuse(FormAnswers *answers, Arena *arena, FormPlace place)
{
    FormFault *fault = arena_new(arena, FormFault);
    *fault = (FormFault){place.field, place.row, place.row_field, answers->fault};
    answers->fault = fault;
}

/* Forgets what was refused at the place before: the newest answer counts. */
static void forget_fault(FormAnswers *answers, FormPlace place)
{
    for (FormFault **link = &answers->fault; *link != NULL;) {
        const FormFault *fault = *link;
        if (fault->field == place.field && fault->row == place.row
            && fault->row_field == place.row_field)
            *link = fault->older;
        else
            link = &(*link)->older;
    }
}

static bool make_room(FormAnswers *answers, const Form *form, Arena *arena, FormPlace place)
{
    if (!form_place_is_in_row(place))
        return true;
    FormRows *rows = &answers->rows[place.field];
    if (place.row >= FORM_ROW_MOST)
        return false;
    if (place.row < rows->n)
        return true;
    rows->rows =
        arena_grow(arena, rows->rows, rows->n * sizeof(FormRow), (place.row + 1) * sizeof(FormRow));
    for (; rows->n <= place.row; rows->n++)
        rows->rows[rows->n].values =
            arena_array(arena, ExprValue, form->fields[place.field].row_field_n);
    return true;
}

static void put_value(FormAnswers *answers, Arena *arena, FormPlace place, bool is_read,
                      ExprValue value)
{
    ExprValue *target = form_value_at(answers, place);
    forget_fault(answers, place);
    if (target != NULL)
        *target = is_read ? value : EXPR_ABSENT;
    if (!is_read)
        form_answers_refuse(answers, arena, place);
}

bool form_answers_put_text(FormAnswers *answers, const Form *form, Arena *arena, FormPlace place,
                           Str text)
{
    if (!make_room(answers, form, arena, place))
        return false;
    ExprValue value = EXPR_ABSENT;
    bool is_read = read_value(form_field_at(form, place), text, &value);
    put_value(answers, arena, place, is_read, value);
    return true;
}

bool form_answers_put_codes(FormAnswers *answers, const Form *form, Arena *arena, FormPlace place,
                            const Str *codes, size_t code_n)
{
    if (!make_room(answers, form, arena, place))
        return false;
    ExprValue value = {.type = EXPR_CODES};
    value.as.codes.items = codes;
    value.as.codes.n = code_n;
    bool is_read = form_type_is_set(form_field_at(form, place)->type);
    put_value(answers, arena, place, is_read, code_n == 0 ? EXPR_ABSENT : value);
    return true;
}
