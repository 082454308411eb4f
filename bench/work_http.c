/* Pages over HTTP, logged in: the resident's page and the doctor's due list, from the real server,
 * beside the floor server's route with the same bytes and as many point reads. And how the server
 * starts and what memory it holds afterwards. */
#include <stdio.h>
#include <string.h>

#include "access/access.h"
#include "app/routes.h"
#include "bench/bench.h"
#include "bench/child.h"
#include "bench/load.h"
#include "demo/demo.h"
#include "engine/obligations/obligations.h"

enum { PEOPLE_MOST = 100 };

#define LOAD_SECONDS 2.0

typedef struct {
    const char *work; /* names of its lines are made from it */
    const char *path; /* of the route */
    Str *requests;
    size_t request_n;
    double statements; /* that one page runs, session and access with it */
    bool has_items;    /* a list: one more point read an item, for its person */
} Page;

typedef struct {
    Bench *bench;
    Actor actor;
    Account account;
    Uuid people[PEOPLE_MOST];
    size_t person_n;
    Str cookie;
    Child server;
} Http;

/* ---- the doctor and the doctor's people ---- */

static Err find_doctor(Http *http)
{
    Cx cx = app_system_cx(&http->bench->app, http->bench->arena);
    const Account *accounts = NULL;
    size_t n = 0;
    TRY(access_areas_refresh(&cx));
    TRY(account_list(&cx, &accounts, &n));
    for (size_t i = 0; i < n; i++)
        if (str_equals_c(accounts[i].login, demo_accounts[0].login))
            http->account = accounts[i];
    TRY(access_actor(&cx, &http->account, &http->actor));
    cx.actor = &http->actor;
    ObligationFilter filter = {.on = cx.today, .most = PEOPLE_MOST};
    filter.after.due_on = DATE_NONE;
    filter.states[OBLIGATION_OVERDUE] = filter.states[OBLIGATION_DUE] = true;
    filter.states[OBLIGATION_OPEN] = true;
    const ObligationLine *lines = NULL;
    size_t line_n = 0;
    TRY(obligation_list(&cx, &filter, &lines, &line_n));
    for (size_t i = 0; i < line_n; i++)
        http->people[http->person_n++] = lines[i].obligation.subject;
    return line_n > 0 ? OK : ERR_NOT_FOUND;
}

/* ---- what one page runs ---- */

/* Runs the route here, to count its statements. */
static Err count_statements(Http *http, Page *page)
{
    Cx cx = app_system_cx(&http->bench->app, http->bench->arena);
    char id[UUID_TEXT_SIZE];
    const HttpPair parameter = {STR("id"), str_from_c(uuid_format(http->people[0], id))};
    HttpRequest request = {.arena = cx.arena, .parameters = &parameter, .parameter_n = 1};
    HttpResponse response = {0};
    buf_init(&response.body, cx.arena, MIB(4));
    for (size_t i = 0; i < app_route_n; i++) {
        const Route *route = app_routes[i];
        if (route->method != HTTP_GET || strcmp(route->path, page->path) != 0)
            continue;
        uint64_t before = measure_statements();
        Actor actor;
        Session session;
        Account account;
        Err err = session_find(&cx, http->cookie, &session, &account);
        if (err == OK)
            err = access_actor(&cx, &account, &actor);
        cx.actor = &actor;
        if (err == OK)
            err = route->handler(&cx, &request, &response);
        page->statements = (double)(measure_statements() - before);
        return err;
    }
    return ERR_NOT_FOUND;
}

/* ---- servers ---- */

static const char *text_of(Http *http, Str text)
{
    return str_to_c(http->bench->arena, text);
}

static Err start_server(Http *http)
{
    const Bench *bench = http->bench;
    const char *arguments[] = {text_of(http, bench->options->program),
                               "serve",
                               "--db",
                               text_of(http, bench->url),
                               "--keys",
                               text_of(http, bench->keys_file),
                               "--packs",
                               text_of(http, bench->options->packs),
                               "--port",
                               "0",
                               NULL};
    TRY(child_start(arguments, &http->server));
    BenchLine line = bench_line(bench, "start of the server", "s");
    line.value = http->server.start_seconds;
    line.value_most = 1;
    report_add(bench->report, line);
    return OK;
}

