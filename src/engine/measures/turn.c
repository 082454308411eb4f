/* Whose turn it is to write states and rows: a server and a command do not at the same time, else
 * both would add the same differences to the sums, or one would put back what the other noted.
 * On SQLite a write is alone anyway. What stands here comes before anything of the write has been
 * read, so it reads what the other has stored. */
#include "engine/measures/measures_int.h"

#include "base/os_clock.h"
#include "base/os_thread.h"
#include "engine/measures/turn_postgres_sql.h"

enum { PAUSE_NS = 20 * 1000 * 1000 };

typedef struct Turn {
    CxWork work;
    void *arg;
    bool waits, is_mine;
} Turn;

static Err take_turn(Cx *cx, Turn *turn)
{
    turn->is_mine = true;
    if (db_engine(cx->db) != DB_POSTGRES)
        return OK;
    TurnPostgresTryRow tried = {0};
    TurnPostgresWaitRow waited = {0};
    Err err = turn->waits
                  ? turn_postgres_wait(cx->db, cx->arena, &(TurnPostgresWaitIn){cx->place}, &waited)
                  : turn_postgres_try(cx->db, cx->arena, &(TurnPostgresTryIn){cx->place}, &tried);
    turn->is_mine = turn->waits || tried.is_mine == 1;
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err turn_work(Cx *cx, void *arg)
{
    Turn *turn = arg;
    TRY(take_turn(cx, turn));
    return turn->is_mine ? turn->work(cx, turn->arg) : OK;
}

/* A write that the server groups with others holds their rows already, and the other may wait for
 * one of them: it comes again later instead. A command's write begins with waiting. */
Err turn_write(Cx *cx, CxWork work, void *arg, bool *ret_is_mine)
{
    Turn turn = {.work = work, .arg = arg, .waits = cx->writer == NULL && !cx->is_writing};
    size_t problem_n = cx->problem_n;
    Err err = cx_write(cx, turn_work, &turn);
    *ret_is_mine = turn.is_mine && err != ERR_BUSY;
    if (err != ERR_BUSY || cx->is_writing)
        return err;
    cx->problem_n = problem_n; /* the database undid it for the sake of another: asked again */
    return OK;
}

void turn_pause(void)
{
    Mutex mutex;
    Condition never;
    mutex_init(&mutex);
    condition_init(&never);
    int64_t until = os_clock_monotonic_ns() + PAUSE_NS;
    mutex_lock(&mutex);
    while (condition_wait_until(&never, &mutex, until))
        continue;
    mutex_unlock(&mutex);
    condition_done(&never);
    mutex_done(&mutex);
}
