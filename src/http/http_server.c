/* The server: libmicrohttpd between the gate and the pool (this is the only file that includes it).
 *
 * One thread runs libmicrohttpd. It reads a request into an exchange, suspends the connection, and
 * hands the exchange to a worker; the worker resumes the connection when the response is ready. An
 * exchange belongs to whoever its state names and is never touched by two threads at once. */
#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "http/http_gate.h"
#include "http/http_int.h"

enum {
    CONNECTION_MEMORY = 48 * 1024, /* a head of the gate's limit, and our own */
    HEADERS_MOST = 100,
    STREAM_PIECE = 64 * 1024,
    GZIP_LEAST = 1024,
    RESPONSE_HEADERS_MOST = 16 * 1024,
    RESERVED_MOST = 256 * 1024,
    BODIES_MOST = 64 * 1024 * 1024, /* of all requests that are being read or answered */
};

struct HttpServer {
    HttpOptions options;
    const HttpRoute *routes;
    size_t route_n;
    HttpGate *gate;
    HttpPool *pool;
    struct MHD_Daemon *daemon;
    HttpExchange *exchanges; /* one a connection */
    Arena refusals;          /* of the gate's thread */
    bool is_secure;
    size_t bodies; /* bytes kept of bodies; libmicrohttpd's thread alone */
    _Atomic uint64_t requests, refused, in_flight;
    _Atomic size_t *body_sizes; /* of each route's answer before: room for the next one */
};

/* The address under which a socket is added names the gate's connection. */
static struct sockaddr_un number_to_address(unsigned number)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path + 1, &number, sizeof number);
    return address;
}

static unsigned connection_number(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct sockaddr_un address;
    unsigned number = 0;
    memcpy(&address, info->client_addr, sizeof address);
    memcpy(&number, address.sun_path + 1, sizeof number);
    return number;
}

/* ---- the response ---- */

static void refuse(HttpExchange *exchange, Err err)
{
    HttpServer *server = exchange->server;
    exchange->response = (HttpResponse){.status = err_http_status(err)};
    buf_init(&exchange->response.body, &exchange->arena, server->options.request_arena_most);
    exchange->is_refused = true;
    atomic_fetch_add(&server->refused, 1);
    if (exchange->allow.n > 0)
        http_set_header(&exchange->response, "Allow", exchange->allow);
    if (server->options.refuse != NULL)
        server->options.refuse(&exchange->request, &exchange->response, err);
}

static bool is_packable(const HttpResponse *response)
{
    for (size_t i = 0; i < response->header_n; i++)
        if (str_equals_c(response->headers[i].name, "Content-Encoding"))
            return false;
    return (response->body.n >= GZIP_LEAST || response->stream != NULL) && response->constant.n == 0
           && (str_find(response->content_type, STR("json"), 0) != SIZE_MAX
               || str_has_prefix(response->content_type, STR("text/")));
}

/* False: it goes as it is. */
static bool pack(HttpExchange *exchange)
{
    HttpResponse *response = &exchange->response;
    if (response->stream == NULL)
        return http_gzip(&exchange->arena, buf_str(&response->body), &response->constant);
    exchange->gzip = http_gzip_begin(&exchange->arena);
    return exchange->gzip != NULL;
}

/* What every response gets: a status, and gzip when it pays. */
static void finish(HttpExchange *exchange)
{
    HttpResponse *response = &exchange->response;
    bool has_body = response->body.n > 0 || response->constant.n > 0 || response->stream != NULL;
    if (response->status == 0)
        response->status = has_body ? 200 : 204;
    size_t most = sizeof response->headers / sizeof *response->headers;
    if (!is_packable(response) || response->header_n + 2 > most)
        return;
    http_set_header(response, "Vary", STR("Accept-Encoding"));
    if (exchange->takes_gzip && pack(exchange))
        http_set_header(response, "Content-Encoding", STR("gzip"));
}

