/* Where HTTP/1.1 messages begin and end, judged strictly (RFC 9112): a scanner that is fed the
 * bytes of a connection as they come and says how far they are acceptable. Pure; keeps no bytes.
 *
 * Refused, because two readers could understand it differently or because nobody honest sends it:
 * anything but CR LF at the end of a line, obsolete folding, names that are not tokens, space
 * before the colon, control characters, Content-Length twice or not plain digits, Content-Length
 * with Transfer-Encoding, any coding but one "chunked", chunk sizes and extensions off the grammar,
 * framing fields in trailers, no or several Host in HTTP/1.1, targets that are not "/...", other
 * versions, methods that nobody registered. */
#pragma once

#include "base/str.h"

typedef enum {
    HTTP_SCAN_MORE,    /* every byte was used and the message goes on */
    HTTP_SCAN_HEAD,    /* the head ended with the last byte used */
    HTTP_SCAN_MESSAGE, /* the message ended with the last byte used */
    HTTP_SCAN_REFUSED, /* the next byte is not acceptable; see HttpScan.status */
} HttpScanStep;

typedef struct {
    size_t head;      /* bytes of start line and fields, trailers apart: 431 */
    size_t target;    /* bytes: 414 */
    size_t fields;    /* number of them: 431 */
    uint64_t chunked; /* bytes of a chunked body: 413 */
} HttpScanLimits;

#define HTTP_SCAN_LIMITS_DEFAULT ((HttpScanLimits){KIB(16), KIB(8), 100, MIB(1)})

enum { HTTP_SCAN_WORD = 24 };

typedef struct HttpScan {
    HttpScanLimits limits;
    int state;  /* of http_head.c */
    int status; /* of a refusal: 400, 413, 414, 431 */
    size_t head_n, target_n, field_n;
    size_t word_n; /* of the word being read, also past the end of `word` */
    char word[HTTP_SCAN_WORD];
    int field; /* what the field being read means for framing */
    bool word_has_ended;
    bool is_version_1_0, has_host, has_length, has_encoding, is_in_trailers;
    uint64_t length;  /* of the body that is left, or of the chunk */
    uint64_t chunked; /* bytes of chunks so far */
} HttpScan;

/* At the start of a connection, and after HTTP_SCAN_MESSAGE for the next message. */
void http_scan_init(HttpScan *scan, HttpScanLimits limits);
/* Uses bytes up to the next event. After HTTP_SCAN_HEAD call again with the rest (which may be
 * empty): a message without a body ends there. After HTTP_SCAN_REFUSED nothing more is used. */
HttpScanStep http_scan(HttpScan *scan, Str bytes, size_t *ret_used);
/* Nothing of a message was read yet. */
bool http_scan_is_idle(const HttpScan *scan);
bool http_scan_is_in_head(const HttpScan *scan);
