/* Access: who may do what to whom. Accounts, sessions, roles, scope, and the audit chain.
 *
 * Invariants
 *  1. Denied by default: a route without a permission stops the program at start.
 *  2. What a caller may see is a predicate in the query ({scope:resident r}), never a filter after
 * it.
 *  3. Passwords are argon2id, hashed on their own bounded pool; session tokens are stored hashed.
 *  4. Every write is chained in the audit in its own transaction; opening a person is one entry,
 * durable with the next commit. */
#pragma once

#include "base/map.h"
#include "core/cx.h"
#include "pack/pack.h"

typedef struct Account {
    Uuid id;
    Str login;
    Str name; /* display name of the post-holder; invented in demo data */
    Str role;
    Str facility;
    Str purpose; /* of the session; empty: the role's first */
    bool is_disabled;
    bool must_change; /* the password was set by somebody else: nothing but changing it is open */
} Account;

/* Registers {scope:resident} and {scope:record} with db. Once, at start, before any statement runs.
 */
void access_register_scopes(void);
/* The command line and jobs: sees and may do everything. */
const Actor *access_system_actor(void);
/* What the asking actor may see: give it to scoped statements. Nobody asking: nothing. */
const DbScope *access_scope(const Cx *cx);
/* The areas that it may know numbers of, whether it sees persons or not: for statements that give
 * counts and nothing of a person. */
const DbScope *access_sight(const Cx *cx);
/* What rows of a list are given: those of the persons seen, or, to who sees rows without identity,
 * those of the areas in sight with nothing sensitive. Whoever writes them leaves out who it is. */
const DbScope *access_rows(Cx *cx);
/* Whether a session of the role for the purpose has the permission. */
bool role_permits(const Role *role, const RolePurpose *purpose, Str permission);
/* What lists of what is owed go by: the rows of access_rows and the organisations of its
 * sight (their desks, see subjects/registers.h); of who may not see persons, organisations alone.
 */
DbScope access_scope_of_duties(Cx *cx);
/* The scope of a role at a facility, from the catchments in force. ERR_FORBIDDEN when the packs
 * have no such role. */
Err access_actor(Cx *cx, const Account *account, Actor *ret_actor) MUST_CHECK;
/* The persons in the areas of a facility: its own, or (below) with those of every facility under
 * it. */
Err access_scope_facility(Cx *cx, Str facility, bool below, DbScope *ret_scope) MUST_CHECK;
/* Makes access_area anew from facilities and catchments in force on cx->today. */
Err access_areas_rebuild(Cx *cx) MUST_CHECK;
/* The same, but only when it was forgotten or made for an earlier day: what a scope is asked from
 * does it by itself. */
Err access_areas_refresh(Cx *cx) MUST_CHECK;
/* Whoever changes facilities or catchments calls it in the same write; the next scope rebuilds. */
Err access_areas_forget(Cx *cx) MUST_CHECK;
/* Whether the facility is the asking one's own or stands below it today; for who sees the whole
 * place, and for the system, every facility is. */
Err access_is_below(Cx *cx, Str facility, bool *ret_is_below) MUST_CHECK;
/* ERR_FORBIDDEN unless the actor has the permission and the facility is below its own. */
Err access_require_below(Cx *cx, Str permission, Str facility, Str where) MUST_CHECK;
/* Why somebody may see a person who lives elsewhere. Held by a facility (by the accounts that work
 * there) or by one account; in force from..until, both included. source: the record or case it
 * comes from. Opens the person, the timeline and the search; what a list of duties shows follows
 * the areas. */
typedef struct Relation {
    RelationKind kind;
    Uuid subject;
    Str facility; /* holds it, unless account is set */
    Uuid account;
    Str class; /* the sensitivity class that it opens, or empty */
    Uuid source;
    Date from, until;
} Relation;

/* Inside a write; leaves an audit entry. The same relation again: ends at the later day. */
Err relation_grant(Cx *cx, const Relation *relation) MUST_CHECK;
/* Inside a write: all relations of a source end on last_day at the latest. */
Err relation_end(Cx *cx, Uuid source, Date last_day) MUST_CHECK;
/* Inside a write: those to one person that come from a source and are of kinds (bits); whether
 * there was any that lasted longer. */