/* Runs the handler. */
static void work(HttpExchange *exchange)
{
    HttpServer *server = exchange->server;
    Buf *body = &exchange->response.body;
    _Atomic size_t *size = &server->body_sizes[exchange->route];
    buf_init(body, &exchange->arena, server->options.request_arena_most);
    buf_reserve(body, atomic_load_explicit(size, memory_order_relaxed));
    server->routes[exchange->route].handler(&exchange->request, &exchange->response,
                                            exchange->route);
    atomic_store_explicit(size, body->n < RESERVED_MOST ? body->n : RESERVED_MOST,
                          memory_order_relaxed);
    if (exchange->response.body.is_over)
        refuse(exchange, ERR_LIMIT);
    finish(exchange);
}

static void work_stream(HttpExchange *exchange)
{
    buf_clear(&exchange->piece);
    exchange->piece_at = 0;
    Err err = exchange->response.stream(exchange->response.stream_state, &exchange->piece);
    exchange->stream_has_failed = err != OK || exchange->piece.is_over;
    exchange->stream_has_ended = exchange->piece.n == 0;
    if (exchange->gzip == NULL || exchange->stream_has_failed)
        return;
    buf_clear(&exchange->packed);
    exchange->stream_has_failed = !http_gzip_piece(exchange->gzip, buf_str(&exchange->piece),
                                                   exchange->stream_has_ended, &exchange->packed);
}

/* On a worker's thread. */
static void pool_run(void *context UNUSED, HttpExchange *exchange, void *worker)
{
    struct MHD_Connection *connection = exchange->connection;
    if (atomic_load(&exchange->state) == EXCHANGE_WORKING) {
        exchange->request.worker = worker;
        work(exchange);
        atomic_store(&exchange->state, EXCHANGE_READY);
    } else {
        exchange->request.worker = worker;
        work_stream(exchange);
    }
    MHD_resume_connection(connection);
}

static void hand_over(HttpExchange *exchange)
{
    MHD_suspend_connection(exchange->connection);
    /* The pool holds as many as there are connections, so it turns nobody away but when stopping.
     */
    if (http_pool_push(exchange->server->pool, exchange))
        return;
    if (atomic_load(&exchange->state) == EXCHANGE_WORKING) {
        refuse(exchange, ERR_BUSY);
        finish(exchange);
        atomic_store(&exchange->state, EXCHANGE_READY);
    } else {
        exchange->stream_has_failed = true;
    }
    MHD_resume_connection(exchange->connection);
}

/* libmicrohttpd asks for the next bytes of a stream. */
static ssize_t read_stream(void *context, uint64_t position UNUSED, char *bytes, size_t most)
{
    HttpExchange *exchange = context;
    if (exchange->stream_has_failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    const Buf *piece = exchange->gzip != NULL ? &exchange->packed : &exchange->piece;
    size_t left = piece->n - exchange->piece_at;
    if (left == 0 && exchange->stream_has_ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (left == 0) {
        hand_over(exchange);
        return 0;
    }
    size_t n = left < most ? left : most;
    memcpy(bytes, piece->p + exchange->piece_at, n);
    exchange->piece_at += n;
    return (ssize_t)n;
}

static struct MHD_Response *make_response(HttpExchange *exchange)
{
    HttpResponse *from = &exchange->response;
    if (from->stream != NULL) {
        buf_init(&exchange->piece, &exchange->arena, MIB(1));
        buf_init(&exchange->packed, &exchange->arena, MIB(1) + KIB(64));
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE, read_stream,
                                                 exchange, NULL);
    }
    Str body = from->constant.n > 0 ? from->constant : buf_str(&from->body);
    /* libmicrohttpd only reads it. */
    return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
                                           MHD_RESPMEM_PERSISTENT);
}

static void add_header(HttpExchange *exchange, struct MHD_Response *to, Str name, Str value)
{
    if (value.n > 0)
        (void)MHD_add_response_header(to, str_to_c(&exchange->arena, name),
                                      str_to_c(&exchange->arena, value));
}

static enum MHD_Result send_response(HttpExchange *exchange)
{
    HttpResponse *from = &exchange->response;
    struct MHD_Response *to = make_response(exchange);
    if (to == NULL)
        return MHD_NO;
    add_header(exchange, to, STR("Content-Type"), from->content_type);
    for (size_t i = 0; i < from->header_n; i++)
        add_header(exchange, to, from->headers[i].name, from->headers[i].value);
    atomic_store(&exchange->state, EXCHANGE_SENDING);
    enum MHD_Result queued = MHD_queue_response(exchange->connection, (unsigned)from->status, to);
    MHD_destroy_response(to);
    return queued;
}

