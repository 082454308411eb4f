/* Pure parts of answering: language, headers, reading bodies and parameters, writing members. */
#include <string.h>

#include "access/limits.h"
#include "base/num.h"
#include "web/web_int.h"

JsonOut web_json(HttpResponse *response)
{
    response->content_type = STR("application/json");
    return json_out(&response->body);
}

void web_json_wording(JsonOut *out, const char *key, Wording wording)
{
    json_key_c(out, key);
    json_two_texts(out, "zh", wording.zh, "en", wording_in(wording, LANG_EN));
}

void web_json_text(JsonOut *out, const char *key, Str text)
{
    json_key_c(out, key);
    if (text.n == 0)
        json_null(out);
    else
        json_text(out, text);
}

void web_json_date(JsonOut *out, const char *key, Date date)
{
    json_key_c(out, key);
    json_date(out, date);
}

void web_json_integer(JsonOut *out, const char *key, int64_t value)
{
    json_key_c(out, key);
    json_integer(out, value);
}

Err web_area_of_rows(Cx *cx, Str area)
{
    if (!cx->actor->sees_rows || area.n <= ROWS_AREA_DIGITS)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_AREA_TOO_FINE, STR("area"), 0);
}

Lang web_lang(const HttpRequest *request, Lang fallback)
{
    Str cookie = http_cookie(request, "lang");
    if (str_equals_c(cookie, "zh") || str_equals_c(cookie, "en"))
        return str_equals_c(cookie, "en") ? LANG_EN : LANG_ZH;
    Str rest = http_header(request, "accept-language"), part;
    while (str_cut(&rest, ',', &part)) {
        Str tag = str_lower(request->arena, str_slice(str_trim(part), 0, 2));
        if (str_equals_c(tag, "zh") || str_equals_c(tag, "en"))
            return str_equals_c(tag, "en") ? LANG_EN : LANG_ZH;
    }
    return fallback;
}

/* The first version whose 'wasm-unsafe-eval' works. */
enum { CHROMIUM_WITH_WASM_POLICY = 97 };

bool web_is_old_chromium(Str user_agent)
{
    size_t at = str_find(user_agent, STR("Chrome/"), 0);
    if (at == SIZE_MAX)
        return false;
    int64_t version = 0;
    for (size_t i = at + 7;
         i < user_agent.n && user_agent.p[i] >= '0' && user_agent.p[i] <= '9' && version < 100000;
         i++)
        version = version * 10 + (user_agent.p[i] - '0');
    return version > 0 && version < CHROMIUM_WITH_WASM_POLICY;
}

#define POLICY(script)                                                                             \
 STR("default-src 'self'; script-src 'self' " script                                               \
     "; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "             \
     "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "                 \
     "frame-ancestors 'none'")

void web_security_headers(const HttpRequest *request, HttpResponse *response, UiPolicy kind)
{
    Str policy = STR("default-src 'none'; frame-ancestors 'none'; sandbox");
    if (kind == UI_POLICY_WORKER)
        policy = STR("default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
    else if (kind == UI_POLICY_PAGE)
        policy = web_is_old_chromium(http_header(request, "user-agent"))
                     ? POLICY("'wasm-unsafe-eval' 'unsafe-eval'")
                     : POLICY("'wasm-unsafe-eval'");
    http_set_header(response, "Content-Security-Policy", policy);
    http_set_header(response, "X-Content-Type-Options", STR("nosniff"));
    http_set_header(response, "Referrer-Policy", STR("no-referrer"));
    http_set_header(response, "Cross-Origin-Resource-Policy", STR("same-origin"));
    if (request->is_secure)
        http_set_header(response, "Strict-Transport-Security", STR("max-age=31536000"));
}

static Err wrong_parameter(Cx *cx, const char *name, Str value, Wording must_be)
{
    Str arguments[3] = {str_from_c(name), value, must_be.zh};
    Problem problem = {.err = ERR_INVALID,
                       .key = text_name(TEXT_PARAMETER_WRONG),
                       .text = text_fill(cx->arena, TEXT_PARAMETER_WRONG, arguments, 3),
                       .where = str_from_c(name)};
    arguments[2] = must_be.en;
    problem.text.en = text_fill(cx->arena, TEXT_PARAMETER_WRONG, arguments, 3).en;
    problem_add(cx, problem);
    return ERR_INVALID;
}

static const Wording must_be_uuid = {{"应为 UUID", 11}, {"a UUID is expected", 18}};
static const Wording must_be_date = {{"应为 YYYY-MM-DD", 17}, {"YYYY-MM-DD is expected", 22}};

Err web_parameter_uuid(Cx *cx, const HttpRequest *request, const char *name, Uuid *ret_id)
{
    Str value = http_parameter(request, name);
    return uuid_parse(value, ret_id) == OK ? OK : wrong_parameter(cx, name, value, must_be_uuid);
}

Err web_query_uuid(Cx *cx, const HttpRequest *request, const char *name, Uuid *ret_id)
{
    Str value = http_query(request, name);
    return uuid_parse(value, ret_id) == OK ? OK : wrong_parameter(cx, name, value, must_be_uuid);
}

Err web_query_date(Cx *cx, const HttpRequest *request, const char *name, Date fallback,
                   Date *ret_date)
{
    Str value = http_query(request, name);
    if (value.n == 0) {
        *ret_date = fallback;
        return OK;
    }
    return date_parse(value, ret_date) == OK ? OK : wrong_parameter(cx, name, value, must_be_date);
}

Err web_query_integer(Cx *cx, const HttpRequest *request, const char *name, int64_t low,
                      int64_t high, int64_t fallback, int64_t *ret)
{
    Str value = http_query(request, name);
    int64_t number = fallback;
    if (value.n > 0 && (num_parse_i64(value, &number) != OK || number < low || number > high)) {
        Wording must_be = {
            str_printf(cx->arena, "应为 %lld 到 %lld 的整数", (long long)low, (long long)high),
            str_printf(cx->arena, "a whole number from %lld to %lld is expected", (long long)low,
                       (long long)high)};
        return wrong_parameter(cx, name, value, must_be);
    }
    *ret = number;
    return OK;
}

Err web_query_limit(Cx *cx, const HttpRequest *request, int64_t most, int64_t usual, int64_t *ret)
{
    int64_t limit = usual;
    TRY(web_query_integer(cx, request, "limit", 0, most, usual, &limit));
    *ret = limit == 0 ? most : limit;
    return OK;
}

/* A choice is one of those that the entry lists; other types are read by the handlers. */
static Err check_choice(Cx *cx, Str type, Str name, Str value)
{
    Str rest = type, one = {0};
    bool is_one = value.n == 0 || str_find_char(type, '|', 0) == SIZE_MAX;
    while (!is_one && rest.n > 0 && str_cut(&rest, '|', &one))
        is_one = str_equals(one, value);
    return is_one ? OK : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, name, 3, name, value, type);
}

