/* Attachments, see attachments.h: sending them, and naming them by records. */
#include "engine/records/attachments.h"

#include "access/access.h"
#include "base/vec.h"
#include "core/keys.h"
#include "engine/records/attachments_sql.h"
#include "engine/records/records_int.h"

/* ---- sending ---- */

static Err find_field(Cx *cx, const AttachmentUpload *upload, const FormField **ret_field)
{
    const Form *form = pack_form(cx->packs, upload->form);
    if (form == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, STR("form"), 1, upload->form);
    size_t at = form_find_field(form, upload->field);
    if (at == SIZE_MAX || form->fields[at].type != FIELD_ATTACHMENT || form->fields[at].is_retired)
        return cx_fail(cx, ERR_INVALID, TEXT_ATTACHMENT_FIELD, STR("field"), 2, upload->form,
                       upload->field);
    *ret_field = &form->fields[at];
    return OK;
}

static Err check_file(Cx *cx, const AttachmentUpload *upload, MediaKind *ret_kind)
{
    const FormField *field = NULL;
    TRY(find_field(cx, upload, &field));
    if (upload->bytes.n > field->kilobytes_most * 1024 || upload->bytes.n > ATTACHMENT_BYTES_MOST)
        return cx_fail(cx, ERR_LIMIT, TEXT_ATTACHMENT_LARGE, upload->field, 2,
                       str_printf(cx->arena, "%zu", (upload->bytes.n + 1023) / 1024),
                       str_printf(cx->arena, "%zu", field->kilobytes_most));
    MediaKind claimed = media_find(upload->claimed), kind = media_of(upload->bytes);
    if (claimed == MEDIA_NONE)
        return cx_fail(cx, ERR_MEDIA_TYPE, TEXT_ATTACHMENT_KIND, upload->field, 0);
    if (kind == MEDIA_NONE)
        return cx_fail(cx, ERR_INVALID, TEXT_ATTACHMENT_UNKNOWN, upload->field, 0);
    if (kind != claimed)
        return cx_fail(cx, ERR_INVALID, TEXT_ATTACHMENT_CLAIM, upload->field, 2, media_type(kind),
                       media_type(claimed));
    *ret_kind = kind;
    return OK;
}

typedef struct {
    const AttachmentUpload *upload;
    Attachment attachment;
    const Str *parts; /* sealed */
    size_t part_n;
    bool was_known;
} Sending;

static void seal_parts(Cx *cx, Sending *sending)
{
    Str bytes = sending->upload->bytes;
    size_t n = attachment_part_count((int64_t)bytes.n);
    Str *parts = arena_array(cx->arena, Str, n);
    for (size_t i = 0; i < n; i++)
        parts[i] = keys_seal(
            cx->keys, cx->arena, attachment_part_bound(cx, sending->attachment.hash, i, n),
            str_slice(bytes, i * ATTACHMENT_PART_BYTES, (i + 1) * ATTACHMENT_PART_BYTES));
    sending->parts = parts;
    sending->part_n = n;
}

static Err keep_bytes(Cx *cx, const Sending *sending)
{
    const Attachment *file = &sending->attachment;
    AttachmentFindRow ignored;
    bool found = false;
    TRY(attachment_find(cx->db, cx->arena, &(AttachmentFindIn){cx->place, file->hash}, &ignored,
                        &found));
    const AttachmentKeepIn keep = {.place = cx->place,
                                   .hash = file->hash,
                                   .kind = media_type(file->kind),
                                   .bytes = file->bytes,
                                   .touched_at = cx->now};
    TRY(attachment_keep(cx->db, &keep, NULL));
    for (size_t i = 0; i < sending->part_n && !found; i++) {
        const AttachmentPartKeepIn part = {.place = cx->place,
                                           .hash = file->hash,
                                           .part_no = (int64_t)i,
                                           .content = sending->parts[i]};
        TRY(attachment_part_keep(cx->db, &part, NULL));
    }
    return OK;
}

static Err send_work(Cx *cx, void *arg)
{
    Sending *sending = arg;
    const AttachmentUpload *upload = sending->upload;
    TRY(record_write_sight(cx, upload->subject, upload->form));
    AttachmentUploadCountRow count;
    const AttachmentUploadCountIn mine = {.place = cx->place,
                                          .account = cx->actor->account,
                                          .subject = upload->subject,
                                          .hash = sending->attachment.hash};
    TRY(attachment_upload_count(cx->db, cx->arena, &mine, &count));
    sending->was_known = count.own > 0;
    if (!sending->was_known && count.n >= ATTACHMENT_UPLOADS_MOST)
        return cx_fail(cx, ERR_RATE, TEXT_ATTACHMENTS_MANY, (Str){0}, 1,
                       str_printf(cx->arena, "%d", ATTACHMENT_UPLOADS_MOST));
    TRY(keep_bytes(cx, sending));
    const AttachmentUploadKeepIn in = {.place = cx->place,
                                       .account = cx->actor->account,
                                       .subject = upload->subject,
                                       .hash = sending->attachment.hash,
                                       .uploaded_at = cx->now};
    TRY(attachment_upload_keep(cx->db, &in, NULL));
    return audit_add(
        cx, &(AuditEntry){.action = STR("attachment.upload"),
                          .subject = upload->subject,
                          .detail = str_printf(cx->arena, "%.*s %.*s", STR_ARG(upload->form),
                                               STR_ARG(sending->attachment.hash))});
}

