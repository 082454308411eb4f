/* The whole server on a free port: framing defects, limits, slow and many clients, streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the four above, as it asks */
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/os_clock.h"
#include "base/os_file.h"
#include "base/os_process.h"
#include "base/os_thread.h"
#include "http/http.h"
#include "http/http_int.h"

enum { ANSWER_MOST = 1024 * 1024, ANSWER_WAIT_MS = 8000, MANY = 200 };

static Arena arena;
static HttpServer *server;
static _Atomic unsigned handled;
static Semaphore held; /* holds the handler of /held */

static void echo(const HttpRequest *request, HttpResponse *response, size_t route)
{
    (void)route;
    atomic_fetch_add(&handled, 1);
    response->content_type = STR("text/plain");
    buf_printf(&response->body, "%.*s|%.*s|%.*s|%.*s", STR_ARG(request->path),
               STR_ARG(http_parameter(request, "id")), STR_ARG(http_query(request, "q")),
               STR_ARG(request->body));
}

static void many_lines(const HttpRequest *request, HttpResponse *response, size_t route)
{
    (void)request;
    (void)route;
    response->content_type = STR("application/json");
    for (int i = 0; i < 1000; i++)
        buf_put(&response->body, STR("0,"));
}

static Err next_piece(void *state, Buf *out)
{
    int *n = state;
    if (*n < 5)
        buf_printf(out, "piece %d\n", (*n)++);
    return OK;
}

static void in_pieces(const HttpRequest *request, HttpResponse *response, size_t route)
{
    (void)route;
    response->content_type = STR("text/plain");
    response->stream = next_piece;
    response->stream_state = arena_new(request->arena, int);
}

static void wait_until_let_go(const HttpRequest *request, HttpResponse *response, size_t route)
{
    (void)request;
    (void)route;
    atomic_fetch_add(&handled, 1);
    semaphore_take(&held);
    semaphore_give(&held);
    buf_put(&response->body, STR("let go"));
}

static void nothing(const HttpRequest *request, HttpResponse *response, size_t route)
{
    (void)request;
    (void)route;
    (void)response;
}

static void refuse(const HttpRequest *request, HttpResponse *response, Err err)
{
    (void)request;
    response->content_type = STR("text/plain");
    buf_put_c(&response->body, err_name(err));
}

static const HttpRoute routes[] = {
    {HTTP_GET, "/items/{id}", echo, 0, false},    {HTTP_POST, "/items/{id}", echo, KIB(10), false},
    {HTTP_GET, "/inline", echo, 0, true},         {HTTP_GET, "/lines", many_lines, 0, false},
    {HTTP_GET, "/pieces", in_pieces, 0, false},   {HTTP_GET, "/held", wait_until_let_go, 0, false},
    {HTTP_DELETE, "/nothing", nothing, 0, false}, {HTTP_GET, "/any/{rest...}", echo, 0, false},
};
/* Everything reaches a handler, if the transport lets it. */
static const HttpRoute open_routes[] = {
    {HTTP_GET, "/{rest...}", echo, KIB(10), false},
    {HTTP_POST, "/{rest...}", echo, KIB(10), false},
    {HTTP_PUT, "/{rest...}", echo, KIB(10), false},
};

static void start(const HttpRoute *table, size_t n, unsigned of_peer)
{
    arena_init(&arena, MIB(64));
    HttpOptions options = {
        .address = STR("127.0.0.1"),
        .workers = 2,
        .connections_most = MANY + 50,
        .connections_per_peer_most = of_peer,
        .timeout_seconds = 1,
        .request_arena_most = MIB(4),
        .refuse = refuse,
    };
    Str message = {0};
    assert_int_equal(http_server_start(&options, table, n, &arena, &server, &message), OK);
    atomic_store(&handled, 0);
}

static int start_usual(void **state)
{
    (void)state;
    semaphore_init(&held, 1);
    start(routes, sizeof routes / sizeof *routes, MANY + 50);
    return 0;
}

static int start_open(void **state)
{
    (void)state;
    semaphore_init(&held, 1);
    start(open_routes, sizeof open_routes / sizeof *open_routes, MANY + 50);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (server != NULL)
        http_server_stop(server);
    server = NULL;
    semaphore_done(&held);
    arena_done(&arena);
    return 0;
}

static int client_open(void)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(http_server_port(server)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(connect(client, (const struct sockaddr *)&to, sizeof to), 0);
    return client;
}

