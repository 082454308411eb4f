/* Moves the bytes of one connection between its client and libmicrohttpd, see http_gate.h. Every
 * function does what is possible now and comes back; epoll calls again. */
#include "http/http_gate_int.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os_clock.h"

static const int64_t SECOND_NS = 1000000000;

static bool is_blocked(ssize_t moved)
{
    return moved < 0 && (errno == EAGAIN || errno == EINTR);
}

static ssize_t client_receive(GateConnection *c, char *p, size_t n)
{
    return c->tls != NULL ? http_tls_receive(c->tls, p, n) : recv(c->client.socket, p, n, 0);
}

static ssize_t client_send(GateConnection *c, Str bytes)
{
    return c->tls != NULL ? http_tls_send(c->tls, bytes.p, bytes.n)
                          : send(c->client.socket, bytes.p, bytes.n, MSG_NOSIGNAL);
}

static bool everything_answered(const GateConnection *c)
{
    return atomic_load(&c->answered) >= c->asked;
}

/* As much as the socket takes; *rest is what it does not. False: the client is gone. */
static bool send_some(GateConnection *c, Str *rest)
{
    while (rest->n > 0) {
        ssize_t sent = client_send(c, *rest);
        if (sent < 0)
            return is_blocked(sent);
        *rest = str_slice(*rest, (size_t)sent, rest->n);
        c->moved_ns = os_clock_monotonic_ns();
    }
    return true;
}

/* What the socket does not take waits in c->out. */
static bool send_out(GateConnection *c, Str bytes)
{
    if (c->out.n == 0 && !send_some(c, &bytes))
        return false;
    if (bytes.n == 0)
        return true;
    if (c->out_space == NULL)
        c->out_space = arena_alloc(&c->arena, GATE_OUT_SIZE);
    ENSURE(c->out.n + bytes.n <= GATE_OUT_SIZE);
    if (c->out.n > 0)
        memmove(c->out_space, c->out.p, c->out.n);
    memcpy(c->out_space + c->out.n, bytes.p, bytes.n);
    c->out = (Str){c->out_space, c->out.n + bytes.n};
    return true;
}

/* From libmicrohttpd to the client. False: the client is gone. */
static bool relay_out(GateConnection *c)
{
    for (int i = 0; i < 16 && c->out.n == 0 && c->inner.socket >= 0 && !c->inner_has_ended; i++) {
        ssize_t n = recv(c->inner.socket, c->gate->relay, GATE_RELAY_SIZE, 0);
        if (n < 0 && is_blocked(n))
            return true;
        if (n <= 0) {
            c->inner_has_ended = true;
            return true;
        }
        c->relayed += (uint64_t)n;
        if (!send_out(c, (Str){c->gate->relay, (size_t)n}))
            return false;
        if ((size_t)n < GATE_RELAY_SIZE)
            return true;
    }
    return true;
}

static bool has_room(const GateConnection *c)
{
    return !c->client_has_ended && !c->is_refused && c->in_n < GATE_IN_SIZE;
}

static bool read_in(GateConnection *c)
{
    if (c->is_lingering) {
        ssize_t n = client_receive(c, c->gate->relay, GATE_RELAY_SIZE);
        c->client_has_ended = n == 0;
        return n > 0 || is_blocked(n);
    }
    if (!has_room(c))
        return true;
    if (c->in == NULL)
        c->in = arena_alloc(&c->arena, GATE_IN_SIZE);
    ssize_t n = client_receive(c, c->in + c->in_n, GATE_IN_SIZE - c->in_n);
    if (n < 0)
        return is_blocked(n);
    c->client_has_ended = n == 0;
    c->moved_ns = os_clock_monotonic_ns();
    if (http_scan_is_idle(&c->scan) && c->in_n == 0) {
        c->began_ns = c->moved_ns;
        c->body_n = 0;
    }
    c->in_n += (size_t)n;
    c->body_n += (uint64_t)n;
    return true;
}

