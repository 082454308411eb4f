/* TLS on accepted sockets, over GnuTLS (http_tls.c is the only file that includes it). Sockets are
 * non-blocking; receive and send behave as recv and send do, with errno. TLS 1.2 and 1.3. */
#pragma once

#include <sys/types.h>

#include "base/str.h"

typedef struct HttpTls HttpTls; /* certificate and key */
typedef struct HttpTlsSession HttpTlsSession;

/* PEM files. ERR_INVALID with a message for the operator when they cannot be used. */
Err http_tls_open(Str certificate_file, Str key_file, Arena *arena, HttpTls **ret_tls,
                  Str *reterr_message) MUST_CHECK;
void http_tls_close(HttpTls *tls);

Err http_tls_session_open(HttpTls *tls, int socket, Arena *arena,
                          HttpTlsSession **ret_session) MUST_CHECK;
void http_tls_session_close(HttpTlsSession *session);

typedef enum {
    HTTP_TLS_READY,
    HTTP_TLS_WANTS_READ,
    HTTP_TLS_WANTS_WRITE,
    HTTP_TLS_FAILED
} HttpTlsStep;
HttpTlsStep http_tls_handshake(HttpTlsSession *session);
ssize_t http_tls_receive(HttpTlsSession *session, void *bytes, size_t n);
ssize_t http_tls_send(HttpTlsSession *session, const void *bytes, size_t n);
/* Received already, but not yet taken: the socket will not say so. */
bool http_tls_has_pending(HttpTlsSession *session);
/* Tells the peer that nothing more comes. */
void http_tls_end(HttpTlsSession *session);
