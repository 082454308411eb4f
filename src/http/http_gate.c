/* The gate's thread: accepts, waits, closes. See http_gate.h; http_gate_pump.c moves the bytes. */
#include "http/http_gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os_clock.h"
#include "http/http.h"
#include "http/http_gate_int.h"

enum { EVENTS_AT_ONCE = 64, LOOK_MS = 250, BACKLOG = 512 };

static const int64_t MILLISECOND_NS = 1000000;

void gate_wait_for(GateSide *side, uint32_t interest)
{
    if (side->socket < 0 || side->interest == interest)
        return;
    struct epoll_event event = {.events = interest, .data.ptr = side};
    int epoll = side->connection->gate->epoll;
    /* 0 still reports hang-ups: level-triggered, so a side without interest is taken out. */
    if (interest == 0)
        epoll_ctl(epoll, EPOLL_CTL_DEL, side->socket, NULL);
    else
        epoll_ctl(epoll, side->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, side->socket, &event);
    side->interest = interest;
}

void gate_close_connection(GateConnection *c)
{
    http_tls_session_close(c->tls);
    c->tls = NULL;
    GateSide *sides[] = {&c->client, &c->inner};
    for (size_t i = 0; i < 2; i++) {
        if (sides[i]->socket >= 0)
            close(sides[i]->socket);
        sides[i]->socket = -1;
        sides[i]->interest = 0;
    }
    arena_done(&c->arena);
    c->is_open = false;
    atomic_fetch_sub(&c->gate->open, 1);
}

static void wake(HttpGate *gate)
{
    uint64_t one = 1;
    ssize_t written = write(gate->wake, &one, sizeof one);
    (void)written; /* full means awake */
}

void http_gate_answered(HttpGate *gate, unsigned number)
{
    GateConnection *c = &gate->connections[number];
    atomic_fetch_add(&c->answered, 1);
    if (atomic_load(&c->wants_answer)) {
        atomic_store(&c->was_answered, true);
        wake(gate);
    }
}

void http_gate_released(HttpGate *gate, unsigned number)
{
    atomic_store(&gate->connections[number].is_delivered, false);
}

Str http_gate_peer(const HttpGate *gate, unsigned number)
{
    return str_from_c(gate->connections[number].peer);
}

uint16_t http_gate_port(const HttpGate *gate)
{
    return gate->port;
}

HttpGateStats http_gate_stats(const HttpGate *gate)
{
    return (HttpGateStats){atomic_load(&gate->accepted), atomic_load(&gate->open),
                           atomic_load(&gate->refused)};
}

/* A place for one more, or NULL when there is none or the peer has its share. */
static GateConnection *find_place(HttpGate *gate, const char *peer)
{
    GateConnection *place = NULL;
    unsigned of_peer = 0;
    for (unsigned i = 0; i < gate->options.connections_most; i++) {
        GateConnection *c = &gate->connections[i];
        if (!c->is_open && !atomic_load(&c->is_delivered))
            place = place == NULL ? c : place;
        else if (c->is_open && strcmp(c->peer, peer) == 0)
            of_peer++;
    }
    return of_peer < gate->options.connections_per_peer_most ? place : NULL;
}

static void connection_init(GateConnection *c, HttpGate *gate, int socket, const char *peer)
{
    unsigned number = (unsigned)(c - gate->connections);
    *c = (GateConnection){.gate = gate, .number = number, .is_open = true};
    c->client = (GateSide){c, socket, 0};
    c->inner = (GateSide){c, -1, 0};
    memcpy(c->peer, peer, GATE_PEER_SIZE);
    arena_init(&c->arena, MIB(1));
    http_scan_init(&c->scan, gate->options.limits);
    c->began_ns = c->moved_ns = os_clock_monotonic_ns();
    atomic_fetch_add(&gate->accepted, 1);
    atomic_fetch_add(&gate->open, 1);
    if (gate->tls != NULL) {
        c->is_shaking = true;
        if (http_tls_session_open(gate->tls, socket, &c->arena, &c->tls) != OK)
            gate_close_connection(c);
    }
}

static void accept_one(HttpGate *gate, int socket, const struct sockaddr_storage *from,
                       socklen_t from_n)
{
    char peer[GATE_PEER_SIZE] = {0};
    if (getnameinfo((const struct sockaddr *)from, from_n, peer, sizeof peer, NULL, 0,
                    NI_NUMERICHOST)
        != 0)
        peer[0] = '?';
    GateConnection *c = find_place(gate, peer);
    if (c == NULL) {
        atomic_fetch_add(&gate->refused, 1);
        close(socket);
        return;
    }
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection_init(c, gate, socket, peer);
    if (c->is_open)
        gate_wait_for(&c->client, EPOLLIN);
}

static void accept_all(HttpGate *gate)
{
    for (int i = 0; i < EVENTS_AT_ONCE; i++) {
        struct sockaddr_storage from;
        socklen_t from_n = sizeof from;
        int socket = accept4(gate->listener, (struct sockaddr *)&from, &from_n,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0)
            return;
        accept_one(gate, socket, &from, from_n);
    }
}

/* Looks at the deadlines, and after those who were answered while nobody listened. */
static void look_around(HttpGate *gate, bool was_woken)
{
    int64_t now = os_clock_monotonic_ns();
    bool is_time = now - gate->looked_ns >= LOOK_MS * MILLISECOND_NS;
    if (!is_time && !was_woken)
        return;
    if (is_time)
        gate->looked_ns = now;
    for (unsigned i = 0; i < gate->options.connections_most; i++) {
        GateConnection *c = &gate->connections[i];
        if (c->is_open && atomic_exchange(&c->was_answered, false))
            gate_pump(c, false, true);
        if (c->is_open && is_time && gate_deadline(c) < now)
            gate_time_out(c);
    }
}

