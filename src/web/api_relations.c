/* /api/residents/{id}/relations: who else sees a resident, and letting others see one for a time;
 * /api/residents/{id}/account, /api/own: residents who see themselves. */
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects.h"
#include "web/person.h"
#include "web/route.h"
#include "web/schemas.h"

enum { BODY_MOST = 4 * 1024 };

static const Facility *facility_of(const Facility *facilities, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return &facilities[i];
    }
    return NULL;
}

static Err put_holder(Cx *cx, JsonOut *out, Str holder, const Facility *facilities, size_t n)
{
    Account account = {0};
    Uuid id = UUID_NIL;
    bool is_account = relation_holder_account(holder, &id);
    const Facility *facility = is_account ? NULL : facility_of(facilities, n, holder);
    if (is_account)
        TRY(account_open(cx, id, &account));
    json_key_c(out, "account");
    json_uuid(out, id);
    web_json_text(out, "account_name", account.name);
    web_json_text(out, "facility", is_account ? account.facility : holder);
    web_json_text(out, "facility_name", facility == NULL ? (Str){0} : facility->name);
    web_json_text(out, "facility_name_en", facility == NULL ? (Str){0} : facility->name_en);
    return OK;
}

static Err relations_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const RelationInfo *relations = NULL;
    const Facility *facilities = NULL;
    size_t n = 0, facility_n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(resident_relation_list(cx, id, &relations, &n));
    TRY(subject_facilities(cx, &facilities, &facility_n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "source");
        json_uuid(&out, relations[i].source);
        web_json_text(&out, "kind", str_from_c(relation_kind_name(relations[i].kind)));
        web_json_text(&out, "class", relations[i].class);
        web_json_date(&out, "from", relations[i].from);
        web_json_date(&out, "until", relations[i].until);
        TRY(put_holder(cx, &out, relations[i].holder, facilities, facility_n));
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_relations = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/relations",
    .handler = relations_get,
    .permit = "residents.read",
    .out = "{items: [{source?: uuid, kind: text, class?: text, from: date, until: date, "
           "account?: uuid, account_name?: text, facility: text, facility_name?: text, "
           "facility_name_en?: text}]}",
    .title = {"还有谁看得到这位居民", "Who else sees a resident"},
};

static Err body_uuid(Cx *cx, const Json *body, const char *key, Uuid *ret_id)
{
    Err err = json_get_uuid(body, str_from_c(key), ret_id);
    if (err == ERR_INVALID)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, str_printf(cx->arena, "/%s", key), 2,
                       str_from_c(key), STR("UUID"));
    return OK;
}

/* fallback: DATE_NONE where the date must be there. */
static Err body_date(Cx *cx, const Json *body, const char *key, Date fallback, Date *ret_date)
{
    Err err = json_get_date(body, str_from_c(key), ret_date);
    if (err == ERR_NOT_FOUND && !date_is_none(fallback))
        *ret_date = fallback;
    else if (err != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, str_printf(cx->arena, "/%s", key), 2,
                       str_from_c(key), STR("YYYY-MM-DD"));
    return OK;
}

static Err relations_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Relation relation = {.class = STR("")};
    Str kind = {0}, class = {0};
    TRY(web_parameter_uuid(cx, request, "id", &relation.subject));
    TRY(web_body(cx, request, &body));
    TRY(body_uuid(cx, body, "source", &relation.source));
    if (uuid_is_nil(relation.source))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/source"), 1, STR("source"));
    TRY(web_body_text(cx, body, "kind", &kind));
    if (!relation_kind_parse(kind, &relation.kind))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/kind"), 2, STR("kind"),
                       STR("contract, referral, worklist, sample, card"));
    TRY(web_body_optional_text(cx, body, "facility", &relation.facility));
    TRY(body_uuid(cx, body, "account", &relation.account));
    TRY(web_body_optional_text(cx, body, "class", &class));
    if (class.n > 0)
        relation.class = class;
    TRY(body_date(cx, body, "from", cx->today, &relation.from));
    TRY(body_date(cx, body, "until", DATE_NONE, &relation.until));
    TRY(resident_relation_give(cx, &relation));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "source");
    json_uuid(&out, relation.source);
    json_object_end(&out);
    return OK;
}

const Route route_relations_post = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/relations",
    .persons = ROUTE_PERSONS_HOME,
    .handler = relations_post,
    .permit = "residents.grant",
    .body_most = BODY_MOST,
    .in = "{source: uuid, kind: contract|referral|worklist|sample|card, facility?: text, "
          "account?: uuid, class?: text, from?: date, until: date}",
    .out = "{source: uuid}",
    .title = {"让某机构或某账号在一段时间内看得到这位居民",
              "Let a facility or an account see a resident for a time"},
};

static Err relation_end_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    const Json *body = NULL;
    Uuid id = UUID_NIL, source = UUID_NIL;
    Date last_day;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_parameter_uuid(cx, request, "source", &source));
    TRY(web_body(cx, request, &body));
    TRY(body_date(cx, body, "last_day", date_add_days(cx->today, -1), &last_day));
    return resident_relation_end(cx, id, source, last_day);
}

const Route route_relation_end = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/relations/{source}/end",
    .persons = ROUTE_PERSONS_HOME,
    .handler = relation_end_post,
    .permit = "residents.grant",
    .body_most = BODY_MOST,
    .in = "{last_day?: date}",
    .title = {"结束授予的查看", "End what let others see a resident"},
};

/* ---- residents themselves ---- */

static Err account_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    ResidentAccount account = {.resident = UUID_NIL};
    FirstPassword first = {0};
    TRY(web_parameter_uuid(cx, request, "id", &account.resident));
    TRY(web_body(cx, request, &body));
    TRY(web_body_optional_text(cx, body, "guardian", &account.guardian));
    TRY(web_body_optional_text(cx, body, "guardian_login", &account.guardian_login));
    TRY(resident_account_give(cx, &account, &first));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "name", first.name);
    web_json_text(&out, "facility", first.facility);
    web_json_text(&out, "login", first.login);
    web_json_text(&out, "password", first.password);
    json_object_end(&out);
    return OK;
}

const Route route_resident_account = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/account",
    .persons = ROUTE_PERSONS_HOME,
    .handler = account_post,
    .permit = "residents.account",
    .body_most = BODY_MOST,
    .in = "{guardian?: text, guardian_login?: text}",
    .out = "{name?: text, facility: text, login: text, password?: text}",
    .title = {"给居民本人（未成年人给监护人）开设账号；初始密码只显示这一次",
              "An account for the resident, or for a minor's guardian; its password is told once"},
};

static Err own_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const OwnResident *own = NULL;
    size_t n = 0;
    TRY(resident_own(cx, &own, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        person_resident_write(&out, &own[i].who, cx->today);
        web_json_text(&out, "kind", str_from_c(relation_kind_name(own[i].kind)));
        web_json_date(&out, "until", own[i].until);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_own = {
    .method = HTTP_GET,
    .path = "/api/own",
    .persons = ROUTE_PERSONS_OWN,
    .handler = own_get,
    .permit = "residents.own",
    .out = "{items: [{" SCHEMA_PERSON_MEMBERS ", kind: self|guardian, until: date}]}",
    .title = {"我自己和由我监护的未成年人", "Myself, and the minors in my care"},
};
