/* The queue of audit entries of reads: bounded, in memory, written in order by audit_flush.
 *
 * Invariants
 *  1. An entry leaves the queue only after the commit that holds it is durable.
 *  2. One flush at a time; it holds `flushing` while it waits for the writer. Work on the writer's
 * thread never takes `flushing`, so the two cannot wait for each other.
 *  3. The flusher writes every second, and as soon as AUDIT_FLUSH_AT entries wait, so that the
 * queue of a server hardly ever fills: whoever finds it full waits for a write.
 *  4. When the queue is full, adding writes it out first, its own place and then the others; when
 * that makes no room, adding fails: what cannot be written down does not happen. The queue knows
 * places, not databases: a process opens a place in one database only. */
#include "access/access_int.h"
#include "access/audit_sql.h"
#include "access/limits.h"
#include "base/os_clock.h"
#include "base/os_log.h"
#include "base/os_thread.h"
#include "base/utf8.h"

#include <string.h>

enum {
    PLACE_MOST = 16,
    ACTION_MOST = 48,
    FLUSH_EVERY_NS = 1000 * 1000 * 1000,
    BATCH_MOST = 1024, /* in one write, within the memory of a request */
};

typedef struct {
    Instant at;
    Uuid account, subject, object;
    uint8_t place_n, action_n, detail_n;
    char place[PLACE_MOST];
    char action[ACTION_MOST];
    char detail[AUDIT_DETAIL_MOST];
} Queued;

static Mutex flushing = {PTHREAD_MUTEX_INITIALIZER};
static Mutex gate = {PTHREAD_MUTEX_INITIALIZER};
static Queued queue[AUDIT_QUEUE_MOST]; /* in order of arrival; guarded by gate */
static size_t queue_n;

static struct {
    Thread thread;
    Condition wake;
    bool is_waiting, is_stopping; /* guarded by gate */
    Cx like;
} flusher;

/* Cut between characters. */
static uint8_t keep(char *target, size_t most, Str text)
{
    size_t n = utf8_valid_prefix(str_slice(text, 0, most));
    if (n > 0)
        memcpy(target, text.p, n);
    return (uint8_t)n;
}

static bool push(const Cx *cx, const AuditRow *row)
{
    MUTEX_HOLD(&gate);
    if (queue_n == AUDIT_QUEUE_MOST)
        return false;
    Queued *queued = &queue[queue_n++];
    queued->at = row->at;
    queued->account = row->account;
    queued->subject = row->entry.subject;
    queued->object = row->entry.object;
    queued->place_n = keep(queued->place, PLACE_MOST, cx->place);
    queued->action_n = keep(queued->action, ACTION_MOST, row->entry.action);
    queued->detail_n = keep(queued->detail, AUDIT_DETAIL_MOST, row->entry.detail);
    if (queue_n >= AUDIT_FLUSH_AT && flusher.is_waiting)
        condition_wake_all(&flusher.wake);
    return true;
}

/* Who the caller is stands behind the detail, when his account is of the place above, and what he
 * was logged in for, unless it is care. They stay whole: a long detail makes room for them. */
static Str with_caller(Cx *cx, Str detail)
{
    const Actor *actor = cx->actor;
    bool has_home = actor->home.n > 0;
    bool has_purpose = actor->purpose.n > 0 && !str_equals_c(actor->purpose, "care");
    Str who =
        has_home ? str_printf(cx->arena, "[%.*s %.*s]", STR_ARG(actor->home), STR_ARG(actor->login))
                 : (Str){0};
    Str why = has_purpose ? str_printf(cx->arena, "[%.*s]", STR_ARG(actor->purpose)) : (Str){0};
    if (who.n + why.n == 0)
        return detail;
    size_t behind = who.n + why.n + 2;
    size_t room = behind < AUDIT_DETAIL_MOST ? AUDIT_DETAIL_MOST - behind : 0;
    detail = str_slice(detail, 0, utf8_valid_prefix(str_slice(detail, 0, room)));
    const Str said[] = {detail, who, why};
    Str parts[3];
    size_t n = 0;
    for (size_t i = 0; i < 3; i++)
        if (said[i].n > 0)
            parts[n++] = said[i];
    return str_join(cx->arena, parts, n, STR(" "));
}

static bool is_of_place(const Queued *queued, Str place)
{
    return str_equals((Str){queued->place, queued->place_n}, place);
}

typedef struct {
    AuditRow *rows;
    size_t n;
} Batch;

