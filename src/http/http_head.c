/* The framing scanner, see http_head.h. One state a place in the grammar of RFC 9112; each group of
 * states has its function, which takes one byte and gives false when it does not belong there. */
#include "http/http_head.h"

#include <string.h>

enum {
    BEGIN, /* empty lines before the start line are skipped, as RFC 9112 §2.2 advises */
    BEGIN_LF,
    METHOD,
    TARGET,
    VERSION,
    VERSION_CR,
    LINE_LF, /* ends the start line or a field */
    LINE,    /* a field, or the empty line */
    NAME,
    VALUE,
    HEAD_LF, /* ends the empty line */
    HEAD_DONE,
    BODY,
    CHUNK, /* its first digit */
    CHUNK_SIZE,
    CHUNK_LF,
    EXTENSION, /* its first character */
    EXTENSION_NAME,
    EXTENSION_VALUE_BEGIN,
    EXTENSION_VALUE,
    EXTENSION_QUOTED,
    EXTENSION_PAIR,
    EXTENSION_END,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    DONE,
    REFUSED,
};

enum { FIELD_OTHER, FIELD_LENGTH, FIELD_ENCODING };

/* A chunk size has at most this many digits; more than any limit needs. */
enum { CHUNK_DIGITS_MOST = 8, LENGTH_DIGITS_MOST = 18 };

void http_scan_init(HttpScan *scan, HttpScanLimits limits)
{
    *scan = (HttpScan){.limits = limits, .state = BEGIN};
}

bool http_scan_is_idle(const HttpScan *scan)
{
    return scan->state == BEGIN;
}

bool http_scan_is_in_head(const HttpScan *scan)
{
    return scan->state < HEAD_DONE && !scan->is_in_trailers;
}

static bool refuse(HttpScan *scan, int status)
{
    scan->status = status;
    return false;
}

static bool is_token(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What may stand in a field's value: visible, blank or above ASCII. */
static bool is_text(char c)
{
    return c == '\t' || ((unsigned char)c >= 0x20 && c != 0x7f);
}

static void word_begin(HttpScan *scan)
{
    scan->word_n = 0;
    scan->word_has_ended = false;
}

static void word_add(HttpScan *scan, char c)
{
    if (scan->word_n < HTTP_SCAN_WORD)
        scan->word[scan->word_n] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    scan->word_n++;
}

static bool word_is(const HttpScan *scan, const char *lower)
{
    return scan->word_n <= HTTP_SCAN_WORD && str_equals_c((Str){scan->word, scan->word_n}, lower);
}

static bool method_is_known(Str method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_equals_c(method, known[i]))
            return true;
    return false;
}

static bool scan_begin(HttpScan *scan, char c)
{
    if (scan->state == BEGIN_LF) {
        scan->state = BEGIN;
        /* Two bytes of patience: an endless run of empty lines is nobody's request. */
        return c == '\n' && scan->head_n <= 4;
    }
    if (c == '\r') {
        scan->state = BEGIN_LF;
        return true;
    }
    word_begin(scan);
    scan->state = METHOD;
    scan->word[scan->word_n++] = c;
    return c >= 'A' && c <= 'Z';
}

static bool scan_method(HttpScan *scan, char c)
{
    if (c == ' ') {
        scan->state = TARGET;
        return method_is_known((Str){scan->word, scan->word_n});
    }
    if (scan->word_n == HTTP_SCAN_WORD || c < 'A' || c > 'Z')
        return false;
    scan->word[scan->word_n++] = c; /* methods are case-sensitive */
    return true;
}

static bool scan_target(HttpScan *scan, char c)
{
    if (c == ' ' && scan->target_n > 0) {
        word_begin(scan);
        scan->state = VERSION;
        return true;
    }
    if (++scan->target_n > scan->limits.target)
        return refuse(scan, 414);
    return scan->target_n == 1 ? c == '/' : c > ' ' && c < 0x7f && c != '#';
}

static bool scan_version(HttpScan *scan, char c)
{
    static const char known[] = "HTTP/1.";
    size_t at = scan->word_n++;
    if (at < sizeof known - 1)
        return c == known[at];
    scan->is_version_1_0 = c == '0';
    scan->state = VERSION_CR;
    return c == '0' || c == '1';
}

