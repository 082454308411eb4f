/* From a request to a handler and back: identity, permission, problems, headers, log, metrics; and
 * the start that checks the route table. See web.h. */
#include "web/web.h"

#include <string.h>

#include "access/permissions.h"
#include "base/os_clock.h"
#include "base/os_crypto.h"
#include "base/os_log.h"
#include "base/os_process.h"
#include "base/os_random.h"
#include "web/problem.h"
#include "web/web_int.h"

enum {
    CONNECTIONS_MOST = 1024,
    CONNECTIONS_PER_PEER_MOST = 256,
    TIMEOUT_SECONDS = 30,
    WORKERS_LEAST = 4,
    WORKERS_MOST = 64,
};

static const char *const method_names[HTTP_METHOD_N] = {"GET", "POST", "PUT", "DELETE"};

RoutePersons route_persons(const Route *route)
{
    Str permit = str_from_c(route->permit);
    if (route->persons != ROUTE_PERSONS_DEFAULT)
        return route->persons;
    if (str_equals_c(permit, "obligations.read"))
        return ROUTE_PERSONS_LIST;
    bool is_of_one = str_has_prefix(permit, STR("residents."))
                     || str_has_prefix(permit, STR("records."))
                     || str_has_prefix(permit, STR("obligations."));
    return is_of_one ? ROUTE_PERSONS_ONE : ROUTE_PERSONS_NONE;
}

const WebCall *web_call(const HttpRequest *request)
{
    const WebWorker *worker = request->worker;
    return &worker->call;
}

static bool is_address(Str text)
{
    enum { ADDRESS_MOST = 45 };
    static const char of_addresses[] = "0123456789abcdefABCDEF.:";
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '\0' || strchr(of_addresses, text.p[i]) == NULL)
            return false;
    return text.n > 0 && text.n <= ADDRESS_MOST;
}

/* The last entry is the proxy's own; those before it are the caller's word. */
static Str forwarded_for(const HttpRequest *request)
{
    Str last = {0};
    for (size_t i = 0; i < request->header_n; i++) {
        if (!str_equals_c(request->headers[i].name, "x-forwarded-for"))
            continue;
        Str rest = request->headers[i].value;
        while (str_cut(&rest, ',', &last))
            continue;
    }
    return str_trim(last);
}

Str web_client(const HttpRequest *request)
{
    Str proxy = web_call(request)->web->options.trusted_proxy;
    if (proxy.n == 0 || !str_equals(request->peer, proxy))
        return request->peer;
    Str client = forwarded_for(request);
    return is_address(client) ? client : request->peer;
}

/* On this machine, and not handed on by a proxy. */
static bool caller_is_local(const HttpRequest *request)
{
    return (str_equals_c(request->peer, "127.0.0.1") || str_equals_c(request->peer, "::1"))
           && http_header(request, "x-forwarded-for").n == 0
           && http_header(request, "forwarded").n == 0;
}

void web_live_in(Cx *cx, const WebOptions *options, Str place)
{
    for (size_t i = 0; i < options->place_n; i++) {
        if (!str_equals(options->places[i], place) || str_equals(cx->place, place))
            continue;
        cx->place = options->places[i];
        cx->now = options->now(options->context, cx->place);
        cx->today = date_of_instant(cx->now);
        cx->policy = NULL;
    }
}

/* Of several places, the one of the session; without a session the first. */
static Err choose_place(Cx *cx, const WebOptions *options, const HttpRequest *request)
{
    Str token = http_cookie(request, "session"), place = {0};
    if (options->place_n < 2 || token.n == 0)
        return OK;
    TRY(session_place(cx, token, &place));
    web_live_in(cx, options, place);
    return OK;
}

/* Two people use one phone, or one of them another tab: what a page sends for its own account is
 * not done as whoever has logged in since. */
static bool is_who_the_page_means(const HttpRequest *request, const WebCall *call)
{
    char id[UUID_TEXT_SIZE];
    Str meant = http_header(request, "catchment-account");
    return meant.n == 0 || str_equals_c(meant, uuid_format(call->account.id, id));
}

/* Whoever sees the whole of a place above others may read what he may in one of those; what is his
 * own stays where his account is. */
