/* Cx: what every service function needs, first parameter of each: memory, database, who is asking,
 * when, and where problems are collected.
 *
 * A Cx lives as long as one request, command or job and belongs to one thread at a time. "Now" and
 * "today" come from here, never from the clock. */
#pragma once

#include "base/date.h"
#include "base/uuid.h"
#include "base/wording.h"
#include "core/texts.h"
#include "db/db.h"
#include "db/writer.h"

struct PackSet;
struct Policy;
struct Keys;

/* One thing that is wrong, in both languages, with the place where it is wrong. */
typedef struct Problem {
    Err err;
    const char *key; /* name of the text in texts.def, stable for programs */
    Wording text;    /* complete, arguments filled in */
    Str where;       /* JSON pointer, field id, or file:line:column; may be empty */
    bool is_soft;    /* asks for confirmation instead of refusing */
    Str confirm;     /* the key to send back to confirm a soft problem */
} Problem;

/* Who is asking. The CLI and the demo act as the system: is_system sees and may do everything. */
typedef struct Actor {
    bool is_system;
    Uuid account;
    Str login;
    Str role;      /* role id of the packs */
    Str home;      /* the place of the account, when it is not cx->place; see access_member_enter */
    Str facility;  /* code of the facility where the account works */
    DbScope scope; /* the persons within sight */
    DbScope sight; /* the areas whose numbers it may know, also where it sees no persons */
    bool sees_persons;
    bool sees_rows; /* of persons whom it does not see: without identity, in the areas of sight */
    Str purpose;    /* of the session; empty for the system */
    const Str *permissions; /* "records.write" ... */
    size_t permission_n;
} Actor;

typedef struct Cx {
    Arena *arena;
    Db *db;         /* for reading; inside a write, the writer's connection */
    Writer *writer; /* NULL: writes run on db itself, each in its own transaction */
    bool is_writing;
    bool has_snapshot; /* see cx_snapshot_begin */
    const struct PackSet *packs;
    const struct Policy *policy; /* engine/policy: of the place, NULL until it is asked for */
    const struct Keys *keys;
    const Actor *actor;
    Str place; /* 6-digit county code, GB/T 2260 */
    Instant now;
    Date today;         /* the day in China of now, or the day the process was told to live in */
    bool is_day_chosen; /* it was told: every place lives in that day, whatever its own */
    Date as_of;         /* answers with what was known at the end of this day; DATE_NONE: all */
    Lang lang;
    Str request_id;
    Problem *problems;
    size_t problem_n, problem_capacity;
} Cx;

enum { CX_PROBLEMS_MOST = 500 };

/* Records a problem and gives its code back: return cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_AMENDED,
 * where, 1, id). Arguments are Str values put in for {0} {1} ... of the text. */
Err cx_fail(Cx *cx, Err err, TextId text, Str where, int argument_n, ...);
/* The same without giving up: the caller goes on and collects more. */
void problem_add(Cx *cx, Problem problem);
/* What the database said goes to the log; the user gets the general wording. Gives err back. */
Err cx_fail_db(Cx *cx, Err err);

/* Runs work durably: on the writer's thread in its group commit, or on cx->db in a transaction when
 * there is no writer. work gets a Cx whose db may write and whose is_writing is set; nested calls
 * join the outer write. Problems that work records come back in cx. */
typedef Err (*CxWork)(Cx *cx, void *arg);
Err cx_write(Cx *cx, CxWork work, void *arg) MUST_CHECK;

/* What follows reads one state of the database, until cx_snapshot_end or a write: after a write it
 * reads the state with what was written. For SQLite, where a transaction saves every statement its
 * own; PostgreSQL would pay two more round trips, so there each statement reads the state of its
 * own moment. */
Err cx_snapshot_begin(Cx *cx) MUST_CHECK;
void cx_snapshot_end(Cx *cx);
/* The same on both engines, for what adds up numbers of several reads. Within a snapshot or a
 * transaction that one holds, and nothing is begun; until cx_moment_end nothing is written. */
Err cx_moment_begin(Cx *cx, bool *ret_is_begun) MUST_CHECK;
void cx_moment_end(Cx *cx, bool is_begun);

/* A new id of this moment. */
Uuid cx_new_id(Cx *cx);