static Batch copy_of_place(Cx *cx)
{
    MUTEX_HOLD(&gate);
    size_t most = queue_n < BATCH_MOST ? queue_n : BATCH_MOST;
    Batch batch = {.rows = arena_array(cx->arena, AuditRow, most + 1)};
    for (size_t i = 0; i < queue_n && batch.n < most; i++) {
        const Queued *queued = &queue[i];
        if (!is_of_place(queued, cx->place))
            continue;
        Str action = {queued->action, queued->action_n};
        Str detail = {queued->detail, queued->detail_n};
        batch.rows[batch.n++] = (AuditRow){.at = queued->at,
                                           .account = queued->account,
                                           .entry = {.action = str_copy(cx->arena, action),
                                                     .subject = queued->subject,
                                                     .object = queued->object,
                                                     .detail = str_copy(cx->arena, detail)}};
    }
    return batch;
}

/* The first n of the place; newer ones have come behind them meanwhile. */
static void remove_of_place(Str place, size_t n)
{
    MUTEX_HOLD(&gate);
    size_t kept = 0;
    for (size_t i = 0; i < queue_n; i++) {
        if (n > 0 && is_of_place(&queue[i], place))
            n--;
        else
            queue[kept++] = queue[i];
    }
    queue_n = kept;
}

static Err append_batch(Cx *cx, void *arg)
{
    const Batch *batch = arg;
    return audit_append(cx, batch->rows, batch->n);
}

/* In somebody's open transaction the entries could be rolled back after they left the queue. */
static Err require_own_write(Cx *cx)
{
    DCHECK(!cx->is_writing);
    bool is_open = cx->writer == NULL && db_in_transaction(cx->db);
    return is_open ? cx_fail(cx, ERR_BUSY, TEXT_DATABASE_FAILED, (Str){0}, 0) : OK;
}

/* By who holds `flushing`. */
static Err flush_batch(Cx *cx, bool *ret_has_more)
{
    ArenaMark mark = arena_mark(cx->arena);
    Batch batch = copy_of_place(cx);
    if (batch.n > 0)
        TRY(cx_write(cx, append_batch, &batch));
    remove_of_place(cx->place, batch.n);
    arena_reset_to(cx->arena, mark);
    *ret_has_more = batch.n == BATCH_MOST;
    return OK;
}

Err audit_flush(Cx *cx)
{
    TRY(require_own_write(cx));
    MUTEX_HOLD(&flushing);
    for (bool has_more = true; has_more;)
        TRY(flush_batch(cx, &has_more));
    return OK;
}

typedef struct {
    uint8_t n;
    char text[PLACE_MOST];
} WaitingPlace;

static Str name_of(const WaitingPlace *place)
{
    return (Str){place->text, place->n};
}

/* Each place that has entries, once, by its oldest. */
static size_t places_that_wait(Arena *arena, WaitingPlace **ret_places)
{
    MUTEX_HOLD(&gate);
    size_t n = 0;
    WaitingPlace *places = arena_array(arena, WaitingPlace, queue_n + 1);
    for (size_t i = 0; i < queue_n; i++) {
        size_t at = 0;
        while (at < n && !is_of_place(&queue[i], name_of(&places[at])))
            at++;
        if (at < n)
            continue;
        places[n].n = queue[i].place_n;
        memcpy(places[n++].text, queue[i].place, PLACE_MOST);
    }
    *ret_places = places;
    return n;
}

static bool is_full(void)
{
    MUTEX_HOLD(&gate);
    return queue_n == AUDIT_QUEUE_MOST;
}

/* One batch, unless others have made room meanwhile. */
static Err flush_when_full(Cx *cx)
{
    bool has_more = false;
    TRY(require_own_write(cx));
    MUTEX_HOLD(&flushing);
    return is_full() ? flush_batch(cx, &has_more) : OK;
}

/* What others fail at is told by their own callers and the flusher: only their entries are written
 * here, until one place's are. */
static Err make_room(Cx *cx)
{
    TRY(flush_when_full(cx));
    WaitingPlace *places = NULL;
    size_t n = is_full() ? places_that_wait(cx->arena, &places) : 0;
    for (size_t i = 0; i < n && is_full(); i++) {
        Cx other = {.arena = cx->arena,
                    .db = cx->db,
                    .writer = cx->writer,
                    .keys = cx->keys,
                    .place = name_of(&places[i]),
                    .now = cx->now};
        if (flush_when_full(&other) == OK)
            return OK;
    }
    return is_full() ? cx_fail(cx, ERR_BUSY, TEXT_AUDIT_FULL, (Str){0}, 0) : OK;
}

