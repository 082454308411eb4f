/* /api/accounts, /api/sessions, /api/session/password: managing accounts below one's own facility,
 * and one's own sessions and password. */
#include "engine/subjects/places.h"
#include "pack/pack.h"
#include "web/route.h"

enum { ACCOUNTS_MOST = 200, BODY_MOST = 4 * 1024 };

static void put_role(JsonOut *out, const Cx *cx, Str id)
{
    const Role *role = pack_role(cx->packs, id);
    web_json_text(out, "role", id);
    web_json_wording(out, "role_title", role == NULL ? (Wording){id, {0}} : role->title);
}

static const Facility *find_facility(const Facility *facilities, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return &facilities[i];
    }
    return NULL;
}

static Err put_account(Cx *cx, JsonOut *out, const Account *account, const Facility *facilities,
                       size_t n)
{
    const Facility *facility = find_facility(facilities, n, account->facility);
    bool is_managed = false;
    TRY(account_is_managed(cx, account, &is_managed));
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, account->id);
    web_json_text(out, "login", account->login);
    web_json_text(out, "name", account->name);
    put_role(out, cx, account->role);
    web_json_text(out, "facility", account->facility);
    web_json_text(out, "facility_name", facility == NULL ? account->facility : facility->name);
    web_json_text(out, "facility_name_en", facility == NULL ? (Str){0} : facility->name_en);
    json_key_c(out, "is_disabled");
    json_bool(out, account->is_disabled);
    json_key_c(out, "must_change");
    json_bool(out, account->must_change);
    json_key_c(out, "is_managed");
    json_bool(out, is_managed);
    json_object_end(out);
    return OK;
}

/* What the caller may give. */
static void put_roles(Cx *cx, JsonOut *out)
{
    const Role *own = pack_role(cx->packs, cx->actor->role);
    json_key_c(out, "roles");
    json_array_begin(out);
    for (size_t i = 0; own != NULL && i < own->manage_n; i++) {
        json_object_begin(out);
        put_role(out, cx, own->manages[i]);
        json_object_end(out);
    }
    json_array_end(out);
}

static Err accounts_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Account *accounts = NULL;
    const Facility *facilities = NULL;
    size_t n = 0, facility_n = 0;
    TRY(account_list_below(cx, http_query(request, "facility"), http_query(request, "after"),
                           ACCOUNTS_MOST, &accounts, &n));
    TRY(subject_facilities(cx, &facilities, &facility_n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        TRY(put_account(cx, &out, &accounts[i], facilities, facility_n));
    json_array_end(&out);
    put_roles(cx, &out);
    web_json_text(&out, "next", n == ACCOUNTS_MOST ? accounts[n - 1].login : (Str){0});
    json_object_end(&out);
    return OK;
}

#define ACCOUNT_SCHEMA                                                                             \
 "{id: uuid, login: text, name: text, role: text, role_title: wording, facility: text, "           \
 "facility_name: text, facility_name_en?: text, is_disabled: bool, must_change: bool, "            \
 "is_managed: bool}"

const Route route_accounts = {
    .method = HTTP_GET,
    .path = "/api/accounts",
    .handler = accounts_get,
    .permit = "accounts.manage",
    .query = "{facility?: text, after?: text}",
    .out = "{items: [" ACCOUNT_SCHEMA "], roles: [{role: text, role_title: wording}], next?: text}",
    .title = {"本机构及下级机构的账号", "The accounts at the own facility and below"},
};

static Err answer_password(HttpResponse *response, Uuid id, Str password)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, id);
    web_json_text(&out, "password", password);
    json_object_end(&out);
    return OK;
}

static Err accounts_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Account account = {.id = cx_new_id(cx)};
    Str password;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "login", &account.login));
    TRY(web_body_text(cx, body, "name", &account.name));
    TRY(web_body_text(cx, body, "role", &account.role));
    TRY(web_body_text(cx, body, "facility", &account.facility));
    TRY(account_create(cx, &account, &password));
    return answer_password(response, account.id, password);
}

const Route route_accounts_post = {
    .method = HTTP_POST,
    .path = "/api/accounts",
    .handler = accounts_post,
    .permit = "accounts.manage",
    .body_most = BODY_MOST,
    .in = "{login: text, name: text, role: text, facility: text}",
    .out = "{id: uuid, password: text}",
    .title = {"开设账号；初始密码只显示这一次", "Add an account; its first password is told once"},
};

static Err account_reset(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Str password;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(account_reset_password(cx, id, &password));
    return answer_password(response, id, password);
}