/* True when everything is said. */
static bool stop_is_over(HttpGate *gate)
{
    if (gate->listener >= 0) {
        close(gate->listener);
        gate->listener = -1;
        gate->stop_by_ns = os_clock_monotonic_ns() + GATE_STOP_SECONDS * 1000 * MILLISECOND_NS;
    }
    bool is_late = os_clock_monotonic_ns() > gate->stop_by_ns;
    bool is_empty = true;
    for (unsigned i = 0; i < gate->options.connections_most; i++) {
        GateConnection *c = &gate->connections[i];
        if (c->is_open && (is_late || c->is_lingering || c->is_shaking))
            gate_close_connection(c);
        else if (c->is_open)
            gate_pump(c, false, true);
        is_empty = is_empty && !c->is_open;
    }
    return is_empty;
}

static void gate_run(void *context)
{
    HttpGate *gate = context;
    struct epoll_event events[EVENTS_AT_ONCE];
    while (!atomic_load(&gate->is_stopping) || !stop_is_over(gate)) {
        int n = epoll_wait(gate->epoll, events, EVENTS_AT_ONCE, LOOK_MS);
        bool was_woken = false;
        for (int i = 0; i < n; i++) {
            void *which = events[i].data.ptr;
            if (which == &gate->listener) {
                accept_all(gate);
            } else if (which == &gate->wake) {
                uint64_t count = 0;
                was_woken = read(gate->wake, &count, sizeof count) > 0;
            } else {
                GateSide *side = which;
                GateConnection *c = side->connection;
                if (side->socket >= 0 && c->is_open)
                    gate_pump(c, side == &c->client, side == &c->inner);
            }
        }
        look_around(gate, was_woken);
    }
}

/* A socket that listens; *ret_port tells which port it got. */
static Err open_listener(Str address, uint16_t port, Arena *arena, int *ret_socket,
                         uint16_t *ret_port, Str *reterr_message)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    Str number = str_printf(arena, "%u", port);
    int code = getaddrinfo(str_to_c(arena, address), str_to_c(arena, number), &hints, &found);
    if (code != 0) {
        *reterr_message =
            str_printf(arena, "address %.*s: %s", STR_ARG(address), gai_strerror(code));
        return ERR_INVALID;
    }
    int on = 1;
    int listener = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_storage bound = {0};
    socklen_t bound_n = sizeof bound;
    bool is_listening =
        listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0
        && bind(listener, found->ai_addr, found->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0
        && getsockname(listener, (struct sockaddr *)&bound, &bound_n) == 0;
    int why = errno;
    freeaddrinfo(found);
    if (!is_listening) {
        *reterr_message = str_printf(arena, "cannot listen on %.*s port %.*s: %s", STR_ARG(address),
                                     STR_ARG(number), strerror(why));
        if (listener >= 0)
            close(listener);
        return why == EADDRINUSE      ? ERR_CONFLICT
               : why == EACCES        ? ERR_FORBIDDEN
               : why == EADDRNOTAVAIL ? ERR_INVALID
                                      : ERR_IO;
    }
    in_port_t got = bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                : ((struct sockaddr_in *)&bound)->sin_port;
    *ret_socket = listener;
    *ret_port = ntohs(got);
    return OK;
}

Err http_can_listen(Str address, uint16_t port, Arena *arena, Str *reterr_message)
{
    int listener = -1;
    uint16_t got = 0;
    TRY(open_listener(address, port, arena, &listener, &got, reterr_message));
    close(listener);
    return OK;
}

static Err watch(HttpGate *gate)
{
    gate->epoll = epoll_create1(EPOLL_CLOEXEC);
    gate->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event listener = {.events = EPOLLIN, .data.ptr = &gate->listener};
    struct epoll_event waker = {.events = EPOLLIN, .data.ptr = &gate->wake};
    if (gate->epoll < 0 || gate->wake < 0
        || epoll_ctl(gate->epoll, EPOLL_CTL_ADD, gate->listener, &listener) != 0
        || epoll_ctl(gate->epoll, EPOLL_CTL_ADD, gate->wake, &waker) != 0)
        return ERR_BUSY;
    return thread_start(&gate->thread, gate_run, gate);
}

Err http_gate_start(const HttpGateOptions *options, Arena *arena, HttpGate **ret_gate,
                    Str *reterr_message)
{
    HttpGate *gate = arena_new(arena, HttpGate);
    gate->options = *options;
    gate->listener = gate->epoll = gate->wake = -1;
    gate->relay = arena_alloc(arena, GATE_RELAY_SIZE);
    gate->connections = arena_array(arena, GateConnection, options->connections_most);
    Err err = OK;
    if (options->tls_certificate_file.n > 0)
        err = http_tls_open(options->tls_certificate_file, options->tls_key_file, arena, &gate->tls,
                            reterr_message);
    if (err == OK)
        err = open_listener(gate->options.address, gate->options.port, arena, &gate->listener,
                            &gate->port, reterr_message);
    if (err == OK) {
        *ret_gate = gate; /* before its thread calls back */
        err = watch(gate);
        if (err != OK)
            *reterr_message = STR("the system has no more threads or descriptors");
    }
    if (err != OK) {
        *ret_gate = NULL;
        http_gate_close(gate);
    }
    return err;
}

void http_gate_stop(HttpGate *gate)
{
    atomic_store(&gate->is_stopping, true);
    wake(gate);
    thread_join(&gate->thread);
}

void http_gate_close(HttpGate *gate)
{
    int sockets[] = {gate->listener, gate->epoll, gate->wake};
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
        if (sockets[i] >= 0)
            close(sockets[i]);
    http_tls_close(gate->tls);
}
