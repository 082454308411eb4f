/* /api/session: log in, who am I, log out. */
#include "core/place.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"
#include "web/web_int.h"

static Err put_facility(Cx *cx, JsonOut *out, Str code)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    json_key_c(out, "facility");
    json_object_begin(out);
    web_json_text(out, "code", code);
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(facilities[i].code, code))
            continue;
        web_json_text(out, "name", facilities[i].name);
        web_json_text(out, "name_en", facilities[i].name_en);
        json_key_c(out, "level");
        json_integer(out, facilities[i].level);
    }
    json_object_end(out);
    return OK;
}

static Err put_account(Cx *cx, JsonOut *out, const Account *account, const Actor *actor)
{
    const Role *role = pack_role(cx->packs, account->role);
    json_key_c(out, "account");
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, account->id);
    web_json_text(out, "login", account->login);
    web_json_text(out, "name", account->name);
    web_json_text(out, "role", account->role);
    web_json_wording(out, "role_title", role == NULL ? (Wording){account->role, {0}} : role->title);
    TRY(put_facility(cx, out, account->facility));
    json_key_c(out, "permissions");
    json_array_begin(out);
    for (size_t i = 0; i < actor->permission_n; i++)
        json_text(out, actor->permissions[i]);
    json_array_end(out);
    web_json_text(out, "purpose", actor->purpose);
    json_key_c(out, "purposes");
    json_array_begin(out);
    for (size_t i = 0; role != NULL && i < role->purpose_n; i++)
        json_text(out, role->purposes[i].name);
    json_array_end(out);
    json_key_c(out, "sees_rows");
    json_bool(out, actor->sees_rows);
    json_key_c(out, "sees_persons");
    json_bool(out, actor->sees_persons);
    json_key_c(out, "grants"); /* the relations that it may give */
    json_array_begin(out);
    for (int64_t kind = 1; role != NULL && kind <= role->grants; kind *= 2) {
        if ((role->grants & kind) != 0 && access_may(actor, STR("residents.grant")))
            json_text_c(out, relation_kind_name((RelationKind)kind));
    }
    json_array_end(out);
    json_key_c(out, "has_areas"); /* else numbers by area are of nobody */
    json_bool(out, actor->sight.area_after.n > 0);
    json_key_c(out, "must_change");
    json_bool(out, account->must_change);
    json_object_end(out);
    return OK;
}

static Err put_place(Cx *cx, JsonOut *out)
{
    Place place;
    TRY(place_open(cx, &place));
    json_key_c(out, "place");
    json_object_begin(out);
    web_json_text(out, "code", place.code);
    web_json_text(out, "name", place.name);
    web_json_text(out, "name_en", place.name_en);
    json_object_end(out);
    Str demo = {0};
    TRY(setting_get(cx, STR("is_demo"), &demo));
    json_key_c(out, "is_demo");
    json_bool(out, demo.n > 0);
    return OK;
}

static Err put_session(Cx *cx, HttpResponse *response, const Account *account, const Actor *actor,
                       Str csrf)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    TRY(put_account(cx, &out, account, actor));
    web_json_text(&out, "csrf", csrf);
    TRY(put_place(cx, &out));
    web_json_date(&out, "today", cx->today);
    json_object_end(&out);
    return OK;
}

/* The browser gives it back to us only, never to scripts, never from another site's page. */
static void set_cookie(const HttpRequest *request, HttpResponse *response, Str token,
                       const char *life)
{
    http_set_header(response, "Set-Cookie",
                    str_printf(request->arena,
                               "session=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s",
                               STR_ARG(token), request->is_secure ? "; Secure" : "", life));
}

/* Of several places, the one where the login is; and its phone is admitted there. */
static Err live_where_account_is(Cx *cx, const WebCall *call, Str login)
{
    const WebOptions *options = &call->web->options;
    Str place = {0};
    if (options->place_n < 2)
        return OK;
    TRY(account_place(cx, login, &place));
    web_live_in(cx, options, place);
    return uuid_is_nil(call->device) ? OK : device_admit(cx, call->device);
}

static Err session_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Str login, password, purpose = {0};
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "login", &login));
    TRY(web_body_text(cx, body, "password", &password));
    TRY(web_body_optional_text(cx, body, "purpose", &purpose));
    Session session;
    Account account;
    TRY(live_where_account_is(cx, web_call(request), login));
    TRY(session_open(cx, login, password, web_client(request), &session, &account));
    if (purpose.n > 0)
        TRY(session_choose_purpose(cx, session.token, &account, purpose));
    Actor actor = {0};
    TRY(access_actor(cx, &account, &actor));
    const Actor *before = cx->actor;
    cx->actor = &actor;
    Err err = put_session(cx, response, &account, &actor, session.csrf);
    cx->actor = before;
    if (err == OK)
        set_cookie(request, response, session.token, "");
    return err;
}

#define SESSION_SCHEMA                                                                                                                     \
 "{account: {id: uuid, login: text, name: text, role: text, role_title: wording, facility: "                                               \
 "{code: text, name?: text, name_en?: text, level?: integer}, permissions: [text], "                                                       \
 "purpose: text, purposes: [text], sees_rows: bool, sees_persons: bool, grants: [text], has_areas: bool, must_change: bool}, csrf: text, " \
 "place: {code: text, name: text, name_en?: text}, "                                                                                       \
 "is_demo: bool, today: date}"

const Route route_session_post = {
    .method = HTTP_POST,
    .path = "/api/session",
    .handler = session_post,
    .permit = ROUTE_PUBLIC,
    .body_most = KIB(4),
    .in = "{login: text, password: text, purpose?: text}",
    .out = SESSION_SCHEMA,
    .title = {"登录", "Log in"},
};

static Err session_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const WebCall *call = web_call(request);
    return put_session(cx, response, &call->account, cx->actor, call->session.csrf);
}

const Route route_session_get = {
    .method = HTTP_GET,
    .path = "/api/session",
    .handler = session_get,
    .permit = "session.own",
    .out = SESSION_SCHEMA,
    .title = {"当前登录", "Who is logged in"},
};

static Err purpose_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const WebCall *call = web_call(request);
    const Json *body = NULL;
    Account account = call->account;
    Actor actor = {0};
    Str purpose;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "purpose", &purpose));
    TRY(session_choose_purpose(cx, call->session.token, &account, purpose));
    TRY(access_actor(cx, &account, &actor));
    return put_session(cx, response, &account, &actor, call->session.csrf);
}

const Route route_session_purpose = {
    .method = HTTP_POST,
    .path = "/api/session/purpose",
    .handler = purpose_post,
    .permit = "session.own",
    .body_most = KIB(4),
    .in = "{purpose: text}",
    .out = SESSION_SCHEMA,
    .title = {"切换本次登录的用途", "Choose what the session is for"},
};

static Err session_delete(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    TRY(session_close(cx, http_cookie(request, "session")));
    set_cookie(request, response, (Str){0}, "; Max-Age=0");
    return OK;
}

const Route route_session_delete = {
    .method = HTTP_DELETE,
    .path = "/api/session",
    .handler = session_delete,
    .permit = "session.own",
    .title = {"退出登录", "Log out"},
};