Err attachment_upload(Cx *cx, const AttachmentUpload *upload, Attachment *ret_attachment,
                      bool *ret_was_known)
{
    TRY(access_require(cx, STR("records.write")));
    Sending sending = {.upload = upload, .attachment.bytes = (int64_t)upload->bytes.n};
    TRY(check_file(cx, upload, &sending.attachment.kind));
    sending.attachment.hash = attachment_hash(cx, upload->bytes);
    seal_parts(cx, &sending);
    TRY(cx_write(cx, send_work, &sending));
    *ret_attachment = sending.attachment;
    *ret_was_known = sending.was_known;
    return OK;
}

/* ---- naming by records ---- */

static bool names(const FormAnswers *answers, size_t field, Str hash)
{
    if (answers == NULL || answers->values[field].type != EXPR_CODES)
        return false;
    ExprValue value = answers->values[field];
    for (size_t i = 0; i < value.as.codes.n; i++) {
        if (str_equals(value.as.codes.items[i], hash))
            return true;
    }
    return false;
}

/* Held: renewing it keeps the job from taking it away before this write ends. */
static Err check_sent(Cx *cx, Uuid subject, const FormField *field, Str hash)
{
    const AttachmentUploadRenewIn in = {.place = cx->place,
                                        .account = cx->actor->account,
                                        .subject = subject,
                                        .hash = hash,
                                        .uploaded_at = cx->now};
    Str where = str_printf(cx->arena, "/answers/%.*s", STR_ARG(field->id));
    AttachmentFindRow file;
    bool found = false;
    int64_t changed = 0;
    TRY(attachment_upload_renew(cx->db, &in, &changed));
    if (changed > 0)
        TRY(attachment_find(cx->db, cx->arena, &(AttachmentFindIn){cx->place, hash}, &file,
                            &found));
    if (!found)
        return cx_fail(cx, ERR_INVALID, TEXT_ATTACHMENT_MISSING, where, 1,
                       str_slice(hash, 0, RECORD_FILE_SHORT));
    if (file.bytes > (int64_t)field->kilobytes_most * 1024)
        return cx_fail(cx, ERR_INVALID, TEXT_ATTACHMENT_LARGE, where, 2,
                       str_printf(cx->arena, "%lld", (long long)(file.bytes + 1023) / 1024),
                       str_printf(cx->arena, "%zu", field->kilobytes_most));
    return OK;
}

Err record_attachments_check(Cx *cx, const RecordDraft *draft, const RecordForm *form,
                             const FormAnswers *amended)
{
    Err err = OK;
    for (size_t i = 0; i < form->form->field_n && !draft->is_refiled; i++) {
        const FormField *field = &form->form->fields[i];
        ExprValue value = draft->answers->values[i];
        if (field->type != FIELD_ATTACHMENT || value.type != EXPR_CODES)
            continue;
        for (size_t k = 0; k < value.as.codes.n; k++) {
            if (names(amended, i, value.as.codes.items[k]))
                continue;
            Err one = check_sent(cx, draft->subject, field, value.as.codes.items[k]);
            if (one != OK && one != ERR_INVALID)
                return one;
            err = one == OK ? err : one;
        }
    }
    return err;
}

Err record_attachments_insert(Cx *cx, const RecordForm *form, Uuid id, const FormAnswers *answers)
{
    for (size_t i = 0; i < form->form->field_n; i++) {
        ExprValue value = answers->values[i];
        if (form->form->fields[i].type != FIELD_ATTACHMENT || value.type != EXPR_CODES)
            continue;
        for (size_t k = 0; k < value.as.codes.n; k++) {
            const RecordAttachmentInsertIn in = {.place = cx->place,
                                                 .record_id = id,
                                                 .field = form->form->fields[i].id,
                                                 .hash = value.as.codes.items[k]};
            TRY(record_attachment_insert(cx->db, &in, NULL));
        }
    }
    return OK;
}

Err record_attachments_renew(Cx *cx, Uuid subject)
{
    const AttachmentUploadsRenewIn in = {.place = cx->place,
                                         .account = cx->actor->account,
                                         .subject = subject,
                                         .uploaded_at = cx->now};
    return attachment_uploads_renew(cx->db, &in, NULL);
}

Err record_attachments_count(Cx *cx, Uuid subject, const Map *by_id)
{
    const RecordAttachmentCountsIn in = {.place = cx->place, .subject = subject};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_attachment_counts_open(cx->db, &in, &rows));
    for (;;) {
        RecordAttachmentCountsRow row;
        bool has_row = false;
        TRY(record_attachment_counts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Record *record =
            map_get(by_id, (Str){(const char *)row.record_id.bytes, sizeof row.record_id.bytes});
        if (record != NULL)
            record->attachment_n = row.n;
    }
}
