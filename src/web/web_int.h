/* What the files of web/ share. */
#pragma once

#include <stdatomic.h>

#include "web/metrics.h"
#include "web/route.h"
#include "web/web.h"

/* What an answer may load: nothing; a page of the UI, its own parts; the service worker, files to
 * keep. */
typedef enum UiPolicy { UI_POLICY_NONE, UI_POLICY_PAGE, UI_POLICY_WORKER } UiPolicy;

typedef struct UiFile {
    Str content, packed; /* packed: gzip; empty when it does not pay */
    Str content_type;
    Str etag;
    bool is_fixed; /* its name has a hash of its content in it */
    UiPolicy policy;
} UiFile;

struct Web {
    WebOptions options;
    Metrics *metrics;
    Instant started_at;
    Map ui; /* path with '/' -> UiFile */
    HttpServer *server;
    struct WebWorker *workers;
    unsigned workers_opened;
    _Atomic unsigned workers_started;
};

/* Of one worker thread. */
typedef struct WebWorker {
    Web *web;
    Db *db;
    Arena arena;
    WebCall call; /* of the request it works on */
} WebWorker;

/* From here on cx is in another of the places that are served, and in its day; nothing happens for
 * one that is not. */
void web_live_in(Cx *cx, const WebOptions *options, Str place);

/* Pure parts of answering. */
/* Refuses parameters of the query that the route does not have, each with a problem. */
Err web_query_check(Cx *cx, const Route *route, const HttpRequest *request) MUST_CHECK;
Lang web_lang(const HttpRequest *request, Lang fallback);
/* Whether the browser needs the wider policy to compile WebAssembly: Chromium before 97. */
bool web_is_old_chromium(Str user_agent);
/* Headers that every answer has, with the content policy of what it is. */
void web_security_headers(const HttpRequest *request, HttpResponse *response, UiPolicy policy);

void ui_load(Web *web, Arena *arena);
/* False: there is no such file. */
bool ui_answer(const Web *web, const HttpRequest *request, HttpResponse *response);

/* Checks every schema of the tables; *reterr_at is the place in the text. */
Err schema_check(const char *schema, size_t *reterr_at);
/* Writes it as JSON Schema. schema was checked. */
void schema_write(JsonOut *out, const char *schema);
/* Calls member for each member of an object schema. */
void schema_members(const char *schema,
                    void (*member)(void *context, Str name, bool is_optional, Str type),
                    void *context);
/* The type of a member of an object schema; empty when it has none of that name. */
Str schema_member(const char *schema, Str name);
/* Calls found for each member in json, however deep, that the schema does not name. */
void schema_unknown(const char *schema, const Json *json,
                    void (*found)(void *context, const Json *member), void *context);