Err relation_end_of(Cx *cx, Uuid subject, Uuid source, int64_t kinds, Date last_day,
                    bool *ret_has_ended) MUST_CHECK;
/* "contract"; parse: false when it is no kind that is given (an emergency is opened). */
const char *relation_kind_name(RelationKind kind);
bool relation_kind_parse(Str name, RelationKind *ret_kind);
/* Whose it is, when an account holds it. */
bool relation_holder_account(Str holder, Uuid *ret_account);
/* Every relation to a person, also ended ones. holder: see access_relation. */
typedef struct RelationInfo {
    Str holder;
    RelationKind kind;
    Str class;
    Uuid source;
    Date from, until;
} RelationInfo;
Err relation_list(Cx *cx, Uuid subject, const RelationInfo **ret_relations,
                  size_t *ret_n) MUST_CHECK;
/* Whom the asking account itself sees today by relations of kinds (bits) that count for its role,
 * by kind. */
typedef struct RelationHeld {
    Uuid subject;
    RelationKind kind;
    Date until;
} RelationHeld;
Err relation_held(Cx *cx, int64_t of_kinds, const RelationHeld **ret_held,
                  size_t *ret_n) MUST_CHECK;
/* Inside the write of a record: the writer's facility treats the subject, and sees it for so many
 * days from today on. Nothing for the system, and with 0 days. */
Err relation_treat(Cx *cx, Uuid subject, int64_t days) MUST_CHECK;

/* Whether access_area is what access_areas_rebuild would make; also true when the next scope makes
 * it anew. Leaves everything as it was. Outside a transaction. */
Err access_areas_verify(Cx *cx, bool *ret_is_right) MUST_CHECK;
/* Whether the asking actor sees what is of a sensitivity class: by its role; of one person, also by
 * a relation that opens the class. The empty class is seen by everybody. */
bool access_sees_class(const Cx *cx, Str class);
Err access_sees_class_of(Cx *cx, Uuid subject, Str class, bool *ret_sees) MUST_CHECK;
bool access_may(const Actor *actor, Str permission);
/* cx_fail(cx, ERR_FORBIDDEN, ...) with the role's title unless the actor has it. */
Err access_require(Cx *cx, Str permission) MUST_CHECK;

/* ERR_CONFLICT when the login is taken in this database. With an empty password nobody can log in
 * as it until one is set. */
Err account_add(Cx *cx, const Account *account, Str password) MUST_CHECK;
/* Sorted by login. */
Err account_list(Cx *cx, const Account **ret_accounts, size_t *ret_n) MUST_CHECK;
/* Managing accounts. Who has accounts.manage manages the accounts at his own facility and below
 * whose role his role manages (packs), never his own. An account out of reach is ERR_NOT_FOUND like
 * none; a role out of reach is ERR_FORBIDDEN. Each is one audit entry.
 *
 * Accounts in reach, also those whose role is not managed, by login, after one, at most most;
 * facility: only those at it or below, or empty. */
Err account_list_below(Cx *cx, Str facility, Str after, int64_t most, const Account **ret_accounts,
                       size_t *ret_n) MUST_CHECK;
/* Whether the asking actor manages the account: for lists and before writes. */
Err account_is_managed(Cx *cx, const Account *account, bool *ret_is_managed) MUST_CHECK;
/* Adds an account with a first password that must be changed. */
Err account_create(Cx *cx, const Account *account, Str *ret_password) MUST_CHECK;
/* A new first password; ends sessions and lock. */
Err account_reset_password(Cx *cx, Uuid id, Str *ret_password) MUST_CHECK;
/* Ends sessions when it disables. */
Err account_set_disabled(Cx *cx, Uuid id, bool is_disabled) MUST_CHECK;
/* Another role or facility, both in reach before and after. Ends sessions. */
Err account_set_post(Cx *cx, Uuid id, Str role, Str facility) MUST_CHECK;
/* For imports: a first password and its hash, made outside of any write, and the account with it.
 */
