/* The gate's insides: http_gate.c accepts, waits and closes; http_gate_pump.c moves the bytes of
 * one connection. */
#pragma once

#include <netinet/in.h>
#include <stdatomic.h>

#include "base/os_thread.h"
#include "http/http_gate.h"
#include "http/http_tls.h"

enum {
    GATE_PEER_SIZE = INET6_ADDRSTRLEN + 1,
    GATE_IN_SIZE = 20 * 1024, /* more than a head may have */
    GATE_RELAY_SIZE = 64 * 1024,
    GATE_REFUSAL_SIZE = 16 * 1024,
    GATE_OUT_SIZE = GATE_RELAY_SIZE + GATE_REFUSAL_SIZE,
    GATE_LINGER_SECONDS = 2,
    GATE_STOP_SECONDS = 10,
    GATE_BYTES_A_SECOND = 512, /* a body slower than this is cut off */
};

/* One of the two sockets of a connection, as epoll names it. */
typedef struct GateSide {
    GateConnection *connection;
    int socket; /* -1: closed */
    uint32_t interest;
} GateSide;

struct GateConnection {
    HttpGate *gate;
    unsigned number;
    Arena arena; /* lives as long as the connection */
    GateSide client, inner;
    HttpTlsSession *tls;
    char peer[GATE_PEER_SIZE];
    bool is_open;
    bool is_shaking; /* hands, for TLS */
    bool client_has_ended, inner_has_ended, is_discarding, is_refused, is_lingering;
    bool is_in_body; /* the head was passed on, the rest not yet */
    HttpScan scan;
    char *in; /* bytes from the client: [0, cleared) may be passed on, [0, judged) were scanned */
    size_t in_n, judged, cleared;
    Str out; /* bytes for the client that its socket did not take, in out_space */
    char *out_space;
    uint64_t asked;   /* messages whose head was passed on */
    uint64_t relayed; /* bytes to the client since the last of them */
    int64_t began_ns; /* the message, or the silence */
    int64_t moved_ns; /* the last byte either way */
    uint64_t body_n;  /* received since began_ns */
    _Atomic uint64_t answered;
    _Atomic bool wants_answer, was_answered; /* to be woken; was woken */
    _Atomic bool is_delivered;               /* the other side still knows our number */
};

struct HttpGate {
    HttpGateOptions options;
    HttpTls *tls;
    GateConnection *connections; /* connections_most */
    int listener, epoll, wake;
    uint16_t port;
    Thread thread;
    char *relay; /* GATE_RELAY_SIZE, between two calls of nobody's */
    _Atomic bool is_stopping;
    int64_t stop_by_ns;
    int64_t looked_ns; /* at the deadlines */
    _Atomic uint64_t accepted, open, refused;
};

/* Moves what can be moved and sets what to wait for; closes the connection when it is over. */
void gate_pump(GateConnection *connection, bool client_is_ready, bool inner_is_ready);
/* Its time is over: tells the client when a message was under way. */
void gate_time_out(GateConnection *connection);
/* INT64_MAX: it waits for the other side. */
int64_t gate_deadline(const GateConnection *connection);
void gate_close_connection(GateConnection *connection);
void gate_wait_for(GateSide *side, uint32_t interest);
