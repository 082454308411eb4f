/* Filling in a form. */
#include "demo/answers.h"

#include "base/num.h"

enum { ROUNDS_MOST = 30 }; /* one value can make another required, or change a suggestion */

Filling filling_begin(const Form *form, FormContext context, Rng *rng, Arena *arena)
{
    Filling filling = {form, context, {0}, rng, arena};
    form_answers_init(&filling.answers, form, arena);
    return filling;
}

static void put(Filling *filling, const char *field, ExprValue value)
{
    size_t at = form_find_field(filling->form, str_from_c(field));
    if (at != SIZE_MAX)
        filling->answers.values[at] = value;
}

void filling_text(Filling *filling, const char *field, Str value)
{
    put(filling, field, (ExprValue){.type = EXPR_TEXT, .as.text = value});
}

void filling_integer(Filling *filling, const char *field, int64_t value)
{
    put(filling, field, (ExprValue){.type = EXPR_INTEGER, .as.integer = value});
}

void filling_decimal(Filling *filling, const char *field, double value)
{
    put(filling, field, (ExprValue){.type = EXPR_DECIMAL, .as.decimal = value});
}

void filling_date(Filling *filling, const char *field, Date value)
{
    put(filling, field, (ExprValue){.type = EXPR_DATE, .as.date = value});
}

static ExprValue one_code(Filling *filling, Str code)
{
    Str *codes = arena_new(filling->arena, Str);
    codes[0] = code;
    return (ExprValue){.type = EXPR_CODES, .as.codes = {codes, 1}};
}

void filling_codes(Filling *filling, const char *field, Str code)
{
    put(filling, field, one_code(filling, code));
}

void filling_code_set(Filling *filling, const char *field, unsigned bits)
{
    for (size_t i = 0; i < filling->form->field_n; i++) {
        const FormField *found = &filling->form->fields[i];
        if (!str_equals_c(found->id, field) || found->codes == NULL)
            continue;
        Str *codes = arena_array(filling->arena, Str, found->codes->option_n);
        size_t n = 0;
        for (size_t k = 0; k < found->codes->option_n; k++) {
            if ((bits >> k & 1U) != 0)
                codes[n++] = found->codes->options[k].code;
        }
        if (n > 0)
            put(filling, field, (ExprValue){.type = EXPR_CODES, .as.codes = {codes, n}});
    }
}

void filling_normal(Filling *filling)
{
    for (size_t i = 0; i < filling->form->field_n; i++) {
        const FormField *field = &filling->form->fields[i];
        if (field->codes == NULL || field->computed != NULL || field->suggested != NULL
            || filling->answers.values[i].type != EXPR_NULL)
            continue;
        const CodeOption *options = field->codes->options;
        if (field->type == FIELD_CODE)
            filling->answers.values[i] = (ExprValue){.type = EXPR_TEXT, .as.text = options[0].code};
        for (size_t k = 0; k < field->codes->option_n && field->type == FIELD_CODES; k++) {
            if (options[k].is_exclusive)
                filling->answers.values[i] = one_code(filling, options[k].code);
        }
    }
}

/* A code that needs no details; of several-choice fields the one that says "none". */
static Str plain_code(Filling *filling, const FormField *field)
{
    const CodeList *list = field->codes;
    for (size_t i = 0; i < list->option_n && field->type == FIELD_CODES; i++) {
        if (list->options[i].is_exclusive)
            return list->options[i].code;
    }
    size_t first = (size_t)rng_between(filling->rng, 0, (int64_t)list->option_n - 1);
    for (size_t i = 0; i < list->option_n; i++) {
        const CodeOption *option = &list->options[(first + i) % list->option_n];
        if (option->details.n == 0)
            return option->code;
    }
    return list->options[0].code;
}

static double middle(const FormField *field)
{
    const double *range = field->has_usual ? field->usual : field->range;
    return field->has_usual || field->has_range ? (range[0] + range[1]) / 2 : 1;
}

static ExprValue plain_value(Filling *filling, const FormField *field)
{
    switch (field->type) {
    case FIELD_TEXT: return (ExprValue){.type = EXPR_TEXT, .as.text = STR("无")};
    case FIELD_INTEGER:
        return (ExprValue){.type = EXPR_INTEGER, .as.integer = (int64_t)middle(field)};
    case FIELD_DECIMAL:
        return (ExprValue){.type = EXPR_DECIMAL, .as.decimal = num_round(middle(field), 0)};
    case FIELD_DATE: return (ExprValue){.type = EXPR_DATE, .as.date = filling->context.happened_on};
    case FIELD_CODE: return (ExprValue){.type = EXPR_TEXT, .as.text = plain_code(filling, field)};
    case FIELD_CODES: return one_code(filling, plain_code(filling, field));
    case FIELD_ATTACHMENT:
    case FIELD_ROWS: break;
    }
    return EXPR_ABSENT;
}

static void fill_row(Filling *filling, size_t at)
{
    const FormField *field = &filling->form->fields[at];
    FormRows *rows = &filling->answers.rows[at];
    rows->rows = arena_new(filling->arena, FormRow);
    rows->n = 1;
    rows->rows[0].values = arena_array(filling->arena, ExprValue, field->row_field_n);
    for (size_t i = 0; i < field->row_field_n; i++)
        rows->rows[0].values[i] = plain_value(filling, &field->rows[i]);
}

/* Fills what is missing up to the first suggestion, which later ones may depend on. False: nothing
 * was missing. */
static bool fill_missing(Filling *filling, const FormResult *result)
{
    bool has_filled = false;
    for (size_t i = 0; i < filling->form->field_n; i++) {
        const FormField *field = &filling->form->fields[i];
        ExprValue *value = &filling->answers.values[i];
        if (!result->is_shown[i] || field->computed != NULL || value->type != EXPR_NULL)
            continue;
        if (result->suggested[i].type != EXPR_NULL) {
            *value = result->suggested[i];
            return true;
        }
        if (!result->is_required[i])
            continue;
        if (field->type != FIELD_ROWS)
            *value = plain_value(filling, field);
        else if (filling->answers.rows[i].n == 0)
            fill_row(filling, i);
        else
            continue;
        has_filled = true;
    }
    return has_filled;
}

static void confirm_soft(Filling *filling, const FormResult *result)
{
    Str *confirmed = arena_array(filling->arena, Str, result->issue_n);
    size_t n = 0;
    for (size_t i = 0; i < result->issue_n; i++) {
        if (!result->issues[i].is_hard)
            confirmed[n++] = result->issues[i].key;
    }
    filling->answers.confirmed = confirmed;
    filling->answers.confirmed_n = n;
}

Err filling_end(Filling *filling, Str *reterr_issue)
{
    FormResult result = {0};
    for (int round = 0; round < ROUNDS_MOST; round++) {
        form_evaluate(filling->form, &filling->context, &filling->answers, filling->arena, &result);
        if (!fill_missing(filling, &result))
            break;
    }
    if (!result.has_hard) {
        confirm_soft(filling, &result);
        return OK;
    }
    for (size_t i = 0; i < result.issue_n; i++) {
        if (result.issues[i].is_hard)
            *reterr_issue = str_printf(filling->arena, "%.*s: %.*s", STR_ARG(filling->form->id),
                                       STR_ARG(result.issues[i].message.en));
    }
    return ERR_INVALID;
}