static void close_inner(GateConnection *c)
{
    if (c->inner.socket < 0)
        return;
    close(c->inner.socket); /* and leaves epoll */
    c->inner.socket = -1;
    c->inner.interest = 0;
    c->inner_has_ended = true;
}

/* What libmicrohttpd says before the answer to a client that waits for it with its body. */
enum { GO_ON_SIZE = sizeof "HTTP/1.1 100 Continue\r\n\r\n" - 1 };

/* Answers in libmicrohttpd's place, after what it said so far. A message that it has begun to
 * answer gets no second answer. */
static bool refuse(GateConnection *c, int status)
{
    atomic_fetch_add(&c->gate->refused, 1);
    c->is_refused = true;
    if (!relay_out(c))
        return false;
    close_inner(c);
    if (c->is_in_body && c->relayed > GO_ON_SIZE)
        return true;
    Buf out;
    buf_init(&out, &c->arena, GATE_REFUSAL_SIZE);
    c->gate->options.refuse(c->gate->options.context, status, str_from_c(c->peer), &out);
    return send_out(c, buf_str(&out));
}

/* The first good head: now libmicrohttpd gets to know of the connection. */
static bool deliver(GateConnection *c)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    c->inner.socket = pair[0];
    atomic_store(&c->is_delivered, true);
    if (!c->gate->options.deliver(c->gate->options.context, pair[1], c->number)) {
        atomic_store(&c->is_delivered, false);
        close(pair[0]);
        c->inner.socket = -1;
        return false;
    }
    return true;
}

/* Scans what came in. False: the client is gone. */
static bool judge(GateConnection *c)
{
    HttpScanStep step = HTTP_SCAN_HEAD;
    while (!c->is_refused && step != HTTP_SCAN_MORE) {
        if (http_scan_is_idle(&c->scan) && (!everything_answered(c) || c->judged == c->in_n))
            return true;
        size_t used = 0;
        step = http_scan(&c->scan, (Str){c->in + c->judged, c->in_n - c->judged}, &used);
        c->judged += used;
        if (step == HTTP_SCAN_REFUSED)
            return refuse(c, c->scan.status);
        if (step == HTTP_SCAN_HEAD) {
            if (c->inner.socket < 0 && !deliver(c))
                return refuse(c, 503);
            c->asked++;
            c->relayed = 0;
            c->is_in_body = true;
        }
        if (step == HTTP_SCAN_MESSAGE) {
            http_scan_init(&c->scan, c->gate->options.limits);
            c->is_in_body = false;
        }
        if (!http_scan_is_in_head(&c->scan) || step == HTTP_SCAN_MESSAGE)
            c->cleared = c->judged;
    }
    return true;
}

/* Passes on what was found good. */
static void forward(GateConnection *c)
{
    while (c->cleared > 0 && !c->is_refused) {
        ssize_t n = c->is_discarding || c->inner.socket < 0
                        ? (ssize_t)c->cleared
                        : send(c->inner.socket, c->in, c->cleared, MSG_NOSIGNAL);
        if (n < 0 && is_blocked(n))
            return;
        if (n < 0) { /* it answered early and will not read the rest */
            c->is_discarding = true;
            continue;
        }
        size_t moved = (size_t)n;
        memmove(c->in, c->in + moved, c->in_n - moved);
        c->in_n -= moved;
        c->judged -= moved;
        c->cleared -= moved;
    }
}

static void begin_linger(GateConnection *c)
{
    c->is_lingering = true;
    c->moved_ns = os_clock_monotonic_ns();
    if (c->tls != NULL)
        http_tls_end(c->tls);
    shutdown(c->client.socket, SHUT_WR);
}

/* True when nothing is left to do for it. is_answered: all that was asked had been answered before
 * we last took what the other side wrote, so nothing of it is left behind. */