Err web_query_check(Cx *cx, const Route *route, const HttpRequest *request)
{
    Err err = OK;
    for (size_t i = 0; i < request->query_n; i++) {
        Str name = request->query[i].name;
        Str type = route->query == NULL ? (Str){0} : schema_member(route->query, name);
        if (type.n == 0)
            err = cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_UNKNOWN, name, 1, name);
        else if (err == OK)
            err = check_choice(cx, type, name, request->query[i].value);
    }
    return err;
}

typedef struct {
    Cx *cx;
    Err err;
} Unknown;

static void refuse_member(void *context, const Json *member)
{
    Unknown *unknown = context;
    unknown->err = cx_fail(unknown->cx, ERR_INVALID, TEXT_FIELD_UNKNOWN,
                           json_pointer(unknown->cx->arena, member), 1, member->key);
}

static Err check_members(Cx *cx, const char *schema, const Json *json)
{
    Unknown unknown = {cx, OK};
    if (schema != NULL)
        schema_unknown(schema, json, refuse_member, &unknown);
    return unknown.err;
}

Err web_body(Cx *cx, const HttpRequest *request, const Json **ret_json)
{
    Str type = http_header(request, "content-type"), media;
    if (!str_cut(&type, ';', &media)
        || !str_equals_c(str_lower(cx->arena, str_trim(media)), "application/json"))
        return ERR_MEDIA_TYPE;
    Json *json = NULL;
    JsonFault fault = {0};
    Err err = json_parse(cx->arena, request->body, JSON_LIMITS_DEFAULT, &json, &fault);
    if (err == OK && json_is(json, JSON_OBJECT)) {
        *ret_json = json;
        return check_members(cx, web_call(request)->route->in, json);
    }
    if (err == OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, (Str){0}, 2, STR("/"), STR("{...}"));
    Str arguments[3] = {str_printf(cx->arena, "%zu", fault.line),
                        str_printf(cx->arena, "%zu", fault.column), fault.message.zh};
    Problem problem = {.err = err,
                       .key = text_name(TEXT_BODY_NOT_JSON),
                       .text = text_fill(cx->arena, TEXT_BODY_NOT_JSON, arguments, 3)};
    arguments[2] = fault.message.en;
    problem.text.en = text_fill(cx->arena, TEXT_BODY_NOT_JSON, arguments, 3).en;
    problem_add(cx, problem);
    return err;
}

Err web_body_text(Cx *cx, const Json *object, const char *key, Str *ret_text)
{
    Err err = json_get_text(object, str_from_c(key), ret_text);
    if (err == OK)
        return OK;
    Str where = str_printf(cx->arena, "/%s", key);
    if (err == ERR_NOT_FOUND)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, where, 1, str_from_c(key));
    return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, where, 2, str_from_c(key), STR("text"));
}

Err web_body_optional_text(Cx *cx, const Json *object, const char *key, Str *ret_text)
{
    const Json *member = json_get(object, str_from_c(key));
    *ret_text = (Str){0};
    return member == NULL || member->kind == JSON_NULL ? OK
                                                       : web_body_text(cx, object, key, ret_text);
}
