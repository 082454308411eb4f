/* Proving the records: what is stored gives the content hash of the header again. Answers, and
 * hashes with reasons, are two reads of a form in the same order, merged: nothing is asked record
 * by record but what is sealed.
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
    DbRows proofs;     /* of the form's headers */
    RecordProofEachRow proof;
    bool has_proof;
    Arena *proof_arena; /* of the current one, which may lie ahead of the record that is visited */
    int64_t headers;
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

static int compare_proof(const RecordProofEachRow *proof, const Record *record)
{
    int order = uuid_compare(proof->subject_id, record->subject);
    if (order == 0)
        order = date_compare(proof->happened_on, record->happened_on);
    return order != 0 ? order : uuid_compare(proof->id, record->id);
}

static Err next_proof(Verifier *verifier)
{
    arena_reset(verifier->proof_arena);
    TRY(record_proof_each_next(&verifier->proofs, verifier->proof_arena, &verifier->proof,
                               &verifier->has_proof));
    verifier->headers += verifier->has_proof;
    return OK;
}

/* Headers before the record's have no answers. *ret_found: false for what was written after the
 * headers were read. */
static Err find_proof(Verifier *verifier, const Record *record, bool *ret_found)
{
    while (verifier->has_proof && compare_proof(&verifier->proof, record) < 0)
        TRY(next_proof(verifier));
    *ret_found = verifier->has_proof && compare_proof(&verifier->proof, record) == 0;
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
    const RecordProofEachRow *proof = &verifier->proof;
    bool found = false;
    TRY(find_proof(verifier, record, &found));
    if (!found)
        return OK;
    verifier->result.records++;
    if (verifier->form->has_sealed && record_sealed_read(cx, verifier->form, record) != OK)
        return note_changed(verifier, record);
    Sha256 content =
        record_content_hash(cx, verifier->form, record, proof->reason, record->answers);
    for (size_t i = 0; i <= verifier->versions.n; i++) {
        Str version = i == 0 ? record->form_version : verifier->versions.items[i - 1];
        Sha256 hash = record_content_versioned(content, version);
        if (str_equals(proof->content_hash, (Str){(const char *)hash.bytes, SHA256_SIZE}))
            return OK;
    }
    Str mark = find_mark(verifier, record);
    if (mark.n > 0 && str_has_suffix(mark, hash_text(cx->arena, &content)))
        return OK;
    return note_changed(verifier, record);
}

static Err read_form(Cx *cx, Verifier *verifier, const Form *form)
{
    TRY(next_proof(verifier));
    TRY(record_each(cx, form, check_record, verifier));
    while (verifier->has_proof)
        TRY(next_proof(verifier));
    return OK;
}

static Err verify_form(Cx *cx, Verifier *verifier, const Form *form)
{
    const RecordProofEachIn in = {cx->place, form->id};
    verifier->form = record_form_find(cx, form->id);
    verifier->versions = (Versions){0};
    TRY(read_versions(cx, form->pack, &verifier->versions));
    TRY(record_proof_each_open(cx->db, &in, &verifier->proofs));
    Err err = read_form(cx, verifier, form);
    db_rows_close(&verifier->proofs);
    return err;
}

static Err verify_forms(Cx *cx, Verifier *verifier)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    TRY(audit_details(cx, STR("record."), STR(" stored "), &verifier->marks));
    for (size_t i = 0; i < forms->form_n; i++)
        TRY(verify_form(cx, verifier, forms->forms[i]));
    verifier->result.without_answers = verifier->headers - verifier->result.records;
    return OK;
}

static Err verify_all(Cx *cx, Verifier *verifier)
{
    bool begins = !db_in_transaction(cx->db);
    if (begins)
        TRY(db_begin(cx->db));
    Err err = verify_forms(cx, verifier);
    if (begins)
        db_rollback(cx->db); /* nothing was written */
    return err;
}

Err record_verify(Cx *cx, RecordVerification *ret_result)
{
    Verifier verifier = {0};
    Arena arena = {0};
    arena_init(&arena, MIB(1));
    verifier.proof_arena = &arena;
    Err err = verify_all(cx, &verifier);
    arena_done(&arena);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_result = verifier.result;
    return OK;
}
