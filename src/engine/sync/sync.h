/* Sync: the copy of whom an account sees that its phone keeps, so that it works without a network.
 *
 * One run sends one copy: the whole of it, or what differs from the copy before. For each person in
 * sight the caller writes a text (the bundle); of each the keyed hash is compared with that of what
 * the phone was sent before, so that a run sends exactly those whose bundle differs, whatever the
 * reason.
 *
 * Invariants
 *  1. In a copy are those who live in the areas in sight, alive and here: whom the due list shows.
 *     Relations to single persons, emergencies and sensitive classes stay online (sync_actor).
 *  2. A bundle does not depend on the day, but that it ends with the year before last: so a new day
 *     sends nobody anew. Whoever reads it makes states of its dates.
 *  3. The phone says which copy it stored whole. Where that is not the last one that was sent, it
 *     gets everything, and replaces what it has.
 *  4. What was sent is noted in one write at the end (sync_end); whoever breaks off before leaves
 *     everything as it was. Of two runs of one phone at once the later one ends with ERR_CONFLICT.
 *  5. The audit has an entry of each run, with the number of people, before the first is sent.
 *  6. Memory grows by some fifty bytes a person in sight; bundles are made two hundred at a time.
 */
#pragma once

#include "access/access.h"
#include "base/os_crypto.h"
#include "engine/obligations/obligations.h"
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"

enum {
    SYNC_PEOPLE_MOST = 20000, /* that a phone holds */
    SYNC_BATCH = 200,         /* answers are read by form: fewer people fill no statement */
    SYNC_RECORDS_EACH = 4,    /* the newest of each form */
};

/* The asking actor as far as a copy goes: a part of his sight. A run wants it in cx->actor. */
Actor sync_actor(const Actor *actor);

typedef struct SyncPerson {
    Uuid id;
    Str area;
    Token digest; /* of the bundle, once it was taken */
    bool is_gone; /* out of sight since the run began */
    bool is_sent; /* the phone had another bundle of the person, or none */
} SyncPerson;

typedef struct SyncHeld {
    Uuid subject;
    Token digest;
    Str area; /* where the person lived then */
} SyncHeld;

typedef struct SyncRun {
    Device device;
    int64_t sequence; /* of this copy */
    bool is_whole;
    Date bundles_from;          /* what was owed before that day is left out */
    SyncPerson *people;         /* in sight, ascending by id */
    size_t people_n, people_at; /* the next of them */
    SyncHeld *held;             /* by the phone, ascending; none where the copy is whole */
    size_t held_n, held_at;     /* of sync_drops */
    int64_t sent, dropped;
} SyncRun;

/* Needs residents.sync, residents.read, records.read and obligations.read, and sync_actor in
 * cx->actor. sequence: of the copy that the phone stored
 * whole, 0 for none. Computes first what is stale in sight. ERR_NOT_FOUND for a phone of somebody
 * else, ERR_FORBIDDEN for a revoked one, ERR_CONFLICT when there are too many people. The run lives
 * in cx->arena. */
Err sync_begin(Cx *cx, Uuid device, int64_t sequence, SyncRun *ret_run) MUST_CHECK;

/* What a bundle is made of. */
typedef struct SyncBundle {
    const Resident *resident;
    const Obligation *obligations;
    size_t obligation_n;
    const PersonEnrolment *enrolments;
    size_t enrolment_n;
    const Record *records;
    size_t record_n;
} SyncBundle;

/* The next people, SYNC_BATCH at most, in cx->arena; *ret_n 0: there is nobody left. Who is read
 * but not taken comes again. ERR_FORBIDDEN once the phone was revoked or its account disabled. */
Err sync_next(Cx *cx, SyncRun *run, const SyncBundle **ret_bundles, size_t *ret_n) MUST_CHECK;
/* The bundle of the next of them as text. True: it is to be sent. */
bool sync_take(Cx *cx, SyncRun *run, const SyncBundle *bundle, Str text);

typedef enum {
    SYNC_MOVED,
    SYNC_DIED,
    SYNC_MERGED,       /* with another person */
    SYNC_OUT_OF_SIGHT, /* lives where it did, in an area that is somebody else's now */
} SyncWhy;
const char *sync_why_name(SyncWhy why);
typedef struct SyncDrop {
    Uuid id;
    SyncWhy why;
} SyncDrop;
/* Behind the last bundle: whom the phone holds and may no longer hold, some at a time; *ret_n 0:
 * that was all. */
Err sync_drops(Cx *cx, SyncRun *run, const SyncDrop **ret_drops, size_t *ret_n) MUST_CHECK;
/* The hook of phones: what was noted of revoked ones is forgotten. */
Err sync_device_hook(Cx *cx, Uuid account) MUST_CHECK;
/* Notes what was sent; then the phone may be told that the copy is whole. */
Err sync_end(Cx *cx, SyncRun *run) MUST_CHECK;
