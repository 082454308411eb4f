/* /api/residents/{id}/charts: what was measured of a person over time, with the limits and bands
 * that the packs name. */
#include "engine/policy/policy_values.h"
#include "engine/records/charts.h"
#include "web/charts_json.h"

static void put_values(JsonOut *out, const RecordChartLine *line)
{
    json_key_c(out, "values");
    json_array_begin(out);
    for (size_t i = 0; i < line->value_n; i++) {
        json_object_begin(out);
        web_json_date(out, "on", line->values[i].on);
        json_key_c(out, "value");
        json_decimal(out, line->values[i].value);
        json_key_c(out, "record");
        json_uuid(out, line->values[i].record);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_lines(JsonOut *out, const RecordChart *chart)
{
    json_key_c(out, "lines");
    json_array_begin(out);
    for (size_t i = 0; i < chart->chart->line_n; i++) {
        json_object_begin(out);
        web_json_wording(out, "title", chart->lines[i].line->title);
        put_values(out, &chart->lines[i]);
        json_object_end(out);
    }
    json_array_end(out);
}

/* The days of birth months, of the person's sex. */
static void put_band(JsonOut *out, const ExprTable *table, const RecordCharts *charts)
{
    const ExprTableKey *months = &table->keys[1];
    size_t sex = expr_table_find_key(&table->keys[0],
                                     (ExprValue){.type = EXPR_TEXT, .as.text = charts->sex});
    json_array_begin(out);
    for (size_t i = 0; sex != SIZE_MAX && i < months->n; i++) {
        const double *cells = &table->cells[(sex * months->n + i) * table->column_n];
        json_object_begin(out);
        web_json_date(out, "on", date_add_months(charts->birth_date, (int)months->numbers[i]));
        json_key_c(out, "low");
        json_decimal(out, cells[0]);
        json_key_c(out, "high");
        json_decimal(out, cells[1]);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_chart(Cx *cx, JsonOut *out, const RecordCharts *charts, const RecordChart *chart,
                      const Policy *policy)
{
    bool is_born = !date_is_none(charts->birth_date);
    json_object_begin(out);
    chart_write_head(out, chart->chart);
    put_lines(out, chart);
    chart_write_limits(out, chart->chart, policy, cx->today,
                       is_born ? date_age_years(charts->birth_date, cx->today) : 0);
    if (chart->chart->band != NULL && is_born) {
        web_json_wording(out, "band_title", chart->chart->band->title);
        json_key_c(out, "band");
        put_band(out, &chart->chart->band->table, charts);
    }
    json_object_end(out);
}

static Err charts_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    RecordCharts charts;
    const Policy *policy = NULL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(record_charts(cx, id, &charts));
    TRY(policy_of(cx, &policy));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "charts");
    json_array_begin(&out);
    for (size_t i = 0; i < charts.chart_n; i++)
        put_chart(cx, &out, &charts, &charts.charts[i], policy);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_resident_charts = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/charts",
    .handler = charts_get,
    .permit = "records.read",
    .out = "{charts: [{id: text, title: wording, unit: wording, lines: [{title: wording, values: "
           "[{on: date, value: number, record: uuid}]}], limits: [{title: wording, value: "
           "number}], band_title?: wording, band?: [{on: date, low: number, high: number}]}]}",
    .title = {"居民历次测量值：折线、界限、参考范围",
              "A person's measurements over time, with limits and bands"},
};
