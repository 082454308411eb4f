/* What the files of access share. */
#pragma once

#include "access/access.h"
#include "core/keys.h"

/* How access_relation names an account that holds a relation. */
Str relation_holder(Arena *arena, Uuid account);

/* Runs argon2id within the bounds of limits.h. ERR_BUSY (with its problem) when too many wait. */
Err password_make(Cx *cx, Str password, Str *ret_hash) MUST_CHECK;
/* hash empty: an unknown login; takes as long and is never right. */
Err password_test(Cx *cx, Str password, Str hash, bool *ret_is_right) MUST_CHECK;
bool password_needs_rehash(Str hash);
/* Ten characters that are not taken for one another, in two groups. */
Str password_first(Arena *arena);
/* Inside a write: the login may be tried again at once. */
Err session_unlock(Cx *cx, Str login) MUST_CHECK;
/* Inside a write: every session of the account but the one of the hash. */
Err session_end_others(Cx *cx, Uuid account, Str keep_hash) MUST_CHECK;
/* Inside a write: every phone of the account that is in use, with one audit entry. Sessions on them
 * are the caller's to end. */
Err device_revoke_all(Cx *cx, Uuid account) MUST_CHECK;

/* Under which a session is stored. */
Str session_token_hash(Arena *arena, Str token);
/* One's own account, or one that the actor manages. */
Err account_require_own(Cx *cx, Uuid account) MUST_CHECK;

/* An entry with the facts that are known only when it happens. */
typedef struct AuditRow {
    Instant at;
    Uuid account; /* nil: the system */
    AuditEntry entry;
} AuditRow;

/* Chains rows, in order, in the open transaction of cx. */
Err audit_append(Cx *cx, const AuditRow *rows, size_t n) MUST_CHECK;
Uuid audit_writer(void);

/* The canonical texts that are hashed and signed; audit_chain.c says their form. */
typedef struct AuditLink {
    Uuid writer;
    int64_t seq;
    AuditRow row;
    Str previous_hash;
} AuditLink;
Sha256 audit_link_hash(Arena *arena, Str place, const AuditLink *link);
Token audit_head_token(Cx *cx, Uuid writer, int64_t seq, Str hash);

typedef struct AuditHead {
    Uuid writer;
    int64_t seq;
    Str hash;
} AuditHead;
Str audit_checkpoint_text(Arena *arena, Str place, Uuid writer, int64_t number, Instant at,
                          Str previous_signature, const AuditHead *heads, size_t head_n);
