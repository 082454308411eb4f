/* A closed-loop load generator: N connections that stay open, each sending its next request as soon
 * as the answer to the last one is there. One thread, HTTP/1.1 over loopback. */
#pragma once

#include "base/str.h"

typedef struct LoadOptions {
    uint16_t port;
    size_t clients;
    double seconds;
    const Str *requests; /* whole requests, sent in turn */
    size_t request_n;
} LoadOptions;

typedef struct LoadResult {
    uint64_t answers;
    uint64_t refused; /* answers other than 200 */
    double seconds;
    double bytes;         /* of an answer's body, mean */
    double p50, p95, p99; /* milliseconds */
} LoadResult;

Err load_run(const LoadOptions *options, Arena *arena, LoadResult *ret_result) MUST_CHECK;
/* Sends one request on a connection of its own, whose answer the caller hears. */
Err load_open(uint16_t port, Str request, int *ret_socket) MUST_CHECK;
/* Sends one more on a connection that stays open. */
Err load_send(int socket, Str request) MUST_CHECK;
/* Bytes of the whole answer that begins so, and of its body; 0 while its head is not there yet. */
size_t load_answer_size(Str answer, size_t *ret_body);
/* What stands in the answer between the first `before` and the next end; empty: nothing does. */
Str load_part(Str answer, Str before, char end);
/* One request on a connection of its own; the whole answer, head and body. */
Err load_once(uint16_t port, Str request, Arena *arena, Str *ret_answer) MUST_CHECK;
/* Logs in: what stands in the cookie `session`, and the token for writes. */
Err load_log_in(uint16_t port, const char *login, const char *password, Arena *arena,
                Str *ret_cookie, Str *ret_csrf) MUST_CHECK;
