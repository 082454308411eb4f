/* GET /api/demo: whether this is a demonstration county, and with which accounts to try it. */
#include "core/place.h"
#include "engine/subjects/subjects.h"
#include "web/web_int.h"

static Str facility_of(const Account *accounts, size_t n, Str login)
{
    for (size_t i = 0; i < n; i++)
        if (str_equals(accounts[i].login, login))
            return accounts[i].facility;
    return (Str){0};
}

/* {"code": ..., "name": {zh, en}} */
static void put_facility(JsonOut *out, const Facility *facilities, size_t n, Str code)
{
    json_key_c(out, "facility");
    json_object_begin(out);
    web_json_text(out, "code", code);
    for (size_t i = 0; i < n; i++)
        if (str_equals(facilities[i].code, code))
            web_json_wording(out, "name", (Wording){facilities[i].name, facilities[i].name_en});
    json_object_end(out);
}

static Err put_accounts(Cx *cx, const WebOptions *options, JsonOut *out)
{
    Place place;
    const Account *accounts = NULL;
    size_t n = 0;
    TRY(place_open(cx, &place));
    TRY(account_list(cx, &accounts, &n));
    const Facility *facilities = NULL;
    size_t facility_n = 0;
    TRY(subject_facilities(cx, &facilities, &facility_n));
    for (size_t i = 0; i < options->demo_account_n; i++) {
        const WebDemoAccount *demo = &options->demo_accounts[i];
        Str facility = facility_of(accounts, n, demo->login);
        if (facility.n == 0)
            continue; /* the packs have no such role, or the account is gone */
        json_object_begin(out);
        web_json_text(out, "login", demo->login);
        web_json_text(out, "password", demo->password);
        web_json_wording(out, "title", demo->title);
        web_json_wording(out, "hint", demo->hint);
        web_json_wording(out, "place", (Wording){place.name, place.name_en});
        put_facility(out, facilities, facility_n, facility);
        json_object_end(out);
    }
    return OK;
}

static Err is_demo(Cx *cx, bool *ret_is)
{
    Str text = {0};
    TRY(setting_get(cx, STR("is_demo"), &text));
    *ret_is = text.n > 0;
    return OK;
}

/* The last place first: a city stands behind its counties. */
static Err demo_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const WebOptions *options = &web_call(request)->web->options;
    bool is_first_demo = false;
    TRY(is_demo(cx, &is_first_demo));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "is_demo");
    json_bool(&out, is_first_demo);
    web_json_date(&out, "today", cx->today);
    json_key_c(&out, "accounts");
    json_array_begin(&out);
    for (size_t i = options->place_n; i-- > 0;) {
        bool has_accounts = false;
        web_live_in(cx, options, options->places[i]);
        TRY(is_demo(cx, &has_accounts));
        if (has_accounts)
            TRY(put_accounts(cx, options, &out));
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_demo = {
    .method = HTTP_GET,
    .path = "/api/demo",
    .handler = demo_get,
    .permit = ROUTE_PUBLIC,
    .out =
        "{is_demo: bool, today: date, accounts: [{login: text, password: text, title: wording, hint: wording, place: wording, "
        "facility: {code?: text, name?: wording}}]}",
    .title = {"演示账号", "Accounts of the demonstration"},
};