Err account_first_password(Cx *cx, Str *ret_password, Str *ret_hash) MUST_CHECK;
Err account_add_hashed(Cx *cx, const Account *account, Str password_hash) MUST_CHECK;
Err account_login_is_free(Cx *cx, Str login, bool *ret_is_free) MUST_CHECK;
/* ERR_FORBIDDEN unless the actor may give the role at the facility. */
Err account_require_managed(Cx *cx, Str role, Str facility) MUST_CHECK;

/* By login, in cx->place; ERR_NOT_FOUND. */
Err account_find(Cx *cx, Str login, Account *ret_account) MUST_CHECK;
/* ERR_NOT_FOUND. Who performed or recorded something: its display name. */
Err account_open(Cx *cx, Uuid id, Account *ret_account) MUST_CHECK;

typedef struct AccountCount {
    Str role;
    int64_t accounts, disabled; /* those disabled are among the accounts */
} AccountCount;
/* Sorted by role. */
Err account_counts(Cx *cx, const AccountCount **ret_counts, size_t *ret_n) MUST_CHECK;

typedef struct Session {
    Str token; /* goes into the cookie; only its hash is stored */
    Str csrf;  /* derived from the token: a page that cannot read the cookie cannot know it */
    Uuid account;
    Uuid device; /* the phone on which it is open; nil: none is known */
    Instant expires_at;
} Session;

/* Where a login or a session is, whatever cx->place is; empty when there is none: for servers of
 * several places. */
Err account_place(Cx *cx, Str login, Str *ret_place) MUST_CHECK;
Err session_place(Cx *cx, Str token, Str *ret_place) MUST_CHECK;

/* Places above others: a city and its counties. Who may compare its members (places.compare),
 * sees the whole of it and no persons, may read in each of them what his role lets him read, in the
 * whole of it; the audit of the member says from where.
 *
 * Puts cx, whose actor is in the place above, into the member; *ret_actor may be that actor.
 * ERR_FORBIDDEN when it is no member, or he may not. */
Err access_member_enter(Cx *cx, Str member, Actor *ret_actor) MUST_CHECK;
typedef struct PlaceMember {
    Str place;
    Wording name;
} PlaceMember;
/* By code. */
Err access_members(Cx *cx, const PlaceMember **ret_members, size_t *ret_n) MUST_CHECK;
/* Makes cx->place one above the member. Adding it again changes nothing. */
Err access_member_add(Cx *cx, Str member) MUST_CHECK;

/* Wrong login and wrong password give the same answer in the same time. Locks after repeated
 * failures (limits.h): ERR_RATE. ERR_BUSY when too many log-ins are being hashed. peer: the
 * caller's address. */
Err session_open(Cx *cx, Str login, Str password, Str peer, Session *ret_session,
                 Account *ret_account) MUST_CHECK;
/* ERR_UNAUTHENTICATED when unknown or expired. A session that is used lives on. */
Err session_find(Cx *cx, Str token, Session *ret_session, Account *ret_account) MUST_CHECK;
Err session_close(Cx *cx, Str token) MUST_CHECK;
/* How many are open now. */
Err session_count(Cx *cx, int64_t *ret_n) MUST_CHECK;
/* The account's own password: the old one must be right (wrong ones lock like a log-in), the new
 * one another. Ends every other session of the account. */
Err session_change_password(Cx *cx, Str token, Str password, Str new_password) MUST_CHECK;

/* What the session is for from now on: one of the role's purposes, or ERR_INVALID. */
Err session_choose_purpose(Cx *cx, Str token, Account *account, Str purpose) MUST_CHECK;

typedef struct SessionInfo {
    Uuid id; /* names the session; opens nothing */
    Instant opened_at, used_at, expires_at;
} SessionInfo;

/* The id under which a session is listed. */
Uuid session_id(Str token);
/* Sessions in force of one's own account, or of one that the actor manages; newest first. */
Err session_list(Cx *cx, Uuid account, const SessionInfo **ret_sessions, size_t *ret_n) MUST_CHECK;
/* Ends one (id), or all (nil). ERR_NOT_FOUND when the account has none of that id. */
Err session_revoke(Cx *cx, Uuid account, Uuid id) MUST_CHECK;

