/* One pass over the fields in order: show or clear, compute, suggest, require. Then judgement and
 * advice over the settled answers. Slots of the expressions are the answers of this record, the
 * context and the previous record, copied once and kept in step. */
#include "base/num.h"
#include "base/vec.h"
#include "form/form_int.h"

typedef struct {
    const Form *form;
    FormAnswers *answers;
    Arena *arena;
    ExprValue *slots;
    bool *is_named;  /* by an option's details, of a field before it */
    bool *is_chosen; /* such an option is chosen */
    FormResult *result;
} Pass;

static ExprValue date_value(Date date)
{
    return date_is_none(date) ? EXPR_ABSENT : (ExprValue){.type = EXPR_DATE, .as.date = date};
}

static ExprValue *make_slots(const Form *form, const FormContext *context, Arena *arena)
{
    size_t n = form->field_n * 2 + FORM_SLOT_CONTEXT_N + form->own_parameter_n;
    ExprValue *slots = arena_array(arena, ExprValue, n);
    slots[form_slot(form, FORM_SLOT_HAPPENED_ON)] = date_value(context->happened_on);
    slots[form_slot(form, FORM_SLOT_TODAY)] = date_value(context->today);
    slots[form_slot(form, FORM_SLOT_SUBJECT_BIRTH_DATE)] = date_value(context->subject_birth_date);
    slots[form_slot(form, FORM_SLOT_PREVIOUS_HAPPENED_ON)] =
        date_value(context->previous_happened_on);
    if (context->subject_sex.n > 0)
        slots[form_slot(form, FORM_SLOT_SUBJECT_SEX)] =
            (ExprValue){.type = EXPR_TEXT, .as.text = context->subject_sex};
    if (context->subject_program_n > 0)
        slots[form_slot(form, FORM_SLOT_SUBJECT_PROGRAMS)] =
            (ExprValue){.type = EXPR_CODES,
                        .as.codes = {context->subject_programs, context->subject_program_n}};
    const FormParameter *parameters =
        context->parameters == NULL ? form->parameters : context->parameters;
    for (size_t i = 0; i < form->own_parameter_n; i++)
        slots[form_slot_parameter(form, i)] =
            form_parameter_on(&parameters[i], context->happened_on);
    for (size_t i = 0; context->previous != NULL && i < form->field_n; i++)
        slots[form_slot_previous(form, i)] = context->previous[i];
    return slots;
}

static bool has_options(const FormField *field)
{
    return (field->type == FIELD_CODE || field->type == FIELD_CODES) && field->codes != NULL;
}

static bool is_chosen(ExprValue value, Str code)
{
    if (value.type == EXPR_TEXT)
        return str_equals(value.as.text, code);
    for (size_t i = 0; value.type == EXPR_CODES && i < value.as.codes.n; i++) {
        if (str_equals(value.as.codes.items[i], code))
            return true;
    }
    return false;
}

/* Tells the fields that the options of field `at` name whether they are asked for. */
static void note_details(Pass *pass, size_t at)
{
    const FormField *field = &pass->form->fields[at];
    for (size_t i = 0; has_options(field) && i < field->codes->option_n; i++) {
        const CodeOption *option = &field->codes->options[i];
        size_t named =
            option->details.n == 0 ? SIZE_MAX : form_find_field(pass->form, option->details);
        if (named == SIZE_MAX)
            continue;
        pass->is_named[named] = pass->is_named[named] || (named > at && !field->is_retired);
        if (is_chosen(pass->answers->values[at], option->code))
            pass->is_chosen[named] = true;
    }
}

static bool is_shown(const Pass *pass, size_t at)
{
    const FormField *field = &pass->form->fields[at];
    if (field->is_retired)
        return false;
    if (field->shown_if != NULL)
        return expr_holds(field->shown_if, pass->slots, pass->arena);
    return !pass->is_named[at] || pass->is_chosen[at];
}

/* The value of an expression as the field keeps it; absent when it cannot. */
static ExprValue value_for(const Pass *pass, const FormField *field, const Expr *expr)
{
    ExprValue value = form_value_settled(field, expr_evaluate(expr, pass->slots, pass->arena));
    if (value.type == EXPR_DECIMAL)
        value.as.decimal = num_round(value.as.decimal, field->places);
    return value.type == form_field_expr_type(field->type) ? value : EXPR_ABSENT;
}