static bool field_begin(HttpScan *scan)
{
    scan->field = FIELD_OTHER;
    bool is_length = word_is(scan, "content-length");
    bool is_encoding = word_is(scan, "transfer-encoding");
    bool is_host = word_is(scan, "host");
    word_begin(scan);
    if (!is_length && !is_encoding && !is_host)
        return true;
    if (scan->is_in_trailers)
        return false;
    if (is_host) {
        bool is_first = !scan->has_host;
        scan->has_host = true;
        return is_first;
    }
    if (scan->has_length || scan->has_encoding)
        return false;
    scan->field = is_length ? FIELD_LENGTH : FIELD_ENCODING;
    scan->has_length = is_length;
    scan->has_encoding = is_encoding;
    return is_length || !scan->is_version_1_0;
}

static bool scan_length(HttpScan *scan, char c)
{
    if (is_blank(c)) {
        scan->word_has_ended = scan->word_n > 0;
        return true;
    }
    if (scan->word_has_ended || c < '0' || c > '9' || scan->word_n == LENGTH_DIGITS_MOST)
        return false;
    scan->word_n++;
    scan->length = scan->length * 10 + (uint64_t)(c - '0');
    return true;
}

static bool scan_encoding(HttpScan *scan, char c)
{
    static const char chunked[] = "chunked";
    if (is_blank(c)) {
        scan->word_has_ended = scan->word_n > 0;
        return true;
    }
    if (scan->word_has_ended || scan->word_n == sizeof chunked - 1)
        return false;
    word_add(scan, c);
    return scan->word[scan->word_n - 1] == chunked[scan->word_n - 1];
}

static bool field_end(HttpScan *scan)
{
    scan->state = LINE_LF;
    if (scan->field == FIELD_LENGTH)
        return scan->word_n > 0;
    if (scan->field == FIELD_ENCODING)
        return word_is(scan, "chunked");
    return true;
}

static bool scan_line(HttpScan *scan, char c)
{
    if (c == '\r') {
        scan->state = HEAD_LF;
        return true;
    }
    if (++scan->field_n > scan->limits.fields)
        return refuse(scan, 431);
    word_begin(scan);
    word_add(scan, c);
    scan->state = NAME;
    return is_token(c);
}

static bool scan_field(HttpScan *scan, char c)
{
    if (scan->state == NAME) {
        if (c == ':') {
            scan->state = VALUE;
            return field_begin(scan);
        }
        word_add(scan, c);
        return is_token(c);
    }
    if (c == '\r')
        return field_end(scan);
    if (scan->field == FIELD_LENGTH)
        return scan_length(scan, c);
    if (scan->field == FIELD_ENCODING)
        return scan_encoding(scan, c);
    return is_text(c);
}

static bool head_end(HttpScan *scan, char c)
{
    if (scan->is_in_trailers) {
        scan->state = DONE;
        return c == '\n';
    }
    scan->state = HEAD_DONE;
    return c == '\n' && (scan->has_host || scan->is_version_1_0);
}

