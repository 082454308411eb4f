/* The answers of the servers here have a Content-Length; nothing else is understood. */
#include "bench/load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os_clock.h"
#include "base/vec.h"
#include "bench/measure.h"

enum {
    ANSWER_MOST = 1024 * 1024,
    CLIENTS_MOST = 256,
};

typedef struct {
    int socket;
    int64_t sent_at;
    char *answer; /* ANSWER_MOST bytes */
    size_t n;
} Client;

typedef struct {
    const LoadOptions *options;
    Client *clients;
    int poll;
    size_t next; /* request */
    Arena *arena;
    VEC(double) times;
    LoadResult result;
} Load;

static Err open_socket(uint16_t port, int *ret_socket)
{
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct sockaddr any;
    memcpy(&any, &address, sizeof any);
    if (made < 0)
        return ERR_IO;
    if (connect(made, &any, sizeof any) != 0) {
        close(made);
        return ERR_IO;
    }
    int yes = 1;
    (void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    *ret_socket = made;
    return OK;
}

Err load_send(int socket, Str request)
{
    while (request.n > 0) {
        ssize_t n = send(socket, request.p, request.n, MSG_NOSIGNAL);
        if (n <= 0)
            return ERR_IO;
        request = str_slice(request, (size_t)n, request.n);
    }
    return OK;
}

size_t load_answer_size(Str answer, size_t *ret_body)
{
    size_t head = str_find(answer, STR("\r\n\r\n"), 0);
    if (head == SIZE_MAX)
        return 0;
    size_t at = str_find(answer, STR("Content-Length: "), 0);
    if (at == SIZE_MAX || at > head)
        return 0;
    size_t end = str_find_char(answer, '\r', at);
    int64_t body = 0;
    if (num_parse_i64(str_slice(answer, at + 16, end), &body) != OK)
        return 0;
    *ret_body = (size_t)body;
    return head + 4 + (size_t)body;
}

static Err send_next(Load *load, Client *client)
{
    const LoadOptions *options = load->options;
    Str request = options->requests[load->next++ % options->request_n];
    client->n = 0;
    client->sent_at = os_clock_monotonic_ns();
    return load_send(client->socket, request);
}

static Err receive(Load *load, Client *client)
{
    if (client->n == ANSWER_MOST)
        return ERR_LIMIT;
    ssize_t got = recv(client->socket, client->answer + client->n, ANSWER_MOST - client->n, 0);
    if (got <= 0)
        return ERR_IO;
    client->n += (size_t)got;
    Str answer = {client->answer, client->n};
    size_t body = 0, whole = load_answer_size(answer, &body);
    if (whole == 0 || client->n < whole)
        return OK;
    int64_t took = os_clock_monotonic_ns() - client->sent_at;
    VEC_PUSH(load->arena, &load->times, (double)took / 1e6);
    load->result.answers++;
    load->result.bytes += (double)body;
    if (!str_has_prefix(answer, STR("HTTP/1.1 200")))
        load->result.refused++;
    return send_next(load, client);
}

static Err connect_all(Load *load)
{
    const LoadOptions *options = load->options;
    for (size_t i = 0; i < options->clients; i++) {
        Client *client = &load->clients[i];
        TRY(open_socket(options->port, &client->socket));
        client->answer = arena_alloc(load->arena, ANSWER_MOST);
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};
        if (epoll_ctl(load->poll, EPOLL_CTL_ADD, client->socket, &event) != 0)
            return ERR_IO;
        TRY(send_next(load, client));
    }
    return OK;
}

static Err pump(Load *load)
{
    int64_t start = os_clock_monotonic_ns();
    int64_t end = start + (int64_t)(load->options->seconds * 1e9);
    struct epoll_event events[64];
    int64_t now = start;
    while (now < end) {
        int n = epoll_wait(load->poll, events, 64, 1000);
        for (int i = 0; i < n; i++)
            TRY(receive(load, &load->clients[events[i].data.u64]));
        now = os_clock_monotonic_ns();
    }
    load->result.seconds = (double)(now - start) / 1e9;
    return OK;
}

Err load_run(const LoadOptions *options, Arena *arena, LoadResult *ret_result)
{
    Load load = {.options = options, .arena = arena};
    ENSURE(options->clients <= CLIENTS_MOST && options->request_n > 0);
    load.clients = arena_array(arena, Client, options->clients);
    for (size_t i = 0; i < options->clients; i++)
        load.clients[i].socket = -1;
    load.poll = epoll_create1(EPOLL_CLOEXEC);
    Err err = load.poll < 0 ? ERR_IO : connect_all(&load);
    if (err == OK)
        err = pump(&load);
    for (size_t i = 0; i < options->clients; i++)
        if (load.clients[i].socket >= 0)
            close(load.clients[i].socket);
    if (load.poll >= 0)
        close(load.poll);
    LoadResult *result = &load.result;
    result->bytes /= result->answers > 0 ? (double)result->answers : 1;
    result->p50 = percentile(load.times.items, load.times.n, 0.50);
    result->p95 = percentile(load.times.items, load.times.n, 0.95);
    result->p99 = percentile(load.times.items, load.times.n, 0.99);
    *ret_result = *result;
    return err;
}

Err load_open(uint16_t port, Str request, int *ret_socket)
{
    TRY(open_socket(port, ret_socket));
    return load_send(*ret_socket, request);
}

Err load_once(uint16_t port, Str request, Arena *arena, Str *ret_answer)
{
    int socket = -1;
    TRY(open_socket(port, &socket));
    char *answer = arena_alloc(arena, ANSWER_MOST);
    size_t n = 0, body = 0, whole = 0;
    Err err = load_send(socket, request);
    while (err == OK && (whole == 0 || n < whole)) {
        ssize_t got = n == ANSWER_MOST ? 0 : recv(socket, answer + n, ANSWER_MOST - n, 0);
        err = got <= 0 ? ERR_IO : OK;
        n += got > 0 ? (size_t)got : 0;
        whole = load_answer_size((Str){answer, n}, &body);
    }
    close(socket);
    if (err == OK)
        *ret_answer = (Str){answer, n};
    return err;
}

Str load_part(Str answer, Str before, char end)
{
    size_t at = str_find(answer, before, 0);
    if (at == SIZE_MAX)
        return (Str){0};
    Str rest = str_slice(answer, at + before.n, answer.n);
    return str_slice(rest, 0, str_find_char(rest, end, 0));
}

Err load_log_in(uint16_t port, const char *login, const char *password, Arena *arena,
                Str *ret_cookie, Str *ret_csrf)
{
    Str body = str_printf(arena, "{\"login\": \"%s\", \"password\": \"%s\"}", login, password);
    Str request = str_printf(arena,
                             "POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                             body.n, STR_ARG(body));
    Str answer = {0};
    TRY(load_once(port, request, arena, &answer));
    *ret_cookie = load_part(answer, STR("session="), ';');
    *ret_csrf = load_part(answer, STR("\"csrf\":\""), '"');
    return ret_cookie->n > 0 && ret_csrf->n > 0 ? OK : ERR_UNAUTHENTICATED;
}
