/* The pipeline of a connection to PostgreSQL: statements whose answers nobody waits for, and
 * questions that are asked before their turn.
 *
 * Invariants
 *  1. What is run later is sent without waiting. Whatever else is said to the server goes behind it
 *     and takes its answers first; the first failure among them is the failure of that call.
 *  2. What is asked ahead stands behind what is run later. Its answers are kept until they are
 *     taken, once each, or dropped. Its failure is nobody's, except within a transaction.
 *  3. Beside that the connection is never in pipeline mode. */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "db/db_postgres_connection.h"
#include "db/db_postgres_int.h"
#include "db/postgres_texts_sql.h"

static const char *field(const PGresult *result, int which)
{
    const char *text = PQresultErrorField(result, which);
    return text == NULL ? "" : text;
}

Err pg_fail(Pg *pg, const PGresult *result, const char *where)
{
    const char *state = field(result, PG_DIAG_SQLSTATE);
    if (state[0] == '\0' || PQstatus(pg->handle) == CONNECTION_BAD) {
        snprintf(pg->message, sizeof pg->message, "%s: the connection to PostgreSQL was lost",
                 where);
        return ERR_DB;
    }
    snprintf(pg->message, sizeof pg->message, "%s: SQLSTATE %s %s %s %s %s", where, state,
             field(result, PG_DIAG_TABLE_NAME), field(result, PG_DIAG_COLUMN_NAME),
             field(result, PG_DIAG_CONSTRAINT_NAME),
             db_postgres_is_safe(state) ? field(result, PG_DIAG_MESSAGE_PRIMARY) : "");
    return db_postgres_err(state);
}

Err pg_finish(Pg *pg, PGresult *result, const char *where)
{
    ExecStatusType status = PQresultStatus(result);
    Err err =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? OK : pg_fail(pg, result, where);
    PQclear(result);
    return err;
}

/* Takes the answer of the next statement of the pipeline. NULL: the connection is gone. */
static PGresult *next_answer(Pg *pg)
{
    PGresult *result = PQgetResult(pg->handle);
    PGresult *end = result == NULL ? NULL : PQgetResult(pg->handle);
    PQclear(end); /* NULL, unless the connection is gone */
    return result;
}

/* An answer that was asked ahead. Outside a transaction its failure is told when it is asked in its
 * turn; a transaction has failed with it. */
static Err take_ahead(Pg *pg, PgAhead *ahead, PGresult *result)
{
    if (PQresultStatus(result) == PGRES_TUPLES_OK) {
        ahead->result = result;
        return OK;
    }
    if (pg->in_transaction)
        return pg_finish(pg, result, ahead->statement->name);
    PQclear(result);
    return OK;
}

static Err take_all_ahead(Pg *pg)
{
    Err err = OK;
    for (; pg->ahead_come_n < pg->ahead_n; pg->ahead_come_n++) {
        Err one = take_ahead(pg, &pg->ahead[pg->ahead_come_n], next_answer(pg));
        err = err == OK ? one : err;
    }
    return err;
}

