/* Residents over time: registering one, what happens to one, who are one person, who lives
 * together.
 *
 * Invariants
 *  1. Where a resident lives, and whether he is here, follows from his current events; an event
 * that was entered wrongly is ended with a reason and what follows is made anew. Nobody's record
 *     moves: it stays his.
 *  2. A merge changes no entry of the register but for under whom it is kept. Its records are filed
 *     under that person as long as the merge lasts; each keeps whom it was written for, and goes
 * back with it. An amendment goes with what it amends.
 *  3. All of it in one transaction with the hooks (ResidentHook), which keep what is derived. */
#pragma once

#include "access/access.h"
#include "engine/subjects/subjects.h"

/* ---- registering ---- */

typedef struct ResidentDraft {
    Resident resident; /* record_number is given out where the area has 12 digits */
    Str mother_name; /* names a newborn that has no name yet: the mother's, and 之男 or 之女 */
    const Str *confirmed; /* keys of questions (soft problems) that the asking one has read */
    size_t confirmed_n;
} ResidentDraft;

/* Checks and registers within the caller's sight. Problems at the members of the draft. Sex and
 * date of birth are taken from an identity card where they were left out; where they contradict it,
 * it is asked whether that is meant, and that it was is in the audit. Idempotent by id.
 * ret_resident: as stored. */
Err resident_register(Cx *cx, const ResidentDraft *draft, Resident *ret_resident,
                      bool *ret_was_known) MUST_CHECK;
/* ---- what happens to a resident ---- */

typedef enum {
    RESIDENT_REGISTERED,
    RESIDENT_MOVED,  /* within the place */
    RESIDENT_JOINED, /* another household, or another place in it */
    RESIDENT_LEFT,   /* the place */
    RESIDENT_RETURNED,
    RESIDENT_DIED,
} ResidentEventKind;

const char *resident_event_name(ResidentEventKind kind); /* "moved" ... */
bool resident_event_parse(Str name, ResidentEventKind *ret_kind);

typedef struct ResidentEvent {
    Uuid id;
    Uuid resident;
    ResidentEventKind kind;
    Date happened_on;
    Str area;       /* of moved and returned; empty: as before */
    Uuid household; /* of moved, joined and returned; nil: none */
    Str relation;   /* to its head */
    Str note;       /* where to, cause of death: sealed */
    Instant recorded_at;
    Uuid recorded_by;
    bool is_ended; /* entered wrongly */
    Str end_reason;
    Instant ended_at;
} ResidentEvent;

/* residents.write. ERR_INVALID where the event cannot follow those that stand. Idempotent by id. */
Err resident_event_add(Cx *cx, const ResidentEvent *event) MUST_CHECK;
/* The same for many, as part of adding them (resident_bulk_open): nothing is asked, the events say
 * everything from `registered` on, in their order, none has a note, and the resident's own columns
 * are what follows from them. Everything is copied. */
Err resident_bulk_event(ResidentBulk *bulk, const ResidentEvent *event) MUST_CHECK;
/* Ends an event of the resident that was entered wrongly. ERR_CONFLICT when later ones would not
 * fit any more: end those first. */
Err resident_event_void(Cx *cx, Uuid resident, Uuid event, Str reason) MUST_CHECK;
/* In the order in which they happened, ended ones too; empty for somebody to whom nothing happened
 * since he was registered. One audit entry. */
Err resident_history(Cx *cx, Uuid resident, const ResidentEvent **ret_events,
                     size_t *ret_n) MUST_CHECK;

typedef struct ResidentState {
    Str area;
    Uuid household;
    Str relation;
    Date died_on, left_on;
} ResidentState;

/* ---- who else sees a resident ---- */

/* Lets a facility or an account see a resident who lives in one's own areas: a kind that one's role
 * gives (packs), from today or later, for RELATION_DAYS_MOST at most. Whom one sees by a relation
 * only cannot be passed on: ERR_NOT_FOUND. source: made by the caller; the same again changes
 * nothing. */
Err resident_relation_give(Cx *cx, const Relation *relation) MUST_CHECK;
/* ERR_NOT_FOUND when nothing of that source, and of a kind that one gives, lasts longer. */
Err resident_relation_end(Cx *cx, Uuid resident, Uuid source, Date last_day) MUST_CHECK;
/* Of a resident in sight; those that open a sensitivity class only to who sees it. */
Err resident_relation_list(Cx *cx, Uuid resident, const RelationInfo **ret_relations,
                           size_t *ret_n) MUST_CHECK;

/* ---- residents who look at their own record ---- */

/* An account through which a resident sees himself, or a guardian a minor: of the role of the packs
 * that has the relation `self`. The database learns no name by it. */
typedef struct ResidentAccount {
    Uuid resident;
    Str facility; /* that gives it, and resets its password; the asking one's own when empty */
    Str guardian; /* of a minor: the name on the slip */
    Str guardian_login; /* or the account that the guardian has already */
} ResidentAccount;

/* residents.account, for who lives in one's own areas. Of age (guardian_years of the packs) the
 * resident himself, ERR_CONFLICT when he has one; before that a guardian, until the day before.
 * ret_first->password is empty when the account was there. */
Err resident_account_give(Cx *cx, const ResidentAccount *account,
                          FirstPassword *ret_first) MUST_CHECK;