Err audit_add(Cx *cx, const AuditEntry *entry)
{
    DCHECK(cx->place.n <= PLACE_MOST && entry->action.n > 0 && entry->action.n <= ACTION_MOST);
    AuditRow row = {.at = cx->now, .entry = *entry};
    if (cx->actor != NULL && !cx->actor->is_system) {
        row.account = cx->actor->account;
        row.entry.detail = with_caller(cx, entry->detail);
    }
    if (cx->is_writing)
        return audit_append(cx, &row, 1);
    while (!push(cx, &row)) /* others may have taken the room that was made */
        TRY(make_room(cx));
    return OK;
}

static int64_t queued_of_place(Str place)
{
    MUTEX_HOLD(&gate);
    int64_t n = 0;
    for (size_t i = 0; i < queue_n; i++)
        n += is_of_place(&queue[i], place);
    return n;
}

static Err read_state(Cx *cx, AuditState *ret_state)
{
    AuditStateRowIn in = {.place = cx->place};
    AuditCheckpointNewestIn newest = {.place = cx->place};
    AuditStateRowRow row;
    AuditCheckpointNewestRow last;
    bool is_found = false;
    TRY(audit_state_row(cx->db, cx->arena, &in, &row));
    TRY(audit_checkpoint_newest(cx->db, cx->arena, &newest, &last, &is_found));
    *ret_state = (AuditState){
        .entries = row.entries, .chains = row.chains, .queued = queued_of_place(cx->place)};
    if (is_found) {
        ret_state->checkpoint = last.number;
        ret_state->writer = last.writer;
        ret_state->signed_at = last.at;
    }
    return OK;
}

Err audit_state(Cx *cx, AuditState *ret_state)
{
    Err err = read_state(cx, ret_state);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* Each place has its turn, whatever the others meet; what came meanwhile waits for the next one. */
static bool flush_once(Arena *arena)
{
    bool is_written = true;
    WaitingPlace *places = NULL;
    size_t n = places_that_wait(arena, &places);
    ArenaMark mark = arena_mark(arena);
    for (size_t i = 0; i < n; i++) {
        Cx cx = flusher.like;
        cx.arena = arena;
        cx.now = os_clock_now(); /* of the checkpoint; entries keep their own */
        cx.place = name_of(&places[i]);
        Err err = audit_flush(&cx);
        is_written = is_written && err == OK;
        if (err != OK)
            LOG(LOG_ERROR, "audit entries wait", LOG_WORD("place", cx.place),
                LOG_ERR("error", err));
        arena_reset_to(arena, mark);
    }
    arena_reset(arena);
    return is_written;
}

/* Until there is something to do. What could not be written is tried again after its second. */
static bool wait_for_entries(bool is_patient)
{
    const size_t enough = is_patient ? SIZE_MAX : AUDIT_FLUSH_AT;
    int64_t until = os_clock_monotonic_ns() + FLUSH_EVERY_NS;
    MUTEX_HOLD(&gate);
    flusher.is_waiting = !is_patient;
    while (!flusher.is_stopping && queue_n < enough
           && condition_wait_until(&flusher.wake, &gate, until))
        continue;
    flusher.is_waiting = false;
    return !flusher.is_stopping;
}

static void run_flusher(void *context)
{
    (void)context;
    Arena arena;
    arena_init(&arena, MIB(4));
    bool goes_on = true, is_written = true;
    while (goes_on) {
        goes_on = wait_for_entries(!is_written);
        is_written = flush_once(&arena);
    }
    arena_done(&arena);
}

Err audit_flusher_start(const Cx *like)
{
    ENSURE(like->writer != NULL && !flusher.thread.is_running);
    flusher.like = (Cx){.writer = like->writer, .keys = like->keys};
    flusher.is_stopping = false;
    condition_init(&flusher.wake);
    return thread_start(&flusher.thread, run_flusher, NULL);
}

void audit_flusher_stop(void)
{
    if (!flusher.thread.is_running)
        return;
    mutex_lock(&gate);
    flusher.is_stopping = true;
    condition_wake_all(&flusher.wake);
    mutex_unlock(&gate);
    thread_join(&flusher.thread);
    condition_done(&flusher.wake);
}