Err pg_end_pipeline(Pg *pg, PGresult **ret_last)
{
    Err err = PQpipelineSync(pg->handle) == 1 ? OK : pg_fail(pg, NULL, "pipeline");
    for (int i = 0; i < pg->later_n; i++) {
        PGresult *result = next_answer(pg);
        if (err == OK)
            err = pg_finish(pg, result, pg->later[i]); /* of NULL: lost */
        else
            PQclear(result);
        if (result == NULL)
            break;
    }
    Err ahead = take_all_ahead(pg);
    err = err == OK ? ahead : err;
    if (ret_last != NULL)
        *ret_last = next_answer(pg);
    PGresult *sync = PQgetResult(pg->handle);
    if (err == OK && PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
        err = pg_fail(pg, NULL, "pipeline");
    PQclear(sync);
    pg->later_n = 0;
    if (PQexitPipelineMode(pg->handle) != 1 && err == OK)
        err = pg_fail(pg, NULL, "pipeline");
    return err;
}

Err pg_settle(Pg *pg)
{
    Err late = pg->late;
    pg->late = OK;
    TRY(late);
    return pg_is_piping(pg) ? pg_end_pipeline(pg, NULL) : OK;
}

bool pg_is_piping(const Pg *pg)
{
    return pg->later_n > 0 || pg->ahead_come_n < pg->ahead_n;
}

Err pg_enter_pipeline(Pg *pg)
{
    if (pg->late != OK || pg->later_n == PG_LATER_MOST)
        TRY(pg_settle(pg));
    bool is_in = pg_is_piping(pg) || PQenterPipelineMode(pg->handle) == 1;
    return is_in ? OK : pg_fail(pg, NULL, "pipeline");
}

/* Puts a step into the pipeline, which is entered. */
static Err send_step(Pg *pg, const DbStatement *statement)
{
    TRY(pg_enter_pipeline(pg));
    int sent = PQsendQueryParams(pg->handle, statement->sql, 0, NULL, NULL, NULL, NULL, 1);
    return sent == 1 ? OK : pg_fail(pg, NULL, statement->name);
}

Err pg_savepoint(Pg *pg)
{
    TRY(send_step(pg, &sql_postgres_savepoint));
    pg->later[pg->later_n++] = sql_postgres_savepoint.name;
    return OK;
}

Err pg_release(Pg *pg)
{
    PGresult *result = NULL;
    TRY(send_step(pg, &sql_postgres_release));
    Err err = pg_end_pipeline(pg, &result);
    if (err == OK)
        return pg_finish(pg, result, sql_postgres_release.name);
    PQclear(result);
    return err;
}

/* ---- asked ahead ---- */

static bool is_null(const PgBound *bound, size_t at)
{
    return bound->values[at] == NULL;
}

static size_t bound_size(const PgBound *bound)
{
    size_t n = 0;
    for (size_t i = 0; i < bound->n; i++)
        n += sizeof(int) + (is_null(bound, i) ? 0 : (size_t)bound->lengths[i]);
    return n;
}

/* Length and bytes of each; NULL has the length -1. */
static Str bound_text(Arena *arena, const PgBound *bound)
{
    char *text = arena_alloc(arena, bound_size(bound) + 1);
    size_t at = 0;
    for (size_t i = 0; i < bound->n; i++) {
        int length = is_null(bound, i) ? -1 : bound->lengths[i];
        memcpy(text + at, &length, sizeof length);
        at += sizeof length;
        if (length > 0) {
            memcpy(text + at, bound->values[i], (size_t)length);
            at += (size_t)length;
        }
    }
    return (Str){text, at};
}

static bool is_bound_to(Str text, const PgBound *bound)
{
    if (text.n != bound_size(bound))
        return false;
    const char *at = text.p;
    for (size_t i = 0; i < bound->n; i++) {
        int length = is_null(bound, i) ? -1 : bound->lengths[i];
        if (memcmp(at, &length, sizeof length) != 0)
            return false;
        at += sizeof length;
        if (length > 0 && memcmp(at, bound->values[i], (size_t)length) != 0)
            return false;
        at += length > 0 ? length : 0;
    }
    return true;
}

bool pg_ahead_enter(Pg *pg)
{
    bool has_room = pg->ahead_n < PG_AHEAD_MOST && pg->late == OK && !pg->is_copying;
    return has_room && pg_enter_pipeline(pg) == OK;
}

void pg_ahead_note(Pg *pg, const DbStatement *statement, const PgBound *bound)
{
    pg->ahead[pg->ahead_n++] =
        (PgAhead){.statement = statement, .bound = bound_text(&pg->ahead_arena, bound)};
}

/* Outside a transaction nobody has asked yet for what has failed. */
static Err settle_ahead(Pg *pg)
{
    Err err = pg_settle(pg);
    return pg->in_transaction ? err : OK;
}

Err pg_ahead_take(Pg *pg, const DbStatement *statement, const PgBound *bound, PGresult **ret_result)
{
    *ret_result = NULL;
    for (int i = 0; i < pg->ahead_n; i++) {
        PgAhead *ahead = &pg->ahead[i];
        if (ahead->statement != statement || !is_bound_to(ahead->bound, bound))
            continue;
        if (i >= pg->ahead_come_n)
            TRY(settle_ahead(pg));
        if (ahead->result == NULL)
            continue;
        *ret_result = ahead->result;
        ahead->result = NULL;
        return OK;
    }
    return OK;
}

void pg_ahead_drop(Pg *pg)
{
    if (pg->ahead_n == 0)
        return;
    if (pg->ahead_come_n < pg->ahead_n && pg->late == OK)
        pg->late = settle_ahead(pg);
    for (int i = 0; i < pg->ahead_n; i++)
        PQclear(pg->ahead[i].result);
    pg->ahead_n = pg->ahead_come_n = 0;
    arena_reset(&pg->ahead_arena);
}
