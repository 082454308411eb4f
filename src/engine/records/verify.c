/* Proving the records: what is stored gives the content hash of the header again.
 *
 * The hash was made of what was sent. Where evaluation cleared or rounded something, the stored
 * answers give another one, which the audit entry of the submission names (record_stored_mark). */
#include "access/access.h"
#include "base/encoding.h"
#include "core/core_sql.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

typedef VEC(Str) Versions;

typedef struct {
    RecordVerification result;
    const RecordForm *form;
    Versions versions; /* of the form's pack, that it may have been sent under */
    Map marks;         /* record id -> const Str *, the mark of its submission */
} Verifier;

static Str hash_text(Arena *arena, const Sha256 *hash)
{
    return hex_encode(arena, (Str){(const char *)hash->bytes, sizeof hash->bytes});
}

Str record_stored_mark(const Cx *cx, const RecordForm *form, const Record *record, Str reason,
                       Sha256 content, Str marked)
{
    Sha256 stored = record_content_hash(cx, form, record, reason, record->answers);
    if (str_equals((Str){(const char *)stored.bytes, SHA256_SIZE},
                   (Str){(const char *)content.bytes, SHA256_SIZE}))
        return marked;
    return str_printf(cx->arena, "%.*s stored %.*s", STR_ARG(marked),
                      STR_ARG(hash_text(cx->arena, &stored)));
}

static Err read_versions(Cx *cx, Str pack, Versions *versions)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(pack_version_of_pack_open(cx->db, &(PackVersionOfPackIn){cx->place, pack}, &rows));
    for (;;) {
        PackVersionOfPackRow row;
        bool has_row = false;
        TRY(pack_version_of_pack_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, versions, row.version);
    }
}

/* The reason that was sent stands where the amended record ended, or with the original. */
static Err read_reason(Cx *cx, const Record *record, Str *ret_reason)
{
    const RecordEndKnownIn in = {.place = cx->place, .record_id = record->amends};
    RecordEndKnownRow row;
    bool found = false;
    *ret_reason = STR("");
    if (uuid_is_nil(record->amends))
        return record_reason_find(cx, record->id, ret_reason);
    TRY(record_end_known(cx->db, cx->arena, &in, &row, &found));
    if (found)
        *ret_reason = row.reason;
    return OK;
}

/* What the submission says of a record that was stored otherwise than sent; else the empty Str. */
static Str find_mark(const Verifier *verifier, const Record *record)
{
    const Str *mark =
        map_get(&verifier->marks, (Str){(const char *)record->id.bytes, sizeof record->id.bytes});
    return mark == NULL ? (Str){0} : *mark;
}

static Err note_changed(Verifier *verifier, const Record *record)
{
    if (verifier->result.changed++ == 0)
        verifier->result.first = record->id;
    return OK;
}

static Err check_record(Cx *cx, const Record *record, void *arg)
{
    Verifier *verifier = arg;
    RecordKnownRow known;
    Str reason = {0};
    bool found = false;
    verifier->result.records++;
    const RecordKnownIn in = {.place = cx->place, .id = record->id};
    TRY(record_known(cx->db, cx->arena, &in, &known, &found));
    TRY(read_reason(cx, record, &reason));
    if (verifier->form->has_sealed && record_sealed_read(cx, verifier->form, record) != OK)
        return note_changed(verifier, record);
    Sha256 content = record_content_hash(cx, verifier->form, record, reason, record->answers);
    for (size_t i = 0; i <= verifier->versions.n; i++) {
        Str version = i == 0 ? record->form_version : verifier->versions.items[i - 1];
        Sha256 hash = record_content_versioned(content, version);
        if (str_equals(known.content_hash, (Str){(const char *)hash.bytes, SHA256_SIZE}))
            return OK;
    }
    Str mark = find_mark(verifier, record);
    if (mark.n > 0 && str_has_suffix(mark, hash_text(cx->arena, &content)))
        return OK;
    return note_changed(verifier, record);
}

static Err verify_forms(Cx *cx, Verifier *verifier)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    int64_t headers = 0;
    TRY(audit_details(cx, STR("record."), STR(" stored "), &verifier->marks));
    for (size_t i = 0; i < forms->form_n; i++) {
        const Form *form = forms->forms[i];
        RecordFormCountRow count;
        const RecordFormCountIn in = {.place = cx->place, .form = form->id};
        verifier->form = record_form_find(cx, form->id);
        verifier->versions = (Versions){0};
        TRY(read_versions(cx, form->pack, &verifier->versions));
        TRY(record_form_count(cx->db, cx->arena, &in, &count));
        headers += count.n;
        TRY(record_each(cx, form, check_record, verifier));
    }
    verifier->result.without_answers = headers - verifier->result.records;
    return OK;
}

Err record_verify(Cx *cx, RecordVerification *ret_result)
{
    Verifier verifier = {0};
    Err err = verify_forms(cx, &verifier);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_result = verifier.result;
    return OK;
}
