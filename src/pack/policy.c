/* Building the policy of a place: values by day, and the rules with them. */
#include "pack/policy.h"

#include "base/num.h"
#include "base/vec.h"

#include <stdlib.h>

/* ---- values ---- */

ExprValue policy_value_of_text(Str text)
{
    ExprValue value = {.type = EXPR_TEXT};
    int64_t integer = 0;
    double decimal = 0;
    Date date = DATE_NONE;
    value.as.text = text;
    if (date_parse(text, &date) == OK) {
        value.type = EXPR_DATE;
        value.as.date = date;
    } else if (num_parse_i64(text, &integer) == OK) {
        value.type = EXPR_INTEGER;
        value.as.integer = integer;
    } else if (num_parse_double(text, &decimal) == OK) {
        value.type = EXPR_DECIMAL;
        value.as.decimal = decimal;
    }
    return value;
}

ExprValue policy_as_decimal(ExprValue value)
{
    if (value.type != EXPR_INTEGER)
        return value;
    return (ExprValue){.type = EXPR_DECIMAL, .as.decimal = (double)value.as.integer};
}

static double number_of(ExprValue value)
{
    return value.type == EXPR_INTEGER ? (double)value.as.integer : value.as.decimal;
}

static bool is_number(ExprValue value)
{
    return value.type == EXPR_INTEGER || value.type == EXPR_DECIMAL;
}

bool policy_is_in_range(const PolicyParameter *parameter, ExprValue value)
{
    if (!parameter->has_range)
        return true;
    return is_number(value) && number_of(value) >= parameter->range[0]
           && number_of(value) <= parameter->range[1];
}

static bool is_days(ExprValue value)
{
    return value.type == EXPR_INTEGER && value.as.integer >= 0
           && value.as.integer <= POLICY_DAYS_MOST;
}

bool policy_fits_rules(const PolicyParameter *parameter, ExprValue value)
{
    Span span = {0};
    unsigned uses = parameter->uses;
    bool is_span =
        is_days(value)
        || (value.type == EXPR_TEXT && span_parse(value.as.text, &span) == OK && span.hours == 0);
    bool is_count = value.type == EXPR_INTEGER && value.as.integer >= 1 && value.as.integer <= 1000;
    return ((uses & PARAMETER_OF_SPAN) == 0 || is_span)
           && ((uses & (PARAMETER_OF_DAYS | PARAMETER_OF_NOTICE)) == 0 || is_days(value))
           && ((uses & PARAMETER_OF_COUNT) == 0 || is_count)
           && ((uses & PARAMETER_OF_AMOUNT) == 0 || (is_number(value) && number_of(value) > 0));
}

/* ---- values by day ---- */

typedef VEC(FormStep) Steps;
typedef VEC(Date) Days;

static int date_order(const void *left, const void *right)
{
    return date_compare(*(const Date *)left, *(const Date *)right);
}

static bool is_of(const PolicyEntry *entry, const PolicyParameter *parameter)
{
    return str_equals(entry->parameter, parameter->id)
           && (entry->is_ended || entry->value.type == parameter->value.type);
}

/* What the place says on the day, or NULL: nothing, or as in the packs. */
static const ExprValue *said_on(const PolicyParameter *parameter, const PolicyEntry *entries,
                                size_t n, Date day)
{
    const PolicyEntry *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (is_of(&entries[i], parameter) && date_compare(entries[i].from, day) <= 0
            && (found == NULL || date_compare(found->from, entries[i].from) <= 0))
            found = &entries[i];
    }
    return found == NULL || found->is_ended ? NULL : &found->value;
}

static FormParameter merge(const PolicyParameter *parameter, const PolicyEntry *entries, size_t n,
                           Arena *arena)
{
    Days days = {0};
    for (size_t i = 0; i < n; i++) {
        if (is_of(&entries[i], parameter))
            VEC_PUSH(arena, &days, entries[i].from);
    }
    if (days.n == 0)
        return parameter->by_day;
    for (size_t i = 1; i < parameter->by_day.step_n; i++)
        VEC_PUSH(arena, &days, parameter->by_day.steps[i].from);
    qsort(days.items, days.n, sizeof *days.items, date_order);
    Steps steps = {0};
    VEC_PUSH(arena, &steps, parameter->by_day.steps[0]);
    for (size_t i = 0; i < days.n; i++) {
        const ExprValue *said = said_on(parameter, entries, n, days.items[i]);
        FormStep step = {days.items[i], said != NULL
                                            ? *said
                                            : form_parameter_on(&parameter->by_day, days.items[i])};
        if (!expr_value_equals(step.value, steps.items[steps.n - 1].value))
            VEC_PUSH(arena, &steps, step);
    }
    return (FormParameter){parameter->id, steps.items, steps.n};
}