/* ---- the request, on libmicrohttpd's thread ---- */

static void *exchange_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    HttpServer *server = context;
    HttpExchange *exchange = &server->exchanges[connection_number(connection)];
    Arena arena = exchange->arena;
    if (arena.ceiling == 0)
        arena_init(&arena, server->options.request_arena_most);
    *exchange = (HttpExchange){.server = server, .connection = connection, .arena = arena};
    exchange->request.arena = &exchange->arena;
    exchange->request.is_secure = server->is_secure;
    exchange->request.context = server->options.context;
    exchange->request.peer =
        str_copy(&exchange->arena, http_gate_peer(server->gate, connection_number(connection)));
    exchange->target = str_copy(&exchange->arena, str_from_c(target));
    atomic_fetch_add(&server->requests, 1);
    atomic_fetch_add(&server->in_flight, 1);
    return exchange;
}

static void exchange_end(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code UNUSED)
{
    HttpServer *server = context;
    HttpExchange *exchange = *request;
    *request = NULL;
    if (exchange == NULL)
        return;
    server->bodies -= exchange->body.n;
    arena_reset(&exchange->arena);
    exchange->connection = NULL;
    atomic_fetch_sub(&server->in_flight, 1);
    http_gate_answered(server->gate, connection_number(connection));
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind UNUSED, const char *name,
                                   const char *value)
{
    HttpExchange *exchange = context;
    HttpRequest *request = &exchange->request;
    if (request->header_n == HEADERS_MOST)
        return MHD_NO;
    HttpPair *pairs = (HttpPair *)(uintptr_t)request->headers;
    pairs[request->header_n++] = (HttpPair){str_lower(&exchange->arena, str_from_c(name)),
                                            str_copy(&exchange->arena, str_from_c(value))};
    return MHD_YES;
}

static bool read_method(HttpExchange *exchange, const char *method)
{
    static const char *const names[HTTP_METHOD_N] = {"GET", "POST", "PUT", "DELETE"};
    exchange->is_head = strcmp(method, "HEAD") == 0;
    for (int i = 0; i < HTTP_METHOD_N; i++)
        if (strcmp(method, names[i]) == 0 || (i == HTTP_GET && exchange->is_head)) {
            exchange->request.method = (HttpMethod)i;
            return true;
        }
    return false;
}

/* The gate has found the framing good; the same is asked here of what libmicrohttpd understood, so
 * that a request that it read differently goes no further. */
static Err check_framing(const HttpRequest *request, bool *ret_has_body, int64_t *ret_length)
{
    size_t lengths = 0, encodings = 0;
    int64_t length = 0;
    for (size_t i = 0; i < request->header_n; i++) {
        const HttpPair *header = &request->headers[i];
        if (str_equals_c(header->name, "content-length")) {
            lengths++;
            if (num_parse_i64(header->value, &length) != OK || length < 0)
                return ERR_MALFORMED;
        } else if (str_equals_c(header->name, "transfer-encoding")) {
            encodings++;
        }
    }
    if (lengths + encodings > 1)
        return ERR_MALFORMED;
    *ret_has_body = length > 0 || encodings > 0;
    *ret_length = length;
    return OK;
}

/* The head: which route, and whether it will be answered at all. */
static Err read_head(HttpExchange *exchange, const char *method, bool *ret_has_body)
{
    HttpServer *server = exchange->server;
    HttpRequest *request = &exchange->request;
    request->headers = arena_array(&exchange->arena, HttpPair, HEADERS_MOST);
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, take_header, exchange);
    exchange->takes_gzip = http_accepts_gzip(http_header(request, "accept-encoding"));
    int64_t length = 0;
    *ret_has_body = true;
    TRY(check_framing(request, ret_has_body, &length));
    TRY(http_target_parse(&exchange->arena, exchange->target, request));
    bool has_method = read_method(exchange, method);
    TRY(http_route_find(server->routes, server->route_n, request, has_method, &exchange->route,
                        &exchange->allow));
    size_t most = server->routes[exchange->route].body_most;
    if ((uint64_t)length > most || (*ret_has_body && most == 0))
        return ERR_LIMIT;
    buf_init(&exchange->body, &exchange->arena, most);
    return OK;
}