static Err enter_member(Cx *cx, const Route *route, const HttpRequest *request, Actor *actor)
{
    Str member = http_header(request, "catchment-place");
    if (member.n == 0 || str_equals(member, cx->place)
        || str_equals_c(STR("session.own"), route->permit))
        return OK;
    if (route->method != HTTP_GET)
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_PLACE_READ_ONLY, (Str){0}, 1, member);
    return access_member_enter(cx, member, actor);
}

/* Who is asking, and whether they may. *ret_actor lives as long as cx. */
static Err authorise(Cx *cx, const Route *route, const HttpRequest *request, WebCall *call,
                     Actor *ret_actor)
{
    if (str_equals_c(str_from_c(route->permit), ROUTE_PUBLIC))
        return OK;
    if (route->is_open_locally && caller_is_local(request))
        return OK;
    Str token = http_cookie(request, "session");
    if (token.n == 0)
        return cx_fail(cx, ERR_UNAUTHENTICATED, TEXT_LOGIN_REQUIRED, (Str){0}, 0);
    TRY(session_find(cx, token, &call->session, &call->account));
    if (!is_who_the_page_means(request, call))
        return cx_fail(cx, ERR_UNAUTHENTICATED, TEXT_SESSION_OF_ANOTHER, (Str){0}, 0);
    if (!uuid_is_nil(call->device))
        TRY(device_take_session(cx, call->device, &call->session));
    if (route->method != HTTP_GET
        && !os_crypto_equals(http_header(request, "x-csrf"), call->session.csrf))
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_CSRF_WRONG, (Str){0}, 0);
    TRY(access_actor(cx, &call->account, ret_actor));
    cx->actor = ret_actor;
    /* A first password, which somebody else knows, opens the account's own session only. */
    if (call->account.must_change && !str_equals_c(STR("session.own"), route->permit))
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_PASSWORD_MUST_CHANGE, (Str){0}, 0);
    TRY(enter_member(cx, route, request, ret_actor));
    return access_require(cx, str_from_c(route->permit));
}

/* The phone that it says it comes from: a revoked one gets nothing at all. */
static Err admit_device(Cx *cx, const HttpRequest *request, WebCall *call)
{
    Str named = http_header(request, "catchment-device");
    return named.n == 0 || uuid_parse(named, &call->device) != OK ? OK
                                                                  : device_admit(cx, call->device);
}

/* A page is of one moment: whoever only reads sees one state of the database from the first look at
 * the session on. */
static Err run(Cx *cx, const Route *route, const HttpRequest *request, HttpResponse *response,
               WebWorker *worker)
{
    static const Actor nobody;
    Actor actor = {0};
    cx->actor = &nobody;
    Err err = route->method == HTTP_GET ? cx_snapshot_begin(cx) : OK;
    if (err == OK)
        err = choose_place(cx, &worker->web->options, request);
    if (err == OK)
        err = admit_device(cx, request, &worker->call);
    if (err == OK)
        err = authorise(cx, route, request, &worker->call, &actor);
    if (err == OK)
        err = web_query_check(cx, route, request);
    if (err == OK)
        err = route->handler(cx, request, response);
    if (err == OK && route->audit != NULL)
        err = audit_add(cx, &(AuditEntry){.action = str_from_c(route->audit)});
    cx_snapshot_end(cx);
    cx->actor = &nobody;
    return err;
}

static void end_headers(const HttpRequest *request, HttpResponse *response, Str request_id)
{
    web_security_headers(request, response, UI_POLICY_NONE);
    http_set_header(response, "Cache-Control", STR("no-store"));
    http_set_header(response, "X-Request-Id", request_id);
}

static void say(const Route *route, const HttpResponse *response, Err err, Uuid id, Uuid account,
                int64_t duration_ns)
{
    LogLevel level = response->status >= 500 ? LOG_ERROR : LOG_INFO;
    LOG(level, "request", LOG_WORD("method", str_from_c(method_names[route->method])),
        LOG_WORD("route", str_from_c(route->path)), LOG_INTEGER("status", response->status),
        LOG_ERR("err", err), LOG_INTEGER("us", duration_ns / 1000), LOG_ID("request", id),
        LOG_ID("account", account));
}

void web_stream_keep(const Cx *cx, WebStream *ret_stream)
{
    *ret_stream = (WebStream){.cx = *cx, .actor = *cx->actor};
    ret_stream->cx.has_snapshot = false;
}

