/* See charts_json.h. */
#include "web/charts_json.h"

void chart_write_head(JsonOut *out, const Chart *chart)
{
    web_json_text(out, "id", chart->id);
    web_json_wording(out, "title", chart->title);
    web_json_wording(out, "unit", chart->unit);
}

static void put_ages(JsonOut *out, const ChartLimit *limit)
{
    json_key_c(out, "age_from");
    json_integer(out, limit->age_from);
    json_key_c(out, "age_before");
    json_integer(out, limit->age_before);
}

void chart_write_limits(JsonOut *out, const Chart *chart, const Policy *policy, Date on, int age)
{
    json_key_c(out, "limits");
    json_array_begin(out);
    for (size_t i = 0; i < chart->limit_n; i++) {
        const ChartLimit *limit = &chart->limits[i];
        const FormParameter *parameter = policy_parameter(policy, limit->parameter->id);
        ExprValue value =
            policy_as_decimal(parameter == NULL ? EXPR_ABSENT : form_parameter_on(parameter, on));
        if (value.type != EXPR_DECIMAL
            || (age >= 0 && (age < limit->age_from || age >= limit->age_before)))
            continue;
        json_object_begin(out);
        web_json_wording(out, "title", limit->parameter->title);
        json_key_c(out, "value");
        json_decimal(out, value.as.decimal);
        if (age < 0)
            put_ages(out, limit);
        json_object_end(out);
    }
    json_array_end(out);
}