static Err log_in(Http *http)
{
    Arena *arena = http->bench->arena;
    Str body = str_printf(arena, "{\"login\": \"%s\", \"password\": \"%s\"}",
                          demo_accounts[0].login, demo_accounts[0].password);
    Str request = str_printf(arena,
                             "POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                             body.n, STR_ARG(body));
    Str answer = {0};
    TRY(load_once(http->server.port, request, arena, &answer));
    size_t at = str_find(answer, STR("session="), 0);
    size_t end = at == SIZE_MAX ? SIZE_MAX : str_find_char(answer, ';', at);
    if (end == SIZE_MAX)
        return ERR_UNAUTHENTICATED;
    http->cookie = str_slice(answer, at + 8, end);
    return OK;
}

static Str request_of(Http *http, Str path)
{
    return str_printf(http->bench->arena,
                      "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session=%.*s\r\n\r\n",
                      STR_ARG(path), STR_ARG(http->cookie));
}

/* ---- loads ---- */

typedef struct {
    LoadResult load;
    double cpu; /* of the server, ms a request */
} Measured;

static Err measure_load(Http *http, const Child *server, const Str *requests, size_t n,
                        size_t clients, Measured *ret)
{
    LoadOptions options = {server->port, clients, LOAD_SECONDS / 4, requests, n};
    Arena arena = {0};
    arena_init(&arena, MIB(512));
    Err err = load_run(&options, &arena, &ret->load); /* to warm up */
    arena_reset(&arena);
    options.seconds = LOAD_SECONDS;
    double cpu = process_cpu(server->pid);
    if (err == OK)
        err = load_run(&options, &arena, &ret->load);
    arena_done(&arena);
    if (err == OK && (ret->load.refused > 0 || ret->load.answers == 0))
        err = ERR_INTERNAL;
    if (err == OK)
        ret->cpu = (process_cpu(server->pid) - cpu) * 1000 / (double)ret->load.answers;
    (void)http;
    return err;
}

static Err measure_floor(Http *http, const Page *page, double reads, double bytes, size_t clients,
                         Measured *ret)
{
    Arena *arena = http->bench->arena;
    const char *arguments[] = {"/proc/self/exe",
                               "floor-server",
                               text_of(http, http->bench->url),
                               text_of(http, http->bench->app.place),
                               str_to_c(arena, str_printf(arena, "%.0f", reads)),
                               str_to_c(arena, str_printf(arena, "%.0f", bytes)),
                               NULL};
    Child server = {0};
    (void)page;
    TRY(child_start(arguments, &server));
    Str request = request_of(http, STR("/floor"));
    Err err = measure_load(http, &server, &request, 1, clients, ret);
    child_stop(&server);
    return err;
}

static Err measure_page(Http *http, const Page *page, size_t clients)
{
    Measured product = {0}, floor = {0};
    Arena *arena = http->bench->report->arena;
    TRY(measure_load(http, &http->server, page->requests, page->request_n, clients, &product));
    double items = page->has_items ? (double)(http->person_n < 50 ? http->person_n : 50) : 0;
    double reads = page->statements + items;
    TRY(measure_floor(http, page, reads, product.load.bytes, clients, &floor));
    const char *work = str_to_c(arena, str_printf(arena, "%s, %zu clients", page->work, clients));
    BenchLine line = bench_line(http->bench, work, "req/s");
    line.value = (double)product.load.answers / product.load.seconds;
    line.floor = (double)floor.load.answers / floor.load.seconds;
    line.ratio_least = 0.5;
    line.note = str_printf(arena,
                           "%.0f bytes, %.0f reads; server CPU %.3f ms a request, floor %.3f ms "
                           "(%.2fx)",
                           product.load.bytes, reads, product.cpu, floor.cpu,
                           product.cpu > 0 ? floor.cpu / product.cpu : 0);
    report_add(http->bench->report, line);
    work = str_to_c(arena, str_printf(arena, "%s, %zu clients, p99", page->work, clients));
    line = bench_line(http->bench, work, "ms");
    line.value = product.load.p99;
    line.value_most = clients == 8 ? 5 : 25;
    line.note = str_printf(arena, "p50 %.2f, p95 %.2f; floor p99 %.2f", product.load.p50,
                           product.load.p95, floor.load.p99);
    report_add(http->bench->report, line);
    return OK;
}

static Err measure_pages(Http *http)
{
    Arena *arena = http->bench->arena;
    Page pages[] = {
        {.work = "resident's page", .path = "/api/residents/{id}"},
        {.work = "doctor's due list", .path = "/api/obligations", .has_items = true},
    };
    pages[0].requests = arena_array(arena, Str, http->person_n);
    for (size_t i = 0; i < http->person_n; i++) {
        char id[UUID_TEXT_SIZE];
        Str path = str_printf(arena, "/api/residents/%s", uuid_format(http->people[i], id));
        pages[0].requests[pages[0].request_n++] = request_of(http, path);
    }
    pages[1].requests = arena_new(arena, Str);
    pages[1].requests[pages[1].request_n++] = request_of(http, STR("/api/obligations"));
    for (size_t i = 0; i < 2; i++) {
        TRY(count_statements(http, &pages[i]));
        TRY(measure_page(http, &pages[i], 8));
        TRY(measure_page(http, &pages[i], 64));
    }
    BenchLine line = bench_line(http->bench, "memory of the server after the load", "MB");
    line.value = process_memory(http->server.pid) / 1e6;
    line.value_most = 256;
    report_add(http->bench->report, line);
    return OK;
}

Err work_http(Bench *bench)
{
    Http http = {.bench = bench};
    Err err = find_doctor(&http);
    if (err == OK)
        err = start_server(&http);
    if (err == OK)
        err = log_in(&http);
    if (err == OK)
        err = measure_pages(&http);
    child_stop(&http.server);
    return err == OK ? OK : bench_fail(bench, "pages over HTTP", err);
}