static enum MHD_Result begin(HttpExchange *exchange, const char *method)
{
    bool has_body = false;
    exchange->err = read_head(exchange, method, &has_body);
    atomic_store(&exchange->state, EXCHANGE_RECEIVING);
    if (exchange->err == OK || !has_body)
        return MHD_YES;
    /* Answered before the body is read; libmicrohttpd then closes the connection. */
    refuse(exchange, exchange->err);
    finish(exchange);
    return send_response(exchange);
}

static enum MHD_Result go(HttpExchange *exchange)
{
    if (exchange->err == OK && exchange->body.is_over)
        exchange->err = ERR_LIMIT;
    if (exchange->err != OK) {
        refuse(exchange, exchange->err);
        finish(exchange);
        return send_response(exchange);
    }
    exchange->request.body = buf_str(&exchange->body);
    if (exchange->server->routes[exchange->route].is_inline) {
        work(exchange);
        return send_response(exchange);
    }
    atomic_store(&exchange->state, EXCHANGE_WORKING);
    hand_over(exchange);
    return MHD_YES;
}

/* Whoever sends at once more than memory is kept for is told to come again; the rest of the body is
 * read and forgotten. */
static void take_body(HttpExchange *exchange, Str bytes)
{
    HttpServer *server = exchange->server;
    size_t before = exchange->body.n;
    if (exchange->err == OK && bytes.n > BODIES_MOST - server->bodies)
        exchange->err = ERR_BUSY;
    if (exchange->err == OK)
        buf_put(&exchange->body, bytes);
    server->bodies += exchange->body.n - before;
}

/* libmicrohttpd calls it at the end of the head, for each part of the body, at its end, and after
 * each resume. */
static enum MHD_Result answer(void *context UNUSED, struct MHD_Connection *connection UNUSED,
                              const char *url UNUSED, const char *method,
                              const char *version UNUSED, const char *bytes, size_t *n,
                              void **request)
{
    HttpExchange *exchange = *request;
    if (exchange == NULL)
        return MHD_NO;
    switch ((ExchangeState)atomic_load(&exchange->state)) {
    case EXCHANGE_NEW: return begin(exchange, method);
    case EXCHANGE_RECEIVING:
        if (*n == 0)
            return go(exchange);
        take_body(exchange, (Str){bytes, *n});
        *n = 0;
        return MHD_YES;
    case EXCHANGE_READY: return send_response(exchange);
    case EXCHANGE_WORKING:
    case EXCHANGE_SENDING: break;
    }
    return MHD_NO;
}

static void connection_changed(void *context, struct MHD_Connection *connection, void **kept UNUSED,
                               enum MHD_ConnectionNotificationCode code)
{
    HttpServer *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        http_gate_released(server->gate, connection_number(connection));
}

/* ---- what the gate asks ---- */

static bool deliver(void *context, int socket, unsigned number)
{
    HttpServer *server = context;
    struct sockaddr_un address = number_to_address(number);
    return MHD_add_connection(server->daemon, socket, (const struct sockaddr *)&address,
                              sizeof address)
           == MHD_YES; /* closes the socket when it cannot */
}

static void write_refusal(void *context, int status, Str peer, Buf *out)
{
    HttpServer *server = context;
    arena_reset(&server->refusals);
    HttpRequest request = {.context = server->options.context,
                           .peer = peer,
                           .is_secure = server->is_secure,
                           .arena = &server->refusals};
    HttpResponse response = {.status = status};
    buf_init(&response.body, &server->refusals, RESPONSE_HEADERS_MOST / 2);
    Err err = status == 400   ? ERR_MALFORMED
              : status == 503 ? ERR_BUSY
              : status == 408 ? ERR_TIMEOUT
                              : ERR_LIMIT;
    if (server->options.refuse != NULL)
        server->options.refuse(&request, &response, err);
    buf_printf(out, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n", status,
               MHD_get_reason_phrase_for((unsigned)status), response.body.n);
    if (response.content_type.n > 0)
        buf_printf(out, "Content-Type: %.*s\r\n", STR_ARG(response.content_type));
    for (size_t i = 0; i < response.header_n; i++)
        buf_printf(out, "%.*s: %.*s\r\n", STR_ARG(response.headers[i].name),
                   STR_ARG(response.headers[i].value));
    buf_put(out, STR("\r\n"));
    buf_put(out, buf_str(&response.body));
}

