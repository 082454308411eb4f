/* Attachments, see attachments.h: reading them, proving them, taking away what nobody named. */
#include <string.h>

#include "access/access.h"
#include "base/encoding.h"
#include "base/vec.h"
#include "core/keys.h"
#include "engine/records/attachments.h"
#include "engine/records/attachments_sql.h"
#include "engine/records/drafts.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    ORPHANS_MOST = 50, /* files a transaction */
};

Str attachment_hash(Cx *cx, Str bytes)
{
    Sha256 hash = sha256_of(bytes);
    return hex_encode(cx->arena, (Str){(const char *)hash.bytes, SHA256_SIZE});
}

Str attachment_part_bound(Cx *cx, Str hash, size_t part, size_t n)
{
    return str_printf(cx->arena, "attachment_part.content %.*s %zu/%zu", STR_ARG(hash), part, n);
}

size_t attachment_part_count(int64_t bytes)
{
    return ((size_t)bytes + ATTACHMENT_PART_BYTES - 1) / ATTACHMENT_PART_BYTES;
}

static Err read_parts(Cx *cx, const Attachment *file, Buf *bytes)
{
    const AttachmentPartsIn in = {.place = cx->place, .hash = file->hash};
    size_t n = attachment_part_count(file->bytes);
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(attachment_parts_open(cx->db, &in, &rows));
    for (size_t at = 0;; at++) {
        AttachmentPartsRow row;
        bool has_row = false;
        TRY(attachment_parts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return at == n ? OK : ERR_INVALID;
        Str bound = attachment_part_bound(cx, file->hash, at, n), part = {0};
        TRY(keys_unseal(cx->keys, cx->arena, bound, row.content, &part));
        buf_put(bytes, part);
    }
}

/* ERR_MALFORMED, ERR_NOT_FOUND or ERR_INVALID when it is not what was stored. */
static Err read_bytes(Cx *cx, const Attachment *file, Str *ret_bytes)
{
    Buf bytes;
    buf_init(&bytes, cx->arena, ATTACHMENT_BYTES_MOST);
    if (file->bytes < 1 || buf_extend(&bytes, (size_t)file->bytes) == NULL)
        return ERR_INVALID;
    buf_clear(&bytes); /* with room for all */
    TRY(read_parts(cx, file, &bytes));
    if (bytes.is_over || (int64_t)bytes.n != file->bytes
        || !str_equals(attachment_hash(cx, buf_str(&bytes)), file->hash))
        return ERR_INVALID;
    *ret_bytes = buf_str(&bytes);
    return OK;
}

static Err list_work(Cx *cx, Uuid record, const Attachment **ret_attachments, size_t *ret_n)
{
    const RecordAttachmentOfRecordIn in = {.place = cx->place, .record_id = record};
    VEC(Attachment) list = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_attachment_of_record_open(cx->db, &in, &rows));
    for (;;) {
        RecordAttachmentOfRecordRow row;
        bool has_row = false;
        TRY(record_attachment_of_record_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &list,
                 ((Attachment){row.field, row.hash, media_find(row.kind), row.bytes}));
    }
    *ret_attachments = list.items;
    *ret_n = list.n;
    return OK;
}

Err attachment_list(Cx *cx, Uuid record, const Attachment **ret_attachments, size_t *ret_n)
{
    Err err = list_work(cx, record, ret_attachments, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err not_found(Cx *cx, Str hash)
{
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, hash);
}

/* What opens it is known; damaged bytes are a fault of the database. */
static Err give(Cx *cx, const Attachment *file, Uuid subject, Uuid record, Str *ret_bytes)
{
    Err err = read_bytes(cx, file, ret_bytes);
    if (err == ERR_INVALID || err == ERR_MALFORMED || err == ERR_NOT_FOUND)
        return cx_fail(cx, ERR_INTERNAL, TEXT_ATTACHMENT_DAMAGED, (Str){0}, 1, file->hash);
    TRY(err);
    return audit_add(cx, &(AuditEntry){.action = STR("attachment.open"),
                                       .subject = subject,
                                       .object = record,
                                       .detail = file->hash});
}

static Err open_work(Cx *cx, Uuid id, Str hash, Attachment *ret_attachment, Str *ret_bytes)
{
    bool found = false;
    Str form = {0};
    Record record;
    const Attachment *list = NULL;
    size_t n = 0;
    TRY(record_header_find(cx, id, &found, &form, &record));
    if (!found)
        return not_found(cx, hash);
    TRY(list_work(cx, id, &list, &n));
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(list[i].hash, hash))
            continue;
        *ret_attachment = list[i];
        return give(cx, &list[i], record.subject, id, ret_bytes);
    }
    return not_found(cx, hash);
}