/* Phones that may keep a copy of whom their account sees (engine/sync). A phone is registered by
 * who has residents.sync, and is his; a lost one is revoked by him or by who manages his account:
 * its sessions end, and whatever still comes under its id is refused. All of an account are revoked
 * when it is disabled, or posted to a role without residents.sync. */
typedef struct Device {
    Uuid id, account;
    Str login; /* only in lists */
    Str name;
    Instant registered_at;
    int64_t sequence; /* of the last copy that was sent whole; 0: none */
    bool was_synced;
    Instant synced_at;
    bool is_revoked;
} Device;

/* Registers a phone of the asking account and ties the session to it (token empty: none).
 * ERR_INVALID at /name, ERR_CONFLICT when he has DEVICES_MOST in use. */
Err device_register(Cx *cx, Str name, Str token, Device *ret_device) MUST_CHECK;
/* ERR_NOT_FOUND unless it is the asking account's. ERR_FORBIDDEN when it was revoked. */
Err device_open(Cx *cx, Uuid id, Device *ret_device) MUST_CHECK;
/* What a request says of itself: ERR_FORBIDDEN with DEVICE_REVOKED when that phone was revoked,
 * whoever asks. An id that nobody has says nothing. */
Err device_admit(Cx *cx, Uuid id) MUST_CHECK;
/* ERR_FORBIDDEN with DEVICE_REVOKED when the phone was revoked, or its account disabled. */
Err device_require_in_use(Cx *cx, Uuid id) MUST_CHECK;
/* Ties a session that is tied to none to the phone that it is used on, where that is the account's.
 */
Err device_take_session(Cx *cx, Uuid id, const Session *session) MUST_CHECK;
/* The newest first, revoked ones too: one's own, or those of an account that one manages; nil: of
 * the whole place, for the system. */
Err device_list(Cx *cx, Uuid account, const Device **ret_devices, size_t *ret_n) MUST_CHECK;
/* The same again changes nothing. */
Err device_revoke(Cx *cx, Uuid id) MUST_CHECK;
/* What runs in the write that revokes phones of an account. NULL-terminated; set once at the start.
 */
typedef Err (*DeviceHook)(Cx *cx, Uuid account);
void device_set_hooks(const DeviceHook *hooks);
/* Inside a write: a copy was made behind the one of `before`. ERR_CONFLICT when another was since.
 */
Err device_synced(Cx *cx, Uuid id, int64_t before, int64_t sequence) MUST_CHECK;

/* One entry of the audit chain. Inside a write it is chained in that transaction; outside it is
 * queued and written by audit_flush. detail: conditions and counts, never personal data; cut at
 * AUDIT_DETAIL_MOST bytes. */
enum { AUDIT_DETAIL_MOST = 200 };

typedef struct AuditEntry {
    Str action;   /* "record.submit", "resident.open", "list.obligations" ... */
    Uuid subject; /* or nil */
    Uuid object;  /* record, account ...; or nil */
    Str detail;
} AuditEntry;

/* The details of entries that were chained, where the action begins and the detail holds what is
 * asked for: object id (16 bytes) -> const Str *. Reads the whole audit of the place. */
Err audit_details(Cx *cx, Str action_prefix, Str part, Map *ret_details) MUST_CHECK;
/* Reading it. */
typedef struct AuditLine {
    Uuid writer;
    int64_t seq;
    Instant at;
    Uuid account; /* nil: the system */
    Str login, name, role, facility, facility_name, facility_name_en;
    AuditEntry entry;
} AuditLine;

typedef struct AuditFilter {
    Uuid person, account; /* or nil */
    Date from, until;     /* both included; without a person at most AUDIT_LIST_DAYS */
    Instant before_at;    /* where the page before ended */
    Uuid before_writer;
    int64_t before_seq;
    int64_t most;
} AuditFilter;
/* Newest first. Needs audit.read; is an entry itself. */
Err audit_lines(Cx *cx, const AuditFilter *filter, const AuditLine **ret_lines,
                size_t *ret_n) MUST_CHECK;
