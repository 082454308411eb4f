/* The framing scanner, byte by byte and in one piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the four above, as it asks */
#include <cmocka.h>

#include "base/buf.h"
#include "http/http_head.h"

static const HttpScanLimits limits = {KIB(16), KIB(8), 100, 100};

/* The step on which scanning whole text ends; pieces of `size` bytes. */
static HttpScanStep scan_all(HttpScan *scan, Str text, size_t size, size_t *ret_messages)
{
    http_scan_init(scan, limits);
    *ret_messages = 0;
    HttpScanStep step = HTTP_SCAN_MORE;
    for (size_t from = 0; from < text.n; from += size) {
        Str piece = str_slice(text, from, from + size);
        do {
            size_t used = 0;
            step = http_scan(scan, piece, &used);
            piece = str_slice(piece, used, piece.n);
            if (step == HTTP_SCAN_REFUSED)
                return step;
            if (step == HTTP_SCAN_MESSAGE) {
                ++*ret_messages;
                http_scan_init(scan, limits);
            }
        } while (piece.n > 0 || step == HTTP_SCAN_HEAD);
    }
    return step;
}

static void assert_scanned(const char *text, HttpScanStep step, size_t messages)
{
    for (size_t size = 1; size < 70; size += 7) {
        HttpScan scan;
        size_t seen = 0;
        assert_int_equal(scan_all(&scan, str_from_c(text), size, &seen), step);
        if (step != HTTP_SCAN_REFUSED)
            assert_int_equal(seen, messages);
    }
}

static void assert_refused(const char *text)
{
    assert_scanned(text, HTTP_SCAN_REFUSED, 0);
}

#define HOST "Host: a\r\n"

static void a_message_ends_where_its_framing_says(void **state)
{
    (void)state;
    assert_scanned("GET / HTTP/1.1\r\n" HOST "\r\n", HTTP_SCAN_MESSAGE, 1);
    assert_scanned("GET / HTTP/1.0\r\n\r\n", HTTP_SCAN_MESSAGE, 1);
    assert_scanned("\r\nPOST /a?b=c HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
                   HTTP_SCAN_MESSAGE, 1);
    assert_scanned("POST / HTTP/1.1\r\n" HOST "content-length: 3 \r\n\r\nabcGET / HTTP/1.1\r\n" HOST
                   "\r\n",
                   HTTP_SCAN_MESSAGE, 2);
    assert_scanned("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                   "5;a;b=c;d=\"x\\\"y;\"\r\nhello\r\n0A\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\n"
                   "DELETE /x HTTP/1.1\r\n" HOST "\r\n",
                   HTTP_SCAN_MESSAGE, 2);
    assert_scanned("PUT / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc", HTTP_SCAN_MORE, 0);
}

static void ambiguous_framing_is_refused(void **state)
{
    (void)state;
    assert_refused("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na");
    assert_refused("POST / HTTP/1.1\r\n" HOST
                   "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST
                   "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
                   "chunked\r\n\r\n");
    assert_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n");
    assert_refused("POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999999999999\r\n\r\n");
    assert_refused("GET / HTTP/1.1\r\n" HOST HOST "\r\n");
    assert_refused("GET / HTTP/1.1\r\n\r\n");
}

static void lines_and_names_off_the_grammar_are_refused(void **state)
{
    (void)state;
    assert_refused("GET / HTTP/1.1\n" HOST "\n");
    assert_refused("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
    assert_refused("GET / HTTP/1.1\r\n" HOST " folded: x\r\n\r\n");
    assert_refused("GET / HTTP/1.1\r\n" HOST "A: x\ny\r\n\r\n");
    assert_refused("GET / HTTP/1.1\r\n" HOST "A: x\ry\r\n\r\n");
    assert_refused("GET / HTTP/1.1\r\n" HOST "A@: x\r\n\r\n");
    assert_refused("GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n");
    assert_refused("GET  / HTTP/1.1\r\n" HOST "\r\n");
    assert_refused("GET http://a/ HTTP/1.1\r\n" HOST "\r\n");
    assert_refused("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n");
    assert_refused("GET / HTTP/2.0\r\n" HOST "\r\n");
    assert_refused("get / HTTP/1.1\r\n" HOST "\r\n");
    assert_refused("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n");
    assert_refused("\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n");
}

#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

static void chunks_off_the_grammar_are_refused(void **state)
{
    (void)state;
    assert_refused(CHUNKED "5 \r\nhello\r\n0\r\n\r\n");
    assert_refused(CHUNKED "5\nhello\r\n0\r\n\r\n");
    assert_refused(CHUNKED "5\r\nhelloX\r\n0\r\n\r\n");
    assert_refused(CHUNKED "-1\r\n");
    assert_refused(CHUNKED "0x5\r\nhello\r\n");
    assert_refused(CHUNKED ";a\r\nhello\r\n");
    assert_refused(CHUNKED "5;\r\nhello\r\n");
    assert_refused(CHUNKED "5;a=\"b\r\nhello\r\n");
    assert_refused(CHUNKED "000000001\r\na\r\n");
    assert_refused(CHUNKED "0\r\nContent-Length: 5\r\n\r\n");
}

static int status_of(Arena *arena, Str text)
{
    (void)arena;
    HttpScan scan;
    size_t messages = 0;
    assert_int_equal(scan_all(&scan, text, 1000, &messages), HTTP_SCAN_REFUSED);
    return scan.status;
}

static Str repeated(Arena *arena, const char *begin, const char *more, size_t n)
{
    Buf text;
    buf_init(&text, arena, MIB(1));
    buf_put_c(&text, begin);
    for (size_t i = 0; i < n; i++)
        buf_put_c(&text, more);
    return buf_str(&text);
}

static void sizes_are_bounded_with_their_status(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, MIB(8));
    assert_int_equal(status_of(&arena, repeated(&arena, "GET /", "a", 8192)), 414);
    assert_int_equal(status_of(&arena, repeated(&arena, "GET / HTTP/1.1\r\nA: ", "a", 16384)), 431);
    assert_int_equal(status_of(&arena, repeated(&arena, "GET / HTTP/1.1\r\n", "A: a\r\n", 101)),
                     431);
    assert_int_equal(status_of(&arena, repeated(&arena, CHUNKED "1;", "a", 16400)), 431);
    assert_int_equal(status_of(&arena, repeated(&arena, CHUNKED, "10\r\n0123456789abcdef\r\n", 7)),
                     413);
    assert_int_equal(status_of(&arena, STR("GET /\x01")), 400);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_ends_where_its_framing_says),
        cmocka_unit_test(ambiguous_framing_is_refused),
        cmocka_unit_test(lines_and_names_off_the_grammar_are_refused),
        cmocka_unit_test(chunks_off_the_grammar_are_refused),
        cmocka_unit_test(sizes_are_bounded_with_their_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
