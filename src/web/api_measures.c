/* /api/measures: what the measures of the packs say of the areas in sight, and the rows behind. */
#include "access/limits.h"
#include "base/encoding.h"
#include "core/keys.h"
#include "engine/measures/measures.h"
#include "engine/plans/plans.h"
#include "engine/records/form_table.h"
#include "engine/subjects/subjects.h"
#include "web/measure_ask.h"
#include "web/person.h"
#include "web/records_json.h"
#include "web/schemas.h"

enum { PAGE_USUAL = 50, PAGE_MOST = 200, PERIODS_MOST = 36, BODY_MOST = 4096, VILLAGE_LEVEL = 5 };

#define CURSOR_BOUND STR("measures.after")

/* ---- what is asked ---- */

static Err read_measure(Cx *cx, const HttpRequest *request, const Measure **ret_measure)
{
    Str id = http_parameter(request, "id");
    *ret_measure = pack_measure(cx->packs, id);
    return *ret_measure != NULL && measure_is_told(cx, *ret_measure)
               ? OK
               : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("id"), 1, id);
}

/* Absent: the fallback. */
static Err read_period(Cx *cx, const HttpRequest *request, const char *name, Period fallback,
                       Period *ret_period)
{
    Str text = http_query(request, name);
    *ret_period = fallback;
    return text.n == 0 || period_parse(text, ret_period) == OK
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, str_from_c(name), 3,
                         str_from_c(name), text, STR("2025, 2025H1, 2025Q1, 2025-01"));
}

/* ---- writing ---- */

static void put_numbers(JsonOut *out, const MeasureValue *value)
{
    double ratio = 0;
    web_json_integer(out, "denominator", value->denominator);
    web_json_integer(out, "numerator", value->numerator);
    json_key_c(out, "value");
    if (measure_ratio(value, &ratio))
        json_decimal(out, ratio);
    else
        json_null(out);
}

static void put_period(JsonOut *out, Period period)
{
    char name[PERIOD_NAME_SIZE];
    web_json_text(out, "period", str_from_c(period_name(period, name)));
}

/* Members of an object that has been begun. */
static void put_measure(Cx *cx, JsonOut *out, const Measure *measure)
{
    static const char *const directions[] = {"none", "up", "down"};
    static const char *const growths[] = {"none", "even", "late"};
    web_json_text(out, "id", measure->id);
    web_json_wording(out, "title", measure->title);
    web_json_wording(out, "denominator_title", measure->denominator);
    web_json_wording(out, "numerator_title", measure->numerator);
    if (measure->remarks.zh.n > 0)
        web_json_wording(out, "remarks", measure->remarks);
    web_json_text(out, "unit", measure->unit);
    web_json_text(out, "direction", str_from_c(directions[measure->direction]));
    web_json_text(out, "growth", str_from_c(growths[measure->growth]));
    web_json_text(out, "grain", measure->grain == GRAIN_RECORD ? STR("record") : STR("subject"));
    web_json_text(out, "subject", measure->subject);
    web_json_text(out, "value_is", measure->is_count ? STR("count") : STR("ratio"));
    json_key_c(out, "amounts");
    json_bool(out, measure->has_amounts);
    json_key_c(out, "quality");
    json_bool(out, measure->is_quality);
    json_key_c(out, "periods");
    json_array_begin(out);
    for (int kind = PERIOD_MONTH; kind <= PERIOD_YEAR; kind++) {
        if ((measure->periods & (1U << kind)) != 0)
            json_text(out, period_kind_name((PeriodKind)kind));
    }
    json_array_end(out);
    web_json_wording(out, "source",
                     pack_source_wording(cx->packs, measure->pack, measure->source, cx->arena));
}

#define MEASURE_MEMBERS                                                                            \
 "id: text, title: wording, denominator_title: wording, numerator_title: wording, "                \
 "remarks?: wording, unit?: text, direction: none|up|down, growth: none|even|late, "               \
 "grain: subject|record, subject: text, value_is: ratio|count, amounts: bool, "                    \
 "quality: bool, periods: [text], source: wording"
#define NUMBER_MEMBERS "denominator: integer, numerator: integer, value?: number"

/* ---- all measures ---- */

