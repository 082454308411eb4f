/* Many residents at once: rows and tokens as bulk copies, with one commit number for all.
 *
 * Tokens are random bytes and the table lies in their order, so inserting them as they come would
 * touch a page each. They are gathered, sorted, and copied in runs that touch a page once. */
#include "access/access.h"
#include "core/core_sql.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects_int.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH = 2000, /* residents of one copy */
    AREA_MOST = 15,
    RUN_TOKENS = 1000 * 1000, /* sorted at a time: 50 MB */
    RUN_TOKENS_FIRST = 4096,
};

/* In the order of the table's key when compared as bytes. */
typedef struct {
    Token token;
    char area[AREA_MOST + 1]; /* ended by NUL */
    Uuid resident;
} PendingToken;

struct ResidentBulk {
    Cx *cx;
    int64_t rev;
    size_t residents;
    Arena arena; /* of pending and events only */
    PendingToken *pending;
    size_t pending_n, pending_capacity;
    VEC(ResidentEvent) events;
};

static const DbColumn resident_columns[] = {
    {"place", DB_TEXT, false},        {"id", DB_UUID, false},
    {"area_code", DB_TEXT, false},    {"household_id", DB_UUID, true},
    {"sex", DB_TEXT, false},          {"birth_date", DB_DATE, true},
    {"record_number", DB_TEXT, true}, {"registered_on", DB_DATE, false},
    {"died_on", DB_DATE, true},       {"left_on", DB_DATE, true},
    {"rev", DB_INTEGER, false},       {"name", DB_BYTES, false},
    {"id_type", DB_BYTES, true},      {"id_number", DB_BYTES, true},
    {"phone", DB_BYTES, true},        {"address", DB_BYTES, true},
    {"birth_year", DB_INTEGER, true}, {"relation", DB_TEXT, true},
};

static const DbColumn token_columns[] = {
    {"place", DB_TEXT, false},
    {"token", DB_BYTES, false},
    {"area_code", DB_TEXT, false},
    {"resident_id", DB_UUID, false},
};

static const DbColumn event_columns[] = {
    {"place", DB_TEXT, false},       {"id", DB_UUID, false},
    {"resident_id", DB_UUID, false}, {"rev", DB_INTEGER, false},
    {"kind", DB_TEXT, false},        {"happened_on", DB_DATE, false},
    {"area_code", DB_TEXT, false},   {"household_id", DB_UUID, true},
    {"relation", DB_TEXT, true},     {"recorded_at", DB_INSTANT, false},
    {"recorded_by", DB_UUID, false},
};

enum {
    EVENT_COLUMNS = sizeof event_columns / sizeof event_columns[0],
    RESIDENT_COLUMNS = sizeof resident_columns / sizeof resident_columns[0],
    TOKEN_COLUMNS = sizeof token_columns / sizeof token_columns[0],
};

static DbValue bytes_or_null(Str bytes)
{
    return bytes.p == NULL ? db_null(DB_BYTES) : db_bytes(bytes);
}

static Err put_resident(Cx *cx, DbBulk *bulk, const Resident *resident, int64_t rev)
{
    Uuid id = resident->id;
    const DbValue values[RESIDENT_COLUMNS] = {
        db_text(cx->place),
        db_uuid(id),
        db_text(resident->area),
        uuid_is_nil(resident->household) ? db_null(DB_UUID) : db_uuid(resident->household),
        db_text(resident->sex),
        db_date(resident->birth_date),
        resident->record_number.n == 0 ? db_null(DB_TEXT) : db_text(resident->record_number),
        db_date(resident->registered_on),
        db_date(resident->died_on),
        db_date(resident->left_on),
        db_integer(rev),
        db_bytes(resident_seal_name(cx, id, resident->name)),
        bytes_or_null(resident_seal(cx, id, "id_type", resident->id_type)),
        bytes_or_null(resident_seal(cx, id, "id_number", resident_id_number(cx, resident))),
        bytes_or_null(resident_seal(cx, id, "phone", resident->phone)),
        bytes_or_null(resident_seal(cx, id, "address", resident->address)),
        resident->birth_year == 0 ? db_null(DB_INTEGER) : db_integer(resident->birth_year),
        resident->relation.n == 0 ? db_null(DB_TEXT) : db_text(resident->relation),
    };
    return db_bulk_row(bulk, values);
}

static Err copy_residents(Cx *cx, const Resident *residents, size_t n, int64_t rev)
{
    DbBulk *bulk = NULL;
    TRY(db_bulk_begin(cx->db, cx->arena, "resident", resident_columns, RESIDENT_COLUMNS, &bulk));
    for (size_t i = 0; i < n; i++)
        TRY(put_resident(cx, bulk, &residents[i], rev));
    return db_bulk_end(bulk);
}

static int compare_pending(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(PendingToken));
}

/* One copy at a time on a connection, so tokens wait until the rows are in. */
static Err copy_tokens(ResidentBulk *bulk)
{
    Cx *cx = bulk->cx;
    DbBulk *copy = NULL;
    if (bulk->pending_n == 0)
        return OK;
    qsort(bulk->pending, bulk->pending_n, sizeof *bulk->pending, compare_pending);
    ArenaMark mark = arena_mark(cx->arena);
    TRY(db_bulk_begin(cx->db, cx->arena, "resident_token", token_columns, TOKEN_COLUMNS, &copy));
    for (size_t i = 0; i < bulk->pending_n; i++) {
        const PendingToken *pending = &bulk->pending[i];
        const DbValue values[TOKEN_COLUMNS] = {
            db_text(cx->place),
            db_bytes((Str){(const char *)pending->token.bytes, TOKEN_SIZE}),
            db_text(str_from_c(pending->area)),
            db_uuid(pending->resident),
        };
        TRY(db_bulk_row(copy, values));
    }
    TRY(db_bulk_end(copy));
    arena_reset_to(cx->arena, mark);
    bulk->pending_n = 0;
    return OK;
}

