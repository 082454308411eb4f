/* /api/residents: finding a person within sight, and a person's page: who it is, programs, what is
 * owed and why, the timeline. */
#include "engine/obligations/visits.h"
#include "pack/pack.h"
#include "web/person.h"
#include "web/records_json.h"
#include "web/resident_json.h"
#include "web/schemas.h"

enum { TIMELINE_MOST = 200 };

static void put_resident(const Cx *cx, JsonOut *out, const Resident *resident, Wording area_name)
{
    PersonBrief person = {.id = resident->id,
                          .name = resident->name,
                          .sex = resident->sex,
                          .birth_date = resident->birth_date,
                          .area = resident->area,
                          .area_name = area_name.zh,
                          .area_name_en = area_name.en,
                          .on = cx->today};
    person_brief_write(out, &person);
    web_json_text(out, "id_number_masked", id_number_masked(cx->arena, resident->id_number));
    web_json_text(out, "phone_masked", phone_masked(cx->arena, resident->phone));
}

static Err residents_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Resident *residents = NULL;
    size_t n = 0;
    Str query = str_trim(http_query(request, "q"));
    if (query.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("q"), 1, STR("q"));
    TRY(resident_search(cx, query, &residents, &n));
    AreaNames names;
    Str *areas = arena_array(cx->arena, Str, n + 1);
    for (size_t i = 0; i < n; i++)
        areas[i] = residents[i].area;
    TRY(subject_area_names(cx, areas, n, &names));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        put_resident(cx, &out, &residents[i], area_name(&names, residents[i].area));
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_residents = {
    .method = HTTP_GET,
    .path = "/api/residents",
    .persons = ROUTE_PERSONS_SEARCH,
    .handler = residents_get,
    .permit = "residents.search",
    .query = "{q: text}",
    .out = "{items: [{" SCHEMA_PERSON_MEMBERS ", id_number_masked?: text, phone_masked?: text}]}",
    .title = {"查找居民", "Find residents"},
};

static Err write_who(Cx *cx, JsonOut *out, const Resident *resident, Date on)
{
    Wording area_name = {0};
    TRY(subject_area_name(cx, resident->area, &area_name));
    const PersonBrief person = {.id = resident->id,
                                .name = resident->name,
                                .sex = resident->sex,
                                .birth_date = resident->birth_date,
                                .area = resident->area,
                                .area_name = area_name.zh,
                                .area_name_en = area_name.en,
                                .on = on};
    json_key_c(out, "resident");
    json_object_begin(out);
    person_brief_write(out, &person);
    web_json_text(out, "record_number", resident->record_number);
    web_json_text(out, "id_number_masked", id_number_masked(cx->arena, resident->id_number));
    web_json_text(out, "phone_masked", phone_masked(cx->arena, resident->phone));
    web_json_text(out, "address", resident->address);
    json_key_c(out, "household");
    json_uuid(out, resident->household);
    web_json_date(out, "registered_on", resident->registered_on);
    json_object_end(out);
    return OK;
}

static Err reveal_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "reason", &reason));
    Resident resident;
    TRY(resident_reveal(cx, id, reason, &resident));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "id_type", resident.id_type);
    web_json_text(&out, "id_number", resident.id_number);
    web_json_text(&out, "phone", resident.phone);
    json_object_end(&out);
    return OK;
}

const Route route_resident_reveal = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/reveal",
    .handler = reveal_post,
    .permit = "residents.reveal",
    .body_most = 4096,
    .in = "{reason: text}",
    .out = "{id_type?: text, id_number?: text, phone?: text}",
    .title = {"查看完整的证件号码和电话，须写明原因",
              "The ID and telephone number whole; a reason is asked for"},
};

static Err write_programs(Cx *cx, JsonOut *out, Uuid resident)
{
    const Enrolment *enrolments = NULL;
    size_t n = 0;
    TRY(obligation_enrolments(cx, resident, &enrolments, &n));
    json_key_c(out, "programs");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", enrolments[i].program->id);
        web_json_wording(out, "title", enrolments[i].program->title);
        web_json_wording(out, "tag", enrolments[i].program->tag);
        web_json_date(out, "enrolled_on", enrolments[i].entered_on);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err write_obligations(Cx *cx, JsonOut *out, JsonParts *parts, Uuid resident, Date on)
{
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(obligation_of(cx, resident, on, &lines, &n));
    json_key_c(out, "obligations");
    json_array_begin(out);
    const Rule *answered = NULL;
    size_t together = obligation_together(lines, n);
    for (size_t i = 0; i < n; i++) {
        if (!obligation_is_shown(&lines[i], &answered))
            continue;
        json_object_begin(out);
        web_json_obligation(out, parts, &lines[i], on);
        web_json_visit(out, obligation_goes_together(&lines[i]) ? together : 0);
        web_json_reasons(cx, out, parts, &lines[i]);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err write_records(Cx *cx, JsonOut *out, JsonParts *parts, Uuid resident)
{
    const Record *records = NULL;
    size_t n = 0;
    TRY(record_timeline(cx, resident, TIMELINE_MOST, &records, &n));
    PerformerNames names = {.parts = parts};
    json_key_c(out, "records");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        TRY(record_write(cx, out, &records[i], &names, false));
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

/* Today, or a past day: then everything is answered as it was known at the end of it. */
static Err take_day(Cx *cx, const HttpRequest *request, Date *ret_on)
{
    TRY(web_query_date(cx, request, "on", cx->today, ret_on));
    int order = date_compare(*ret_on, cx->today);
    char today[DATE_TEXT_SIZE];
    if (order > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_DAY_AHEAD, STR("on"), 1,
                       str_from_c(date_format(cx->today, today)));
    if (order < 0)
        cx->as_of = *ret_on;
    return OK;
}

static Err resident_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Date on = DATE_NONE;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(take_day(cx, request, &on));
    Resident resident;
    resident_open_ahead(cx, id);
    obligation_enrolments_ahead(cx, id);
    obligation_of_ahead(cx, id, on);
    record_timeline_ahead(cx, id);
    TRY(resident_open(cx, id, &resident));
    JsonParts parts = {.arena = cx->arena};
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", on);
    TRY(write_who(cx, &out, &resident, on));
    TRY(write_programs(cx, &out, resident.id));
    TRY(write_obligations(cx, &out, &parts, resident.id, on));
    TRY(write_records(cx, &out, &parts, resident.id));
    json_object_end(&out);
    return OK;
}

const Route route_resident = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}",
    .handler = resident_get,
    .permit = "residents.read",
    .query = "{on?: date}",
    .out = "{on: date, resident: {" SCHEMA_PERSON_MEMBERS
           ", record_number?: text, id_number_masked?: text, phone_masked?: text, address?: text, "
           "household?: uuid, registered_on?: date}, "
           "programs: [{id: text, title: wording, tag: wording, enrolled_on: date}], "
           "obligations: [" SCHEMA_EXPLAINED_AT_VISIT "], "
           "records: [{" SCHEMA_RECORD_MEMBERS ", summary: " SCHEMA_SUMMARY "}]}",
    .title = {"居民页：档案、应做服务、时间轴", "A person's page: who, what is owed, the timeline"},
};
