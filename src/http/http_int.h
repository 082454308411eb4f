/* What the files of http/ share: one request under way, the pool that works on it, and the pure
 * parts of reading it. */
#pragma once

#include <stdatomic.h>

#include "http/http.h"

typedef struct HttpExchange HttpExchange;

typedef enum {
    EXCHANGE_NEW,       /* only the target is known */
    EXCHANGE_RECEIVING, /* its body */
    EXCHANGE_WORKING,   /* on a worker thread; the connection is suspended */
    EXCHANGE_READY,     /* the response waits to be given away */
    EXCHANGE_SENDING,
} ExchangeState;

struct HttpExchange {
    HttpServer *server;
    void *connection; /* libmicrohttpd's */
    HttpExchange *next;
    Arena arena;
    _Atomic int state; /* ExchangeState */
    HttpRequest request;
    HttpResponse response;
    Buf body;
    size_t route;
    Err err;   /* why no handler is run */
    Str allow; /* of ERR_METHOD */
    Str target;
    bool is_head, takes_gzip, is_refused;
    /* of a streamed response */
    Buf piece;
    struct HttpGzip *gzip; /* NULL: it goes as it is */
    Buf packed;            /* the piece, packed */
    size_t piece_at;       /* of what is sent of it */
    bool stream_has_ended, stream_has_failed;
};

/* Packing a stream piece by piece: NULL when it cannot. False past the Buf's ceiling. */
typedef struct HttpGzip HttpGzip;
HttpGzip *http_gzip_begin(Arena *arena);
bool http_gzip_piece(HttpGzip *gzip, Str plain, bool is_last, Buf *out);

/* "/path?a=b" to request->path (decoded, valid UTF-8, no NUL, no "." or ".." segment) and
 * request->query. ERR_MALFORMED. */
Err http_target_parse(Arena *arena, Str target, HttpRequest *request) MUST_CHECK;
/* Finds the route; parameters go to request. ERR_NOT_FOUND, or ERR_METHOD with the value of Allow.
 */
Err http_route_find(const HttpRoute *routes, size_t route_n, HttpRequest *request, bool has_method,
                    size_t *ret_route, Str *reterr_allow) MUST_CHECK;
/* The pool: runs work on its threads, first come first served; at most `most` wait. */
typedef struct HttpPool HttpPool;
typedef struct HttpPoolOptions {
    unsigned threads;
    unsigned most;
    void (*run)(void *context, HttpExchange *exchange, void *worker);
    void *(*worker_start)(void *context);
    void (*worker_stop)(void *context, void *worker);
    void *run_context, *worker_context;
} HttpPoolOptions;
Err http_pool_start(const HttpPoolOptions *options, Arena *arena, HttpPool **ret_pool) MUST_CHECK;
bool http_pool_push(HttpPool *pool, HttpExchange *exchange); /* false: full or stopping */
/* What waits is worked on first. */
void http_pool_stop(HttpPool *pool);
