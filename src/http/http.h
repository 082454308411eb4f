/* HTTP/1.1 transport: listen, limits, routing, workers, streaming. Knows nothing of the product.
 *
 * libmicrohttpd does the protocol behind this header (http_server.c is the only file that includes
 * it), behind a gate of our own (http_gate.h) that lets only well-framed messages through. Handlers
 * run on a pool of worker threads, each request with its own arena, never on the event loop.
 *
 * Invariants
 *  1. A request whose head is malformed or ambiguous (duplicate or invalid Content-Length, CL with
 * TE, bad tokens, bad chunk sizes, obsolete folding) reaches no handler.
 *  2. Every size is bounded before it is read: head, target, body (per route), connections (total
 * and per peer), time.
 *  3. A handler that returns without a body still answers; a handler never outlives its request. */
#pragma once

#include "base/buf.h"

typedef enum { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_METHOD_N } HttpMethod;

typedef struct {
    Str name; /* lower case */
    Str value;
} HttpPair;

typedef struct HttpRequest {
    HttpMethod method;
    Str path; /* decoded, without query; begins with '/' */
    const HttpPair *query;
    size_t query_n;
    const HttpPair *headers;
    size_t header_n;
    const HttpPair *parameters; /* {id} of the route's path */
    size_t parameter_n;
    Str body;
    Str peer; /* address text */
    bool is_secure;
    Arena *arena;  /* of the request */
    void *worker;  /* what worker_start returned; NULL on the event loop */
    void *context; /* HttpOptions.context */
} HttpRequest;

Str http_header(const HttpRequest *request, const char *lower_name); /* empty when absent */
Str http_query(const HttpRequest *request, const char *name);
Str http_parameter(const HttpRequest *request, const char *name);
Str http_cookie(const HttpRequest *request, const char *name);

typedef struct HttpResponse {
    int status; /* 0: 200, or 204 without a body */
    Str content_type;
    Buf body; /* in the request's arena */
    HttpPair headers[16];
    size_t header_n;
    Str constant; /* instead of body: bytes that outlive the server (embedded files) */
    /* instead of body: called again and again for the next piece until it writes nothing, on any
     * worker thread: it may use the request's memory, and request->worker, which is that of the
     * thread */
    Err (*stream)(void *state, Buf *out);
    void *stream_state;
} HttpResponse;

void http_set_header(HttpResponse *response, const char *name, Str value);

/* The server packs JSON and text bodies by itself; these are for constants packed beforehand. */
bool http_accepts_gzip(Str accept_encoding); /* "gzip" without q=0 */
/* False when it would not become smaller. */
bool http_gzip(Arena *arena, Str plain, Str *ret_packed);

/* route: the index given at registration, so that the caller finds its own entry. */
typedef void (*HttpHandler)(const HttpRequest *request, HttpResponse *response, size_t route);

typedef struct HttpRoute {
    HttpMethod method;
    const char *path; /* "/api/records/{id}"; "{rest...}" as the last segment takes everything */
    HttpHandler handler;
    size_t body_most; /* bytes; 0: no body is accepted */
    bool is_inline;   /* constant answers only: run on the event loop */
} HttpRoute;

typedef struct HttpOptions {
    Str address;                            /* "127.0.0.1" */
    uint16_t port;                          /* 0: any free one */
    Str tls_certificate_file, tls_key_file; /* both or neither */
    unsigned workers;                       /* handler threads */
    unsigned connections_most, connections_per_peer_most;
    unsigned timeout_seconds; /* idle or slow */
    size_t request_arena_most;
    /* Called once on each worker thread; what it returns is HttpRequest.worker. */
    void *(*worker_start)(void *context);
    void (*worker_stop)(void *context, void *worker);
    void *context;
    /* Answers what never reaches a handler (404, 405, 413, 400 ...): writes the body for the
     * status. */
    void (*refuse)(const HttpRequest *request, HttpResponse *response, Err err);
} HttpOptions;

typedef struct HttpServer HttpServer;
Err http_server_start(const HttpOptions *options, const HttpRoute *routes, size_t route_n,
                      Arena *arena, HttpServer **ret_server, Str *reterr_message) MUST_CHECK;
/* Whether a server could listen there now: ERR_CONFLICT when the port is in use, ERR_FORBIDDEN when
 * it is not permitted, ERR_INVALID when the address is none of this machine. */
Err http_can_listen(Str address, uint16_t port, Arena *arena, Str *reterr_message) MUST_CHECK;
uint16_t http_server_port(const HttpServer *server);
/* New connections are refused at once; requests in flight are finished. */
void http_server_stop(HttpServer *server);

typedef struct {
    uint64_t requests, refused, connections, in_flight;
} HttpStats;
HttpStats http_server_stats(const HttpServer *server);
