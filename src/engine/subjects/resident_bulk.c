/* Many residents at once: rows and tokens as bulk copies, with one commit number for all. */
#include "access/access.h"
#include "core/core_sql.h"
#include "engine/subjects/subjects_int.h"

enum { BATCH = 2000 }; /* one copy at a time on a connection: rows of a batch, then its tokens */

static const DbColumn resident_columns[] = {
    {"place", DB_TEXT, false},        {"id", DB_UUID, false},
    {"area_code", DB_TEXT, false},    {"household_id", DB_UUID, true},
    {"sex", DB_TEXT, false},          {"birth_date", DB_DATE, true},
    {"record_number", DB_TEXT, true}, {"registered_on", DB_DATE, false},
    {"died_on", DB_DATE, true},       {"left_on", DB_DATE, true},
    {"rev", DB_INTEGER, false},       {"name", DB_BYTES, false},
    {"id_type", DB_BYTES, true},      {"id_number", DB_BYTES, true},
    {"phone", DB_BYTES, true},        {"address", DB_BYTES, true},
};

static const DbColumn token_columns[] = {
    {"place", DB_TEXT, false},
    {"token", DB_BYTES, false},
    {"area_code", DB_TEXT, false},
    {"resident_id", DB_UUID, false},
};

enum {
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
        bytes_or_null(resident_seal(cx, id, "id_number", resident->id_number)),
        bytes_or_null(resident_seal(cx, id, "phone", resident->phone)),
        bytes_or_null(resident_seal(cx, id, "address", resident->address)),
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

static Err put_tokens(Cx *cx, DbBulk *bulk, const Resident *resident)
{
    TokenList tokens;
    resident_tokens(cx->keys, cx->arena, resident, &tokens);
    for (size_t i = 0; i < tokens.n; i++) {
        const DbValue values[TOKEN_COLUMNS] = {
            db_text(cx->place),
            db_bytes((Str){(const char *)tokens.items[i].bytes, TOKEN_SIZE}),
            db_text(resident->area),
            db_uuid(resident->id),
        };
        TRY(db_bulk_row(bulk, values));
    }
    return OK;
}

static Err copy_tokens(Cx *cx, const Resident *residents, size_t n)
{
    DbBulk *bulk = NULL;
    TRY(db_bulk_begin(cx->db, cx->arena, "resident_token", token_columns, TOKEN_COLUMNS, &bulk));
    for (size_t i = 0; i < n; i++)
        TRY(put_tokens(cx, bulk, &residents[i]));
    return db_bulk_end(bulk);
}

Err resident_add_many(Cx *cx, const Resident *residents, size_t n)
{
    DCHECK(cx->is_writing);
    PlaceRevNextRow row;
    PlaceRevNextIn in = {.place = cx->place};
    TRY(place_rev_next(cx->db, cx->arena, &in, &row));
    for (size_t from = 0; from < n; from += BATCH) {
        size_t batch = n - from < BATCH ? n - from : BATCH;
        ArenaMark mark = arena_mark(cx->arena); /* the copy's own buffer is in the arena too */
        TRY(copy_residents(cx, residents + from, batch, row.rev));
        TRY(copy_tokens(cx, residents + from, batch));
        arena_reset_to(cx->arena, mark);
    }
    AuditEntry entry = {.action = STR("resident.add_many"),
                        .detail = str_printf(cx->arena, "residents=%zu", n)};
    return audit_add(cx, &entry);
}
