/* The gate: what stands between the network and libmicrohttpd.
 *
 * libmicrohttpd forgives framing defects that make request smuggling possible and shows a handler
 * only what it understood. So the gate accepts the connections itself, ends TLS, judges every byte
 * with http_head.h, and passes on, through a socket pair, only messages whose head is whole and
 * good. Plain and TLS connections, the first and the hundredth request are treated alike.
 *
 * Invariants
 *  1. Nothing of a head reaches the other side before the whole head was found good; nothing of a
 *     body before it was found well-framed.
 *  2. One message at a time: the next head is looked at when the one before was answered, so both
 *     sides agree for ever where messages begin.
 *  3. One thread does it all and never waits for one connection; a peer that is slow costs a place,
 *     not time, and only until its deadline. */
#pragma once

#include "base/buf.h"
#include "http/http_head.h"

typedef struct HttpGate HttpGate;
typedef struct GateConnection GateConnection;

typedef struct HttpGateOptions {
    Str address;
    uint16_t port; /* 0: any free one */
    Str tls_certificate_file, tls_key_file;
    unsigned connections_most, connections_per_peer_most, timeout_seconds;
    HttpScanLimits limits;
    void *context;
    /* Takes over the socket that carries the connection's good messages; number names the
     * connection in the calls below. */
    bool (*deliver)(void *context, int socket, unsigned number);
    /* Writes a whole response for the status that refuses a message. */
    void (*refuse)(void *context, int status, Str peer, Buf *out);
} HttpGateOptions;

Err http_gate_start(const HttpGateOptions *options, Arena *arena, HttpGate **ret_gate,
                    Str *reterr_message) MUST_CHECK;
uint16_t http_gate_port(const HttpGate *gate);
/* New connections are refused at once, quiet ones closed, and answers under way given time to reach
 * their peers. */
void http_gate_stop(HttpGate *gate);
/* After the other side is gone for good. */
void http_gate_close(HttpGate *gate);

/* From the other side, on any thread. */
void http_gate_answered(HttpGate *gate, unsigned number); /* a response was written to its end */
void http_gate_released(HttpGate *gate, unsigned number); /* the delivered socket is done with */
Str http_gate_peer(const HttpGate *gate, unsigned number);

typedef struct {
    uint64_t accepted, open, refused; /* refused: connections and messages */
} HttpGateStats;
HttpGateStats http_gate_stats(const HttpGate *gate);