Cx *web_stream_begin(const HttpRequest *request, WebStream *stream)
{
    WebWorker *worker = request->worker;
    stream->mark = arena_mark(&worker->arena);
    stream->cx.arena = &worker->arena;
    stream->cx.db = worker->db;
    stream->cx.actor = &stream->actor;
    stream->cx.problems = NULL;
    stream->cx.problem_n = stream->cx.problem_capacity = 0;
    return &stream->cx;
}

void web_stream_end(const HttpRequest *request, WebStream *stream)
{
    WebWorker *worker = request->worker;
    arena_reset_to(&worker->arena, stream->mark);
}

static void handle(const HttpRequest *request, HttpResponse *response, size_t at)
{
    WebWorker *worker = request->worker;
    Web *web = worker->web;
    const WebOptions *options = &web->options;
    const Route *route = options->routes[at];
    int64_t began = os_clock_monotonic_ns();
    Uuid id = os_random_uuid();
    char *id_text = arena_alloc(request->arena, UUID_TEXT_SIZE);
    worker->call = (WebCall){.web = web, .route = route};
    Cx cx = {
        .arena = request->arena,
        .db = worker->db,
        .writer = options->writer,
        .packs = options->packs,
        .keys = options->keys,
        .place = options->places[0],
        .now = options->now(options->context, options->places[0]),
        .is_day_chosen = options->is_day_chosen,
        .as_of = DATE_NONE,
        .lang = web_lang(request, options->lang),
        .request_id = str_from_c(uuid_format(id, id_text)),
    };
    cx.today = date_of_instant(cx.now);
    Err err = run(&cx, route, request, response, worker);
    if (err != OK) {
        response->status = 0;
        problem_write(response, cx.lang, err, cx.problems, cx.problem_n, cx.request_id);
    } else if (response->status == 0) {
        bool has_body =
            response->body.n > 0 || response->constant.n > 0 || response->stream != NULL;
        response->status = has_body ? 200 : 204;
    }
    end_headers(request, response, cx.request_id);
    int64_t duration = os_clock_monotonic_ns() - began;
    metrics_add(web->metrics, at, response->status, duration);
    say(route, response, err, id, worker->call.account.id, duration);
}

/* What reaches no handler. */
static void refuse(const HttpRequest *request, HttpResponse *response, Err err)
{
    const Web *web = request->context;
    char *id_text = arena_alloc(request->arena, UUID_TEXT_SIZE);
    Uuid id = os_random_uuid();
    Str request_id = str_from_c(uuid_format(id, id_text));
    problem_write(response, web_lang(request, web->options.lang), err, NULL, 0, request_id);
    end_headers(request, response, request_id);
    LOG(LOG_INFO, "request refused", LOG_INTEGER("status", response->status), LOG_ERR("err", err),
        LOG_ID("request", id));
}

/* Whatever no route of the table names is a file of the UI, or nothing. */
static void handle_ui(const HttpRequest *request, HttpResponse *response, size_t at)
{
    (void)at;
    if (!ui_answer(request->context, request, response))
        refuse(request, response, ERR_NOT_FOUND);
}

static void *worker_start(void *context)
{
    Web *web = context;
    unsigned number = atomic_fetch_add(&web->workers_started, 1);
    return &web->workers[number];
}

static void close_workers(Web *web)
{
    for (unsigned i = 0; i < web->workers_opened; i++) {
        web->options.db_close(web->options.context, web->workers[i].db);
        arena_done(&web->workers[i].arena);
    }
    web->workers_opened = 0;
}

/* All of them, before the first request: a server that can answer half of its callers does not
 * start. A connection that is lost later is the driver's to open again. */
static Err open_workers(Web *web, unsigned n, Arena *arena, Str *reterr_message)
{
    web->workers = arena_array(arena, WebWorker, n);
    for (unsigned i = 0; i < n; i++) {
        WebWorker *worker = &web->workers[i];
        worker->web = web;
        arena_init(&worker->arena, MIB(64));
        Err err =
            web->options.db_open(web->options.context, &worker->arena, &worker->db, reterr_message);
        if (err != OK) {
            *reterr_message = str_copy(arena, *reterr_message);
            arena_done(&worker->arena);
            close_workers(web);
            return err;
        }
        web->workers_opened++;
    }
    return OK;
}

