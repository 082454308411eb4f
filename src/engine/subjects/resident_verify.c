/* Proving what is sealed: every sealed column opens, and the search tokens are those of the
 * columns. Tokens lie in no order of residents, so both sides are summed up: equal sets give equal
 * sums. */
#include "core/keys.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

#include <string.h>

typedef struct {
    uint64_t parts[4];
    int64_t n;
} Sum;

static void add_token(Sum *sum, Str token, Str area, Uuid resident)
{
    Sha256Stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, token);
    sha256_add(&stream, (Str){(const char *)resident.bytes, sizeof resident.bytes});
    sha256_add(&stream, area);
    Sha256 hash = sha256_end(&stream);
    for (size_t i = 0; i < sizeof sum->parts / sizeof *sum->parts; i++) {
        uint64_t part;
        memcpy(&part, hash.bytes + i * sizeof part, sizeof part);
        sum->parts[i] += part;
    }
    sum->n++;
}

static Err unseal(Cx *cx, const ResidentAllRow *row, Resident *ret_resident)
{
    *ret_resident = (Resident){.id = row->id, .area = row->area_code};
    TRY(resident_unseal(cx, row->id, "name", row->name, &ret_resident->name));
    TRY(resident_unseal(cx, row->id, "id_type", row->id_type, &ret_resident->id_type));
    TRY(resident_unseal(cx, row->id, "id_number", row->id_number, &ret_resident->id_number));
    TRY(resident_unseal(cx, row->id, "phone", row->phone, &ret_resident->phone));
    return resident_unseal(cx, row->id, "address", row->address, &ret_resident->address);
}

typedef Err (*TokenVisit)(Cx *cx, Str token, Str area, Uuid resident, void *arg);

static Err each_token(Cx *cx, ResidentVerification *result, TokenVisit visit, void *arg)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_all_open(cx->db, &(ResidentAllIn){.place = cx->place}, &rows));
    for (;;) {
        ResidentAllRow row;
        Resident resident;
        TokenList tokens;
        bool has_row = false;
        ArenaMark mark = arena_mark(cx->arena);
        TRY(resident_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        result->residents++;
        if (unseal(cx, &row, &resident) != OK) {
            result->sealed++;
        } else {
            resident_tokens(cx->keys, cx->arena, &resident, &tokens);
            for (size_t i = 0; i < tokens.n; i++)
                TRY(visit(cx, (Str){(const char *)tokens.items[i].bytes, TOKEN_SIZE}, resident.area,
                          resident.id, arg));
        }
        arena_reset_to(cx->arena, mark);
    }
}

static Err sum_token(Cx *cx, Str token, Str area, Uuid resident, void *arg)
{
    (void)cx;
    add_token(arg, token, area, resident);
    return OK;
}

static Err insert_token(Cx *cx, Str token, Str area, Uuid resident, void *arg)
{
    (void)arg;
    const ResidentTokenInsertIn in = {
        .place = cx->place, .token = token, .area_code = area, .resident_id = resident};
    return resident_token_insert(cx->db, &in, NULL);
}

static Err remake_work(Cx *cx, void *arg)
{
    ResidentVerification result = {0};
    TRY(resident_token_clear(cx->db, &(ResidentTokenClearIn){.place = cx->place}, NULL));
    TRY(each_token(cx, &result, insert_token, arg));
    return result.sealed == 0 ? OK : ERR_CONFLICT; /* his tokens would be lost */
}

Err resident_tokens_remake(Cx *cx)
{
    return cx_write(cx, remake_work, NULL);
}

static Err sum_stored(Cx *cx, Sum *sum)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_token_all_open(cx->db, &(ResidentTokenAllIn){.place = cx->place}, &rows));
    for (;;) {
        ResidentTokenAllRow row;
        bool has_row = false;
        ArenaMark mark = arena_mark(cx->arena);
        TRY(resident_token_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        add_token(sum, row.token, row.area_code, row.resident_id);
        arena_reset_to(cx->arena, mark);
    }
}

static Err verify(Cx *cx, ResidentVerification *result)
{
    Sum wanted = {0}, stored = {0};
    TRY(each_token(cx, result, sum_token, &wanted));
    TRY(sum_stored(cx, &stored));
    result->tokens = stored.n;
    result->tokens_wanted = wanted.n;
    result->tokens_are_right = memcmp(&wanted, &stored, sizeof wanted) == 0;
    return OK;
}

Err resident_verify(Cx *cx, ResidentVerification *ret_result)
{
    ResidentVerification result = {0};
    bool begins = !db_in_transaction(cx->db); /* one state of both tables */
    Err err = begins ? db_begin(cx->db) : OK;
    if (err == OK)
        err = verify(cx, &result);
    if (begins)
        db_rollback(cx->db);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_result = result;
    return OK;
}