/* ---- start and stop ---- */

static uint64_t body_most(const HttpRoute *routes, size_t route_n)
{
    size_t most = 0;
    for (size_t i = 0; i < route_n; i++)
        most = routes[i].body_most > most ? routes[i].body_most : most;
    return most;
}

static Err start_gate(HttpServer *server, Arena *arena, Str *reterr_message)
{
    const HttpOptions *options = &server->options;
    HttpScanLimits limits = HTTP_SCAN_LIMITS_DEFAULT;
    limits.chunked = body_most(server->routes, server->route_n);
    HttpGateOptions gate = {
        .address = options->address,
        .port = options->port,
        .tls_certificate_file = options->tls_certificate_file,
        .tls_key_file = options->tls_key_file,
        .connections_most = options->connections_most,
        .connections_per_peer_most = options->connections_per_peer_most,
        .timeout_seconds = options->timeout_seconds,
        .limits = limits,
        .context = server,
        .deliver = deliver,
        .refuse = write_refusal,
    };
    return http_gate_start(&gate, arena, &server->gate, reterr_message);
}

static Err start_daemon(HttpServer *server)
{
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET
                             | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC,
                         0, NULL, NULL, answer, server, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                         MHD_OPTION_CONNECTION_LIMIT, server->options.connections_most + 1,
                         MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_URI_LOG_CALLBACK,
                         exchange_begin, server, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, server,
                         MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server, MHD_OPTION_END);
    return server->daemon != NULL ? OK : ERR_BUSY;
}

static Err start_pool(HttpServer *server, Arena *arena)
{
    HttpPoolOptions pool = {
        .threads = server->options.workers,
        .most = server->options.connections_most,
        .run = pool_run,
        .worker_start = server->options.worker_start,
        .worker_stop = server->options.worker_stop,
        .run_context = server,
        .worker_context = server->options.context,
    };
    return http_pool_start(&pool, arena, &server->pool);
}

static void stop_parts(HttpServer *server)
{
    if (server->gate != NULL)
        http_gate_stop(server->gate);
    if (server->pool != NULL)
        http_pool_stop(server->pool);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    if (server->gate != NULL)
        http_gate_close(server->gate);
    for (unsigned i = 0; i < server->options.connections_most; i++)
        arena_done(&server->exchanges[i].arena);
    arena_done(&server->refusals);
}

Err http_server_start(const HttpOptions *options, const HttpRoute *routes, size_t route_n,
                      Arena *arena, HttpServer **ret_server, Str *reterr_message)
{
    HttpServer *server = arena_new(arena, HttpServer);
    server->options = *options;
    server->routes = routes;
    server->route_n = route_n;
    server->body_sizes = arena_alloc_array(arena, route_n, sizeof *server->body_sizes);
    server->is_secure = options->tls_certificate_file.n > 0;
    server->exchanges = arena_array(arena, HttpExchange, options->connections_most);
    arena_init(&server->refusals, KIB(64));
    *reterr_message = STR("the system has no more threads or descriptors");
    Err err = start_pool(server, arena);
    if (err == OK)
        err = start_daemon(server);
    if (err == OK)
        err = start_gate(server, arena, reterr_message);
    if (err != OK) {
        stop_parts(server);
        return err;
    }
    *ret_server = server;
    return OK;
}

uint16_t http_server_port(const HttpServer *server)
{
    return http_gate_port(server->gate);
}

void http_server_stop(HttpServer *server)
{
    stop_parts(server);
}

HttpStats http_server_stats(const HttpServer *server)
{
    HttpGateStats gate = http_gate_stats(server->gate);
    return (HttpStats){
        .requests = atomic_load(&server->requests),
        .refused = atomic_load(&server->refused) + gate.refused,
        .connections = gate.open,
        .in_flight = atomic_load(&server->in_flight),
    };
}
