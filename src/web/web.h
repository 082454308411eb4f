/* The web: the JSON API and the UI over HTTP, put together from route tables. What app/ starts.
 *
 * Invariants
 *  1. Denied by default: a route names a permission or says that it is public; one without stops
 * the program at start with its path.
 *  2. A write needs the session's CSRF token in the header X-CSRF besides the cookie.
 *  3. Every failure is a problem document (RFC 9457) in both languages; every answer has the
 * security headers and a request id; nothing under /api is kept by any cache.
 *  4. One log line a request, without personal data: the route, never the target or the query. */
#pragma once

#include "base/embed.h"
#include "core/cx.h"
#include "http/http.h"
#include "web/route.h"

/* An account to try a demonstration county with. */
typedef struct WebDemoAccount {
    Str login, password;
    Wording title, hint; /* what to look at first */
} WebDemoAccount;

typedef struct WebOptions {
    Str address;
    uint16_t port; /* 0: any free one */
    Str tls_certificate_file, tls_key_file;
    unsigned workers; /* 0: twice the processors, at least 4 */
    /* Address of the proxy whose X-Forwarded-For names the caller; empty: nobody's does. */
    Str trusted_proxy;

    const Route *const *routes;
    size_t route_n;
    const EmbedFile *files; /* the UI, by path without the first '/' */
    size_t file_n;

    /* What every request's Cx takes over. */
    const struct PackSet *packs;
    const struct Keys *keys;
    Writer *writer;
    struct Jobs *jobs; /* for their figures; NULL: none run */
    const Str *places; /* that are served; of several, a request's is that of its session */
    size_t place_n;
    Lang lang; /* for those who name none */

    /* Shown to everybody when the database is a demonstration, and never otherwise. */
    const WebDemoAccount *demo_accounts;
    size_t demo_account_n;

    void *context; /* of the functions below */
    /* The instant that a place lives in; any thread. */
    Instant (*now)(void *context, Str place);
    bool is_day_chosen; /* see Cx */
    /* A read-only connection for one worker thread, opened before the thread starts. */
    Err (*db_open)(void *context, Arena *arena, Db **ret_db, Str *reterr_message);
    void (*db_close)(void *context, Db *db);
} WebOptions;

typedef struct Web Web;

/* ERR_INVALID with a message that names the route when a table is wrong; the failure of db_open
 * with its message when a worker would be without a database. */
Err web_start(const WebOptions *options, Arena *arena, Web **ret_web,
              Str *reterr_message) MUST_CHECK;
/* "http://127.0.0.1:8080" */
Str web_url(const Web *web, Arena *arena);
void web_stop(Web *web);
