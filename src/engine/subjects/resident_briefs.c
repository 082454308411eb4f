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
    return (ResidentBriefBatchIn){cx->place, p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],
                                  p[8],      p[9],  p[10], p[11], p[12], p[13], p[14], p[15], p[16],
                                  p[17],     p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25],
                                  p[26],     p[27], p[28], p[29], p[30], p[31], p[32], p[33], p[34],
                                  p[35],     p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43],
                                  p[44],     p[45], p[46], p[47], p[48], p[49]};
}

/* A list may name a resident twice: then the row comes twice. Rows come in the order of the list,
 * or nearly. */
static void put_brief(const Uuid *ids, size_t n, size_t *next, const ResidentBrief *brief,
                      ResidentBrief *briefs)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = (*next + i) % n;
        if (!uuid_is_nil(briefs[at].id) || !uuid_equals(ids[at], brief->id))
            continue;
        briefs[at] = *brief;
        *next = at + 1;
        return;
    }
}

static Err read_batch(Cx *cx, const Uuid *ids, size_t n, ResidentBrief *briefs)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentBriefBatchIn in = batch_in(cx, ids, n);
    size_t next = 0;
    TRY(resident_brief_batch_open(cx->db, &in, &rows));
    for (;;) {
        ResidentBriefBatchRow row;
        bool has_row = false;
        TRY(resident_brief_batch_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        ResidentBrief brief = {
            .id = row.id, .sex = row.sex, .birth_date = row.birth_date, .area = row.area_code};
        TRY(resident_unseal(cx, row.id, "name", row.name, &brief.name));
        put_brief(ids, n, &next, &brief, briefs);
    }
}

static Err name_areas(Cx *cx, ResidentBrief *briefs, size_t n)
{
    Str *codes = arena_array(cx->arena, Str, n + 1);
    for (size_t i = 0; i < n; i++)
        codes[i] = briefs[i].area;
    AreaNames names;
    TRY(subject_area_names(cx, codes, n, &names));
    for (size_t i = 0; i < n; i++) {
        if (uuid_is_nil(briefs[i].id))
            continue;
        Wording name = area_name(&names, briefs[i].area);
        briefs[i].area_name = name.zh;
        briefs[i].area_name_en = name.en;
    }
    return OK;
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
    TRY(name_areas(cx, briefs, n));
    *ret_briefs = briefs;
    return OK;
}