/* Columns: name, id_number, facility, guardian, guardian_login. All rows or none. */
extern const SheetShape resident_accounts_shape;
Err resident_accounts_put(Cx *cx, const SheetTable *sheet, bool is_dry_run,
                          const FirstPassword **ret_passwords, size_t *ret_password_n) MUST_CHECK;

/* Whom the asking account is for. */
typedef struct OwnResident {
    RelationKind kind; /* RELATION_SELF or RELATION_GUARDIAN */
    Date until;
    ResidentBrief who;
} OwnResident;
/* residents.own. Himself first. */
Err resident_own(Cx *cx, const OwnResident **ret_residents, size_t *ret_n) MUST_CHECK;

/* ---- in an emergency ---- */

/* Opens the resident who has exactly this number to the asking account, for a day: written down,
 * and reviewed by somebody else, whether somebody has it (ERR_NOT_FOUND) or not. */
Err resident_emergency(Cx *cx, Str number, Str reason, Uuid *ret_id, Date *ret_until) MUST_CHECK;

/* ---- who are one person ---- */

/* The person under whom an entry of the register is kept: itself, unless merged. */
Err resident_person(Cx *cx, Uuid *id) MUST_CHECK;
void resident_person_ahead(Cx *cx, Uuid id); /* db.h */
/* residents.merge; both in sight. `merged` is kept under `survivor` from now on. */
Err resident_merge(Cx *cx, Uuid merged, Uuid survivor, Str reason) MUST_CHECK;
/* Takes `merged` out again, with the entries that were merged into it; in any order of merges. */
Err resident_unmerge(Cx *cx, Uuid merged, Str reason) MUST_CHECK;
/* An entry that is kept under a person, and since when. */
typedef struct ResidentEntry {
    Uuid id;
    Str name, sex;
    Date birth_date, registered_on;
    Instant merged_at;
    Uuid merged_by;
    Str reason;
} ResidentEntry;
/* residents.merge; the person in sight. In the order of merging. One audit entry. */
Err resident_entries(Cx *cx, Uuid person, const ResidentEntry **ret_entries,
                     size_t *ret_n) MUST_CHECK;
/* Entries kept under the person. */
Err resident_merged(Cx *cx, Uuid person, const Uuid **ret_ids, size_t *ret_n) MUST_CHECK;

/* ---- on a past day ---- */

/* An entry of the register as it was known at the end of a day. */
typedef struct ResidentThen {
    Uuid entry;
    Uuid person;     /* under whom it was kept then; itself: a person of his own */
    Uuid person_now; /* under whom it is kept today: who may see him may see the entry */
    Str sex;         /* as known today, and birth_date: records say what was known then */
    Date birth_date, registered_on;
    ResidentState state;
} ResidentThen;

/* Entries that events or merges may have changed since the end of the day, ascending; all others
 * are as they were. For engines that look back: no audit entry, no scope. */
Err residents_then(Cx *cx, Date day, const ResidentThen **ret_entries, size_t *ret_n) MUST_CHECK;
/* NULL: the entry is as it was. */
const ResidentThen *resident_then_find(const ResidentThen *entries, size_t n, Uuid entry);
/* What entries were registered as, where a record has changed it since: sex, date of birth. */
typedef struct ResidentRegistered {
    Uuid entry;
    ResidentFact fact;
} ResidentRegistered;
Err residents_registered(Cx *cx, const ResidentRegistered **ret_facts, size_t *ret_n) MUST_CHECK;

enum {
    MATCH_PHONE_BIRTH = 1,
    MATCH_NAME_PHONE = 2,
    MATCH_NAME_BIRTH = 4,
    MATCH_ID_NUMBER = 8,
    MATCH_KINDS = 4,
};
typedef struct ResidentMatch {
    Uuid first, second;
    int64_t reasons; /* MATCH_... */
    int64_t score;   /* 1 to 100 */
} ResidentMatch;
const char *resident_match_name(int64_t reason);
/* Pairs in sight that may be one person, the likeliest first; area: one of the two lives in it, or
 * empty. Derives the keys of whoever changed since first. residents.merge; one audit entry. */
Err resident_matches(Cx *cx, Str area, const ResidentMatch **ret_matches, size_t *ret_n) MUST_CHECK;
/* The same derivation in steps, for the server's job. */
Err resident_matches_step(Cx *cx, bool *ret_has_more) MUST_CHECK;

/* ---- who lives together ---- */

typedef struct HouseholdMember {
    Uuid resident;
    Str relation;
} HouseholdMember;
/* residents.write; idempotent by id. */
Err household_add(Cx *cx, Uuid id, Str area) MUST_CHECK;
/* Members in sight who live there, the head first. */
Err household_open(Cx *cx, Uuid id, Str *ret_area, const HouseholdMember **ret_members,
                   size_t *ret_n) MUST_CHECK;
/* All members move together on the day; ERR_CONFLICT when one of them is out of sight. */
Err household_move(Cx *cx, Uuid id, Str area, Date day) MUST_CHECK;
/* Whose area is no village or grid of the tree; at most RESIDENTS_UNPLACED_MOST. One audit entry.
 */
enum { RESIDENTS_UNPLACED_MOST = 500 };
Err residents_unplaced(Cx *cx, const Uuid **ret_ids, size_t *ret_n) MUST_CHECK;
