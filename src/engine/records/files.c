/* Health records: who of those in sight has one. A form that opens one says so in its pack. */
#include "access/access.h"
#include "base/num.h"
#include "base/vec.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/places.h"

enum { FILE_FORM_MOST = 6 };

/* Ids of the forms, in the order of the packs; the others stay empty. */
static void file_forms(const PackSet *packs, Str forms[FILE_FORM_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < packs->forms.n && n < FILE_FORM_MOST; i++) {
        const Form *form = packs->forms.entries[i].value;
        if (form->opens_file)
            forms[n++] = form->id;
    }
}

Err record_files_count(Cx *cx, Str area, RecordFiles *ret_files)
{
    Str forms[FILE_FORM_MOST] = {{0}};
    RecordFileCountRow row;
    TRY(access_require(cx, STR("residents.search")));
    file_forms(cx->packs, forms);
    RecordFileCountIn in = {.place = cx->place,
                            .area = area,
                            .form1 = forms[0],
                            .form2 = forms[1],
                            .form3 = forms[2],
                            .form4 = forms[3],
                            .form5 = forms[4],
                            .form6 = forms[5]};
    Err err = record_file_count(cx->db, access_scope(cx), cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_files = (RecordFiles){row.residents, row.files};
    return OK;
}

typedef VEC(RecordAreaFiles) AreaFiles;

static Err read_areas(Cx *cx, Str area, AreaFiles *areas)
{
    Str forms[FILE_FORM_MOST] = {{0}};
    file_forms(cx->packs, forms);
    RecordFileByAreaIn in = {.place = cx->place,
                             .area = area,
                             .form1 = forms[0],
                             .form2 = forms[1],
                             .form3 = forms[2],
                             .form4 = forms[3],
                             .form5 = forms[4],
                             .form6 = forms[5]};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_file_by_area_open(cx->db, access_sight(cx), &in, &rows));
    for (;;) {
        RecordFileByAreaRow row;
        bool has_row = false;
        TRY(record_file_by_area_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, areas,
                 ((RecordAreaFiles){.area = row.area, .files = {row.residents, row.files}}));
    }
}

Err record_files_by_area(Cx *cx, Str area, const RecordAreaFiles **ret_areas, size_t *ret_n)
{
    AreaFiles areas = {0};
    AreaNames names;
    TRY(access_require(cx, STR("measures.read")));
    Err err = read_areas(cx, area.p == NULL ? STR("") : area, &areas);
    if (err != OK)
        return cx_fail_db(cx, err);
    Str *codes = arena_array(cx->arena, Str, areas.n + 1);
    for (size_t i = 0; i < areas.n; i++)
        codes[i] = areas.items[i].area;
    TRY(subject_area_names(cx, codes, areas.n, &names));
    for (size_t i = 0; i < areas.n; i++)
        areas.items[i].name = area_name(&names, codes[i]);
    *ret_areas = areas.items;
    *ret_n = areas.n;
    return OK;
}

static Err read_missing(Cx *cx, Str area, Uuid *ids, size_t *n)
{
    Str forms[FILE_FORM_MOST] = {{0}};
    file_forms(cx->packs, forms);
    RecordFileMissingIn in = {.place = cx->place,
                              .area = area,
                              .most = RECORD_FILES_MISSING_MOST,
                              .form1 = forms[0],
                              .form2 = forms[1],
                              .form3 = forms[2],
                              .form4 = forms[3],
                              .form5 = forms[4],
                              .form6 = forms[5]};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_file_missing_open(cx->db, access_scope(cx), &in, &rows));
    for (;;) {
        RecordFileMissingRow row;
        bool has_row = false;
        TRY(record_file_missing_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        ids[(*n)++] = row.id;
    }
}

Err record_files_missing(Cx *cx, Str area, const Uuid **ret_ids, size_t *ret_n)
{
    size_t n = 0;
    TRY(access_require(cx, STR("residents.search")));
    Uuid *ids = arena_array(cx->arena, Uuid, RECORD_FILES_MISSING_MOST);
    Err err = read_missing(cx, area, ids, &n);
    if (err != OK)
        return cx_fail_db(cx, err);
    AuditEntry entry = {.action = STR("list.without_file"),
                        .detail = str_printf(cx->arena, "area=%.*s found=%zu", STR_ARG(area), n)};
    TRY(audit_add(cx, &entry));
    *ret_ids = ids;
    *ret_n = n;
    return OK;
}

/* Halves go up. */
double record_files_percent(RecordFiles files)
{
    return num_round(100.0 * (double)files.files / (double)files.residents, 2);
}