static PendingToken *next_pending(ResidentBulk *bulk)
{
    if (bulk->pending_n == bulk->pending_capacity) {
        size_t capacity = bulk->pending_n == 0 ? RUN_TOKENS_FIRST : bulk->pending_n * 2;
        bulk->pending =
            arena_grow(&bulk->arena, bulk->pending, bulk->pending_n * sizeof *bulk->pending,
                       capacity * sizeof *bulk->pending);
        bulk->pending_capacity = capacity;
    }
    return &bulk->pending[bulk->pending_n++];
}

static Err gather_tokens(ResidentBulk *bulk, const Resident *resident)
{
    if (resident->area.n > AREA_MOST)
        return ERR_INVALID;
    Cx *cx = bulk->cx;
    TokenList tokens;
    ArenaMark mark = arena_mark(cx->arena);
    Resident stored = *resident;
    stored.id_number = resident_id_number(cx, resident);
    resident_tokens(cx->keys, cx->arena, &stored, &tokens);
    arena_reset_to(cx->arena, mark);
    for (size_t i = 0; i < tokens.n; i++) {
        PendingToken *pending = next_pending(bulk);
        *pending = (PendingToken){.token = tokens.items[i], .resident = resident->id};
        memcpy(pending->area, resident->area.p, resident->area.n);
    }
    return OK;
}

Err resident_bulk_open(Cx *cx, ResidentBulk **ret_bulk)
{
    DCHECK(cx->is_writing);
    PlaceRevNextRow row;
    PlaceRevNextIn in = {.place = cx->place};
    TRY(place_rev_next(cx->db, cx->arena, &in, &row));
    ResidentBulk *bulk = arena_new(cx->arena, ResidentBulk);
    *bulk = (ResidentBulk){.cx = cx, .rev = row.rev};
    arena_init(&bulk->arena, MIB(256));
    *ret_bulk = bulk;
    return OK;
}

Err resident_bulk_add(ResidentBulk *bulk, const Resident *residents, size_t n)
{
    for (size_t from = 0; from < n; from += BATCH) {
        size_t batch = n - from < BATCH ? n - from : BATCH;
        ArenaMark mark = arena_mark(bulk->cx->arena); /* the copy's own buffer is there too */
        TRY(copy_residents(bulk->cx, residents + from, batch, bulk->rev));
        arena_reset_to(bulk->cx->arena, mark);
        for (size_t i = from; i < from + batch; i++)
            TRY(gather_tokens(bulk, &residents[i]));
        if (bulk->pending_n >= RUN_TOKENS)
            TRY(copy_tokens(bulk));
    }
    bulk->residents += n;
    return OK;
}

Err resident_bulk_event(ResidentBulk *bulk, const ResidentEvent *event)
{
    ResidentEvent kept = *event;
    kept.area = str_copy(&bulk->arena, event->area);
    kept.relation = str_copy(&bulk->arena, event->relation);
    VEC_PUSH(&bulk->arena, &bulk->events, kept);
    return OK;
}

static Err copy_events(ResidentBulk *bulk)
{
    Cx *cx = bulk->cx;
    DbBulk *copy = NULL;
    if (bulk->events.n == 0)
        return OK;
    TRY(db_bulk_begin(cx->db, cx->arena, "resident_event", event_columns, EVENT_COLUMNS, &copy));
    for (size_t i = 0; i < bulk->events.n; i++) {
        const ResidentEvent *event = &bulk->events.items[i];
        const DbValue values[EVENT_COLUMNS] = {
            db_text(cx->place),
            db_uuid(event->id),
            db_uuid(event->resident),
            db_integer(bulk->rev),
            db_text(str_from_c(resident_event_name(event->kind))),
            db_date(event->happened_on),
            db_text(event->area),
            uuid_is_nil(event->household) ? db_null(DB_UUID) : db_uuid(event->household),
            event->relation.n == 0 ? db_null(DB_TEXT) : db_text(event->relation),
            db_instant(event->recorded_at),
            db_uuid(event->recorded_by),
        };
        TRY(db_bulk_row(copy, values));
    }
    return db_bulk_end(copy);
}

Err resident_bulk_end(ResidentBulk *bulk)
{
    TRY(copy_tokens(bulk));
    TRY(copy_events(bulk));
    AuditEntry entry = {.action = STR("resident.add_many"),
                        .detail = str_printf(bulk->cx->arena, "residents=%zu", bulk->residents)};
    return audit_add(bulk->cx, &entry);
}

void resident_bulk_close(ResidentBulk **bulk)
{
    if (*bulk != NULL)
        arena_done(&(*bulk)->arena);
    *bulk = NULL;
}

Err resident_add_many(Cx *cx, const Resident *residents, size_t n)
{
    CLEANUP(resident_bulk_close) ResidentBulk *bulk = NULL;
    TRY(resident_bulk_open(cx, &bulk));
    TRY(resident_bulk_add(bulk, residents, n));
    return resident_bulk_end(bulk);
}
