/* /api/residents: registering a person, what happens to one, who are one person; /api/households.
 */
#include "engine/records/answers_json.h"
#include "engine/subjects/residents.h"
#include "web/person.h"
#include "web/resident_json.h"
#include "web/schemas.h"

enum { BODY_MOST = 16 * 1024 };

static Err body_text(Cx *cx, const Json *body, const char *key, Str *ret_text)
{
    return web_body_optional_text(cx, body, key, ret_text);
}

static Err wrong(Cx *cx, const char *key, const char *wanted)
{
    return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, str_printf(cx->arena, "/%s", key), 2,
                   str_from_c(key), str_from_c(wanted));
}

static Err body_uuid(Cx *cx, const Json *body, const char *key, bool is_required, Uuid *ret_id)
{
    Str text = {0};
    *ret_id = UUID_NIL;
    TRY(is_required ? web_body_text(cx, body, key, &text) : body_text(cx, body, key, &text));
    if (text.n == 0 && !is_required)
        return OK;
    return uuid_parse(text, ret_id) == OK ? OK : wrong(cx, key, "UUID");
}

static Err body_date(Cx *cx, const Json *body, const char *key, Date *ret_date)
{
    Str text = {0};
    *ret_date = DATE_NONE;
    TRY(body_text(cx, body, key, &text));
    if (text.n == 0)
        return OK;
    return date_parse(text, ret_date) == OK ? OK : wrong(cx, key, "YYYY-MM-DD");
}

static Err body_year(Cx *cx, const Json *body, int64_t *ret_year)
{
    Str text = {0};
    *ret_year = 0;
    TRY(body_text(cx, body, "birth_year", &text));
    for (size_t i = 0; i < text.n; i++) {
        if (text.n != 4 || text.p[i] < '0' || text.p[i] > '9')
            return wrong(cx, "birth_year", "YYYY");
        *ret_year = *ret_year * 10 + (text.p[i] - '0');
    }
    return OK;
}

static Err read_draft(Cx *cx, const Json *body, ResidentDraft *draft)
{
    Resident *resident = &draft->resident;
    TRY(body_uuid(cx, body, "id", true, &resident->id));
    TRY(web_body_text(cx, body, "area", &resident->area));
    TRY(body_text(cx, body, "name", &resident->name));
    TRY(body_text(cx, body, "mother_name", &draft->mother_name));
    TRY(body_text(cx, body, "sex", &resident->sex));
    TRY(body_date(cx, body, "birth_date", &resident->birth_date));
    TRY(body_year(cx, body, &resident->birth_year));
    TRY(body_text(cx, body, "id_type", &resident->id_type));
    TRY(body_text(cx, body, "id_number", &resident->id_number));
    TRY(body_text(cx, body, "phone", &resident->phone));
    TRY(body_text(cx, body, "address", &resident->address));
    TRY(body_uuid(cx, body, "household", false, &resident->household));
    TRY(body_text(cx, body, "relation", &resident->relation));
    FormAnswers answers = {0};
    TRY(answers_confirmed_from_json(cx, json_get(body, STR("confirmed")), &answers));
    draft->confirmed = answers.confirmed;
    draft->confirmed_n = answers.confirmed_n;
    return body_date(cx, body, "registered_on", &resident->registered_on);
}

static Err residents_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    ResidentDraft draft = {0};
    Resident resident;
    bool was_known = false;
    TRY(web_body(cx, request, &body));
    TRY(read_draft(cx, body, &draft));
    TRY(resident_register(cx, &draft, &resident, &was_known));
    response->status = was_known ? 200 : 201;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, resident.id);
    web_json_text(&out, "name", resident.name);
    web_json_text(&out, "record_number", resident.record_number);
    json_key_c(&out, "was_known");
    json_bool(&out, was_known);
    json_object_end(&out);
    return OK;
}

const Route route_residents_post = {
    .method = HTTP_POST,
    .path = "/api/residents",
    .persons = ROUTE_PERSONS_NONE,
    .handler = residents_post,
    .permit = "residents.write",
    .body_most = BODY_MOST,
    .in = "{id: uuid, area: text, name?: text, mother_name?: text, sex?: text, birth_date?: date, "
          "birth_year?: text, id_type?: text, id_number?: text, phone?: text, address?: text, "
          "household?: uuid, relation?: text, registered_on?: date, confirmed?: [text]}",
    .out = "{id: uuid, name: text, record_number?: text, was_known: bool}",
    .may_create = true,
    .title = {"登记居民（没有姓名的新生儿可填母亲姓名）",
              "Register a resident (a newborn without a name by the mother's)"},
};

static Err write_ok(HttpResponse *response, Uuid id)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, id);
    json_object_end(&out);
    return OK;
}

