/* The versions of a record: an original, what amended it, what amended that. Each is amended at
 * most once, so they are a line. */
#include "access/access.h"
#include "base/vec.h"
#include "engine/records/records_int.h"

typedef VEC(Record) Versions;

static Err find_version(Cx *cx, Uuid id, bool *ret_found, Record *ret_record)
{
    Str form;
    *ret_found = false;
    return uuid_is_nil(id) ? OK : record_header_find(cx, id, ret_found, &form, ret_record);
}

static Err chain_work(Cx *cx, const Record *record, Versions *versions)
{
    Versions older = {0};
    Record version = *record;
    bool found = true;
    while (found) {
        VEC_PUSH(cx->arena, &older, version);
        TRY(find_version(cx, version.amends, &found, &version));
    }
    for (size_t i = older.n; i > 0; i--)
        VEC_PUSH(cx->arena, versions, older.items[i - 1]);
    TRY(find_version(cx, record->amended_by, &found, &version));
    while (found) {
        VEC_PUSH(cx->arena, versions, version);
        TRY(find_version(cx, version.amended_by, &found, &version));
    }
    return OK;
}

Err record_chain(Cx *cx, const Record *record, const Record **ret_records, size_t *ret_n)
{
    TRY(access_require(cx, STR("records.read")));
    Versions versions = {0};
    Err err = chain_work(cx, record, &versions);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_records = versions.items;
    *ret_n = versions.n;
    return OK;
}