/* ---- rules ---- */

/* Where a piece of a rule has been copied to. */
typedef struct {
    const char *from;
    size_t n;
    char *to;
} Piece;

typedef struct {
    Arena *arena;
    VEC(Piece) pieces;
} Copy;

static void *copy_piece(Copy *copy, const void *from, size_t n)
{
    if (n == 0)
        return NULL;
    char *to = arena_alloc(copy->arena, n);
    for (size_t i = 0; i < n; i++)
        to[i] = ((const char *)from)[i];
    VEC_PUSH(copy->arena, &copy->pieces, ((Piece){from, n, to}));
    return to;
}

static void *translate(const Copy *copy, const void *at)
{
    const char *byte = at;
    for (size_t i = 0; i < copy->pieces.n; i++) {
        const Piece *piece = &copy->pieces.items[i];
        if (byte >= piece->from && byte < piece->from + piece->n)
            return piece->to + (byte - piece->from);
    }
    return NULL;
}

static void copy_intervals(Copy *copy, DoseCase *dose)
{
    dose->intervals = copy_piece(copy, dose->intervals, dose->interval_n * sizeof *dose->intervals);
}

static Rule *copy_rule(Copy *copy, const Rule *rule)
{
    Rule *made = copy_piece(copy, rule, sizeof *rule);
    made->program = copy_piece(copy, rule->program, sizeof *rule->program);
    RuleItem *items = copy_piece(copy, rule->items, rule->item_n * sizeof *rule->items);
    made->items = items;
    for (size_t i = 0; i < rule->item_n; i++) {
        copy_intervals(copy, &items[i].dose);
        DoseCase *cases =
            copy_piece(copy, items[i].catch_up, items[i].catch_up_n * sizeof *items[i].catch_up);
        items[i].catch_up = cases;
        for (size_t j = 0; j < items[i].catch_up_n; j++)
            copy_intervals(copy, &cases[j]);
    }
    return made;
}

static void set_number(void *at, PolicyUse use, ExprValue value)
{
    Span span = {0};
    switch (use) {
    case PARAMETER_OF_SPAN:
        if (value.type == EXPR_INTEGER)
            span.days = (int32_t)value.as.integer;
        else
            ENSURE(span_parse(value.as.text, &span) == OK);
        *(Span *)at = span;
        break;
    case PARAMETER_OF_DAYS:
    case PARAMETER_OF_NOTICE: *(int32_t *)at = (int32_t)value.as.integer; break;
    case PARAMETER_OF_AMOUNT:
    case PARAMETER_OF_COUNT: *(double *)at = number_of(value); break;
    }
}

/* The rule with the numbers of a day. */
static Rule *rule_with(const Policy *policy, const Rule *rule, Date day, Arena *arena)
{
    Copy copy = {.arena = arena};
    Rule *made = copy_rule(&copy, rule);
    for (size_t i = 0; i < rule->number_n; i++) {
        const RuleNumber *number = &rule->numbers[i];
        const FormParameter *parameter = policy_parameter(policy, number->parameter->id);
        void *at = translate(&copy, number->at);
        ENSURE(at != NULL);
        set_number(at, number->use, form_parameter_on(parameter, day));
    }
    return made;
}

/* The days on which a number of the rule changes while the rule is valid. */
static Days days_of_rule(const Policy *policy, const Rule *rule, Arena *arena)
{
    Days days = {0};
    for (size_t i = 0; i < rule->number_n; i++) {
        const FormParameter *parameter = policy_parameter(policy, rule->numbers[i].parameter->id);
        for (size_t j = 1; j < parameter->step_n; j++) {
            Date day = parameter->steps[j].from;
            bool is_before =
                !date_is_none(rule->valid_from) && date_compare(day, rule->valid_from) < 0;
            bool is_after =
                !date_is_none(rule->valid_until) && date_compare(day, rule->valid_until) > 0;
            if (!is_before && !is_after)
                VEC_PUSH(arena, &days, day);
        }
    }
    if (days.n > 1)
        qsort(days.items, days.n, sizeof *days.items, date_order);
    return days;
}

