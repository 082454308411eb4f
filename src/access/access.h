/* Access: who may do what to whom. Accounts, sessions, roles, scope, and the audit chain.
 *
 * Invariants
 *  1. Denied by default: a route without a permission stops the program at start.
 *  2. What a caller may see is a predicate in the query ({scope:resident r}), never a filter after it.
 *  3. Passwords are argon2id, hashed on their own bounded pool; session tokens are stored hashed.
 *  4. Every write is chained in the audit in its own transaction; opening a person is one entry, durable
 *     with the next commit. */
#pragma once

#include "core/cx.h"

typedef struct Account {
    Uuid id;
    Str login;
    Str name; /* display name of the post-holder; invented in demo data */
    Str role;
    Str facility;
    bool is_disabled;
} Account;

/* Registers {scope:resident} and {scope:record} with db. Once, at start. */
void access_register_scopes(void);
/* The scope of a role at a facility on a day, from the catchments in force. */
Err access_actor(Cx *cx, const Account *account, Actor *ret_actor) MUST_CHECK;
bool access_may(const Actor *actor, Str permission);
/* fail(cx, ERR_FORBIDDEN, ...) with the role's title unless the actor has it. */
Err access_require(Cx *cx, Str permission) MUST_CHECK;

Err account_add(Cx *cx, const Account *account, Str password) MUST_CHECK;
Err account_list(Cx *cx, const Account **ret_accounts, size_t *ret_n) MUST_CHECK;

typedef struct Session {
    Str token; /* goes into the cookie; only its hash is stored */
    Str csrf;
    Uuid account;
    Instant expires_at;
} Session;

/* Wrong login and wrong password give the same answer in the same time. Locks after repeated failures. */
Err session_open(Cx *cx, Str login, Str password, Str peer, Session *ret_session,
                 Account *ret_account) MUST_CHECK;
/* ERR_UNAUTHENTICATED when unknown or expired. */
Err session_find(Cx *cx, Str token, Session *ret_session, Account *ret_account) MUST_CHECK;
Err session_close(Cx *cx, Str token) MUST_CHECK;

/* One entry of the audit chain. Inside a write it is chained in that transaction; outside it is queued
 * and durable with the next commit. detail: conditions and counts, never personal data. */
typedef struct AuditEntry {
    Str action;  /* "record.submit", "resident.open", "list.obligations" ... */
    Uuid subject; /* or nil */
    Uuid object;  /* record, account ...; or nil */
    Str detail;
} AuditEntry;
Err audit_add(Cx *cx, const AuditEntry *entry) MUST_CHECK;
/* Recomputes the chain; *ret_broken_at is the first entry that does not fit, 0 when it is whole. */
Err audit_verify(Cx *cx, int64_t *ret_entries, int64_t *ret_broken_at) MUST_CHECK;
