/* Parameters of the policy (policy/NAME.yaml): a number with unit and source, and those that
 * replace it from a day on. */
#include "pack/pack_int.h"

#include <math.h>

#include "pack/policy.h"

typedef struct Steps {
    VEC(FormStep) steps;
    VEC(Str) sources;
} Steps;

static bool is_number(ExprValue value)
{
    return value.type == EXPR_INTEGER || value.type == EXPR_DECIMAL;
}

/* A value of the parameter's type; noted otherwise. */
static bool read_value(Reader *reader, const Yaml *value, const PolicyParameter *parameter,
                       ExprValue *ret_value)
{
    Str text = read_scalar(reader, value);
    if (text.n == 0)
        return false;
    *ret_value = policy_value_of_text(text);
    if (parameter->value.type == EXPR_DECIMAL)
        *ret_value = policy_as_decimal(*ret_value);
    if (ret_value->type == parameter->value.type)
        return true;
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PARAMETER_TYPE_DIFFERS,
               same(parameter->id), same(text));
    return false;
}

static void check_range(Reader *reader, const Yaml *value, const PolicyParameter *parameter,
                        ExprValue number)
{
    if (!policy_is_in_range(parameter, number))
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PARAMETER_OUTSIDE_RANGE,
                   same(parameter->id), same(value->text));
}

static void read_step(Reader *reader, const Yaml *item, const PolicyParameter *parameter,
                      Steps *steps)
{
    static const char *const keys[] = {"from", "value", "source", NULL};
    if (!read_map(reader, item, keys, 3))
        return;
    FormStep step = {.from = read_date(reader, item, "from")};
    Str source = read_source(reader, item);
    const Yaml *value = read_key(item, "value");
    if (date_is_none(step.from) || value == NULL
        || !read_value(reader, value, parameter, &step.value))
        return;
    check_range(reader, value, parameter, step.value);
    if (date_compare(step.from, steps->steps.items[steps->steps.n - 1].from) <= 0)
        MISTAKE_AT(reader->loader, reader->file, read_key(item, "from")->at,
                   MISTAKE_PARAMETER_DATE_ORDER, same(read_key(item, "from")->text));
    VEC_PUSH(reader->loader->arena, &steps->steps, step);
    VEC_PUSH(reader->loader->arena, &steps->sources, source);
}

static void read_steps(Reader *reader, const Yaml *map, PolicyParameter *parameter)
{
    Steps steps = {0};
    VEC_PUSH(reader->loader->arena, &steps.steps, ((FormStep){DATE_NONE, parameter->value}));
    VEC_PUSH(reader->loader->arena, &steps.sources, parameter->source);
    const Yaml *list = read_key(map, "values");
    if (read_list(reader, list, "values", false)) {
        for (const Yaml *item = list->first; item != NULL; item = item->next)
            read_step(reader, item, parameter, &steps);
    }
    parameter->by_day =
        (FormParameter){.id = parameter->id, .steps = steps.steps.items, .step_n = steps.steps.n};
    parameter->step_sources = steps.sources.items;
}

/* A share is one of a hundred, and nothing is counted or lasts below 0, unless the pack says it. */
static void set_usual_range(PolicyParameter *parameter)
{
    if (parameter->has_range || !is_number(parameter->value))
        return;
    parameter->has_range = true;
    parameter->range[0] = 0;
    parameter->range[1] = str_equals_c(parameter->unit, "%") ? 100 : HUGE_VAL;
}

void load_parameter(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"id",   "title", "value",  "source",
                                       "unit", "range", "values", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 4))
        return;
    PolicyParameter *parameter = arena_new(loader->arena, PolicyParameter);
    *parameter = (PolicyParameter){.id = str_copy(loader->arena, declared->id),
                                   .pack = declared->file->pack->pack->id,
                                   .title = read_wording(&reader, map, "title"),
                                   .unit = read_text(&reader, map, "unit"),
                                   .source = read_source(&reader, map)};
    parameter->has_range = read_range(&reader, map, "range", parameter->range);
    const Yaml *value = read_key(map, "value");
    if (value == NULL)
        return;
    Str text = read_scalar(&reader, value);
    if (text.n == 0)
        return;
    parameter->value = policy_value_of_text(text);
    /* A number with a unit is expected to be one. */
    if (parameter->unit.n > 0 && parameter->value.type == EXPR_TEXT && !value->is_quoted) {
        MISTAKE_AT(loader, declared->file, value->at, MISTAKE_NUMBER_EXPECTED, same(text));
        return;
    }
    set_usual_range(parameter);
    if (parameter->has_range && is_number(parameter->value))
        check_range(&reader, value, parameter, parameter->value);
    read_steps(&reader, map, parameter);
    declared->compiled = parameter;
}

/* The line of the dated value. */
static const Yaml *yaml_of_step(const Declared *declared, size_t step)
{
    const Yaml *item = read_key(declared->yaml, "values")->first;
    for (size_t i = 1; i < step && item->next != NULL; i++)
        item = item->next;
    return read_key(item, "value");
}

void check_parameters(Loader *loader)
{
    for (size_t i = 0; i < loader->order[DECLARED_PARAMETER].n; i++) {
        const Declared *declared = loader->order[DECLARED_PARAMETER].items[i];
        const PolicyParameter *parameter = declared->compiled;
        for (size_t j = 1; parameter != NULL && j < parameter->by_day.step_n; j++) {
            if (policy_fits_rules(parameter, parameter->by_day.steps[j].value))
                continue;
            const Yaml *value = yaml_of_step(declared, j);
            MISTAKE_AT(loader, declared->file, value->at, MISTAKE_PARAMETER_NOT_FOR_RULE,
                       same(parameter->id), same(value->text));
        }
    }
}
