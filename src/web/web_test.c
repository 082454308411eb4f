/* The web without a database: tables at start, public routes, refusals, headers, UI files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the four above, as it asks */
#include <cmocka.h>

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os_log.h"
#include "base/os_process.h"
#include "pack/pack.h"
#include "web/problem.h"
#include "web/records_json.h"
#include "web/resident_json.h"
#include "web/web_int.h"

extern const Route route_metrics, route_openapi;

static Arena arena;
static Web *web;

static Err hello_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "today", cx->today);
    json_object_end(&out);
    return OK;
}

static Err picky_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Str name;
    (void)response;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "name", &name));
    return OK;
}

static Err count_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    int64_t n = 0;
    (void)response;
    return web_query_integer(cx, request, "n", 1, 5, 1, &n);
}

static const Route route_hello = {.method = HTTP_GET,
                                  .path = "/api/hello",
                                  .handler = hello_get,
                                  .permit = ROUTE_PUBLIC,
                                  .out = "{today: date}",
                                  .title = {"你好", "Hello"}};
static const Route route_picky = {.method = HTTP_POST,
                                  .path = "/api/picky/{id}",
                                  .handler = picky_post,
                                  .permit = ROUTE_PUBLIC,
                                  .body_most = KIB(1),
                                  .query = "{soon?: bool}",
                                  .in =
                                      "{name: text, tags?: [text], at?: [{x: number, any?: any}]}",
                                  .title = {"挑剔", "Picky"}};
static const Route route_count = {.method = HTTP_GET,
                                  .path = "/api/count",
                                  .handler = count_get,
                                  .query = "{n?: integer}",
                                  .permit = ROUTE_PUBLIC,
                                  .title = {"数", "Count"}};
static const Route route_private = {.method = HTTP_GET,
                                    .path = "/api/private",
                                    .handler = hello_get,
                                    .permit = "records.read",
                                    .title = {"内部", "Private"}};
static const Route *const routes[] = {&route_hello,   &route_picky,   &route_count,
                                      &route_private, &route_metrics, &route_openapi};

static char script[3000];
static const EmbedFile files[] = {
    {{"assets/app-1a2b3c4d.js", 22}, {script, sizeof script}},
    {{"form.wasm", 9}, {"\0asm", 4}},
    {{"index.html", 10}, {"<!doctype html><p>ui", 20}},
    {{"manifest.webmanifest", 20}, {"{}", 2}},
    {{"sw.js", 5}, {"self", 4}},
};

static Instant now(void *context, Str place)
{
    (void)place;
    (void)context;
    return instant_of_date(date_from_ymd(2025, 6, 30), 9, 0);
}

static unsigned databases_open, databases_most;

/* Handlers of these tests do not look at it. */
static Err empty_database(void *context, Arena *of_worker, Db **ret_db, Str *reterr_message)
{
    (void)context;
    if (databases_open == databases_most) {
        *reterr_message = str_copy(of_worker, STR("too many connections"));
        return ERR_DB;
    }
    databases_open++;
    const DbOptions options = {.url = STR(":memory:"), .read_only = true};
    return db_open(&options, of_worker, ret_db, reterr_message);
}

static void close_database(void *context, Db *db)
{
    (void)context;
    db_close(db);
    databases_open--;
}

static Err start(const Route *const *table, size_t n, Str *ret_message)
{
    static const Str place = {"996601", 6};
    WebOptions options = {
        .places = &place,
        .place_n = 1,
        .address = STR("127.0.0.1"),
        .workers = 2,
        .routes = table,
        .route_n = n,
        .files = files,
        .file_n = sizeof files / sizeof *files,
        .now = now,
        .db_open = empty_database,
        .db_close = close_database,
    };
    return web_start(&options, &arena, &web, ret_message);
}

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, MIB(64));
    web = NULL;
    databases_open = 0;
    databases_most = UINT_MAX;
    for (size_t i = 0; i < sizeof script; i++)
        script[i] = 'a';
    return 0;
}

static int begin_server(void **state)
{
    begin(state);
    Str message = {0};
    return start(routes, sizeof routes / sizeof *routes, &message) == OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    if (web != NULL)
        web_stop(web);
    assert_int_equal(databases_open, 0);
    arena_done(&arena);
    return 0;
}

