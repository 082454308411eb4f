/* /api/devices: the phones of an account that may keep a copy. Registering one ties the session to
 * it; revoking one ends its sessions, and web.c refuses whatever still names it. */
#include "web/route.h"

enum { BODY_MOST = 4 * 1024 };

static void put_instant(JsonOut *out, const char *key, Instant instant)
{
    json_key_c(out, key);
    json_instant(out, instant);
}

static Err devices_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Str name = {0};
    Device device;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "name", &name));
    TRY(device_register(cx, name, web_call(request)->session.token, &device));
    response->status = 201;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, device.id);
    web_json_text(&out, "name", device.name);
    json_object_end(&out);
    return OK;
}

const Route route_devices_post = {
    .method = HTTP_POST,
    .path = "/api/devices",
    .handler = devices_post,
    .permit = "residents.sync",
    .persons = ROUTE_PERSONS_NONE,
    .body_most = BODY_MOST,
    .in = "{name: text}",
    .out = "{id: uuid, name: text}",
    .may_create = true,
    .title = {"登记这部手机，以便离线使用", "Register this phone, to work offline"},
};

static Err devices_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid account = cx->actor->account;
    const Device *devices = NULL;
    size_t n = 0;
    if (http_query(request, "account").n > 0)
        TRY(web_query_uuid(cx, request, "account", &account));
    TRY(device_list(cx, account, &devices, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "devices");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "id");
        json_uuid(&out, devices[i].id);
        web_json_text(&out, "name", devices[i].name);
        json_key_c(&out, "account");
        json_uuid(&out, devices[i].account);
        put_instant(&out, "registered_at", devices[i].registered_at);
        if (devices[i].was_synced)
            put_instant(&out, "last_sync_at", devices[i].synced_at);
        json_key_c(&out, "state");
        json_text_c(&out, devices[i].is_revoked ? "revoked" : "active");
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_devices = {
    .method = HTTP_GET,
    .path = "/api/devices",
    .handler = devices_get,
    .permit = "session.own",
    .query = "{account?: uuid}",
    .out = "{devices: [{id: uuid, name: text, account: uuid, registered_at: instant, "
           "last_sync_at?: instant, state: active|revoked}]}",
    .title = {"登记过的手机：自己的，或所管理账号的",
              "Registered phones: one's own, or of an account that one manages"},
};

static Err device_revoke_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    return device_revoke(cx, id);
}

const Route route_device_revoke = {
    .method = HTTP_POST,
    .path = "/api/devices/{id}/revoke",
    .handler = device_revoke_post,
    .permit = "session.own",
    .body_most = BODY_MOST,
    .in = "{}",
    .title = {"停用一部手机（例如遗失）：结束它的登录，它下次联网时清除数据",
              "Revoke a phone, such as a lost one: its sessions end, and it erases itself"},
};
