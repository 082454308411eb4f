/* Names and slots of a form's expressions, and places in its answers. */
#include "form/form_int.h"

static const struct {
    const char *name;
    ExprType type;
} context_names[FORM_SLOT_CONTEXT_N] = {
    [FORM_SLOT_HAPPENED_ON] = {"happened_on", EXPR_DATE},
    [FORM_SLOT_TODAY] = {"today", EXPR_DATE},
    [FORM_SLOT_SUBJECT_SEX] = {"subject.sex", EXPR_TEXT},
    [FORM_SLOT_SUBJECT_BIRTH_DATE] = {"subject.birth_date", EXPR_DATE},
    [FORM_SLOT_SUBJECT_PROGRAMS] = {"subject.programs", EXPR_CODES},
    [FORM_SLOT_PREVIOUS_HAPPENED_ON] = {"previous.happened_on", EXPR_DATE},
};

uint32_t form_slot(const Form *form, FormSlot slot)
{
    return (uint32_t)form->field_n + (uint32_t)slot;
}

uint32_t form_slot_previous(const Form *form, size_t field)
{
    return (uint32_t)(form->field_n + FORM_SLOT_CONTEXT_N + field);
}

uint32_t form_slot_parameter(const Form *form, size_t parameter)
{
    return (uint32_t)(form->field_n * 2 + FORM_SLOT_CONTEXT_N + parameter);
}

static bool expr_reads(const Expr *expr, uint32_t slot)
{
    size_t n = 0;
    const uint32_t *slots = expr == NULL ? NULL : expr_slots(expr, &n);
    for (size_t i = 0; i < n; i++) {
        if (slots[i] == slot)
            return true;
    }
    return false;
}

bool form_reads_slot(const Form *form, uint32_t slot)
{
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (expr_reads(field->required_if, slot) || expr_reads(field->shown_if, slot)
            || expr_reads(field->computed, slot) || expr_reads(field->suggested, slot))
            return true;
    }
    for (size_t i = 0; i < form->check_n; i++) {
        if (expr_reads(form->checks[i].fails_when, slot))
            return true;
    }
    for (size_t i = 0; i < form->advice_n; i++) {
        if (expr_reads(form->advice[i].when, slot))
            return true;
    }
    return false;
}

ExprValue form_parameter_on(const FormParameter *parameter, Date day)
{
    size_t at = 0;
    while (at + 1 < parameter->step_n && !date_is_none(day)
           && date_compare(parameter->steps[at + 1].from, day) <= 0)
        at++;
    return parameter->steps[at].value;
}

ExprType form_field_expr_type(FieldType type)
{
    switch (type) {
    case FIELD_TEXT:
    case FIELD_CODE: return EXPR_TEXT;
    case FIELD_INTEGER: return EXPR_INTEGER;
    case FIELD_DECIMAL: return EXPR_DECIMAL;
    case FIELD_DATE: return EXPR_DATE;
    case FIELD_CODES:
    case FIELD_ATTACHMENT: return EXPR_CODES;
    case FIELD_ROWS: break;
    }
    return EXPR_NULL;
}

/* The index among the first n fields, or SIZE_MAX. */
static size_t find_among(const FormField *fields, size_t n, Str id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(fields[i].id, id))
            return i;
    }
    return SIZE_MAX;
}

static bool name_field(const FormNames *names, Str id, size_t readable_n, size_t first_slot,
                       ExprName *ret_name)
{
    size_t i = find_among(names->fields, readable_n, id);
    if (i == SIZE_MAX || names->fields[i].type == FIELD_ROWS)
        return false;
    *ret_name = (ExprName){.type = form_field_expr_type(names->fields[i].type),
                           .slot = (uint32_t)(first_slot + i),
                           .most = FORM_NUMBER_MOST};
    return true;
}

static bool name_parameter(const FormNames *names, Str id, ExprName *ret_name)
{
    for (size_t i = 0; i < names->parameter_n; i++) {
        if (!str_equals(names->parameters[i].id, id))
            continue;
        *ret_name = (ExprName){.type = names->parameters[i].steps[0].value.type,
                               .slot = (uint32_t)(names->field_n * 2 + FORM_SLOT_CONTEXT_N + i),
                               .most = FORM_NUMBER_MOST};
        return true;
    }
    return false;
}

static bool find_name(void *context, Str name, ExprName *ret_name)
{
    const FormNames *names = context;
    static const Str previous = {"previous.", 9};
    if (name.n > 0 && name.p[0] == '$')
        return name_parameter(names, str_slice(name, 1, name.n), ret_name);
    for (size_t i = 0; i < FORM_SLOT_CONTEXT_N; i++) {
        if (!str_equals_c(name, context_names[i].name))
            continue;
        *ret_name =
            (ExprName){.type = context_names[i].type, .slot = (uint32_t)(names->field_n + i)};
        return true;
    }
    if (str_has_prefix(name, previous))
        return name_field(names, str_slice(name, previous.n, name.n), names->field_n,
                          names->field_n + FORM_SLOT_CONTEXT_N, ret_name);
    return name_field(names, name, names->readable_n, 0, ret_name);
}

static const ExprTable *find_table(void *context, Str id)
{
    const FormNames *names = context;
    for (size_t i = 0; i < names->table_n; i++) {
        if (str_equals(names->tables[i]->id, id))
            return names->tables[i];
    }
    return NULL;
}

ExprScope form_scope(FormNames *names)
{
    return (ExprScope){names, find_name, find_table};
}

size_t form_find_field(const Form *form, Str id)
{
    return find_among(form->fields, form->field_n, id);
}

void form_answers_init(FormAnswers *answers, const Form *form, Arena *arena)
{
    *answers = (FormAnswers){.values = arena_array(arena, ExprValue, form->field_n),
                             .rows = arena_array(arena, FormRows, form->field_n)};
}

bool form_place_is_in_row(FormPlace place)
{
    return place.row != SIZE_MAX;
}

const FormField *form_field_at(const Form *form, FormPlace place)
{
    const FormField *field = &form->fields[place.field];
    return form_place_is_in_row(place) ? &field->rows[place.row_field] : field;
}

ExprValue *form_value_at(const FormAnswers *answers, FormPlace place)
{
    if (!form_place_is_in_row(place))
        return &answers->values[place.field];
    const FormRows *rows = &answers->rows[place.field];
    return place.row < rows->n ? &rows->rows[place.row].values[place.row_field] : NULL;
}

ExprValue form_answers_get(const FormAnswers *answers, FormPlace place)
{
    const ExprValue *value = form_value_at(answers, place);
    return value == NULL ? EXPR_ABSENT : *value;
}

Str form_place_key(const Form *form, FormPlace place, Arena *arena)
{
    const FormField *field = &form->fields[place.field];
    if (!form_place_is_in_row(place))
        return field->id;
    return str_printf(arena, "%.*s.%zu.%.*s", STR_ARG(field->id), place.row,
                      STR_ARG(field->rows[place.row_field].id));
}

Wording form_place_label(const Form *form, FormPlace place, Arena *arena)
{
    Wording label = form->fields[place.field].label;
    label.en = wording_in(label, LANG_EN);
    if (!form_place_is_in_row(place))
        return label;
    Wording column = form_field_at(form, place)->label;
    return (Wording){str_printf(arena, "%.*s第 %zu 行的%.*s", STR_ARG(label.zh), place.row + 1,
                                STR_ARG(column.zh)),
                     str_printf(arena, "%.*s, line %zu: %.*s", STR_ARG(label.en), place.row + 1,
                                STR_ARG(wording_in(column, LANG_EN)))};
}
