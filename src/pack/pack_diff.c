/* Comparing the declarations of two pack sets by their ids. */
#include "pack/pack_diff.h"

#include "base/buf.h"
#include "base/vec.h"
#include "form/ddl.h"

enum { VALUES_MOST = KIB(64) };

typedef VEC(PackDifference) Differences;

typedef struct {
    Arena *arena;
    Differences found;
} Comparison;

static void note(Comparison *comparison, PackDifference difference)
{
    VEC_PUSH(comparison->arena, &comparison->found, difference);
}

/* ---- packs ---- */

static const Pack *pack_of(const PackSet *set, Str id)
{
    for (size_t i = 0; i < set->pack_n; i++) {
        if (str_equals(set->packs[i].id, id))
            return &set->packs[i];
    }
    return NULL;
}

static void compare_packs(Comparison *comparison, const PackSet *before, const PackSet *after)
{
    for (size_t i = 0; i < after->pack_n; i++) {
        const Pack *pack = &after->packs[i], *was = pack_of(before, pack->id);
        if (was == NULL)
            note(comparison,
                 (PackDifference){PACK_DIFFERS, "new", .id = pack->id, .after = pack->version});
        else if (!str_equals(was->hash, pack->hash))
            note(comparison,
                 (PackDifference){PACK_DIFFERS,
                                  str_equals(was->version, pack->version) ? "text" : "version",
                                  .id = pack->id, .before = was->version, .after = pack->version});
    }
    for (size_t i = 0; i < before->pack_n; i++) {
        const Pack *pack = &before->packs[i];
        if (pack_of(after, pack->id) == NULL)
            note(comparison,
                 (PackDifference){PACK_DIFFERS, "gone", .id = pack->id, .before = pack->version});
    }
}

/* ---- forms and fields ---- */

static const FormField *field_of(const FormField *fields, size_t n, Str id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(fields[i].id, id))
            return &fields[i];
    }
    return NULL;
}

/* Two lists of fields: a form's, or the sub-fields of `parent`. */
typedef struct {
    Str form, parent;
    const FormField *before, *after;
    size_t before_n, after_n;
} Fields;

static PackDifference of_field(Comparison *comparison, const Fields *fields, const FormField *field,
                               const char *what)
{
    Str name = fields->parent.n == 0 ? field->id
                                     : str_printf(comparison->arena, "%.*s.%.*s",
                                                  STR_ARG(fields->parent), STR_ARG(field->id));
    return (PackDifference){FIELD_DIFFERS, what, .id = fields->form, .field = name};
}

static void note_field(Comparison *comparison, const Fields *fields, const FormField *field,
                       const char *what, Str before, Str after)
{
    PackDifference difference = of_field(comparison, fields, field, what);
    difference.before = before;
    difference.after = after;
    difference.is_refused = str_equals_c(STR("type"), what) || str_equals_c(STR("unit"), what);
    note(comparison, difference);
}

static void compare_field(Comparison *comparison, const Fields *fields, const FormField *was,
                          const FormField *is)
{
    if (was->type != is->type)
        note_field(comparison, fields, is, "type", ddl_type_name(was->type),
                   ddl_type_name(is->type));
    else if (!str_equals(was->unit.zh, is->unit.zh))
        note_field(comparison, fields, is, "unit", was->unit.zh, is->unit.zh);
    if (was->is_retired != is->is_retired)
        note_field(comparison, fields, is, "retired", was->is_retired ? STR("yes") : STR("no"),
                   is->is_retired ? STR("yes") : STR("no"));
}

static void compare_fields(Comparison *comparison, const Fields *fields)
{
    for (size_t i = 0; i < fields->after_n; i++) {
        const FormField *is = &fields->after[i];
        const FormField *was = field_of(fields->before, fields->before_n, is->id);
        if (was == NULL)
            note_field(comparison, fields, is, "new", (Str){0}, ddl_type_name(is->type));
        else
            compare_field(comparison, fields, was, is);
    }
    for (size_t i = 0; i < fields->before_n; i++) {
        const FormField *was = &fields->before[i];
        if (field_of(fields->after, fields->after_n, was->id) == NULL)
            note_field(comparison, fields, was, "gone", ddl_type_name(was->type), (Str){0});
    }
}

