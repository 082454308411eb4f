/* Attachments: photographs and documents that an answer of type FIELD_ATTACHMENT names by the
 * SHA-256 of their bytes. They are sent before the record; the record then names them.
 *
 * Invariants
 *  1. What a file is, its own bytes say (codec/media.h); a claim that differs is refused.
 *  2. The same bytes are stored once in a place, in parts, each sealed and bound to file and
 * number.
 *  3. A record names only files that its writer sent for the same person, or that the record it
 *     amends (or refiles) named; so knowing a hash opens nothing.
 *  4. A file that some record ever named is kept, also when the record ended. What nobody named is
 *     taken away a day after a draft could still have named it.
 *  5. A file is read through a record in scope, or by who sent it while he sees the person. Every
 *     reading and sending is an audit entry. */
#pragma once

#include "codec/media.h"
#include "core/cx.h"

enum {
    ATTACHMENT_BYTES_MOST = 5 * 1024 * 1024, /* of any form */
    ATTACHMENT_UPLOADS_MOST = 2000,          /* of an account, that are not too old */
};

typedef struct AttachmentUpload {
    Uuid subject;
    Str form, field;
    Str claimed; /* its type as the sender says */
    Str bytes;
} AttachmentUpload;

typedef struct Attachment {
    Str field; /* of the record; empty outside a record */
    Str hash;
    MediaKind kind;
    int64_t bytes;
} Attachment;

/* Durable. ERR_LIMIT when it is larger than the field takes, ERR_INVALID when it is no file of the
 * kinds or another than was claimed. *ret_was_known: he had sent it for this person before. */
Err attachment_upload(Cx *cx, const AttachmentUpload *upload, Attachment *ret_attachment,
                      bool *ret_was_known) MUST_CHECK;
/* Of a record that the caller has just read in scope; by field. */
Err attachment_list(Cx *cx, Uuid record, const Attachment **ret_attachments,
                    size_t *ret_n) MUST_CHECK;
/* Through a record in scope that names it; otherwise ERR_NOT_FOUND. */
Err attachment_open(Cx *cx, Uuid record, Str hash, Attachment *ret_attachment,
                    Str *ret_bytes) MUST_CHECK;
/* What the asking account has sent for a person in scope, before it stands in a record. */
Err attachment_open_own(Cx *cx, Uuid subject, Str hash, Attachment *ret_attachment,
                        Str *ret_bytes) MUST_CHECK;
/* A job: takes away what nobody named. */
Err attachment_expire_step(Cx *cx, bool *ret_has_more) MUST_CHECK;

typedef struct AttachmentReport {
    int64_t files, references;
    int64_t damaged; /* do not open, or do not give their hash */
    int64_t missing; /* named, and not stored */
    int64_t unnoted; /* answers whose reference is not noted, or the other way round */
    Str first;       /* of what is wrong: a hash, or empty */
} AttachmentReport;
/* Reads everything. */
Err attachment_verify(Cx *cx, AttachmentReport *ret_report) MUST_CHECK;