static bool is_as_declared(const Policy *policy, const Rule *rule)
{
    for (size_t i = 0; i < rule->number_n; i++) {
        if (policy_parameter(policy, rule->numbers[i].parameter->id)->step_n > 1)
            return false;
    }
    return true;
}

static PolicyEditions editions_of(const Policy *policy, const Rule *rule, Arena *arena)
{
    VEC(const Rule *) rules = {0};
    if (is_as_declared(policy, rule)) {
        VEC_PUSH(arena, &rules, rule);
        return (PolicyEditions){rules.items, rules.n};
    }
    Days days = days_of_rule(policy, rule, arena);
    Date from = rule->valid_from;
    for (size_t i = 0; i <= days.n; i++) {
        Date next = i < days.n ? days.items[i] : DATE_NONE;
        if (!date_is_none(next) && date_compare(next, from) == 0)
            continue; /* two numbers change on one day, or on the rule's first */
        Rule *edition = rule_with(policy, rule, from, arena);
        edition->valid_from = from;
        if (!date_is_none(next))
            edition->valid_until = date_add_days(next, -1);
        VEC_PUSH(arena, &rules, edition);
        from = next;
    }
    return (PolicyEditions){rules.items, rules.n};
}

/* ---- all of it ---- */

const FormParameter *policy_parameter(const Policy *policy, Str id)
{
    const Map *map = &policy->set->policy;
    for (size_t i = 0; i < map->n; i++) {
        if (str_equals(map->entries[i].key, id))
            return &policy->parameters[i];
    }
    return NULL;
}

static const FormParameter *parameters_of(const Policy *policy, const Form *form, Arena *arena)
{
    FormParameter *parameters = arena_array(arena, FormParameter, form->parameter_n + 1);
    for (size_t i = 0; i < form->parameter_n; i++)
        parameters[i] = *policy_parameter(policy, form->parameters[i].id);
    return parameters;
}

const FormParameter *policy_of_form(const Policy *policy, const Form *form)
{
    const Map *map = &policy->set->forms;
    for (size_t i = 0; i < map->n; i++) {
        if (map->entries[i].value == form)
            return policy->forms[i];
    }
    return form->parameters;
}

const Rule *policy_rule_on(const Policy *policy, const Rule *rule, Date day)
{
    const PolicyEditions *editions = &policy->editions[rule->number];
    for (size_t i = editions->n; i-- > 1;) {
        if (date_compare(editions->rules[i]->valid_from, day) <= 0)
            return editions->rules[i];
    }
    return editions->rules[0];
}

bool policy_is_of_rule(const Rule *rule, Str parameter)
{
    for (size_t i = 0; i < rule->number_n; i++) {
        if (str_equals(rule->numbers[i].parameter->id, parameter))
            return true;
    }
    return false;
}

const Policy *policy_build(const PackSet *set, const PolicyEntry *entries, size_t n, Arena *arena)
{
    Policy *policy = arena_new(arena, Policy);
    FormParameter *parameters = arena_array(arena, FormParameter, set->policy.n + 1);
    for (size_t i = 0; i < set->policy.n; i++)
        parameters[i] = merge(set->policy.entries[i].value, entries, n, arena);
    policy->set = set;
    policy->parameters = parameters;
    const FormParameter **forms = arena_array(arena, const FormParameter *, set->forms.n + 1);
    for (size_t i = 0; i < set->forms.n; i++)
        forms[i] = parameters_of(policy, set->forms.entries[i].value, arena);
    policy->forms = forms;
    PolicyEditions *editions = arena_array(arena, PolicyEditions, set->rule_n + 1);
    for (size_t i = 0; i < set->rule_n; i++)
        editions[i] = editions_of(policy, set->rules[i], arena);
    policy->editions = editions;
    return policy;
}