static void compare_form(Comparison *comparison, const Form *was, const Form *is)
{
    const Fields own = {.form = is->id,
                        .before = was->fields,
                        .before_n = was->field_n,
                        .after = is->fields,
                        .after_n = is->field_n};
    compare_fields(comparison, &own);
    for (size_t i = 0; i < is->field_n; i++) {
        const FormField *field = &is->fields[i];
        const FormField *before = field_of(was->fields, was->field_n, field->id);
        if (before == NULL || before->type != FIELD_ROWS || field->type != FIELD_ROWS)
            continue;
        const Fields rows = {is->id,      field->id,           before->rows,
                             field->rows, before->row_field_n, field->row_field_n};
        compare_fields(comparison, &rows);
    }
}

static void compare_forms(Comparison *comparison, const PackSet *before, const PackSet *after)
{
    for (size_t i = 0; i < after->forms.n; i++) {
        const Form *form = after->forms.entries[i].value;
        if (pack_form(before, form->id) == NULL)
            note(comparison, (PackDifference){FORM_DIFFERS, "new", .id = form->id});
    }
    for (size_t i = 0; i < before->forms.n; i++) {
        const Form *form = before->forms.entries[i].value;
        if (pack_form(after, form->id) == NULL)
            note(comparison, (PackDifference){FORM_DIFFERS, "gone", .id = form->id});
    }
    for (size_t i = 0; i < after->forms.n; i++) {
        const Form *form = after->forms.entries[i].value, *was = pack_form(before, form->id);
        if (was != NULL)
            compare_form(comparison, was, form);
    }
}

/* ---- parameters ---- */

/* "65", "65; from 2026-01-01 60" */
static Str values_of(Comparison *comparison, const PolicyParameter *parameter)
{
    Buf buf;
    buf_init(&buf, comparison->arena, VALUES_MOST);
    for (size_t i = 0; i < parameter->by_day.step_n; i++) {
        const FormStep *step = &parameter->by_day.steps[i];
        char day[DATE_TEXT_SIZE];
        if (i > 0)
            buf_printf(&buf, "; from %s ", date_format(step->from, day));
        buf_put(&buf, form_value_to_text(step->value, comparison->arena));
    }
    if (parameter->unit.n > 0)
        buf_printf(&buf, " %.*s", STR_ARG(parameter->unit));
    return buf_str(&buf);
}

static void compare_parameters(Comparison *comparison, const PackSet *before, const PackSet *after)
{
    for (size_t i = 0; i < after->policy.n; i++) {
        const PolicyParameter *is = after->policy.entries[i].value;
        const PolicyParameter *was = map_get(&before->policy, is->id);
        Str values = values_of(comparison, is);
        Str old = was == NULL ? (Str){0} : values_of(comparison, was);
        if (was == NULL || !str_equals(old, values))
            note(comparison, (PackDifference){PARAMETER_DIFFERS, was == NULL ? "new" : "value",
                                              .id = is->id, .before = old, .after = values});
    }
    for (size_t i = 0; i < before->policy.n; i++) {
        const PolicyParameter *was = before->policy.entries[i].value;
        if (!map_has(&after->policy, was->id))
            note(comparison, (PackDifference){PARAMETER_DIFFERS, "gone", .id = was->id,
                                              .before = values_of(comparison, was)});
    }
}

void pack_sets_compare(const PackSet *before, const PackSet *after, Arena *arena,
                       const PackDifference **ret_differences, size_t *ret_n)
{
    Comparison comparison = {.arena = arena};
    compare_packs(&comparison, before, after);
    compare_forms(&comparison, before, after);
    compare_parameters(&comparison, before, after);
    *ret_differences = comparison.found.items;
    *ret_n = comparison.found.n;
}
