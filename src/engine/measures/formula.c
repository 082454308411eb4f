/* The formula of a measure with the numbers in force: each period is judged by those of its first
 * day, so these are shown with it. */
#include "engine/measures/measures.h"

#include "base/buf.h"
#include "engine/policy/policy_values.h"

enum { FORMULA_MOST = MIB(1) };

static Str value_on(Cx *cx, const Policy *policy, const PolicyParameter *parameter, Date day)
{
    const FormParameter *found = policy_parameter(policy, parameter->id);
    return found == NULL ? (Str){0} : form_value_to_text(form_parameter_on(found, day), cx->arena);
}

static Str filled(Cx *cx, Str text, const MeasureFormulaNumber *numbers, size_t n)
{
    Buf buf;
    Str name = {0};
    size_t from = 0;
    buf_init(&buf, cx->arena, FORMULA_MOST);
    for (size_t at = 0; measure_formula_next(text, &at, &name); from = at) {
        buf_put(&buf, str_slice(text, from, at - name.n - 1));
        for (size_t i = 0; i < n; i++)
            if (str_equals(numbers[i].parameter->id, name))
                buf_put(&buf, numbers[i].value);
    }
    buf_put(&buf, str_slice(text, from, text.n));
    return buf.is_over ? text : buf_str(&buf);
}

Err measure_formula(Cx *cx, const Measure *measure, Date day, MeasureFormula *ret_formula)
{
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    MeasureFormulaNumber *numbers =
        arena_array(cx->arena, MeasureFormulaNumber, measure->parameter_n + 1);
    for (size_t i = 0; i < measure->parameter_n; i++)
        numbers[i] = (MeasureFormulaNumber){measure->parameters[i],
                                            value_on(cx, policy, measure->parameters[i], day)};
    *ret_formula =
        (MeasureFormula){.filled = {filled(cx, measure->formula.zh, numbers, measure->parameter_n),
                                    filled(cx, measure->formula.en, numbers, measure->parameter_n)},
                         .numbers = numbers,
                         .number_n = measure->parameter_n};
    return OK;
}
