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
#include "engine/records/records.h"

enum {
    PEOPLE_MOST = 100,
    LIST_MOST = 50,     /* lines of a list, as the route has them */
    RECORDS_MOST = 200, /* of a page */
};

#define LOAD_SECONDS 2.0

typedef struct {
    const char *work; /* names of its lines are made from it */
    const char *path; /* of the route */
    Str *requests;
    size_t request_n;
    double reads; /* of its floor */
    Str area;     /* a list's: its floor reads what is open there */
} Page;

typedef struct {
    Bench *bench;
    Actor actor;
    Account account;
    Uuid people[PEOPLE_MOST];
    size_t person_n;
    Str area; /* of the first of them */
    Str cookie, csrf;
    Child server;
} Http;

/* ---- the doctor and the doctor's people ---- */

static Err find_doctor(Http *http)
{
    Cx cx = app_system_cx(&http->bench->app, http->bench->arena);
    TRY(bench_doctor(http->bench, &http->account));
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
    http->area = line_n > 0 ? str_copy(http->bench->arena, lines[0].area) : (Str){0};
    return line_n > 0 ? OK : ERR_NOT_FOUND;
}

/* ---- what one page reads ---- */

static const Route *route_of(const Page *page)
{
    for (size_t i = 0; i < app_route_n; i++)
        if (app_routes[i]->method == HTTP_GET && strcmp(app_routes[i]->path, page->path) == 0)
            return app_routes[i];
    return NULL;
}

/* Runs the route here, to count its statements, session and access with them. */
static Err count_statements(Http *http, const Page *page, Uuid person, double *ret_n)
{
    Cx cx = app_system_cx(&http->bench->app, http->bench->arena);
    char id[UUID_TEXT_SIZE];
    const HttpPair parameter = {STR("id"), str_from_c(uuid_format(person, id))};
    HttpRequest request = {.arena = cx.arena, .parameters = &parameter, .parameter_n = 1};
    HttpResponse response = {0};
    const Route *route = route_of(page);
    buf_init(&response.body, cx.arena, MIB(4));
    if (route == NULL)
        return ERR_NOT_FOUND;
    uint64_t before = measure_statements();
    Actor actor;
    Session session;
    Account account;
    TRY(session_find(&cx, http->cookie, &session, &account));
    TRY(access_actor(&cx, &account, &actor));
    cx.actor = &actor;
    TRY(route->handler(&cx, &request, &response));
    *ret_n = (double)(measure_statements() - before);
    return OK;
}

/* A point read for each statement of a page and for each record that it shows: their answers lie
 * apart. On the average of the people asked. */
static Err count_page(Http *http, Page *page)
{
    for (size_t i = 0; i < http->person_n; i++) {
        Cx cx = app_system_cx(&http->bench->app, http->bench->arena);
        const Record *records = NULL;
        size_t record_n = 0;
        double statements = 0;
        TRY(count_statements(http, page, http->people[i], &statements));
        TRY(record_timeline(&cx, http->people[i], RECORDS_MOST, &records, &record_n));
        page->reads += (statements + (double)record_n) / (double)http->person_n;
    }
    return OK;
}

/* For each statement, and for each line its person and the newest record of the person's that it
 * shows; beside them what is open in the doctor's area, of which the list and its counts are made.
 */
static Err count_list(Http *http, Page *page)
{
    const ObligationLine *lines = NULL;
    size_t line_n = 0;
    Cx cx = app_system_cx(&http->bench->app, http->bench->arena);
    cx.actor = &http->actor;
    ObligationFilter filter = {.on = cx.today, .most = LIST_MOST};
    filter.after.due_on = DATE_NONE;
    filter.states[OBLIGATION_OVERDUE] = filter.states[OBLIGATION_DUE] = true;
    filter.states[OBLIGATION_OPEN] = true;
    TRY(count_statements(http, page, UUID_NIL, &page->reads));
    TRY(obligation_list(&cx, &filter, &lines, &line_n));
    for (size_t i = 0; i < line_n; i++) {
        const Record *last = NULL;
        const Form *form = lines[i].obligation.rule->evidence;
        TRY(record_latest(&cx, form, &lines[i].obligation.subject, 1, &last));
        page->reads += uuid_is_nil(last->id) ? 1 : 2;
    }
    page->area = http->area;
    return OK;
}

/* ---- servers ---- */

static const char *text_of(Http *http, Str text)
{
    return str_to_c(http->bench->arena, text);
}

static Err start_server(Http *http)
{
    const Bench *bench = http->bench;
    TRY(bench_server(bench, &http->server));
    BenchLine line = bench_line(bench, "start of the server", "s");
    line.value = http->server.start_seconds;
    line.value_most = 1;
    report_add(bench->report, line);
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

static Err measure_floor(Http *http, const Page *page, double bytes, size_t clients, Measured *ret)
{
    Arena *arena = http->bench->arena;
    const Cx cx = app_system_cx(&http->bench->app, arena);
    char today[DATE_TEXT_SIZE];
    const char *arguments[] = {"/proc/self/exe",
                               "floor-server",
                               text_of(http, http->bench->url),
                               text_of(http, http->bench->app.place),
                               str_to_c(arena, str_printf(arena, "%.0f", page->reads)),
                               str_to_c(arena, str_printf(arena, "%.0f", bytes)),
                               text_of(http, page->area),
                               date_format(cx.today, today),
                               NULL};
    Child server = {0};
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
    TRY(measure_floor(http, page, product.load.bytes, clients, &floor));
    const char *work = str_to_c(arena, str_printf(arena, "%s, %zu clients", page->work, clients));
    BenchLine line = bench_line(http->bench, work, "req/s");
    line.value = (double)product.load.answers / product.load.seconds;
    line.floor = (double)floor.load.answers / floor.load.seconds;
    line.ratio_least = 0.5;
    line.note = str_printf(arena,
                           "%.0f bytes, %.0f reads; server CPU %.3f ms a request, floor %.3f ms "
                           "(%.2fx)",
                           product.load.bytes, page->reads, product.cpu, floor.cpu,
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
        {.work = "doctor's due list", .path = "/api/obligations"},
    };
    pages[0].requests = arena_array(arena, Str, http->person_n);
    for (size_t i = 0; i < http->person_n; i++) {
        char id[UUID_TEXT_SIZE];
        Str path = str_printf(arena, "/api/residents/%s", uuid_format(http->people[i], id));
        pages[0].requests[pages[0].request_n++] = request_of(http, path);
    }
    pages[1].requests = arena_new(arena, Str);
    pages[1].requests[pages[1].request_n++] = request_of(http, STR("/api/obligations"));
    TRY(count_page(http, &pages[0]));
    TRY(count_list(http, &pages[1]));
    for (size_t i = 0; i < 2; i++) {
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
        err = load_log_in(http.server.port, DEMO_DOCTOR_LOGIN, DEMO_PASSWORD, http.bench->arena,
                          &http.cookie, &http.csrf);
    if (err == OK)
        err = measure_pages(&http);
    child_stop(&http.server);
    return err == OK ? OK : bench_fail(bench, "pages over HTTP", err);
}