/* true: a cell was changed by it. */
static bool settle_rows(const FormField *field, FormRows *rows)
{
    bool has_changed = false;
    for (size_t r = 0; r < rows->n; r++) {
        for (size_t c = 0; c < field->row_field_n; c++) {
            ExprValue *value = &rows->rows[r].values[c], before = *value;
            *value = field->rows[c].is_retired ? EXPR_ABSENT
                                               : form_value_settled(&field->rows[c], before);
            has_changed = has_changed || value->type != before.type;
        }
    }
    return has_changed;
}

/* Shows or clears the answer, computes it, or takes it as its field's type. */
static void settle_field(Pass *pass, size_t at)
{
    const FormField *field = &pass->form->fields[at];
    ExprValue *value = &pass->answers->values[at], before = *value;
    FormRows *rows = &pass->answers->rows[at];
    bool is_shown = pass->result->is_shown[at], has_changed = false;
    if (!is_shown || field->type == FIELD_ROWS)
        *value = EXPR_ABSENT;
    else if (field->computed != NULL)
        *value = value_for(pass, field, field->computed);
    else
        *value = form_value_settled(field, before);
    if (!is_shown || field->type != FIELD_ROWS) {
        has_changed = rows->n > 0;
        *rows = (FormRows){0};
    }
    has_changed = settle_rows(field, rows) || has_changed || value->type != before.type;
    if (field->computed == NULL && has_changed)
        pass->result->has_changed = true;
}

static void visit_field(Pass *pass, size_t at)
{
    const FormField *field = &pass->form->fields[at];
    FormResult *result = pass->result;
    result->is_shown[at] = is_shown(pass, at);
    settle_field(pass, at);
    pass->slots[at] = pass->answers->values[at];
    note_details(pass, at);
    if (!result->is_shown[at] || field->computed != NULL)
        return;
    if (field->suggested != NULL)
        result->suggested[at] = value_for(pass, field, field->suggested);
    result->is_required[at] = field->required_if != NULL
                                  ? expr_holds(field->required_if, pass->slots, pass->arena)
                                  : field->is_required;
}

static bool is_empty_row(const FormField *field, const FormRow *row)
{
    for (size_t c = 0; c < field->row_field_n; c++) {
        if (row->values[c].type != EXPR_NULL)
            return false;
    }
    return true;
}

/* true: there were some. */
static bool drop_empty_rows(const FormField *field, FormRows *rows)
{
    size_t kept = 0;
    for (size_t r = 0; r < rows->n; r++) {
        if (!is_empty_row(field, &rows->rows[r]))
            rows->rows[kept++] = rows->rows[r];
    }
    bool has_dropped = kept < rows->n;
    rows->n = kept;
    return has_dropped;
}

/* With the days of the policy put in. */
static const FormAdvice *advice_on_day(const Pass *pass, const FormAdvice *advice)
{
    if (advice->follow_up == NULL)
        return advice;
    FormAdvice *settled = arena_new(pass->arena, FormAdvice);
    *settled = *advice;
    ExprValue days = expr_evaluate(advice->follow_up, pass->slots, pass->arena);
    settled->follow_up_days = days.type == EXPR_INTEGER ? (int32_t)days.as.integer : 0;
    return settled;
}

static void advise(const Pass *pass)
{
    const Form *form = pass->form;
    VEC(const FormAdvice *) advice = {0};
    for (size_t i = 0; i < form->advice_n; i++) {
        if (expr_holds(form->advice[i].when, pass->slots, pass->arena))
            VEC_PUSH(pass->arena, &advice, advice_on_day(pass, &form->advice[i]));
    }
    pass->result->advice = advice.items;
    pass->result->advice_n = advice.n;
}

void form_evaluate(const Form *form, const FormContext *context, FormAnswers *answers, Arena *arena,
                   FormResult *ret_result)
{
    size_t n = form->field_n;
    *ret_result = (FormResult){.is_shown = arena_array(arena, bool, n),
                               .is_required = arena_array(arena, bool, n),
                               .suggested = arena_array(arena, ExprValue, n)};
    Pass pass = {.form = form,
                 .answers = answers,
                 .arena = arena,
                 .slots = make_slots(form, context, arena),
                 .is_named = arena_array(arena, bool, n),
                 .is_chosen = arena_array(arena, bool, n),
                 .result = ret_result};
    for (size_t i = 0; i < n; i++)
        visit_field(&pass, i);
    for (size_t i = 0; i < n; i++) {
        if (pass.is_chosen[i] && ret_result->is_shown[i] && form->fields[i].computed == NULL)
            ret_result->is_required[i] = true;
    }
    form_judge(form, answers, pass.slots, arena, ret_result);
    for (size_t i = 0; i < n; i++) {
        if (drop_empty_rows(&form->fields[i], &answers->rows[i]))
            ret_result->has_changed = true;
    }
    advise(&pass);
}
