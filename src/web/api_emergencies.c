/* /api/emergencies: opening a resident out of sight by the exact number, and reviewing that. */
#include "engine/subjects/residents.h"
#include "pack/pack.h"
#include "web/route.h"

enum { BODY_MOST = 4 * 1024, LIST_MOST = 200 };

static Err emergencies_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Str number, reason;
    Uuid id;
    Date until;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "id_number", &number));
    TRY(web_body_text(cx, body, "reason", &reason));
    TRY(resident_emergency(cx, number, reason, &id, &until));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "resident");
    json_uuid(&out, id);
    web_json_date(&out, "until", until);
    json_object_end(&out);
    return OK;
}

const Route route_emergencies_post = {
    .method = HTTP_POST,
    .path = "/api/emergencies",
    .persons = ROUTE_PERSONS_NONE,
    .handler = emergencies_post,
    .permit = "residents.emergency",
    .body_most = BODY_MOST,
    .in = "{id_number: text, reason: text}",
    .out = "{resident: uuid, until: date}",
    .title = {"紧急查看片区以外的居民，须写明原因，事后复核",
              "Open a resident out of sight in an emergency; the reason is reviewed"},
};

static void put_emergency(Cx *cx, JsonOut *out, const Emergency *emergency)
{
    const Role *role = pack_role(cx->packs, emergency->role);
    bool is_reviewed = emergency->verdict.n > 0;
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, emergency->id);
    json_key_c(out, "opened_at");
    json_instant(out, emergency->opened_at);
    web_json_date(out, "until", emergency->ends_on);
    web_json_text(out, "account_name", emergency->account_name);
    web_json_wording(out, "role_title",
                     role == NULL ? (Wording){emergency->role, {0}} : role->title);
    web_json_text(out, "facility", emergency->facility);
    web_json_text(out, "facility_name", emergency->facility_name);
    web_json_text(out, "facility_name_en", emergency->facility_name_en);
    json_key_c(out, "was_found");
    json_bool(out, emergency->was_found);
    json_key_c(out, "is_own");
    json_bool(out, uuid_equals(emergency->account, cx->actor->account));
    web_json_text(out, "reason", emergency->reason);
    web_json_text(out, "verdict", emergency->verdict);
    web_json_text(out, "note", emergency->note);
    web_json_text(out, "reviewer_name", emergency->reviewer_name);
    json_key_c(out, "reviewed_at");
    if (is_reviewed)
        json_instant(out, emergency->reviewed_at);
    else
        json_null(out);
    json_object_end(out);
}

static Err emergencies_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Emergency *items = NULL;
    size_t n = 0;
    bool with_reviewed = str_equals_c(http_query(request, "state"), "all");
    TRY(emergency_list(cx, with_reviewed, (Instant){INT64_MAX}, LIST_MOST, &items, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_emergency(cx, &out, &items[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_emergencies = {
    .method = HTTP_GET,
    .path = "/api/emergencies",
    .handler = emergencies_get,
    .permit = "emergencies.review",
    .query = "{state?: text}",
    .out = "{items: [{id: uuid, opened_at: instant, until: date, account_name?: text, role_title: "
           "wording, facility?: text, facility_name?: text, facility_name_en?: text, was_found: "
           "bool, is_own: bool, reason: text, verdict?: text, note?: text, reviewer_name?: text, "
           "reviewed_at?: instant}]}",
    .title = {"待复核的紧急查看（state=all 含已复核）",
              "Emergency openings to review (state=all: with those reviewed)"},
};

static Err review_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const Json *body = NULL;
    Str verdict, note;
    (void)response;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "verdict", &verdict));
    TRY(web_body_text(cx, body, "note", &note));
    return emergency_review(cx, id, verdict, note);
}

const Route route_emergency_review = {
    .method = HTTP_POST,
    .path = "/api/emergencies/{id}/review",
    .handler = review_post,
    .permit = "emergencies.review",
    .body_most = BODY_MOST,
    .in = "{verdict: text, note: text}",
    .title = {"复核一次紧急查看", "Review an emergency opening"},
};
