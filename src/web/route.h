/* Routes: one entry above each handler says all there is to say about it; the comment above the
 * entry is for the reader of the code. From the entries come routing, permissions, limits, logs,
 * metrics and the API document. app/routes.c lists them.
 *
 * Schemas are written in a small notation:
 *
 *     {name: text, age?: integer, tags: [text], at: {x: number, y: number}}
 *
 * with text integer number bool date instant uuid wording any, answers (of any form of the packs),
 * open|due|overdue for one of these words; '?' after a name: may be absent or null. An object has
 * no other members; query parameters and members of the body that the entry does not name are
 * refused. schemas.h has what several entries share. */
#pragma once

#include "access/access.h"
#include "codec/json.h"
#include "codec/json_out.h"
#include "core/cx.h"
#include "http/http.h"

/* Instead of a permission: anybody may, logged in or not. */
#define ROUTE_PUBLIC "PUBLIC"

typedef Err (*RouteHandler)(Cx *cx, const HttpRequest *request, HttpResponse *response);

/* How a route meets persons: for the matrix of access. What an entry does not say follows from its
 * permission: residents.* and records.* are about one who is named, obligations.* give lists. */
typedef enum {
    ROUTE_PERSONS_DEFAULT,
    ROUTE_PERSONS_NONE,
    ROUTE_PERSONS_ONE,    /* who is out of sight is not found */
    ROUTE_PERSONS_HOME,   /* the same, and by the areas of sight alone, not by relation */
    ROUTE_PERSONS_SEARCH, /* those in the areas of sight, and by relation */
    ROUTE_PERSONS_OWN,    /* those whom the account is for: itself, minors in its care */
    ROUTE_PERSONS_LIST,   /* those in the areas of sight; without identity where the purpose says so
                           */
    ROUTE_PERSONS_COUNT,  /* numbers of the areas in sight */
} RoutePersons;

typedef struct Route {
    HttpMethod method;
    const char *path;
    RouteHandler handler;
    const char *permit;   /* of access/permissions.h, or ROUTE_PUBLIC; never NULL */
    bool is_open_locally; /* without permission for callers on this machine, not through a proxy */
    size_t body_most;     /* bytes; 0: takes no body */
    const char *audit; /* entry after success; NULL when the engine makes its own, or none is due */
    const char *query; /* schema of the query parameters, an object; or NULL */
    const char *in;    /* schema of the body; or NULL */
    const char *in_media;  /* of a body that is no JSON, instead of in: types parted by ", " */
    const char *out;       /* schema of the answer; or NULL */
    const char *out_media; /* of an answer that is no JSON, instead of out: the same */
    RoutePersons persons;
    bool may_create; /* 201 besides 200 */
    struct {
        const char *zh, *en;
    } title;
} Route;

RoutePersons route_persons(const Route *route);

/* For the pieces of a streamed answer: the Cx of the handler (`like`, kept in the request's memory
 * with a copy of its actor), reading through the connection of the thread that is asked for the
 * piece. What is allocated between begin and end is gone afterwards. */
typedef struct WebStream {
    Cx cx;
    Actor actor;
    ArenaMark mark;
} WebStream;
void web_stream_keep(const Cx *cx, WebStream *ret_stream);
/* For one piece. */
Cx *web_stream_begin(const HttpRequest *request, WebStream *stream);
void web_stream_end(const HttpRequest *request, WebStream *stream);

/* Who is asking, for handlers about the session itself. */
typedef struct WebCall {
    struct Web *web;
    const Route *route;
    Session session; /* empty token: nobody is logged in */
    Account account;
    Uuid device; /* the phone that the request names itself as, or nil */
} WebCall;
const WebCall *web_call(const HttpRequest *request);

/* The caller's address: the peer's, or what the trusted proxy says of it. */
Str web_client(const HttpRequest *request);

/* Begins the answer's JSON. */
JsonOut web_json(HttpResponse *response);
/* {"zh": ..., "en": ...} as a member. */
void web_json_wording(JsonOut *out, const char *key, Wording wording);
/* Members, with empty texts as null. */
void web_json_text(JsonOut *out, const char *key, Str text);
void web_json_date(JsonOut *out, const char *key, Date date);
void web_json_integer(JsonOut *out, const char *key, int64_t value);

/* Who sees rows without identity may ask by township at the finest (ERR_INVALID). */
Err web_area_of_rows(Cx *cx, Str area) MUST_CHECK;

/* The body as JSON: ERR_MEDIA_TYPE unless it is application/json, ERR_MALFORMED with line and
 * column, ERR_INVALID when it is no object. */
Err web_body(Cx *cx, const HttpRequest *request, const Json **ret_json) MUST_CHECK;
/* A member that must be there; a problem at its JSON pointer otherwise (ERR_INVALID). The other one
 * may be absent or null. */
Err web_body_text(Cx *cx, const Json *object, const char *key, Str *ret_text) MUST_CHECK;
Err web_body_optional_text(Cx *cx, const Json *object, const char *key, Str *ret_text) MUST_CHECK;
/* A path or query parameter; ERR_INVALID with a problem that names it. Query: absent gives the
 * fallback. */
Err web_parameter_uuid(Cx *cx, const HttpRequest *request, const char *name,
                       Uuid *ret_id) MUST_CHECK;
Err web_query_uuid(Cx *cx, const HttpRequest *request, const char *name, Uuid *ret_id) MUST_CHECK;
Err web_query_date(Cx *cx, const HttpRequest *request, const char *name, Date fallback,
                   Date *ret_date) MUST_CHECK;
Err web_query_integer(Cx *cx, const HttpRequest *request, const char *name, int64_t low,
                      int64_t high, int64_t fallback, int64_t *ret) MUST_CHECK;
/* limit=: how many items an answer has; 0: as many as it may, so that no page repeats how many that
 * is. */
Err web_query_limit(Cx *cx, const HttpRequest *request, int64_t most, int64_t usual,
                    int64_t *ret) MUST_CHECK;