static bool say(int client, Str text)
{
    while (text.n > 0) {
        ssize_t n = send(client, text.p, text.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        text = str_slice(text, (size_t)n, text.n);
    }
    return true;
}

/* What comes until the end, or until `enough` stands in it. */
static Str hear(int client, const char *enough)
{
    Buf heard;
    buf_init(&heard, &arena, ANSWER_MOST);
    for (;;) {
        struct pollfd waiting = {.fd = client, .events = POLLIN};
        assert_int_equal(poll(&waiting, 1, ANSWER_WAIT_MS), 1);
        char bytes[4096];
        ssize_t n = recv(client, bytes, sizeof bytes, 0);
        if (n <= 0)
            return buf_str(&heard);
        buf_put(&heard, (Str){bytes, (size_t)n});
        if (enough != NULL && str_find(buf_str(&heard), str_from_c(enough), 0) != SIZE_MAX)
            return buf_str(&heard);
    }
}

/* One conversation: everything is said, then the client's side is closed. */
static Str converse(Str text)
{
    int client = client_open();
    (void)say(client, text);
    shutdown(client, SHUT_WR);
    Str heard = hear(client, NULL);
    close(client);
    return heard;
}

static void assert_has(Str text, const char *what)
{
    if (str_find(text, str_from_c(what), 0) == SIZE_MAX)
        fail_msg("\"%s\" is not in: %.*s", what, STR_ARG(text));
}

#define HEAD " HTTP/1.1\r\nHost: a\r\n"

static void requests_reach_their_handler(void **state)
{
    (void)state;
    assert_has(converse(STR("GET /items/7?q=%E5%8D%9A%2B+x" HEAD "\r\n")),
               "\r\n\r\n/items/7|7|博+ x|");
    assert_has(converse(STR("POST /items/7" HEAD "Content-Length: 3\r\n\r\nabc")),
               "/items/7|7||abc");
    assert_has(
        converse(STR("POST /items/7" HEAD
                     "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
        "/items/7|7||abcde");
    assert_has(converse(STR("GET /inline" HEAD "\r\n")), "/inline|");
    assert_has(converse(STR("GET /any/a/b" HEAD "\r\n")), "/any/a/b|");
    assert_has(converse(STR("DELETE /nothing" HEAD "\r\n")), "HTTP/1.1 204 ");
    Str head = converse(STR("HEAD /items/7" HEAD "\r\n"));
    assert_has(head, "Content-Length: 12\r\n");
    assert_true(str_has_suffix(head, STR("\r\n\r\n")));
}

static void what_has_no_handler_is_refused_with_its_status(void **state)
{
    (void)state;
    assert_has(converse(STR("GET /nowhere" HEAD "\r\n")), "HTTP/1.1 404 ");
    Str wrong = converse(STR("PUT /items/7" HEAD "Content-Length: 1\r\n\r\na"));
    assert_has(wrong, "HTTP/1.1 405 ");
    assert_has(wrong, "Allow: GET, HEAD, POST\r\n");
    assert_has(converse(STR("GET /items/%zz" HEAD "\r\n")), "HTTP/1.1 400 ");
    assert_has(converse(STR("GET /items/%00" HEAD "\r\n")), "HTTP/1.1 400 ");
    assert_has(converse(STR("GET /items/%ff" HEAD "\r\n")), "HTTP/1.1 400 ");
    assert_has(converse(STR("GET /any/../items/7" HEAD "\r\n")), "HTTP/1.1 400 ");
    assert_has(converse(STR("GET /items/7" HEAD "Content-Length: 1\r\n\r\na")), "HTTP/1.1 413 ");
    assert_int_equal(atomic_load(&handled), 0);
}

static void a_kept_connection_is_judged_at_every_request(void **state)
{
    (void)state;
    Str heard = converse(STR("GET /items/1" HEAD "\r\n"
                             "GET /items/2" HEAD "\r\n"
                             "POST /items/3" HEAD "Content-Length: 2\r\n\r\nab"
                             "POST /items/4" HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"
                             "GET /items/5" HEAD "\r\n"));
    assert_has(heard, "/items/1|");
    assert_has(heard, "/items/3|3||ab");
    assert_has(heard, "HTTP/1.1 400 ");
    assert_int_equal(str_find(heard, STR("/items/4|"), 0), SIZE_MAX);
    assert_int_equal(str_find(heard, STR("/items/5|"), 0), SIZE_MAX);
    assert_int_equal(atomic_load(&handled), 3);
}

static void a_body_with_a_bad_chunk_reaches_no_handler(void **state)
{
    (void)state;
    assert_has(
        converse(STR("POST /items/4" HEAD
                     "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nabcd\r\n0\r\n\r\n")),
        "HTTP/1.1 400 ");
    assert_int_equal(converse(STR("POST /items/4" HEAD "Content-Length: 5\r\n\r\nabc")).n, 0);
    assert_int_equal(atomic_load(&handled), 0);
}

static void a_body_too_large_is_refused_before_it_is_read(void **state)
{
    (void)state;
    int client = client_open();
    assert_true(say(client, STR("POST /items/1" HEAD "Content-Length: 10241\r\n\r\n")));
    assert_has(hear(client, "ERR_LIMIT"), "HTTP/1.1 413 ");
    close(client);
    client = client_open();
    assert_true(
        say(client, STR("POST /items/1" HEAD "Transfer-Encoding: chunked\r\n\r\n2801\r\n")));
    assert_has(hear(client, "ERR_LIMIT"), "HTTP/1.1 413 ");
    close(client);
    assert_int_equal(atomic_load(&handled), 0);
}

static Str long_text(const char *begin, char more, size_t n)
{
    Buf text;
    buf_init(&text, &arena, MIB(1));
    buf_put_c(&text, begin);
    for (size_t i = 0; i < n; i++)
        buf_put_char(&text, more);
    return buf_str(&text);
}

static void heads_and_targets_too_long_are_refused(void **state)
{
    (void)state;
    assert_has(converse(long_text("GET /", 'a', KIB(9))), "HTTP/1.1 414 ");
    assert_has(converse(long_text("GET /" HEAD "A: ", 'a', KIB(17))), "HTTP/1.1 431 ");
}

static void a_slow_client_is_cut_off(void **state)
{
    (void)state;
    int client = client_open();
    int silent = client_open();
    assert_true(say(client, STR("GET /items/1 HTTP/1.1\r\nHo")));
    assert_has(hear(client, "ERR_TIMEOUT"), "HTTP/1.1 408 ");
    assert_int_equal(hear(silent, NULL).n, 0);
    close(client);
    close(silent);
    assert_int_equal(atomic_load(&handled), 0);
}

static void two_hundred_clients_at_once_are_served(void **state)
{
    (void)state;
    int clients[MANY];
    for (int i = 0; i < MANY; i++) {
        clients[i] = client_open();
        assert_true(say(clients[i], STR("GET /items/1 HTTP/1.1\r\n")));
    }
    for (int i = 0; i < MANY; i++)
        assert_true(say(clients[i], STR("Host: a\r\n\r\n")));
    for (int i = 0; i < MANY; i++) {
        assert_has(hear(clients[i], "/items/1|"), "HTTP/1.1 200 ");
        close(clients[i]);
    }
    assert_int_equal(atomic_load(&handled), MANY);
}

static void one_peer_gets_no_more_than_its_share(void **state)
{
    (void)state;
    start(routes, sizeof routes / sizeof *routes, 2);
    semaphore_init(&held, 1);
    int first = client_open(), second = client_open(), third = client_open();
    assert_true(say(first, STR("GET /items/1" HEAD "\r\n")));
    assert_has(hear(first, "/items/1|"), "HTTP/1.1 200 ");
    assert_int_equal(hear(third, NULL).n, 0);
    assert_int_equal(http_server_stats(server).refused, 1);
    close(first);
    close(second);
    close(third);
}

static void answers_are_packed_for_those_who_ask(void **state)
{
    (void)state;
    Str plain = converse(STR("GET /lines" HEAD "\r\n"));
    assert_has(plain, "Content-Length: 2000\r\n");
    assert_has(plain, "Vary: Accept-Encoding\r\n");
    Str packed = converse(STR("GET /lines" HEAD "Accept-Encoding: br, gzip;q=0.5\r\n\r\n"));
    assert_has(packed, "Content-Encoding: gzip\r\n");
    assert_true(packed.n < 500);
    assert_has(converse(STR("GET /lines" HEAD "Accept-Encoding: gzip;q=0\r\n\r\n")), "0,0,0,");
}

static void a_stream_arrives_whole(void **state)
{
    (void)state;
    Str heard = converse(STR("GET /pieces" HEAD "\r\n"));
    assert_has(heard, "Transfer-Encoding: chunked\r\n");
    assert_has(heard, "piece 0\n");
    assert_has(heard, "piece 4\n");
    assert_true(str_has_suffix(heard, STR("0\r\n\r\n")));
}

static void a_stream_is_packed_for_who_asks(void **state)
{
    (void)state;
    Str heard = converse(STR("GET /pieces" HEAD "Accept-Encoding: gzip\r\n\r\n"));
    assert_has(heard, "Transfer-Encoding: chunked\r\n");
    assert_has(heard, "Content-Encoding: gzip\r\n");
    assert_has(heard, "Vary: Accept-Encoding\r\n");
    assert_has(heard, "\x1f\x8b\x08"); /* RFC 1952 */
    assert_true(str_find(heard, STR("piece 0\n"), 0) == SIZE_MAX);
    assert_true(str_has_suffix(heard, STR("0\r\n\r\n")));
}

static void let_go_later(void *context)
{
    (void)context;
    while (http_server_stats(server).in_flight == 0 || atomic_load(&handled) == 0)
        poll(NULL, 0, 1);
    semaphore_give(&held);
}

static void stopping_finishes_what_is_under_way(void **state)
{
    (void)state;
    semaphore_take(&held);
    Thread thread = {0};
    assert_int_equal(thread_start(&thread, let_go_later, NULL), OK);
    int client = client_open();
    assert_true(say(client, STR("GET /held" HEAD "\r\n")));
    while (atomic_load(&handled) == 0)
        poll(NULL, 0, 1);
    http_server_stop(server);
    server = NULL;
    assert_has(hear(client, "let go"), "HTTP/1.1 200 ");
    close(client);
    thread_join(&thread);
}

static void clients_that_leave_early_leave_nothing_behind(void **state)
{
    (void)state;
    semaphore_take(&held);
    for (int i = 0; i < 20; i++) {
        int client = client_open();
        assert_true(say(client, STR("GET /held" HEAD "\r\n")));
        struct linger now = {1, 0};
        setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(client);
    }
    semaphore_give(&held);
    assert_has(converse(STR("GET /items/1" HEAD "\r\n")), "/items/1|");
}

/* ---- the public suite of raw requests, when it is there ---- */

static Str suite_text(void)
{
    Str folder = os_environment("CATCHMENT_EXTERNAL");
    if (folder.n == 0)
        folder = STR(SOURCE_ROOT "/../shared/external");
    Str path = os_path_join(&arena, folder, STR("robustness/http-llhttp/requests.json"));
    Str text = {0};
    return os_file_read(&arena, path, MIB(1), &text) == OK ? text : (Str){0};
}

/* The text of a member that the suite writes on one line: "name": "value". */
static Str member(Str entry, const char *name)
{
    Str key = str_printf(&arena, "\"%s\": \"", name);
    size_t at = str_find(entry, key, 0);
    assert_true(at != SIZE_MAX);
    size_t from = at + key.n;
    return str_slice(entry, from, str_find_char(entry, '"', from));
}

static Str base64_decoded(Str text)
{
    Buf url;
    buf_init(&url, &arena, MIB(1));
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++)
        buf_put_char(&url, text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i]);
    Str bytes = {0};
    assert_int_equal(base64url_decode(&arena, buf_str(&url), &bytes), OK);
    return bytes;
}

static void the_public_suite_is_answered_as_it_demands(void **state)
{
    (void)state;
    Str text = suite_text();
    if (text.n == 0) {
        print_message("the suite http-llhttp is not here (CATCHMENT_EXTERNAL): skipped\n");
        skip();
    }
    unsigned refused = 0, accepted = 0;
    for (size_t at = str_find(text, STR("\"file\":"), 0); at != SIZE_MAX;) {
        size_t next = str_find(text, STR("\"file\":"), at + 1);
        Str entry = str_slice(text, at, next);
        at = next;
        Str type = member(entry, "type");
        bool must_refuse = str_find(entry, STR("\"must_reject\": true"), 0) != SIZE_MAX;
        unsigned before = atomic_load(&handled);
        Str heard = converse(base64_decoded(member(entry, "input_base64")));
        assert_int_equal(str_find(heard, STR("HTTP/1.1 5"), 0), SIZE_MAX);
        if (must_refuse) {
            bool is_right = (heard.n == 0 || str_has_prefix(heard, STR("HTTP/1.1 400 ")))
                            && atomic_load(&handled) == before;
            if (!is_right)
                fail_msg("%.*s: %.*s", STR_ARG(member(entry, "name")), STR_ARG(heard));
            refused++;
        } else if (str_equals_c(type, "request")) {
            accepted++;
        }
    }
    assert_int_equal(refused, 56);
    assert_int_equal(accepted, 82);
    assert_has(converse(STR("GET /alive" HEAD "\r\n")), "/alive|");
}

#define USUAL(test) cmocka_unit_test_setup_teardown(test, start_usual, stop)

int main(void)
{
    os_stop_prepare();
    const struct CMUnitTest tests[] = {
        USUAL(requests_reach_their_handler),
        USUAL(what_has_no_handler_is_refused_with_its_status),
        USUAL(a_kept_connection_is_judged_at_every_request),
        USUAL(a_body_with_a_bad_chunk_reaches_no_handler),
        USUAL(a_body_too_large_is_refused_before_it_is_read),
        USUAL(heads_and_targets_too_long_are_refused),
        USUAL(a_slow_client_is_cut_off),
        USUAL(two_hundred_clients_at_once_are_served),
        cmocka_unit_test_teardown(one_peer_gets_no_more_than_its_share, stop),
        USUAL(answers_are_packed_for_those_who_ask),
        USUAL(a_stream_arrives_whole),
        USUAL(a_stream_is_packed_for_who_asks),
        USUAL(stopping_finishes_what_is_under_way),
        USUAL(clients_that_leave_early_leave_nothing_behind),
        cmocka_unit_test_setup_teardown(the_public_suite_is_answered_as_it_demands, start_open,
                                        stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
