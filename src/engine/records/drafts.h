/* Drafts: a form that an account has begun and not yet sent, kept so that it can be ended on
 * another device.
 *
 * Invariants
 *  1. A draft is no evidence: nothing counts it, nobody but its account reads it, and it is judged
 *     by nothing until it is sent as a record.
 *  2. Its content is sealed as a whole, bound to account, subject and form: it may hold what a form
 *     seals, half typed.
 *  3. Keeping it is an audit entry, once a draft and day; opening it each time.
 *  4. It is read only while its subject, and a form of its class, are in the account's sight.
 *  5. It ends when its record is stored, when it is dropped, and DRAFT_DAYS after it was last
 *     saved, or as many as the setting draft_days says. */
#pragma once

#include "core/cx.h"

enum {
    DRAFT_BYTES_MOST = 64 * 1024,
    DRAFTS_MOST = 100, /* of an account */
    DRAFT_DAYS = 14,
};

typedef struct KeptDraft {
    Uuid subject;
    Str form;
    Uuid amends; /* nil: of a new record */
    Uuid record; /* of the record to be */
    Str content; /* whatever the screen wrote; empty in a list */
    Instant saved_at;
} KeptDraft;

/* In place of the one of the same subject, form and amended record. ERR_LIMIT when it is too large
 * or one too many. */
Err draft_keep(Cx *cx, const KeptDraft *draft) MUST_CHECK;
Err draft_find(Cx *cx, Uuid subject, Str form, Uuid amends, bool *ret_found,
               KeptDraft *ret_draft) MUST_CHECK;
/* Newest first, without content. */
Err draft_list(Cx *cx, const KeptDraft **ret_drafts, size_t *ret_n) MUST_CHECK;
/* Nothing when there is none. */
Err draft_drop(Cx *cx, Uuid subject, Str form, Uuid amends) MUST_CHECK;
/* Drafts last saved before it have ended. */
Err draft_oldest(Cx *cx, Instant *ret_oldest) MUST_CHECK;
/* A job: takes away what is too old or was sent. */
Err draft_expire_step(Cx *cx, bool *ret_has_more) MUST_CHECK;
