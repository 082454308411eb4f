/* GET /api/subjects/{kind}/{id}/standards: what measures ask of one organisation, and whether it
 * meets it: the scorecard of a facility. */
#include "engine/measures/measures.h"
#include "web/records_json.h"
#include "web/schemas.h"

static Err put_standard(Cx *cx, JsonOut *out, const MeasureStandard *standard)
{
    const Measure *measure = standard->measure;
    MeasureFormula formula;
    TRY(measure_formula(cx, measure, standard->period.first, &formula));
    char period[PERIOD_NAME_SIZE];
    json_object_begin(out);
    web_json_text(out, "measure", measure->id);
    web_json_wording(out, "title", measure->title);
    web_json_wording(out, "asked", measure->numerator);
    web_json_wording(out, "source",
                     pack_source_wording(cx->packs, measure->pack, measure->source, cx->arena));
    web_json_text(out, "period", str_from_c(period_name(standard->period, period)));
    json_key_c(out, "is_met");
    json_bool(out, standard->is_met);
    json_key_c(out, "is_final");
    json_bool(out, standard->is_final);
    if (standard->has_required) {
        json_key_c(out, "required");
        json_decimal(out, standard->required);
        json_key_c(out, "actual");
        json_decimal(out, standard->actual);
        if (measure->required_unit.zh.n > 0)
            web_json_wording(out, "unit", measure->required_unit);
    }
    if (formula.filled.zh.n > 0)
        web_json_wording(out, "formula", formula.filled);
    json_object_end(out);
    return OK;
}

/* The years of which measures are kept, the running one first. */
static Err put_years(Cx *cx, JsonOut *out)
{
    Date first = DATE_NONE;
    TRY(measure_earliest(cx, PERIOD_YEAR, &first));
    json_key_c(out, "years");
    json_array_begin(out);
    for (Period year = period_of(PERIOD_YEAR, cx->today); date_compare(year.first, first) >= 0;
         year = period_previous(year)) {
        int of = 0, month = 0, day = 0;
        date_to_ymd(year.first, &of, &month, &day);
        json_integer(out, of);
    }
    json_array_end(out);
    return OK;
}

static Err standards_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Subject subject;
    Date on;
    MeasureStandards standards;
    Str kind = http_parameter(request, "kind");
    TRY(web_query_date(cx, request, "on", cx->today, &on));
    on = date_min(on, cx->today);
    TRY(subject_open(cx, kind, http_parameter(request, "id"), &subject));
    TRY(measure_standards(cx, subject.id, kind, on, &standards));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", on);
    json_key_c(&out, "is_complete");
    json_bool(&out, standards.is_complete);
    TRY(put_years(cx, &out));
    web_json_integer(&out, "met", (int64_t)standards.met);
    json_key_c(&out, "standards");
    json_array_begin(&out);
    for (size_t i = 0; i < standards.n; i++)
        TRY(put_standard(cx, &out, &standards.items[i]));
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_subject_standards = {
    .method = HTTP_GET,
    .path = "/api/subjects/{kind}/{id}/standards",
    .handler = standards_get,
    .permit = "measures.read",
    .persons = ROUTE_PERSONS_NONE,
    .query = "{on?: date}",
    .out =
        "{on: date, is_complete: bool, years: [integer], met: integer, standards: [{measure: text, title: wording, "
        "asked: wording, source: wording, period: text, is_met: bool, is_final: bool, required?: number, "
        "actual?: number, unit?: wording, formula?: wording}]}",
    .title = {"一个机构应达到的标准、要求数和实有数，未达标的在前",
              "The standards that an organisation is held to, those not met first"},
};
