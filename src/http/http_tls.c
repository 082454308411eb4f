/* TLS, see http_tls.h. */
#include "http/http_tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>

struct HttpTls {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
};

struct HttpTlsSession {
    gnutls_session_t inner;
};

Err http_tls_open(Str certificate_file, Str key_file, Arena *arena, HttpTls **ret_tls,
                  Str *reterr_message)
{
    HttpTls *tls = arena_new(arena, HttpTls);
    int code = gnutls_certificate_allocate_credentials(&tls->credentials);
    if (code == GNUTLS_E_SUCCESS)
        code = gnutls_certificate_set_x509_key_file(tls->credentials,
                                                    str_to_c(arena, certificate_file),
                                                    str_to_c(arena, key_file), GNUTLS_X509_FMT_PEM);
    if (code >= 0)
        code = gnutls_priority_init(&tls->priority, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
                                    NULL);
    if (code >= 0) {
        *ret_tls = tls;
        return OK;
    }
    *reterr_message =
        str_printf(arena, "TLS certificate %.*s with key %.*s: %s", STR_ARG(certificate_file),
                   STR_ARG(key_file), gnutls_strerror(code));
    http_tls_close(tls);
    return ERR_INVALID;
}

void http_tls_close(HttpTls *tls)
{
    if (tls == NULL)
        return;
    if (tls->priority != NULL)
        gnutls_priority_deinit(tls->priority);
    if (tls->credentials != NULL)
        gnutls_certificate_free_credentials(tls->credentials);
    *tls = (HttpTls){0};
}

Err http_tls_session_open(HttpTls *tls, int socket, Arena *arena, HttpTlsSession **ret_session)
{
    gnutls_session_t inner = NULL;
    if (gnutls_init(&inner, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
        return ERR_BUSY;
    unsigned char http_1_1[] = "http/1.1";
    gnutls_datum_t protocol = {http_1_1, sizeof http_1_1 - 1};
    if (gnutls_priority_set(inner, tls->priority) < 0
        || gnutls_credentials_set(inner, GNUTLS_CRD_CERTIFICATE, tls->credentials) < 0
        || gnutls_alpn_set_protocols(inner, &protocol, 1, 0) < 0) {
        gnutls_deinit(inner);
        return ERR_BUSY;
    }
    gnutls_transport_set_int(inner, socket);
    HttpTlsSession *session = arena_new(arena, HttpTlsSession);
    session->inner = inner;
    *ret_session = session;
    return OK;
}

void http_tls_session_close(HttpTlsSession *session)
{
    if (session != NULL)
        gnutls_deinit(session->inner);
}

HttpTlsStep http_tls_handshake(HttpTlsSession *session)
{
    int code = gnutls_handshake(session->inner);
    if (code == GNUTLS_E_SUCCESS)
        return HTTP_TLS_READY;
    if (gnutls_error_is_fatal(code))
        return HTTP_TLS_FAILED;
    return gnutls_record_get_direction(session->inner) == 0 ? HTTP_TLS_WANTS_READ
                                                            : HTTP_TLS_WANTS_WRITE;
}

/* As recv and send report it. */
static ssize_t as_errno(ssize_t code)
{
    if (code >= 0)
        return code;
    errno = gnutls_error_is_fatal((int)code) ? ECONNRESET : EAGAIN;
    return -1;
}

ssize_t http_tls_receive(HttpTlsSession *session, void *bytes, size_t n)
{
    return as_errno(gnutls_record_recv(session->inner, bytes, n));
}

ssize_t http_tls_send(HttpTlsSession *session, const void *bytes, size_t n)
{
    return as_errno(gnutls_record_send(session->inner, bytes, n));
}

bool http_tls_has_pending(HttpTlsSession *session)
{
    return gnutls_record_check_pending(session->inner) > 0;
}

void http_tls_end(HttpTlsSession *session)
{
    (void)gnutls_bye(session->inner, GNUTLS_SHUT_WR);
}
