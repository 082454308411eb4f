/* An open connection to PostgreSQL, for the files of the driver: its state, how it fails, and what
 * is in its pipeline. */
#pragma once

#include "base/map.h"
#include "db/db_int.h"

enum {
    PG_LATER_MOST = 64, /* sent without an answer */
    PG_AHEAD_MOST = 24, /* asked ahead */
};

struct pg_conn; /* of libpq: PGconn and PGresult */
struct pg_result;

/* Values as libpq takes them. */
typedef struct PgBound {
    const char *const *values; /* NULL for NULL */
    const int *lengths;
    size_t n;
} PgBound;

typedef struct PgAhead {
    const DbStatement *statement;
    Str bound;                /* its values in one text, to be told from others */
    struct pg_result *result; /* NULL: not here yet, taken, or failed */
} PgAhead;

typedef struct Pg {
    struct pg_conn *handle;
    Arena arena;
    Map prepared;
    size_t prepared_n;
    struct PgCursor *free_cursors;
    uint64_t cursor_n;
    const char *later[PG_LATER_MOST]; /* what is in the pipeline, by its names */
    int later_n;
    PgAhead ahead[PG_AHEAD_MOST];
    int ahead_n, ahead_come_n; /* asked; of them with an answer, the others are in the pipeline */
    Arena ahead_arena;
    uint64_t run_n, plan_again_at; /* statements so far; plans are made anew behind so many */
    Err late;                      /* a failure that there was nobody to tell of yet */
    bool in_transaction;           /* as far as we have begun it */
    bool is_copying;
    bool is_read_only;
    bool is_limited;
    char message[DB_MESSAGE_SIZE];
} Pg;

/* Notes what has failed. result may be NULL: the connection itself. */
Err pg_fail(Pg *pg, const struct pg_result *result, const char *where) MUST_CHECK;
/* Frees the result and says whether it is one of success. */
Err pg_finish(Pg *pg, struct pg_result *result, const char *where) MUST_CHECK;

/* Before anything is said that does not go into the pipeline: ends it. */
Err pg_settle(Pg *pg) MUST_CHECK;
/* Before something is sent into the pipeline. */
Err pg_enter_pipeline(Pg *pg) MUST_CHECK;
/* Ends the pipeline. ret_last: NULL, or the answer of one statement more, which was sent behind
 * those that count; to be freed, also on failure. */
Err pg_end_pipeline(Pg *pg, struct pg_result **ret_last) MUST_CHECK;
/* Before a statement is sent to be asked ahead: whether there is room for it. */
bool pg_ahead_enter(Pg *pg) MUST_CHECK;
void pg_ahead_note(Pg *pg, const DbStatement *statement, const PgBound *bound);
/* The answer to what was asked ahead, to be freed; NULL: it was not asked, or failed. An error is
 * one of the transaction. */
Err pg_ahead_take(Pg *pg, const DbStatement *statement, const PgBound *bound,
                  struct pg_result **ret_result) MUST_CHECK;
/* Drops what was asked ahead. A failure of the pipeline is told by the next call. */
void pg_ahead_drop(Pg *pg);
/* Whether something is in the pipeline. */
bool pg_is_piping(const Pg *pg);
/* Sends the step into the pipeline. */
Err pg_savepoint(Pg *pg) MUST_CHECK;
/* Behind all that belongs to it, whose answers it takes. */
Err pg_release(Pg *pg) MUST_CHECK;