const Route route_account_reset = {
    .method = HTTP_POST,
    .path = "/api/accounts/{id}/password",
    .handler = account_reset,
    .permit = "accounts.manage",
    .body_most = BODY_MOST,
    .in = "{}",
    .out = "{id: uuid, password: text}",
    .title = {"重置密码；新的初始密码只显示这一次", "Reset a password; the new one is told once"},
};

/* Disabled or not, or another role and facility. */
static Err account_put(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    const Json *body = NULL;
    Uuid id = UUID_NIL;
    Str role = {0}, facility = {0};
    bool is_disabled = false;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_optional_text(cx, body, "role", &role));
    TRY(web_body_optional_text(cx, body, "facility", &facility));
    Err err = json_get_bool(body, STR("is_disabled"), &is_disabled);
    if (err == ERR_INVALID || (err != OK && role.n == 0) || (role.n == 0) != (facility.n == 0))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/is_disabled"), 1,
                       STR("is_disabled"));
    if (role.n > 0)
        TRY(account_set_post(cx, id, role, facility));
    return err == OK ? account_set_disabled(cx, id, is_disabled) : OK;
}

const Route route_account_put = {
    .method = HTTP_PUT,
    .path = "/api/accounts/{id}",
    .handler = account_put,
    .permit = "accounts.manage",
    .body_most = BODY_MOST,
    .in = "{is_disabled?: bool, role?: text, facility?: text}",
    .title = {"停用、启用账号，或改岗位和机构",
              "Disable or enable, or give another role and facility"},
};

/* ---- sessions ---- */

static void put_instant(JsonOut *out, const char *key, Instant instant)
{
    char text[INSTANT_TEXT_SIZE];
    web_json_text(out, key, str_from_c(instant_format(instant, text)));
}

static Err answer_sessions(Cx *cx, HttpResponse *response, Uuid account, Uuid own)
{
    const SessionInfo *sessions = NULL;
    size_t n = 0;
    TRY(session_list(cx, account, &sessions, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "id");
        json_uuid(&out, sessions[i].id);
        put_instant(&out, "opened_at", sessions[i].opened_at);
        put_instant(&out, "used_at", sessions[i].used_at);
        put_instant(&out, "expires_at", sessions[i].expires_at);
        json_key_c(&out, "is_this");
        json_bool(&out, uuid_equals(sessions[i].id, own));
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define SESSIONS_SCHEMA                                                                            \
 "{items: [{id: uuid, opened_at: instant, used_at: instant, expires_at: instant, is_this: bool}]}"

static Err sessions_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    return answer_sessions(cx, response, cx->actor->account,
                           session_id(web_call(request)->session.token));
}

const Route route_sessions = {
    .method = HTTP_GET,
    .path = "/api/sessions",
    .handler = sessions_get,
    .permit = "session.own",
    .out = SESSIONS_SCHEMA,
    .title = {"我的登录", "One's own sessions"},
};

static Err session_remove(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    if (uuid_is_nil(id)) /* would mean all */
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("session"));
    return session_revoke(cx, cx->actor->account, id);
}

const Route route_session_revoke = {
    .method = HTTP_DELETE,
    .path = "/api/sessions/{id}",
    .handler = session_remove,
    .permit = "session.own",
    .title = {"结束我的一个登录", "End one of one's own sessions"},
};

static Err account_sessions_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    return answer_sessions(cx, response, id, UUID_NIL);
}

const Route route_account_sessions = {
    .method = HTTP_GET,
    .path = "/api/accounts/{id}/sessions",
    .handler = account_sessions_get,
    .permit = "accounts.manage",
    .out = SESSIONS_SCHEMA,
    .title = {"账号的登录", "An account's sessions"},
};

static Err account_sessions_delete(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    return session_revoke(cx, id, UUID_NIL);
}

const Route route_account_sessions_delete = {
    .method = HTTP_DELETE,
    .path = "/api/accounts/{id}/sessions",
    .handler = account_sessions_delete,
    .permit = "accounts.manage",
    .title = {"结束账号的全部登录", "End every session of an account"},
};

static Err password_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    const Json *body = NULL;
    Str password, new_password;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "password", &password));
    TRY(web_body_text(cx, body, "new_password", &new_password));
    return session_change_password(cx, web_call(request)->session.token, password, new_password);
}

const Route route_session_password = {
    .method = HTTP_POST,
    .path = "/api/session/password",
    .handler = password_post,
    .permit = "session.own",
    .body_most = BODY_MOST,
    .in = "{password: text, new_password: text}",
    .title = {"修改自己的密码", "Change one's own password"},
};