static Str ask(const char *method, const char *target, const char *headers, const char *body)
{
    Str text = str_printf(&arena,
                          "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%sContent-Length: "
                          "%zu\r\n\r\n%s",
                          method, target, headers, str_from_c(body).n, body);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(http_server_port(web->server)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(connect(client, (const struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(client, text.p, text.n, MSG_NOSIGNAL), text.n);
    Buf heard;
    buf_init(&heard, &arena, MIB(1));
    char bytes[4096];
    struct pollfd waiting = {.fd = client, .events = POLLIN};
    for (ssize_t n = 1; n > 0;) {
        assert_int_equal(poll(&waiting, 1, 8000), 1);
        n = recv(client, bytes, sizeof bytes, 0);
        if (n > 0)
            buf_put(&heard, (Str){bytes, (size_t)n});
    }
    close(client);
    return buf_str(&heard);
}

static bool has(Str text, const char *what)
{
    return str_find(text, str_from_c(what), 0) != SIZE_MAX;
}

static void assert_has(Str text, const char *what)
{
    if (!has(text, what))
        fail_msg("\"%s\" is not in: %.*s", what, STR_ARG(text));
}

static void assert_table_refused(const Route *route, const char *what)
{
    const Route *const table[] = {&route_hello, route};
    Str message = {0};
    assert_int_equal(start(table, 2, &message), ERR_INVALID);
    assert_has(message, route->path);
    assert_has(message, what);
}

static void a_route_without_permission_stops_the_start(void **state)
{
    (void)state;
    Route wrong = route_private;
    wrong.permit = NULL;
    assert_table_refused(&wrong, "names no permission");
    wrong.permit = "records.reed";
    assert_table_refused(&wrong, "does not exist");
    wrong = route_private;
    wrong.out = "{a: text,}";
    assert_table_refused(&wrong, "off the notation");
    wrong = route_hello;
    assert_table_refused(&wrong, "stands twice");
    wrong = route_private;
    wrong.in = "{a: text}";
    assert_table_refused(&wrong, "takes none");
}

static void a_worker_without_a_database_stops_the_start(void **state)
{
    (void)state;
    databases_most = 1;
    Str message = {0};
    assert_int_equal(start(routes, sizeof routes / sizeof *routes, &message), ERR_DB);
    assert_has(message, "too many connections");
    assert_int_equal(databases_open, 0);
}

static Err client_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)cx;
    JsonOut out = web_json(response);
    json_text(&out, web_client(request));
    return OK;
}

static void only_the_trusted_proxy_names_the_caller(void **state)
{
    (void)state;
    Str message = {0};
    const Route *const table[] = {&(const Route){.method = HTTP_GET,
                                                 .path = "/api/client",
                                                 .handler = client_get,
                                                 .permit = ROUTE_PUBLIC,
                                                 .title = {"谁", "Who"}}};
    assert_int_equal(start(table, 1, &message), OK);
    const char *forwarded = "X-Forwarded-For: 10.0.0.9, 10.0.0.1\r\n";
    assert_has(ask("GET", "/api/client", forwarded, ""), "\"127.0.0.1\"");
    web->options.trusted_proxy = STR("10.0.0.7");
    assert_has(ask("GET", "/api/client", forwarded, ""), "\"127.0.0.1\"");
    web->options.trusted_proxy = STR("127.0.0.1");
    assert_has(ask("GET", "/api/client", forwarded, ""), "\"10.0.0.1\"");
    assert_has(
        ask("GET", "/api/client", "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: ::9\r\n", ""),
        "\"::9\"");
    assert_has(ask("GET", "/api/client", "X-Forwarded-For: 10.0.0.1, unknown\r\n", ""),
               "\"127.0.0.1\"");
    assert_has(ask("GET", "/api/client", "", ""), "\"127.0.0.1\"");
}

static void public_routes_answer_and_others_ask_for_a_login(void **state)
{
    (void)state;
    Str hello = ask("GET", "/api/hello", "", "");
    assert_has(hello, "HTTP/1.1 200 ");
    assert_has(hello, "{\"today\":\"2025-06-30\"}");
    assert_has(hello, "Cache-Control: no-store\r\n");
    assert_has(hello, "X-Content-Type-Options: nosniff\r\n");
    assert_has(hello, "X-Request-Id: ");
    Str refused = ask("GET", "/api/private", "", "");
    assert_has(refused, "HTTP/1.1 401 ");
    assert_has(refused, "Content-Type: application/problem+json\r\n");
    assert_has(refused, "\"code\":\"LOGIN_REQUIRED\"");
}

static void problems_are_in_the_language_asked_for_with_both_inside(void **state)
{
    (void)state;
    Str zh = ask("GET", "/api/private", "Accept-Language: fr, zh-CN;q=0.9, en;q=0.8\r\n", "");
    assert_has(zh, "\"title\":\"请先登录\"");
    assert_has(zh, "\"en\":\"Please log in\"");
    Str en = ask("GET", "/api/private", "Accept-Language: zh\r\nCookie: a=b; lang=en\r\n", "");
    assert_has(en, "\"title\":\"Please log in\"");
    Str unknown = ask("GET", "/api/nowhere", "Accept-Language: en\r\n", "");
    assert_has(unknown, "HTTP/1.1 404 ");
    assert_has(unknown, "\"title\":\"Not found\"");
    Str method = ask("DELETE", "/api/hello", "", "");
    assert_has(method, "HTTP/1.1 405 ");
    assert_has(method, "Allow: GET, HEAD\r\n");
    assert_has(method, "\"code\":\"ERR_METHOD\"");
}

#define AS_JSON "Content-Type: application/json; charset=utf-8\r\n"

static void bodies_and_parameters_are_judged_with_their_place(void **state)
{
    (void)state;
    assert_has(ask("POST", "/api/picky/1", AS_JSON, "{\"name\":\"x\"}"), "HTTP/1.1 204 ");
    assert_has(ask("POST", "/api/picky/1", "", "{\"name\":\"x\"}"), "HTTP/1.1 415 ");
    Str broken = ask("POST", "/api/picky/1", AS_JSON, "{\n\"name\": x}");
    assert_has(broken, "HTTP/1.1 400 ");
    assert_has(broken, "\"code\":\"BODY_NOT_JSON\"");
    assert_has(broken, "第 2 行");
    Str lacking = ask("POST", "/api/picky/1", AS_JSON, "{\"name\":null}");
    assert_has(lacking, "HTTP/1.1 422 ");
    assert_has(lacking, "\"where\":\"/name\"");
    assert_has(ask("POST", "/api/picky/1", AS_JSON, "[]"), "HTTP/1.1 422 ");
    assert_has(ask("GET", "/api/count?n=3", "", ""), "HTTP/1.1 204 ");
    Str wrong = ask("GET", "/api/count?n=6", "", "");
    assert_has(wrong, "HTTP/1.1 422 ");
    assert_has(wrong, "\"where\":\"n\"");
}

static void what_the_route_does_not_name_is_refused(void **state)
{
    (void)state;
    Str query = ask("GET", "/api/count?n=3&m=1", "", "");
    assert_has(query, "HTTP/1.1 422 ");
    assert_has(query, "\"code\":\"PARAMETER_UNKNOWN\"");
    assert_has(query, "\"where\":\"m\"");
    assert_has(ask("GET", "/api/hello?x", "", ""), "HTTP/1.1 422 ");
    Str body = ask("POST", "/api/picky/1", AS_JSON,
                   "{\"name\":\"x\",\"a/b\":1,\"at\":[{\"x\":1},{\"y\":2}]}");
    assert_has(body, "HTTP/1.1 422 ");
    assert_has(body, "\"code\":\"FIELD_UNKNOWN\"");
    assert_has(body, "\"where\":\"/a~1b\"");
    assert_has(body, "\"where\":\"/at/1/y\"");
    assert_has(ask("POST", "/api/picky/1?soon=1", AS_JSON,
                   "{\"name\":\"x\",\"at\":[{\"x\":1,\"any\":{\"y\":[{\"z\":2}]}}]}"),
               "HTTP/1.1 204 ");
}

static void a_record_of_a_form_that_is_gone_has_its_header(void **state)
{
    (void)state;
    PackSet packs = {0};
    map_init(&packs.forms, &arena);
    Cx cx = {.arena = &arena, .packs = &packs};
    const Record record = {.form = STR("gone"),
                           .form_version = STR("1.0.0"),
                           .happened_on = date_from_ymd(2025, 1, 2)};
    Buf written;
    buf_init(&written, &arena, KIB(4));
    JsonOut out = json_out(&written);
    PerformerNames names = {0};
    json_object_begin(&out);
    assert_int_equal(record_write(&cx, &out, &record, &names, true), OK);
    json_object_end(&out);
    assert_has(buf_str(&written), "\"form_title\":{\"zh\":\"gone\",\"en\":\"gone\"}");
    assert_has(buf_str(&written), "\"happened_on\":\"2025-01-02\"");
    assert_has(buf_str(&written), "\"summary\":[]");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    Buf deep;
    buf_init(&deep, &arena, KIB(2));
    for (int i = 0; i < 500; i++)
        buf_put_char(&deep, '[');
    Str answer = ask("POST", "/api/picky/1", AS_JSON, str_to_c(&arena, buf_str(&deep)));
    assert_false(has(answer, "HTTP/1.1 5"));
    assert_has(answer, "HTTP/1.1 4");
}

static void ui_files_come_with_type_tag_and_policy(void **state)
{
    (void)state;
    Str page = ask("GET", "/", "", "");
    assert_has(page, "Content-Type: text/html; charset=utf-8\r\n");
    assert_has(page, "script-src 'self' 'wasm-unsafe-eval';");
    assert_has(page, "Cache-Control: no-cache\r\n");
    assert_false(has(page, "'unsafe-eval'"));
    assert_has(ask("GET", "/index.html", "User-Agent: X Chrome/80.0.1 Safari/1\r\n", ""),
               "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval';");
    assert_has(ask("GET", "/form.wasm", "", ""), "Content-Type: application/wasm\r\n");
    Str fixed = ask("GET", "/assets/app-1a2b3c4d.js", "Accept-Encoding: gzip\r\n", "");
    assert_has(fixed, "immutable");
    assert_has(fixed, "Content-Encoding: gzip\r\n");
    Str worker = ask("GET", "/sw.js", "", "");
    assert_has(worker, "Content-Type: text/javascript; charset=utf-8\r\n");
    assert_has(worker, "Cache-Control: no-cache\r\n");
    assert_has(worker, "Content-Security-Policy: default-src 'none'; connect-src 'self'; "
                       "frame-ancestors 'none'\r\n");
    assert_has(ask("GET", "/manifest.webmanifest", "", ""),
               "Content-Type: application/manifest+json\r\n");
    size_t at = str_find(page, STR("ETag: "), 0) + 6;
    Str tag = str_slice(page, at, str_find_char(page, '\r', at));
    Str again =
        ask("GET", "/",
            str_to_c(&arena, str_printf(&arena, "If-None-Match: %.*s\r\n", STR_ARG(tag))), "");
    assert_has(again, "HTTP/1.1 304 ");
}

static void the_api_describes_itself(void **state)
{
    (void)state;
    Str answer = ask("GET", "/api/openapi.json", "", "");
    Str body = str_slice(answer, str_find(answer, STR("\r\n\r\n"), 0) + 4, answer.n);
    Json *json = NULL;
    JsonFault fault = {0};
    JsonLimits limits = {MIB(1), 64, JSON_STRICT};
    assert_int_equal(json_parse(&arena, body, limits, &json, &fault), OK);
    const Json *paths = json_get(json, STR("paths"));
    const Json *post = json_get(json_get(paths, STR("/api/picky/{id}")), STR("post"));
    assert_int_equal(json_get(post, STR("parameters"))->n, 2);
    const Json *content = json_get(json_get(post, STR("requestBody")), STR("content"));
    const Json *schema = json_get(json_get(content, STR("application/json")), STR("schema"));
    assert_int_equal(json_get(schema, STR("required"))->n, 1);
    assert_int_equal(json_get(schema, STR("properties"))->n, 3);
}

static void metrics_are_open_on_this_machine_only(void **state)
{
    (void)state;
    (void)ask("GET", "/api/hello", "", "");
    Str text = ask("GET", "/metrics", "", "");
    assert_has(text,
               "catchment_requests_total{method=\"GET\",route=\"/api/hello\",status=\"2xx\"} 1\n");
    assert_has(text, "catchment_request_seconds_count 1\n");
    assert_has(ask("GET", "/metrics", "X-Forwarded-For: 10.0.0.1\r\n", ""), "HTTP/1.1 401 ");
}

static void only_old_chromium_gets_the_wider_policy(void **state)
{
    (void)state;
    assert_true(web_is_old_chromium(STR("Mozilla/5.0 HeadlessChrome/96.0.1")));
    assert_false(web_is_old_chromium(STR("Mozilla/5.0 Chrome/97.0.4692.71")));
    assert_false(web_is_old_chromium(STR("Mozilla/5.0 Chrome/138.0.0.0")));
    assert_false(web_is_old_chromium(STR("Mozilla/5.0 Firefox/128.0")));
    assert_false(web_is_old_chromium(STR("Chrome/x")));
}

static void numbers_of_persons_are_shown_in_part(void **state)
{
    (void)state;
    assert_true(
        str_equals_c(id_number_masked(&arena, STR("996601199001011234")), "996601********1234"));
    assert_true(str_equals_c(phone_masked(&arena, STR("13800005678")), "138****5678"));
    assert_true(str_equals_c(phone_masked(&arena, STR("5678")), "****"));
    assert_int_equal(phone_masked(&arena, (Str){0}).n, 0);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, begin_server, end)
#define ALONE(test)  cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    os_stop_prepare();
    os_log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        ALONE(a_route_without_permission_stops_the_start),
        ALONE(a_worker_without_a_database_stops_the_start),
        ALONE(only_the_trusted_proxy_names_the_caller),
        SERVED(public_routes_answer_and_others_ask_for_a_login),
        SERVED(problems_are_in_the_language_asked_for_with_both_inside),
        SERVED(bodies_and_parameters_are_judged_with_their_place),
        SERVED(what_the_route_does_not_name_is_refused),
        ALONE(a_record_of_a_form_that_is_gone_has_its_header),
        SERVED(deep_nesting_is_refused),
        SERVED(ui_files_come_with_type_tag_and_policy),
        SERVED(the_api_describes_itself),
        SERVED(metrics_are_open_on_this_machine_only),
        ALONE(only_old_chromium_gets_the_wider_policy),
        ALONE(numbers_of_persons_are_shown_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