/* ---- start ---- */

static bool permission_is_known(Str permission)
{
    for (size_t i = 0; access_permissions[i] != NULL; i++)
        if (str_equals_c(permission, access_permissions[i]))
            return true;
    return str_equals_c(permission, ROUTE_PUBLIC);
}

/* What is wrong with an entry; NULL when nothing is. */
static const char *route_fault(const Route *route)
{
    if (route->permit == NULL || route->permit[0] == '\0')
        return "names no permission";
    if (!permission_is_known(str_from_c(route->permit)))
        return "names a permission that does not exist";
    if (route->handler == NULL)
        return "has no handler";
    if (route->title.zh == NULL || route->title.en == NULL)
        return "lacks a title";
    if ((route->in != NULL || route->in_media != NULL) && route->body_most == 0)
        return "describes a body but takes none";
    const char *schemas[] = {route->query, route->in, route->out};
    size_t at = 0;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        if (schemas[i] != NULL && schema_check(schemas[i], &at) != OK)
            return "has a schema off the notation";
    return NULL;
}

static Err check_routes(const WebOptions *options, Arena *arena, Str *reterr_message)
{
    for (size_t i = 0; i < options->route_n; i++) {
        const Route *route = options->routes[i];
        const char *fault = route_fault(route);
        for (size_t j = 0; j < i && fault == NULL; j++)
            if (options->routes[j]->method == route->method
                && strcmp(options->routes[j]->path, route->path) == 0)
                fault = "stands twice in the table";
        if (fault == NULL)
            continue;
        *reterr_message =
            str_printf(arena, "route %s %s %s", method_names[route->method], route->path, fault);
        return ERR_INVALID;
    }
    return OK;
}

static unsigned worker_count(const WebOptions *options)
{
    unsigned n = options->workers > 0 ? options->workers : 2 * os_processor_count();
    if (options->workers == 0 && n < WORKERS_LEAST)
        n = WORKERS_LEAST;
    return n < WORKERS_MOST ? n : WORKERS_MOST;
}

Err web_start(const WebOptions *options, Arena *arena, Web **ret_web, Str *reterr_message)
{
    TRY(check_routes(options, arena, reterr_message));
    Web *web = arena_new(arena, Web);
    web->options = *options;
    web->started_at = options->now(options->context, options->places[0]);
    web->metrics = metrics_make(arena, options->route_n);
    ui_load(web, arena);
    HttpRoute *table = arena_array(arena, HttpRoute, options->route_n + 1);
    for (size_t i = 0; i < options->route_n; i++) {
        const Route *route = options->routes[i];
        table[i] = (HttpRoute){route->method, route->path, handle, route->body_most, false};
    }
    table[options->route_n] = (HttpRoute){HTTP_GET, "/{rest...}", handle_ui, 0, true};
    HttpOptions http = {
        .address = options->address,
        .port = options->port,
        .tls_certificate_file = options->tls_certificate_file,
        .tls_key_file = options->tls_key_file,
        .workers = worker_count(options),
        .connections_most = CONNECTIONS_MOST,
        .connections_per_peer_most = CONNECTIONS_PER_PEER_MOST,
        .timeout_seconds = TIMEOUT_SECONDS,
        .request_arena_most = MIB(32),
        .worker_start = worker_start,
        .context = web,
        .refuse = refuse,
    };
    TRY(open_workers(web, http.workers, arena, reterr_message));
    Err err =
        http_server_start(&http, table, options->route_n + 1, arena, &web->server, reterr_message);
    if (err != OK) {
        close_workers(web);
        return err;
    }
    *ret_web = web;
    return OK;
}

Str web_url(const Web *web, Arena *arena)
{
    Str address = web->options.address;
    bool is_v6 = str_find_char(address, ':', 0) != SIZE_MAX;
    return str_printf(arena, "%s://%s%.*s%s:%u",
                      web->options.tls_certificate_file.n > 0 ? "https" : "http", is_v6 ? "[" : "",
                      STR_ARG(address), is_v6 ? "]" : "", (unsigned)http_server_port(web->server));
}

void web_stop(Web *web)
{
    http_server_stop(web->server);
    close_workers(web);
}