static Err events_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Str kind = {0};
    ResidentEvent event = {0};
    TRY(web_parameter_uuid(cx, request, "id", &event.resident));
    TRY(web_body(cx, request, &body));
    TRY(body_uuid(cx, body, "id", true, &event.id));
    TRY(web_body_text(cx, body, "kind", &kind));
    if (!resident_event_parse(kind, &event.kind))
        return wrong(cx, "kind", "moved, joined, left, returned, died");
    TRY(body_date(cx, body, "happened_on", &event.happened_on));
    TRY(body_text(cx, body, "area", &event.area));
    TRY(body_uuid(cx, body, "household", false, &event.household));
    TRY(body_text(cx, body, "relation", &event.relation));
    TRY(body_text(cx, body, "note", &event.note));
    TRY(resident_event_add(cx, &event));
    return write_ok(response, event.id);
}

const Route route_resident_events_post = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/events",
    .handler = events_post,
    .permit = "residents.write",
    .body_most = BODY_MOST,
    .in = "{id: uuid, kind: moved|joined|left|returned|died, happened_on: date, area?: text, "
          "household?: uuid, relation?: text, note?: text}",
    .out = "{id: uuid}",
    .title = {"登记迁移、入户、迁出、返回或死亡",
              "Note a move, joining a household, leaving, return or death"},
};

static Err events_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const ResidentEvent *events = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(resident_history(cx, id, &events, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "id");
        json_uuid(&out, events[i].id);
        web_json_text(&out, "kind", str_from_c(resident_event_name(events[i].kind)));
        web_json_date(&out, "happened_on", events[i].happened_on);
        web_json_text(&out, "area", events[i].area);
        web_json_text(&out, "relation", events[i].relation);
        web_json_text(&out, "note", events[i].note);
        json_key_c(&out, "is_ended");
        json_bool(&out, events[i].is_ended);
        web_json_text(&out, "end_reason", events[i].end_reason);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_resident_events = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/events",
    .handler = events_get,
    .permit = "residents.read",
    .out =
        "{items: [{id: uuid, kind: text, happened_on: date, area?: text, relation?: text, note?: "
        "text, is_ended: bool, end_reason?: text}]}",
    .title = {"居民的变动经过", "What happened to a resident"},
};

static Err event_void_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL, event = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_parameter_uuid(cx, request, "event", &event));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "reason", &reason));
    TRY(resident_event_void(cx, id, event, reason));
    return write_ok(response, event);
}

const Route route_resident_event_void = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/events/{event}/void",
    .handler = event_void_post,
    .permit = "residents.write",
    .body_most = BODY_MOST,
    .in = "{reason: text}",
    .out = "{id: uuid}",
    .title = {"撤销登记错的变动", "Take back a change that was noted wrongly"},
};

static Err merge_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL, into = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(body_uuid(cx, body, "into", true, &into));
    TRY(web_body_text(cx, body, "reason", &reason));
    TRY(resident_merge(cx, id, into, reason));
    return write_ok(response, into);
}

const Route route_resident_merge = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/merge",
    .handler = merge_post,
    .permit = "residents.merge",
    .body_most = BODY_MOST,
    .in = "{into: uuid, reason: text}",
    .out = "{id: uuid}",
    .title = {"把重复的档案并入另一份", "Merge an entry that is a duplicate into another"},
};

static Err unmerge_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "reason", &reason));
    TRY(resident_unmerge(cx, id, reason));
    return write_ok(response, id);
}

const Route route_resident_unmerge = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/unmerge",
    .handler = unmerge_post,
    .permit = "residents.merge",
    .body_most = BODY_MOST,
    .in = "{reason: text}",
    .out = "{id: uuid}",
    .title = {"把误并的档案拆分出来", "Take an entry out that was merged wrongly"},
};

static Err entries_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const ResidentEntry *entries = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(resident_entries(cx, id, &entries, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "id");
        json_uuid(&out, entries[i].id);
        web_json_text(&out, "name", entries[i].name);
        web_json_text(&out, "sex", entries[i].sex);
        web_json_date(&out, "birth_date", entries[i].birth_date);
        web_json_date(&out, "registered_on", entries[i].registered_on);
        json_key_c(&out, "merged_at");
        json_instant(&out, entries[i].merged_at);
        web_json_text(&out, "reason", entries[i].reason);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_resident_entries = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/entries",
    .handler = entries_get,
    .permit = "residents.merge",
    .out = "{items: [{id: uuid, name?: text, sex?: text, birth_date?: date, registered_on?: date, "
           "merged_at: instant, reason?: text}]}",
    .title = {"并入这份档案的其他档案", "Entries kept under this one"},
};