/* What was done to a person's record and by whom, for who has just opened the person. */
Err audit_of_person(Cx *cx, Uuid person, int64_t most, const AuditLine **ret_lines,
                    size_t *ret_n) MUST_CHECK;
/* When the queue is full it is written first, also for other places; what cannot be written down
 * does not happen: ERR_BUSY. */
Err audit_add(Cx *cx, const AuditEntry *entry) MUST_CHECK;
/* Writes what is queued for cx->place; afterwards it is durable. At the end of every command. */
Err audit_flush(Cx *cx) MUST_CHECK;
/* A thread that flushes every second what is queued for any place, for servers: takes keys and
 * writer from like, which must have a writer. */
Err audit_flusher_start(const Cx *like) MUST_CHECK;
/* Flushes a last time. Nothing to do when it was not started. */
void audit_flusher_stop(void);
/* Signs all heads now; the chain does it by itself every AUDIT_CHECKPOINT_EVERY entries. */
Err audit_checkpoint(Cx *cx) MUST_CHECK;

/* What is known of the chains without reading them: see audit_prove for whether they are whole. */
typedef struct AuditState {
    int64_t entries, chains;
    int64_t queued;     /* entries of reads that are not yet written */
    int64_t checkpoint; /* number of the newest one, or 0: none was signed yet */
    Uuid writer;        /* whose it is */
    Instant signed_at;
} AuditState;
Err audit_state(Cx *cx, AuditState *ret_state) MUST_CHECK;

typedef enum {
    AUDIT_WHOLE,
    AUDIT_ENTRY_CHANGED,    /* its content does not give its hash */
    AUDIT_ENTRY_MISSING,    /* removed, or the end was cut off */
    AUDIT_ENTRY_INSERTED,   /* past the head, or a chain without one */
    AUDIT_HEAD_WRONG,       /* not made with this place's keys */
    AUDIT_CHECKPOINT_WRONG, /* signature, order, or an entry that is not what was signed */
} AuditFault;

typedef struct AuditReport {
    AuditFault fault;
    int64_t entries; /* that were read */
    int64_t checkpoints;
    int64_t broken_at; /* the first entry that does not fit, counted from 1 by writer and number; or
                          0 */
    Uuid writer;       /* of the fault */
    int64_t seq;
} AuditReport;

/* Recomputes every chain and stops at the first fault. */
Err audit_prove(Cx *cx, AuditReport *ret_report) MUST_CHECK;
/* The same in two numbers; *ret_broken_at is 0 when the chain is whole. */
Err audit_verify(Cx *cx, int64_t *ret_entries, int64_t *ret_broken_at) MUST_CHECK;

/* Emergencies: a person who is not in sight, opened by the exact number for a day (limits.h), by
 * who has residents.emergency; reviewed by who has emergencies.review, at the facility or above.
 *
 * ERR_FORBIDDEN, or ERR_INVALID for a reason that is too short. */
Err emergency_check(Cx *cx, Str reason) MUST_CHECK;
/* Inside a write: notes the attempt (subject nil: nobody has the number) and grants the relation;
 * ERR_RATE after too many. */
Err emergency_open(Cx *cx, Uuid subject, Str reason, Date *ret_until) MUST_CHECK;

typedef struct Emergency {
    Uuid id, account;
    Str account_name, role, facility, facility_name, facility_name_en;
    bool was_found;
    Str reason;
    Instant opened_at;
    Date ends_on;
    Str verdict, note, reviewer_name; /* empty until reviewed */
    Instant reviewed_at;
} Emergency;
/* Newest first, opened before an instant. Tells nothing of the person. */
Err emergency_list(Cx *cx, bool with_reviewed, Instant before, int64_t most,
                   const Emergency **ret_items, size_t *ret_n) MUST_CHECK;
/* verdict: justified or unjustified. ERR_CONFLICT when it was reviewed; never one's own. */
Err emergency_review(Cx *cx, Uuid id, Str verdict, Str note) MUST_CHECK;