static MeasureValue value_at(const MeasureTotal *total, int before)
{
    MeasureValue value = {.period = total->period,
                          .is_count = total->measure->is_count,
                          .denominator = total->sums[before].denominator,
                          .numerator = total->sums[before].numerator};
    for (int i = 0; i < before; i++)
        value.period = period_previous(value.period);
    return value;
}

/* In ascending order. */
static void put_earlier(JsonOut *out, const MeasureTotal *total, int earlier)
{
    json_key_c(out, "earlier");
    json_array_begin(out);
    for (int before = earlier; before > 0; before--) {
        const MeasureValue value = value_at(total, before);
        json_object_begin(out);
        put_period(out, value.period);
        put_numbers(out, &value);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_total(Cx *cx, JsonOut *out, const MeasureTotal *total, int earlier)
{
    const MeasureValue value = value_at(total, 0);
    json_object_begin(out);
    put_measure(cx, out, total->measure);
    put_period(out, total->period);
    json_key_c(out, "is_made"); /* else the numbers say nothing yet */
    json_bool(out, total->is_made);
    json_key_c(out, "is_complete");
    json_bool(out, total->is_complete);
    put_numbers(out, &value);
    if (total->measure->is_quality)
        web_json_integer(out, "checked", total->checked);
    put_earlier(out, total, earlier);
    json_object_end(out);
}

static Err measures_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    MeasureTotalsAsk ask = {.day = cx->today, .period = {.first = DATE_NONE}};
    const MeasureTotal *totals = NULL;
    size_t n = 0;
    int64_t earlier = 0;
    if (http_query(request, "period").n > 0)
        TRY(read_period(cx, request, "period", ask.period, &ask.period));
    TRY(web_query_integer(cx, request, "earlier", 0, MEASURE_EARLIER_MOST, 0, &earlier));
    ask.earlier = (int)earlier;
    TRY(measure_totals(cx, &ask, &totals, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    json_key_c(&out, "measures");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_total(cx, &out, &totals[i], ask.earlier);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_measures = {
    .method = HTTP_GET,
    .path = "/api/measures",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = measures_get,
    .permit = "measures.read",
    .query = "{period?: text, earlier?: integer}",
    .out = "{on: date, measures: [{" MEASURE_MEMBERS ", period: text, is_made: bool, is_complete: "
           "bool, " NUMBER_MEMBERS ", checked?: integer, earlier: [{period: text, " NUMBER_MEMBERS
           "}]}]}",
    .title = {"各项指标在所辖范围的数值", "What each measure says of the areas in sight"},
};

/* ---- one measure ---- */

bool measure_value_is_whole(const Cx *cx, const MeasureAsk *ask, const MeasureValue *value)
{
    return ask->units != MEASURE_BY_AREA || measure_is_of_units(ask->measure)
           || !access_sight(cx)->by_facility || value->level >= VILLAGE_LEVEL;
}

static void put_value(JsonOut *out, const MeasureValue *value)
{
    json_object_begin(out);
    web_json_text(out, "unit", value->unit);
    web_json_wording(out, "name", value->name);
    web_json_integer(out, "level", value->level);
    put_period(out, value->period);
    put_numbers(out, value);
    json_object_end(out);
}

Err measure_ask_read(Cx *cx, const HttpRequest *request, Date day, MeasureAsk *ask)
{
    TRY(read_measure(cx, request, &ask->measure));
    Period usual = measure_longest(ask->measure, day);
    TRY(read_period(cx, request, "from", usual, &ask->first));
    TRY(read_period(cx, request, "until", ask->first, &ask->last));
    ask->unit = http_query(request, "unit");
    TRY(measure_by(cx, http_query(request, "by"), ask));
    Period last = ask->first;
    for (int i = 1; i < PERIODS_MOST && date_compare(last.first, ask->last.first) < 0; i++)
        last = period_next(last);
    return ask->first.kind == ask->last.kind && date_compare(ask->first.first, ask->last.first) <= 0
                   && date_compare(last.first, ask->last.first) == 0
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("until"), 3, STR("until"),
                         http_query(request, "until"), STR("2025, 2025H1, 2025Q1, 2025-01"));
}

Err measure_put_formula(Cx *cx, JsonOut *out, const Measure *measure, Date day)
{
    MeasureFormula formula;
    if (measure->required_unit.zh.n > 0)
        web_json_wording(out, "required_unit", measure->required_unit);
    if (measure->formula.zh.n == 0)
        return OK;
    TRY(measure_formula(cx, measure, day, &formula));
    json_key_c(out, "formula");
    json_object_begin(out);
    web_json_wording(out, "text", measure->formula);
    web_json_wording(out, "filled", formula.filled);
    web_json_date(out, "on", day);
    json_key_c(out, "parameters");
    json_array_begin(out);
    for (size_t i = 0; i < formula.number_n; i++) {
        const PolicyParameter *parameter = formula.numbers[i].parameter;
        json_object_begin(out);
        web_json_text(out, "id", parameter->id);
        web_json_wording(out, "title", parameter->title);
        web_json_text(out, "unit", parameter->unit);
        web_json_text(out, "value", formula.numbers[i].value);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
    return OK;
}

Err measure_asked_read(Cx *cx, const HttpRequest *request, MeasureAsked *ret)
{
    Date on = cx->today;
    *ret = (MeasureAsked){.past = DATE_NONE};
    TRY(web_query_date(cx, request, "on", cx->today, &on));
    TRY(measure_ask_read(cx, request, on, &ret->ask));
    if (date_compare(on, cx->today) == 0)
        return measure_read(cx, &ret->ask, &ret->told.answer);
    ret->past = on;
    return plan_day_measure(cx, on, &ret->ask, &ret->told);
}

/* Of a past day: what else is known of it. */
static void put_past(JsonOut *out, const PlanDayMeasure *told)
{
    json_key_c(out, "is_early");
    json_bool(out, told->is_early);
    web_json_integer(out, "counted", told->counted);
    web_json_integer(out, "people", told->people);
}

/* What else than areas and facilities units can be. */
static void put_groups(const Cx *cx, JsonOut *out)
{
    json_key_c(out, "groups");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->subjects.n; i++) {
        const Form *form = cx->packs->subjects.entries[i].value;
        if (!measure_is_group(form))
            continue;
        json_object_begin(out);
        web_json_text(out, "kind", form->subject);
        web_json_wording(out, "title", form->title);
        json_object_end(out);
    }
    json_array_end(out);
}

static Err measure_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    MeasureAsked asked;
    TRY(measure_asked_read(cx, request, &asked));
    const MeasureAsk *ask = &asked.ask;
    const MeasureAnswer *answer = &asked.told.answer;
    bool is_past = !date_is_none(asked.past);
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_measure(cx, &out, ask->measure);
    cx->as_of = asked.past; /* the parameters that were known then */
    cx->policy = NULL;
    TRY(measure_put_formula(cx, &out, ask->measure, ask->last.first));
    web_json_date(&out, "on", is_past ? asked.past : cx->today);
    web_json_date(&out, "today", cx->today);
    json_key_c(&out, "is_made"); /* else the numbers say nothing yet */
    json_bool(&out, answer->is_made);
    json_key_c(&out, "is_complete");
    json_bool(&out, answer->is_complete);
    if (is_past) {
        put_past(&out, &asked.told);
    } else {
        Date from = DATE_NONE;
        TRY(measure_recorded_from(cx, ask->measure, &from));
        web_json_date(&out, "recorded_from", from);
    }
    put_groups(cx, &out);
    json_key_c(&out, "values");
    json_array_begin(&out);
    for (size_t i = 0; i < answer->n; i++) {
        if (measure_value_is_whole(cx, ask, &answer->values[i]))
            put_value(&out, &answer->values[i]);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_measure = {
    .method = HTTP_GET,
    .path = "/api/measures/{id}",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = measure_get,
    .permit = "measures.read",
    .query = "{from?: text, until?: text, by?: text, unit?: text, on?: date}",
    .out =
        "{" MEASURE_MEMBERS ", " MEASURE_FORMULA_MEMBERS
        ", on: date, today: date, is_made: bool, is_complete: bool, recorded_from?: date, is_early?: bool, counted?: integer, "
        "people?: integer, groups: [{kind: text, title: wording}], values: [{unit: text, name: wording, "
        "level: integer, period: text, " NUMBER_MEMBERS "}]}",
    .title = {"一项指标的各单位、各期数值，今天的或过去某天已知的",
              "What a measure says of each area or facility in sight, by period: today's, or as "
              "known on a past day"},
};

/* ---- what plans ask of it ---- */

static void put_path(JsonOut *out, const Cx *cx, const PlanPath *path)
{
    json_object_begin(out);
    web_json_text(out, "plan", path->plan->id);
    web_json_wording(out, "plan_title", path->plan->title);
    json_key_c(out, "is_elsewhere");
    json_bool(out, plan_is_elsewhere(cx, path->plan));
    web_json_text(out, "clause", path->clause->id);
    web_json_wording(out, "clause_title", path->clause->title);
    web_json_text(out, "shape", str_from_c(plan_path_name(path->shape)));
    json_key_c(out, "points");
    json_array_begin(out);
    for (size_t i = 0; i < path->point_n; i++) {
        const PlanPathPoint *point = &path->points[i];
        json_object_begin(out);
        put_period(out, point->period);
        if (point->has_expected) {
            json_key_c(out, "expected");
            json_decimal(out, point->expected);
        }
        if (point->has_high) {
            json_key_c(out, "high");
            json_decimal(out, point->high);
        }
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}

static Err measure_paths_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    MeasureAsk asked = {0};
    const PlanPath *paths = NULL;
    size_t n = 0;
    TRY(measure_ask_read(cx, request, cx->today, &asked));
    if ((asked.measure->periods & (1U << asked.last.kind)) == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_MEASURE_PERIOD, STR("from"), 2, asked.measure->id,
                       http_query(request, "from"));
    PlanPathAsk ask = {.measure = asked.measure, .last = asked.last, .n = 1};
    for (Period period = asked.first; date_compare(period.first, asked.last.first) < 0; ask.n++)
        period = period_next(period);
    TRY(plan_paths(cx, &ask, &paths, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    web_json_text(&out, "unit", asked.measure->unit);
    json_key_c(&out, "paths");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_path(&out, cx, &paths[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_measure_paths = {
    .method = HTTP_GET,
    .path = "/api/measures/{id}/paths",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = measure_paths_get,
    .permit = "plans.read",
    .query = "{from?: text, until?: text}",
    .out = "{on: date, unit?: text, paths: [{plan: text, plan_title: wording, is_elsewhere: bool, "
           "clause: text, clause_title: wording, shape: level|even|linear|a_year|stages, points: "
           "[{period: text, expected?: number, high?: number}]}]}",
    .title = {"各方案要求一项指标逐期应到的数，按指标的单位",
              "Where each plan wants a measure, period by period, in the measure's unit"},
};

/* ---- the rows ---- */

/* "<area> <subject> <counted>" of the last row, sealed: to who sees no persons it would name one.
 */
static Err read_after(Cx *cx, const HttpRequest *request, MeasureCase *after)
{
    Str text = http_query(request, "after"), bytes = {0}, plain = {0}, subject = {0};
    if (text.n == 0)
        return OK;
    bool is_good = base64url_decode(cx->arena, text, &bytes) == OK
                   && keys_unseal(cx->keys, cx->arena, CURSOR_BOUND, bytes, &plain) == OK
                   && str_cut(&plain, ' ', &after->area) && str_cut(&plain, ' ', &subject)
                   && uuid_parse(subject, &after->subject) == OK
                   && uuid_parse(plain, &after->counted) == OK;
    return is_good ? OK
                   : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("after"), 3, STR("after"),
                             text, STR("next"));
}

static Str after_text(Cx *cx, const MeasureCase *last)
{
    char subject[UUID_TEXT_SIZE], counted[UUID_TEXT_SIZE];
    Str plain =
        str_printf(cx->arena, "%.*s %s %s", STR_ARG(last->area),
                   uuid_format(last->subject, subject), uuid_format(last->counted, counted));
    return base64url_encode(cx->arena, keys_seal(cx->keys, cx->arena, CURSOR_BOUND, plain));
}

Err measure_filter_read(Cx *cx, const HttpRequest *request, MeasureCaseFilter *filter)
{
    Str in = http_query(request, "in");
    TRY(read_measure(cx, request, &filter->measure));
    TRY(read_period(cx, request, "period", measure_longest(filter->measure, cx->today),
                    &filter->period));
    if ((filter->measure->periods & (1U << filter->period.kind)) == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_MEASURE_PERIOD, STR("period"), 2, filter->measure->id,
                       http_query(request, "period"));
    filter->area = http_query(request, "area");
    filter->only_numerator = str_equals_c(in, "numerator");
    filter->only_rest = str_equals_c(in, "rest");
    filter->only_open = str_equals_c(http_query(request, "checked"), "no");
    filter->only_checked = str_equals_c(http_query(request, "checked"), "yes");
    filter->facility = http_query(request, "facility");
    if (measure_is_of_units(filter->measure)) /* who they are is no secret */
        return read_after(cx, request, &filter->after);
    TRY(access_require(cx, STR("tables.read")));
    TRY(web_area_of_rows(cx, filter->area));
    if (cx->actor->sees_rows && filter->facility.n > 0 && filter->measure->grain != GRAIN_RECORD)
        return cx_fail(cx, ERR_INVALID, TEXT_AREA_TOO_FINE, STR("area"), 0);
    return read_after(cx, request, &filter->after);
}

static void put_person(Cx *cx, JsonOut *out, const MeasureCase *row, const ResidentBrief *who)
{
    json_key_c(out, "resident");
    json_object_begin(out);
    if (cx->actor->sees_rows) {
        web_json_text(out, "sex", row->sex);
        web_json_text(out, "age_group", record_age_group(cx->arena, row->birth_date, cx->today));
        web_json_text(out, "area", str_slice(row->area, 0, ROWS_AREA_DIGITS));
    } else {
        person_resident_write(out, who, cx->today);
    }
    json_object_end(out);
}

/* The record that is counted; without identity the day and the facility alone. */
static Err put_record(Cx *cx, JsonOut *out, const MeasureCase *row, PerformerNames *names)
{
    const Record record = {.id = row->counted, .performed_by = row->performed_by};
    web_json_date(out, "happened_on", row->happened_on);
    web_json_date(out, "recorded_on", row->recorded_on);
    web_json_text(out, "form", row->form);
    web_json_text(out, "facility", row->facility);
    web_json_date(out, "checked_on", row->checked_on);
    if (cx->actor->sees_rows)
        return OK;
    web_json_text(out, "reason", row->reason);
    json_key_c(out, "record");
    json_uuid(out, row->counted);
    return record_write_performer(cx, out, &record, names);
}

static Err put_units(Cx *cx, JsonOut *out, const Measure *measure, const MeasureCase *cases,
                     size_t n)
{
    PerformerNames names = {0};
    json_key_c(out, "units");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        json_key_c(out, "id");
        json_uuid(out, cases[i].subject);
        web_json_text(out, "code", cases[i].code);
        web_json_wording(out, "name", cases[i].name);
        web_json_text(out, "area", cases[i].area);
        web_json_text(out, "at", cases[i].at);
        if (cases[i].has_required) {
            json_key_c(out, "required");
            json_decimal(out, cases[i].required);
            json_key_c(out, "actual");
            json_decimal(out, cases[i].actual);
        }
        if (measure->grain == GRAIN_RECORD)
            TRY(put_record(cx, out, &cases[i], &names));
        json_key_c(out, "in_numerator");
        json_bool(out, cases[i].in_numerator);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err put_cases(Cx *cx, JsonOut *out, const Measure *measure, const MeasureCase *cases,
                     size_t n)
{
    const ResidentBrief *people = NULL;
    PerformerNames names = {0};
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = cases[i].subject;
    TRY(resident_briefs(cx, ids, n, &people));
    json_key_c(out, "cases");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        put_person(cx, out, &cases[i], &people[i]);
        if (measure->grain == GRAIN_RECORD)
            TRY(put_record(cx, out, &cases[i], &names));
        json_key_c(out, "in_numerator");
        json_bool(out, cases[i].in_numerator);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err measure_cases_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    MeasureCaseFilter filter = {0};
    const MeasureCase *cases = NULL;
    int64_t limit = 0;
    size_t n = 0;
    TRY(measure_filter_read(cx, request, &filter));
    TRY(web_query_limit(cx, request, PAGE_MOST, PAGE_USUAL, &limit));
    filter.most = (size_t)limit + 1;
    TRY(measure_cases(cx, &filter, &cases, &n));
    size_t shown = n > (size_t)limit ? (size_t)limit : n;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_period(&out, filter.period);
    bool is_of_units = measure_is_of_units(filter.measure);
    TRY(put_cases(cx, &out, filter.measure, cases, is_of_units ? 0 : shown));
    if (is_of_units)
        TRY(put_units(cx, &out, filter.measure, cases, shown));
    web_json_text(&out, "next", n > shown ? after_text(cx, &cases[shown - 1]) : (Str){0});
    json_object_end(&out);
    return audit_add(cx, &(AuditEntry){.action = STR("list.measure"),
                                       .detail = str_printf(cx->arena, "measure=%.*s n=%zu",
                                                            STR_ARG(filter.measure->id), shown)});
}

const Route route_measure_cases = {
    .method = HTTP_GET,
    .path = "/api/measures/{id}/cases",
    .persons = ROUTE_PERSONS_LIST,
    .handler = measure_cases_get,
    .permit = "measures.read",
    .query = "{period?: text, area?: text, facility?: text, in?: numerator|rest, checked?: yes|no, "
             "after?: text, limit?: integer}",
    .out =
        "{period: text, cases: [{resident: {id?: uuid, name?: text, sex?: text, birth_date?: "
        "date, age?: integer, age_group?: text, area?: text, area_name?: text, area_name_en?: "
        "text}, happened_on?: date, recorded_on?: date, form?: text, facility?: text, "
        "checked_on?: date, reason?: text, record?: uuid, performed_by?: uuid, "
        "performed_by_name?: text, in_numerator: bool}], units?: [{id: uuid, code?: text, name: "
        "wording, area?: text, at?: text, required?: number, actual?: number, happened_on?: date, "
        "recorded_on?: date, form?: text, facility?: text, checked_on?: date, reason?: text, "
        "record?: uuid, performed_by?: uuid, performed_by_name?: text, in_numerator: bool}], "
        "next?: text}",
    .title = {"一项指标背后的名单，分页；居民的名单另需查看名单的权限",
              "The rows behind a measure, by pages; those of residents also need tables.read"},
};

/* ---- finding a hit right ---- */

static Err measure_check_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    const Measure *measure = NULL;
    const Json *body = NULL;
    Str record = {0}, reason = {0};
    Uuid id = UUID_NIL;
    TRY(read_measure(cx, request, &measure));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "record", &record));
    TRY(web_body_text(cx, body, "reason", &reason));
    if (uuid_parse(record, &id) != OK || !measure->is_quality || measure->grain != GRAIN_RECORD)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/record"), 1, STR("record"));
    return measure_check_give(cx, measure, id, reason);
}

const Route route_measure_check = {
    .method = HTTP_POST,
    .path = "/api/measures/{id}/checks",
    .persons = ROUTE_PERSONS_ONE,
    .handler = measure_check_post,
    .permit = "measures.check",
    .body_most = BODY_MOST,
    .in = "{record: uuid, reason: text}",
    .title = {"核对过一条数据质量提示：确属实情，写明理由",
              "A record that a data-quality rule names is right as it is, for a reason"},
};

static Err measure_hits_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Measure *measure = NULL;
    const MeasureHits *hits = NULL;
    size_t n = 0;
    Period period;
    TRY(read_measure(cx, request, &measure));
    if (!measure->is_quality)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, measure->id);
    TRY(read_period(cx, request, "period", measure_longest(measure, cx->today), &period));
    TRY(measure_hits(cx, measure, period, &hits, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_period(&out, period);
    json_key_c(&out, "hits");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        web_json_text(&out, "facility", hits[i].facility);
        json_key_c(&out, "performed_by");
        json_uuid(&out, hits[i].performed_by);
        web_json_text(&out, "performed_by_name", hits[i].performed_by_name);
        web_json_integer(&out, "hits", hits[i].hits);
        web_json_integer(&out, "open", hits[i].open);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_measure_hits = {
    .method = HTTP_GET,
    .path = "/api/measures/{id}/hits",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = measure_hits_get,
    .permit = "tables.read", /* it names who served, as the day's work does */
    .query = "{period?: text}",
    .out = "{period: text, hits: [{facility: text, performed_by: uuid, performed_by_name?: text, "
           "hits: integer, open: integer}]}",
    .title = {"数据质量提示按服务人统计", "Hits of a data-quality rule by who served"},
};
