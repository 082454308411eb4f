/* Reading and saying what parameters are in a place. */
#include "engine/policy/policy_values.h"

#include <math.h>

#include "access/access.h"
#include "access/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "engine/policy/policy_sql.h"
#include "pack/policy_cache.h"

enum { SOURCE_MOST = 200 };

static const PolicyHook *installed_hooks;

void policy_set_hooks(const PolicyHook *hooks)
{
    installed_hooks = hooks;
}

/* ---- reading ---- */

typedef VEC(PolicyValue) Values;
typedef VEC(PolicyEntry) Entries;

static Err read_values(Cx *cx, int64_t newest, Values *values)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const PolicyValuesIn in = {cx->place, newest};
    TRY(policy_values_open(cx->db, &in, &found));
    for (;;) {
        PolicyValuesRow row;
        bool has_row = false;
        TRY(policy_values_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, values,
                 ((PolicyValue){.seq = row.seq,
                                .parameter = row.parameter,
                                .from = row.from_on,
                                .is_ended = row.value.p == NULL,
                                .value = row.value,
                                .source = row.source,
                                .set_on = row.set_on,
                                .set_at = row.set_at,
                                .set_by = row.set_by_name}));
    }
}

/* A value as the parameter has it; EXPR_ABSENT when the text is none of its type. */
static ExprValue value_of(const PolicyParameter *parameter, Str text)
{
    ExprValue value = {.type = EXPR_TEXT, .as.text = text};
    if (parameter->value.type != EXPR_TEXT)
        value = policy_value_of_text(text);
    if (parameter->value.type == EXPR_DECIMAL)
        value = policy_as_decimal(value);
    return value.type == parameter->value.type ? value : EXPR_ABSENT;
}

static Entries entries_of(Cx *cx, const Values *values)
{
    Entries entries = {0};
    for (size_t i = 0; i < values->n; i++) {
        const PolicyValue *said = &values->items[i];
        const PolicyParameter *parameter = map_get(&cx->packs->policy, said->parameter);
        if (parameter == NULL)
            continue; /* the packs no longer have it */
        PolicyEntry entry = {parameter->id, said->from, said->is_ended, EXPR_ABSENT};
        if (!said->is_ended)
            entry.value = value_of(parameter, said->value);
        /* what the packs would not allow any more is as if it were not said */
        if (!said->is_ended
            && (entry.value.type == EXPR_NULL || !policy_fits_rules(parameter, entry.value)))
            continue;
        VEC_PUSH(cx->arena, &entries, entry);
    }
    return entries;
}

static Err read_policy(Cx *cx, Date known_on, const Policy **ret_policy)
{
    const PolicyNewestIn in = {cx->place, known_on};
    PolicyNewestRow row;
    TRY(policy_newest(cx->db, cx->arena, &in, &row));
    PolicyCache *cache = cx->packs->policies;
    const Policy *policy = cache == NULL ? NULL : policy_cache_find(cache, cx->place, row.newest);
    if (policy == NULL) {
        Values values = {0};
        if (row.newest > 0)
            TRY(read_values(cx, row.newest, &values));
        Entries entries = entries_of(cx, &values);
        policy = cache == NULL ? policy_build(cx->packs, entries.items, entries.n, cx->arena)
                               : policy_cache_keep(cache, cx->packs, cx->place, row.newest,
                                                   entries.items, entries.n);
    }
    *ret_policy = policy;
    return OK;
}

static Date day_known(const Cx *cx)
{
    return date_is_none(cx->as_of) ? date_from_ymd(9999, 12, 31) : cx->as_of;
}

Err policy_of(Cx *cx, const Policy **ret_policy)
{
    if (cx->policy == NULL || cx->packs->policies == NULL)
        TRY(read_policy(cx, day_known(cx), &cx->policy));
    *ret_policy = cx->policy;
    return OK;
}

void policy_ahead(Cx *cx)
{
    const PolicyNewestIn in = {cx->place, day_known(cx)};
    if (cx->policy == NULL || cx->packs->policies == NULL)
        policy_newest_ahead(cx->db, &in);
}

Err policy_known_on(Cx *cx, Date day, const Policy **ret_policy)
{
    if (date_compare(day, cx->today) >= 0)
        return policy_of(cx, ret_policy);
    return read_policy(cx, day, ret_policy);
}

Err policy_form(Cx *cx, const Form *form, const FormParameter **ret_parameters)
{
    const Policy *policy = NULL;
    if (form->own_parameter_n > 0)
        TRY(policy_of(cx, &policy));
    *ret_parameters = policy == NULL ? NULL : policy_of_form(policy, form);
    return OK;
}

Err policy_value_on(Cx *cx, Str id, Date day, ExprValue *ret_value)
{
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    const FormParameter *parameter = policy_parameter(policy, id);
    *ret_value = parameter == NULL ? EXPR_ABSENT : form_parameter_on(parameter, day);
    return OK;
}

bool policy_number_on(const Policy *policy, const PolicyParameter *parameter, Date day,
                      double *ret_number)
{
    const FormParameter *found = policy_parameter(policy, parameter->id);
    ExprValue value = found == NULL ? EXPR_ABSENT : form_parameter_on(found, day);
    if (value.type != EXPR_INTEGER && value.type != EXPR_DECIMAL)
        return false;
    *ret_number = value.type == EXPR_INTEGER ? (double)value.as.integer : value.as.decimal;
    return true;
}

Err policy_few_below(Cx *cx, Date day, int64_t *ret_n)
{
    TRY(policy_whole_on(cx, STR("few_below"), day, ret_n));
    if (*ret_n <= 0)
        *ret_n = SMALL_COUNT;
    return OK;
}

