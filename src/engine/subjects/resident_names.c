/* Names for lists: fifty sealed names a statement, never one statement a row. */
#include "core/keys.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

enum { BATCH = 50 };

static ResidentNameBatchIn batch_in(Cx *cx, const Uuid *ids, size_t n)
{
    Uuid padded[BATCH] = {0};
    for (size_t i = 0; i < n; i++)
        padded[i] = ids[i];
    const Uuid *p = padded;
    return (ResidentNameBatchIn){cx->place, p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],
                                 p[8],      p[9],  p[10], p[11], p[12], p[13], p[14], p[15], p[16],
                                 p[17],     p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25],
                                 p[26],     p[27], p[28], p[29], p[30], p[31], p[32], p[33], p[34],
                                 p[35],     p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43],
                                 p[44],     p[45], p[46], p[47], p[48], p[49]};
}

/* A list may name a resident twice. */
static void put_name(const Uuid *ids, size_t n, Uuid id, Str name, Str *names)
{
    for (size_t i = 0; i < n; i++) {
        if (uuid_equals(ids[i], id))
            names[i] = name;
    }
}

static Err read_batch(Cx *cx, const Uuid *ids, size_t n, Str *names)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentNameBatchIn in = batch_in(cx, ids, n);
    TRY(resident_name_batch_open(cx->db, &in, &rows));
    for (;;) {
        ResidentNameBatchRow row;
        bool has_row = false;
        Str name;
        TRY(resident_name_batch_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        TRY(resident_unseal(cx, row.id, "name", row.name, &name));
        put_name(ids, n, row.id, name, names);
    }
}

Err resident_names(Cx *cx, const Uuid *ids, size_t n, const Str **ret_names)
{
    Str *names = arena_array(cx->arena, Str, n + 1);
    for (size_t from = 0; from < n; from += BATCH) {
        size_t batch = n - from < BATCH ? n - from : BATCH;
        Err err = read_batch(cx, ids + from, batch, names + from);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    *ret_names = names;
    return OK;
}
