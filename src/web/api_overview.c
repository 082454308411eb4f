/* GET /api/overview: how much is owed and how late, area by area. Numbers only, so that those who
 * may not see persons can read it. */
#include "engine/obligations/obligations.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/subjects.h"
#include "web/route.h"

/* Members of an object that has been begun. days_late_mean: whole days, of what is overdue. */
static void put_counts(JsonOut *out, const AreaProgramCount *count)
{
    web_json_integer(out, "overdue", count->overdue);
    web_json_integer(out, "due", count->due);
    web_json_integer(out, "open", count->open);
    web_json_integer(
        out, "days_late_mean",
        count->overdue == 0 ? 0 : (count->days_late + count->overdue / 2) / count->overdue);
    web_json_integer(out, "days_late_most", count->days_late_most);
}

/* Few of a sensitive kind could be recognised: who sees no persons is told neither how many, nor a
 * sum that tells it. */
static bool is_hidden(const Cx *cx, const Program *program, const AreaProgramCount *count,
                      int64_t few_below)
{
    int64_t n = count->overdue + count->due + count->open;
    bool is_sensitive = program_sensitivity(program).n > 0;
    for (size_t i = 0; i < program->rule_n && !is_sensitive; i++)
        is_sensitive = rule_sensitivity(program->rules[i]).n > 0;
    return is_sensitive && !cx->actor->sees_persons && n > 0 && n < few_below;
}

static AreaProgramCount sum_of(const Cx *cx, const AreaCounts *counts, const AreaCount *area,
                               int64_t few_below)
{
    AreaProgramCount sum = {0};
    for (size_t i = 0; i < counts->program_n; i++) {
        const AreaProgramCount *count = &area->programs[i];
        if (is_hidden(cx, counts->programs[i], count, few_below))
            continue;
        sum.overdue += count->overdue;
        sum.due += count->due;
        sum.open += count->open;
        sum.days_late += count->days_late;
        if (count->days_late_most > sum.days_late_most)
            sum.days_late_most = count->days_late_most;
    }
    return sum;
}

static void put_programs(JsonOut *out, const AreaCounts *counts)
{
    json_key_c(out, "programs");
    json_array_begin(out);
    for (size_t i = 0; i < counts->program_n; i++) {
        json_object_begin(out);
        web_json_text(out, "program", counts->programs[i]->id);
        web_json_wording(out, "title", counts->programs[i]->title);
        web_json_wording(out, "tag", counts->programs[i]->tag);
        json_object_end(out);
    }
    json_array_end(out);
}

/* Who answers for the area: its clinics; and below how many a number is held back. */
typedef struct {
    int64_t few_below;
    const Facility *facilities;
    size_t facility_n;
    const Catchment *catchments;
    size_t catchment_n;
} Answering;

static Err read_answering(Cx *cx, Answering *ret)
{
    TRY(policy_few_below(cx, cx->today, &ret->few_below));
    TRY(subject_facilities(cx, &ret->facilities, &ret->facility_n));
    return subject_catchments(cx, &ret->catchments, &ret->catchment_n);
}

static void put_facility(JsonOut *out, const Answering *answering, Str code)
{
    for (size_t i = 0; i < answering->facility_n; i++) {
        const Facility *facility = &answering->facilities[i];
        if (!str_equals(facility->code, code))
            continue;
        json_object_begin(out);
        web_json_text(out, "code", code);
        web_json_text(out, "name", facility->name);
        web_json_text(out, "name_en", facility->name_en);
        json_object_end(out);
    }
}

static void put_facilities(JsonOut *out, const Answering *answering, Str area)
{
    json_key_c(out, "facilities");
    json_array_begin(out);
    for (size_t i = 0; i < answering->catchment_n; i++)
        if (str_equals(answering->catchments[i].area, area))
            put_facility(out, answering, answering->catchments[i].facility);
    json_array_end(out);
}

static void put_area(const Cx *cx, JsonOut *out, const AreaCounts *counts, const AreaCount *area,
                     const Answering *answering)
{
    AreaProgramCount sum = sum_of(cx, counts, area, answering->few_below);
    json_object_begin(out);
    web_json_text(out, "code", area->code);
    web_json_text(out, "name", area->name);
    web_json_text(out, "name_en", area->name_en);
    web_json_integer(out, "level", area->level);
    put_facilities(out, answering, area->code);
    put_counts(out, &sum);
    json_key_c(out, "by_program");
    json_array_begin(out);
    for (size_t i = 0; i < counts->program_n; i++) {
        json_object_begin(out);
        web_json_text(out, "program", counts->programs[i]->id);
        bool is_few = is_hidden(cx, counts->programs[i], &area->programs[i], answering->few_below);
        put_counts(out, is_few ? &(AreaProgramCount){0} : &area->programs[i]);
        json_key_c(out, "is_few");
        json_bool(out, is_few);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}

static Err put_asked(Cx *cx, JsonOut *out, Str area)
{
    json_key_c(out, "area");
    if (area.n == 0) {
        json_null(out);
        return OK;
    }
    Wording name = {0};
    TRY(subject_area_name(cx, area, &name));
    json_object_begin(out);
    web_json_text(out, "code", area);
    web_json_text(out, "name", name.zh);
    web_json_text(out, "name_en", name.en);
    json_object_end(out);
    return OK;
}

static Err overview_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Str area = http_query(request, "area");
    AreaCounts counts = {0};
    Answering answering = {0};
    TRY(obligation_area_counts(cx, cx->today, area, &counts));
    TRY(read_answering(cx, &answering));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    web_json_integer(&out, "few_below", answering.few_below);
    TRY(put_asked(cx, &out, area));
    put_programs(&out, &counts);
    json_key_c(&out, "areas");
    json_array_begin(&out);
    for (size_t i = 0; i < counts.area_n; i++)
        put_area(cx, &out, &counts, &counts.areas[i], &answering);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define COUNTS_SCHEMA                                                                              \
 "overdue: integer, due: integer, open: integer, days_late_mean: integer, days_late_most: integer"

const Route route_overview = {
    .method = HTTP_GET,
    .path = "/api/overview",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = overview_get,
    .permit = "obligations.read",
    .query = "{area?: text}",
    .out = "{on: date, few_below: integer, area?: {code: text, name: text, name_en?: text}, "
           "programs: [{program: text, title: wording, tag: wording}], "
           "areas: [{code: text, name: text, name_en?: text, level: integer, "
           "facilities: [{code: text, name: text, name_en?: text}], " COUNTS_SCHEMA
           ", by_program: [{program: text, is_few: bool, " COUNTS_SCHEMA "}]}]}",
    .title = {"各地待办与逾期数", "What is owed and how late, by area"},
};
