/* People in few words, for lists: fifty a statement, never one statement a row. */
#include "core/keys.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

enum { BATCH = 50 };

static ResidentBriefBatchIn batch_in(Cx *cx, const Uuid *ids, size_t n)
{
    Uuid padded[BATCH] = {0};
    for (size_t i = 0; i < n; i++)
        padded[i] = ids[i];
    const Uuid *p = padded;
    return (ResidentBriefBatchIn){
        cx->place, p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],         p[7],  p[8],  p[9],
        p[10],     p[11], p[12], p[13], p[14], p[15], p[16], p[17],        p[18], p[19], p[20],
        p[21],     p[22], p[23], p[24], p[25], p[26], p[27], p[28],        p[29], p[30], p[31],
        p[32],     p[33], p[34], p[35], p[36], p[37], p[38], p[39],        p[40], p[41], p[42],
        p[43],     p[44], p[45], p[46], p[47], p[48], p[49], place_day(cx)};
}

/* A list may name a resident twice. */
static void put_brief(const Uuid *ids, size_t n, const ResidentBrief *brief, ResidentBrief *briefs)
{
    for (size_t i = 0; i < n; i++) {
        if (uuid_equals(ids[i], brief->id))
            briefs[i] = *brief;
    }
}

static Err read_batch(Cx *cx, const Uuid *ids, size_t n, ResidentBrief *briefs)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentBriefBatchIn in = batch_in(cx, ids, n);
    TRY(resident_brief_batch_open(cx->db, &in, &rows));
    for (;;) {
        ResidentBriefBatchRow row;
        bool has_row = false;
        TRY(resident_brief_batch_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        ResidentBrief brief = {.id = row.id,
                               .sex = row.sex,
                               .birth_date = row.birth_date,
                               .area = row.area_code,
                               .area_name = row.area_name,
                               .area_name_en = row.area_name_en};
        TRY(resident_unseal(cx, row.id, "name", row.name, &brief.name));
        put_brief(ids, n, &brief, briefs);
    }
}

Err resident_briefs(Cx *cx, const Uuid *ids, size_t n, const ResidentBrief **ret_briefs)
{
    ResidentBrief *briefs = arena_array(cx->arena, ResidentBrief, n + 1);
    for (size_t i = 0; i < n; i++)
        briefs[i].birth_date = DATE_NONE;
    for (size_t from = 0; from < n; from += BATCH) {
        size_t batch = n - from < BATCH ? n - from : BATCH;
        Err err = read_batch(cx, ids + from, batch, briefs + from);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    *ret_briefs = briefs;
    return OK;
}