static bool scan_head(HttpScan *scan, char c)
{
    if (++scan->head_n > scan->limits.head)
        return refuse(scan, 431);
    switch (scan->state) {
    case BEGIN:
    case BEGIN_LF: return scan_begin(scan, c);
    case METHOD: return scan_method(scan, c);
    case TARGET: return scan_target(scan, c);
    case VERSION: return scan_version(scan, c);
    case VERSION_CR: scan->state = LINE_LF; return c == '\r';
    case LINE_LF: scan->state = LINE; return c == '\n';
    case LINE: return scan_line(scan, c);
    case HEAD_LF: return head_end(scan, c);
    default: return scan_field(scan, c);
    }
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool scan_chunk_size(HttpScan *scan, char c)
{
    int digit = digit_of(c);
    if (scan->state == CHUNK) {
        word_begin(scan);
        scan->length = 0;
        scan->state = CHUNK_SIZE;
        if (digit < 0)
            return false;
    }
    if (digit >= 0) {
        scan->length = scan->length * 16 + (uint64_t)digit;
        return ++scan->word_n <= CHUNK_DIGITS_MOST;
    }
    scan->state = c == ';' ? EXTENSION : CHUNK_LF;
    return c == ';' || c == '\r';
}

/* ;name, ;name=value, ;name="quoted". They mean nothing to us but must be well-formed; their bytes
 * count as head, so that they cannot go on for ever. */
static bool scan_extension(HttpScan *scan, char c)
{
    if (++scan->head_n > scan->limits.head)
        return refuse(scan, 431);
    bool has_ended = scan->state == EXTENSION_NAME || scan->state == EXTENSION_VALUE
                     || scan->state == EXTENSION_END;
    if (has_ended && (c == ';' || c == '\r')) {
        scan->state = c == ';' ? EXTENSION : CHUNK_LF;
        return true;
    }
    switch (scan->state) {
    case EXTENSION: scan->state = EXTENSION_NAME; return is_token(c);
    case EXTENSION_NAME:
        if (c == '=')
            scan->state = EXTENSION_VALUE_BEGIN;
        return c == '=' || is_token(c);
    case EXTENSION_VALUE_BEGIN:
        scan->state = c == '"' ? EXTENSION_QUOTED : EXTENSION_VALUE;
        return c == '"' || is_token(c);
    case EXTENSION_VALUE: return is_token(c);
    case EXTENSION_QUOTED:
        if (c == '"' || c == '\\')
            scan->state = c == '"' ? EXTENSION_END : EXTENSION_PAIR;
        return is_text(c);
    case EXTENSION_PAIR: scan->state = EXTENSION_QUOTED; return is_text(c);
    default: return false;
    }
}

static bool chunk_begin(HttpScan *scan, char c)
{
    scan->chunked += scan->length;
    if (scan->chunked > scan->limits.chunked)
        return refuse(scan, 413);
    scan->state = scan->length > 0 ? CHUNK_DATA : LINE;
    if (scan->length == 0) {
        scan->is_in_trailers = true;
        scan->field_n = 0;
        scan->head_n = 0;
    }
    return c == '\n';
}

static bool scan_body_byte(HttpScan *scan, char c)
{
    switch (scan->state) {
    case CHUNK:
    case CHUNK_SIZE: return scan_chunk_size(scan, c);
    case CHUNK_LF: return chunk_begin(scan, c);
    case CHUNK_DATA_CR: scan->state = CHUNK_DATA_LF; return c == '\r';
    case CHUNK_DATA_LF: scan->state = CHUNK; return c == '\n';
    default: return scan_extension(scan, c);
    }
}

/* Takes what is there of a body or chunk. */
static size_t skip_data(HttpScan *scan, size_t n)
{
    size_t taken = n < scan->length ? n : (size_t)scan->length;
    scan->length -= taken;
    if (scan->length == 0)
        scan->state = scan->state == BODY ? DONE : CHUNK_DATA_CR;
    return taken;
}

static bool scan_byte(HttpScan *scan, char c)
{
    scan->status = 400;
    return scan->state < HEAD_DONE ? scan_head(scan, c) : scan_body_byte(scan, c);
}

HttpScanStep http_scan(HttpScan *scan, Str bytes, size_t *ret_used)
{
    size_t at = 0;
    if (scan->state == HEAD_DONE) {
        scan->state = scan->has_encoding ? CHUNK : scan->length > 0 ? BODY : DONE;
        scan->head_n = 0;
    }
    while (scan->state != DONE && scan->state != REFUSED && at < bytes.n) {
        if (scan->state == BODY || scan->state == CHUNK_DATA) {
            at += skip_data(scan, bytes.n - at);
            continue;
        }
        if (!scan_byte(scan, bytes.p[at])) {
            scan->state = REFUSED;
            break;
        }
        at++;
        if (scan->state == HEAD_DONE) {
            *ret_used = at;
            return HTTP_SCAN_HEAD;
        }
    }
    *ret_used = at;
    if (scan->state == REFUSED)
        return HTTP_SCAN_REFUSED;
    return scan->state == DONE ? HTTP_SCAN_MESSAGE : HTTP_SCAN_MORE;
}