Err attachment_open(Cx *cx, Uuid record, Str hash, Attachment *ret_attachment, Str *ret_bytes)
{
    TRY(access_require(cx, STR("records.read")));
    Err err = open_work(cx, record, hash, ret_attachment, ret_bytes);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err open_own_work(Cx *cx, Uuid subject, Str hash, Attachment *ret_attachment, Str *ret_bytes)
{
    const RecordSubjectIn person = {.place = cx->place, .subject = subject};
    const AttachmentOwnIn in = {
        .place = cx->place, .account = cx->actor->account, .subject = subject, .hash = hash};
    RecordSubjectRow ignored;
    AttachmentOwnRow row;
    bool found = false;
    TRY(record_subject(cx->db, access_scope(cx), cx->arena, &person, &ignored, &found));
    if (found)
        TRY(attachment_own(cx->db, cx->arena, &in, &row, &found));
    if (!found)
        return not_found(cx, hash);
    *ret_attachment = (Attachment){.hash = hash, .kind = media_find(row.kind), .bytes = row.bytes};
    return give(cx, ret_attachment, subject, UUID_NIL, ret_bytes);
}

Err attachment_open_own(Cx *cx, Uuid subject, Str hash, Attachment *ret_attachment, Str *ret_bytes)
{
    TRY(access_require(cx, STR("records.write")));
    Err err = open_own_work(cx, subject, hash, ret_attachment, ret_bytes);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* ---- taking away ---- */

typedef struct {
    Instant oldest;
    const Str *hashes;
    size_t n;
} Expiry;

static Err find_orphans(Cx *cx, Expiry *expiry)
{
    const AttachmentOrphansIn in = {
        .place = cx->place, .oldest = expiry->oldest, .most = ORPHANS_MOST};
    VEC(Str) hashes = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(attachment_orphans_open(cx->db, &in, &rows));
    for (;;) {
        AttachmentOrphansRow row;
        bool has_row = false;
        TRY(attachment_orphans_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &hashes, row.hash);
    }
    expiry->hashes = hashes.items;
    expiry->n = hashes.n;
    return OK;
}

/* First nobody can name them, then they are looked for again, then they go. */
static Err expire_work(Cx *cx, void *arg)
{
    Expiry *expiry = arg;
    const AttachmentUploadsRemoveIn uploads = {.place = cx->place, .oldest = expiry->oldest};
    TRY(attachment_uploads_remove(cx->db, &uploads, NULL));
    TRY(find_orphans(cx, expiry));
    for (size_t i = 0; i < expiry->n; i++) {
        const AttachmentRemoveIn in = {
            .place = cx->place, .hash = expiry->hashes[i], .oldest = expiry->oldest};
        const AttachmentPartsRemoveIn parts = {.place = cx->place, .hash = expiry->hashes[i]};
        int64_t removed = 0;
        TRY(attachment_remove(cx->db, &in, &removed));
        if (removed > 0)
            TRY(attachment_parts_remove(cx->db, &parts, NULL));
    }
    return OK;
}

Err attachment_expire_step(Cx *cx, bool *ret_has_more)
{
    Expiry expiry = {0};
    *ret_has_more = false;
    TRY(draft_oldest(cx, &expiry.oldest));
    expiry.oldest.ms -= DAY_MS;
    TRY(find_orphans(cx, &expiry)); /* no write where there are none */
    if (expiry.n == 0)
        return OK;
    TRY(cx_write(cx, expire_work, &expiry));
    *ret_has_more = expiry.n == ORPHANS_MOST;
    return OK;
}

/* ---- proving ---- */

typedef struct {
    AttachmentReport report;
    const RecordForm *form;
    int64_t answers; /* files that answers name */
} Verifier;

static void note(Cx *cx, AttachmentReport *report, int64_t *count, Str hash)
{
    if (report->first.n == 0)
        report->first = str_copy(cx->arena, hash);
    (*count)++;
}

static Err verify_files(Cx *cx, AttachmentReport *report)
{
    char after[FORM_FILE_NAME_N] = {0};
    for (size_t n = 0;; n = FORM_FILE_NAME_N) {
        AttachmentAfterRow row;
        bool found = false, is_right = false;
        ArenaMark mark = arena_mark(cx->arena);
        const AttachmentAfterIn in = {cx->place, {after, n}};
        TRY(attachment_after(cx->db, cx->arena, &in, &row, &found));
        if (!found)
            return OK;
        report->files++;
        const Attachment file = {
            .hash = row.hash, .kind = media_find(row.kind), .bytes = row.bytes};
        Str bytes = {0};
        Err err = read_bytes(cx, &file, &bytes);
        if (err != OK && err != ERR_INVALID && err != ERR_MALFORMED && err != ERR_NOT_FOUND)
            return err;
        is_right = err == OK && media_of(bytes) == file.kind;
        bool has_next = row.hash.n == FORM_FILE_NAME_N;
        if (has_next)
            memcpy(after, row.hash.p, FORM_FILE_NAME_N);
        arena_reset_to(cx->arena, mark);
        if (!is_right || !has_next)
            note(cx, report, &report->damaged, (Str){after, FORM_FILE_NAME_N});
        if (!has_next)
            return OK;
    }
}

static Err verify_missing(Cx *cx, AttachmentReport *report)
{
    const RecordAttachmentMissingIn in = {.place = cx->place};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_attachment_missing_open(cx->db, &in, &rows));
    for (;;) {
        RecordAttachmentMissingRow row;
        bool has_row = false;
        TRY(record_attachment_missing_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        note(cx, report, &report->missing, row.hash);
    }
}

static Err verify_record(Cx *cx, const Record *record, void *arg)
{
    Verifier *verifier = arg;
    for (size_t i = 0; i < verifier->form->form->field_n; i++) {
        ExprValue value = record->answers->values[i];
        if (verifier->form->form->fields[i].type != FIELD_ATTACHMENT || value.type != EXPR_CODES)
            continue;
        for (size_t k = 0; k < value.as.codes.n; k++) {
            RecordAttachmentNamedRow row;
            const RecordAttachmentNamedIn in = {.place = cx->place,
                                                .record_id = record->id,
                                                .field = verifier->form->form->fields[i].id,
                                                .hash = value.as.codes.items[k]};
            TRY(record_attachment_named(cx->db, cx->arena, &in, &row));
            verifier->answers++;
            if (row.n == 0)
                verifier->report.unnoted++;
        }
    }
    return OK;
}

/* A reference without an answer shows in the numbers only. */
static Err verify_answers(Cx *cx, Verifier *verifier)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    RecordAttachmentCountRow count;
    TRY(record_attachment_count(cx->db, cx->arena, &(RecordAttachmentCountIn){cx->place}, &count));
    verifier->report.references = count.n;
    for (size_t i = 0; i < forms->form_n; i++) {
        verifier->form = record_form_find(cx, forms->forms[i]->id);
        if (verifier->form->has_attachments)
            TRY(record_each(cx, forms->forms[i], verify_record, verifier));
    }
    int64_t noted = verifier->answers - verifier->report.unnoted;
    verifier->report.unnoted += count.n - noted;
    return OK;
}

Err attachment_verify(Cx *cx, AttachmentReport *ret_report)
{
    Verifier verifier = {0};
    Err err = verify_files(cx, &verifier.report);
    if (err == OK)
        err = verify_missing(cx, &verifier.report);
    if (err == OK)
        err = verify_answers(cx, &verifier);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_report = verifier.report;
    return OK;
}