static bool is_over(GateConnection *c, bool is_answered)
{
    if (c->out.n > 0)
        return false;
    if (!c->is_lingering && (c->is_refused || c->inner_has_ended))
        begin_linger(c);
    if (c->is_lingering)
        return c->client_has_ended;
    if (!http_scan_is_idle(&c->scan))
        return c->client_has_ended; /* in the middle of a message */
    bool may_end = c->client_has_ended || atomic_load(&c->gate->is_stopping);
    return may_end && is_answered && c->judged == c->in_n;
}

static void set_interest(GateConnection *c)
{
    uint32_t client = c->out.n > 0 ? EPOLLOUT : 0;
    if (c->is_lingering || has_room(c))
        client |= EPOLLIN;
    gate_wait_for(&c->client, client);
    uint32_t inner = c->out.n == 0 && !c->inner_has_ended ? EPOLLIN : 0;
    if (c->cleared > 0 && !c->is_discarding)
        inner |= EPOLLOUT;
    gate_wait_for(&c->inner, inner);
}

static bool shake_hands(GateConnection *c)
{
    HttpTlsStep step = http_tls_handshake(c->tls);
    c->is_shaking = step != HTTP_TLS_READY;
    gate_wait_for(&c->client, step == HTTP_TLS_WANTS_WRITE ? EPOLLOUT : EPOLLIN);
    return step != HTTP_TLS_FAILED;
}

/* One round. True: the connection is over, or the client is gone. */
static bool pump_once(GateConnection *c, bool client_is_ready, bool inner_is_ready)
{
    if (!send_some(c, &c->out) || (client_is_ready && !read_in(c)))
        return true;
    bool is_answered = everything_answered(c);
    uint64_t asked = c->asked;
    if ((inner_is_ready || c->client_has_ended) && !relay_out(c))
        return true;
    if (!c->is_lingering && !judge(c))
        return true;
    forward(c);
    return is_over(c, is_answered && asked == c->asked);
}

/* Something waits for an answer that has come meanwhile: nobody else would wake us. */
static bool must_go_on(GateConnection *c)
{
    atomic_store(&c->wants_answer, c->in_n > c->judged || c->client_has_ended);
    return atomic_load(&c->wants_answer) && everything_answered(c) && c->out.n == 0
           && http_scan_is_idle(&c->scan) && !c->is_lingering && !c->is_refused;
}

static bool has_pending(GateConnection *c)
{
    return c->tls != NULL && (has_room(c) || c->is_lingering) && http_tls_has_pending(c->tls);
}

void gate_pump(GateConnection *c, bool client_is_ready, bool inner_is_ready)
{
    if (c->is_shaking) {
        if (!shake_hands(c))
            gate_close_connection(c);
        if (!c->is_open || c->is_shaking)
            return;
        client_is_ready = true;
    }
    do {
        if (pump_once(c, client_is_ready, inner_is_ready)) {
            gate_close_connection(c);
            return;
        }
        client_is_ready = has_pending(c);
    } while (must_go_on(c) || client_is_ready);
    set_interest(c);
}

int64_t gate_deadline(const GateConnection *c)
{
    int64_t patience = (int64_t)c->gate->options.timeout_seconds * SECOND_NS;
    if (c->is_lingering)
        return c->moved_ns + GATE_LINGER_SECONDS * SECOND_NS;
    if (c->out.n > 0)
        return c->moved_ns + patience;
    if (c->is_shaking || http_scan_is_in_head(&c->scan))
        return everything_answered(c)
                   ? (http_scan_is_idle(&c->scan) ? c->moved_ns : c->began_ns) + patience
                   : INT64_MAX;
    return c->began_ns + patience + (int64_t)(c->body_n / GATE_BYTES_A_SECOND) * SECOND_NS;
}

void gate_time_out(GateConnection *c)
{
    bool is_asking = !c->is_shaking && !c->is_refused && !c->is_lingering && c->out.n == 0
                     && !http_scan_is_idle(&c->scan);
    if (!is_asking || !refuse(c, 408) || is_over(c, false))
        gate_close_connection(c);
    else
        set_interest(c);
}