Err policy_days_before(Cx *cx, Str id, Date day, int64_t *ret_n)
{
    ExprValue value = EXPR_ABSENT;
    TRY(policy_value_on(cx, id, day, &value));
    *ret_n = value.type == EXPR_INTEGER && value.as.integer >= 0 ? value.as.integer : POLICY_UNSAID;
    return OK;
}

Err policy_whole_on(Cx *cx, Str id, Date day, int64_t *ret_number)
{
    ExprValue value = EXPR_ABSENT;
    TRY(policy_value_on(cx, id, day, &value));
    *ret_number = value.type == EXPR_INTEGER ? value.as.integer : 0;
    return OK;
}

Err policy_history(Cx *cx, const PolicyValue **ret_values, size_t *ret_n)
{
    Values values = {0};
    Err err = read_values(cx, INT64_MAX, &values);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_values = values.items;
    *ret_n = values.n;
    return OK;
}

/* ---- saying ---- */

static Str day_text(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(date_format(date, text)));
}

static Str number_text(Cx *cx, double number)
{
    char text[NUM_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(num_format_double(number, text)));
}

static TextId type_text(ExprType type)
{
    return type == EXPR_INTEGER   ? TEXT_POLICY_TYPE_WHOLE
           : type == EXPR_DECIMAL ? TEXT_POLICY_TYPE_NUMBER
           : type == EXPR_DATE    ? TEXT_POLICY_TYPE_DATE
                                  : TEXT_POLICY_TYPE_TEXT;
}

/* The value in the writing that is stored; refuses what the parameter cannot be. */
static Err check_value(Cx *cx, const PolicyParameter *parameter, const PolicyChange *change)
{
    ExprValue value = value_of(parameter, change->value);
    if (str_is_empty(change->value) || value.type == EXPR_NULL)
        return cx_fail(cx, ERR_INVALID, type_text(parameter->value.type), STR("/value"), 2,
                       parameter->id, change->value);
    bool is_in_range = policy_is_in_range(parameter, value);
    if (!is_in_range && !isfinite(parameter->range[1]))
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_LEAST, STR("/value"), 3, parameter->id,
                       change->value, number_text(cx, parameter->range[0]));
    if (!is_in_range)
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_RANGE, STR("/value"), 4, parameter->id,
                       change->value, number_text(cx, parameter->range[0]),
                       number_text(cx, parameter->range[1]));
    if (!policy_fits_rules(parameter, value))
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_NOT_FOR_RULE, STR("/value"), 2, parameter->id,
                       change->value);
    return OK;
}

static Err check_change(Cx *cx, const PolicyChange *change, const PolicyParameter **ret_parameter)
{
    const PolicyParameter *parameter = map_get(&cx->packs->policy, change->parameter);
    if (parameter == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_POLICY_UNKNOWN, STR("/parameter"), 1,
                       change->parameter);
    if (change->unit.n > 0 && !str_equals(change->unit, parameter->unit))
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_UNIT, STR("/unit"), 2, parameter->id,
                       parameter->unit);
    if ((parameter->uses & PARAMETER_OF_NOTICE) != 0)
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_NOTICE, STR("/parameter"), 1, parameter->id);
    if (date_compare(change->from, cx->today) <= 0)
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_TOO_EARLY, STR("/from"), 1,
                       day_text(cx, date_add_days(cx->today, 1)));
    if (str_is_empty(str_trim(change->source)) || utf8_length(change->source) > SOURCE_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_SOURCE, STR("/source"), 1,
                       number_text(cx, SOURCE_MOST));
    *ret_parameter = parameter;
    return change->is_ended ? OK : check_value(cx, parameter, change);
}

static Err write_change(Cx *cx, const PolicyChange *change)
{
    const PolicyNewestIn newest = {cx->place, date_from_ymd(9999, 12, 31)};
    PolicyNewestRow row;
    TRY(policy_newest(cx->db, cx->arena, &newest, &row));
    const PolicyAddIn in = {.place = cx->place,
                            .seq = row.newest + 1,
                            .parameter = change->parameter,
                            .from_on = change->from,
                            .value = change->is_ended ? (Str){0} : change->value,
                            .source = str_trim(change->source),
                            .set_on = cx->today,
                            .set_at = cx->now,
                            .set_by = cx->actor->account};
    TRY(policy_add(cx->db, &in, NULL));
    cx->policy = NULL;
    return OK;
}

static Err set_work(Cx *cx, void *arg)
{
    const PolicyChange *change = arg;
    const PolicyParameter *parameter = NULL;
    TRY(check_change(cx, change, &parameter));
    Err err = write_change(cx, change);
    if (err != OK)
        return cx_fail_db(cx, err);
    const AuditEntry entry = {
        .action = change->is_ended ? STR("policy.end") : STR("policy.set"),
        .detail = str_printf(cx->arena, "%.*s=%.*s from %.*s: %.*s", STR_ARG(change->parameter),
                             STR_ARG(change->value), STR_ARG(day_text(cx, change->from)),
                             STR_ARG(change->source))};
    TRY(audit_add(cx, &entry));
    for (const PolicyHook *hook = installed_hooks; hook != NULL && *hook != NULL; hook++)
        TRY((*hook)(cx, parameter));
    return OK;
}

Err policy_set(Cx *cx, const PolicyChange *change)
{
    PolicyChange settled = *change;
    if (date_is_none(settled.from))
        settled.from = date_add_days(cx->today, 1);
    TRY(cx_write(cx, set_work, &settled));
    cx->policy = NULL;
    return OK;
}