/* People of a list, each a member of the object that is open. */
static void put_person(const Cx *cx, JsonOut *out, const ResidentBrief *brief)
{
    json_object_begin(out);
    person_resident_write(out, brief, cx->today);
    json_object_end(out);
}

static void put_reasons(JsonOut *out, int64_t reasons)
{
    json_key_c(out, "reasons");
    json_array_begin(out);
    for (int64_t reason = 1; reason < (1 << MATCH_KINDS); reason *= 2) {
        if ((reasons & reason) != 0)
            json_text(out, str_from_c(resident_match_name(reason)));
    }
    json_array_end(out);
}

static Err duplicates_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const ResidentMatch *matches = NULL;
    const ResidentBrief *briefs = NULL;
    size_t n = 0;
    TRY(resident_matches(cx, http_query(request, "area"), &matches, &n));
    Uuid *ids = arena_array(cx->arena, Uuid, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = matches[i].first;
        ids[2 * i + 1] = matches[i].second;
    }
    TRY(resident_briefs(cx, ids, 2 * n, &briefs));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "score");
        json_integer(&out, matches[i].score);
        put_reasons(&out, matches[i].reasons);
        json_key_c(&out, "first");
        put_person(cx, &out, &briefs[2 * i]);
        json_key_c(&out, "second");
        put_person(cx, &out, &briefs[2 * i + 1]);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_resident_duplicates = {
    .method = HTTP_GET,
    .path = "/api/resident-duplicates",
    .persons = ROUTE_PERSONS_LIST,
    .handler = duplicates_get,
    .permit = "residents.merge",
    .query = "{area?: text}",
    .out = "{items: [{score: integer, reasons: [text], first: {" SCHEMA_PERSON_MEMBERS
           "}, second: {" SCHEMA_PERSON_MEMBERS "}}]}",
    .title = {"可能重复的档案", "Entries that may be one person"},
};

static Err unplaced_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const Uuid *ids = NULL;
    const ResidentBrief *briefs = NULL;
    size_t n = 0;
    TRY(residents_unplaced(cx, &ids, &n));
    TRY(resident_briefs(cx, ids, n, &briefs));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_person(cx, &out, &briefs[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_residents_unplaced = {
    .method = HTTP_GET,
    .path = "/api/residents-unplaced",
    .persons = ROUTE_PERSONS_LIST,
    .handler = unplaced_get,
    .permit = "residents.search",
    .out = "{items: [{" SCHEMA_PERSON_MEMBERS "}]}",
    .title = {"没有归入村（居）或网格的居民", "Residents in no village or grid"},
};

static Err households_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Uuid id = UUID_NIL;
    Str area = {0};
    TRY(web_body(cx, request, &body));
    TRY(body_uuid(cx, body, "id", true, &id));
    TRY(web_body_text(cx, body, "area", &area));
    TRY(household_add(cx, id, area));
    return write_ok(response, id);
}

const Route route_households_post = {
    .method = HTTP_POST,
    .path = "/api/households",
    .persons = ROUTE_PERSONS_NONE,
    .handler = households_post,
    .permit = "residents.write",
    .body_most = BODY_MOST,
    .in = "{id: uuid, area: text}",
    .out = "{id: uuid}",
    .title = {"登记一户", "Register a household"},
};

static Err household_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Str area = {0};
    const HouseholdMember *members = NULL;
    const ResidentBrief *briefs = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(household_open(cx, id, &area, &members, &n));
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = members[i].resident;
    TRY(resident_briefs(cx, ids, n, &briefs));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "area", area);
    json_key_c(&out, "members");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        web_json_text(&out, "relation", members[i].relation);
        json_key_c(&out, "person");
        put_person(cx, &out, &briefs[i]);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_household = {
    .method = HTTP_GET,
    .path = "/api/households/{id}",
    .handler = household_get,
    .permit = "residents.read",
    .out = "{area: text, members: [{relation?: text, person: {" SCHEMA_PERSON_MEMBERS "}}]}",
    .title = {"一户的成员", "Who lives in a household"},
};

static Err household_move_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const Json *body = NULL;
    Str area = {0};
    Date day = DATE_NONE;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "area", &area));
    TRY(body_date(cx, body, "happened_on", &day));
    TRY(household_move(cx, id, area, day));
    return write_ok(response, id);
}

const Route route_household_move = {
    .method = HTTP_POST,
    .path = "/api/households/{id}/move",
    .handler = household_move_post,
    .permit = "residents.write",
    .body_most = BODY_MOST,
    .in = "{area: text, happened_on: date}",
    .out = "{id: uuid}",
    .title = {"整户迁移", "Move a household"},
};
