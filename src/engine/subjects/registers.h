/* Subjects that are not residents: facilities, areas, staff, households, and the kinds that packs
 * declare by a register form (an agreement, a team, a project).
 *
 * Invariants
 *  1. A subject has one row as it is now. That of a facility, an area or a member of staff follows
 *     the registers of places (places.h) in the same write; its id follows from its code, or is
 *     that of the member. That of a declared kind is what its newest current register record says,
 *     and every entry stays with the days on which it was known.
 *  2. Who has part in a subject sees it: whoever answers for it, each facility that a field of its
 *     register form names, and everybody who stands above one of them in the organisation tree.
 *     {scope:subject s} says so; households are seen like their area.
 *  3. Subjects hold no personal data but names of staff. */
#pragma once

#include "core/cx.h"

typedef struct SubjectParty {
    Str field;    /* of the register form; empty: whoever answers for the subject */
    Str facility; /* empty: an area's or a household's own */
    Str area;     /* what sights and lists go by: subject_desk of the facility, or the area */
} SubjectParty;

typedef struct Subject {
    Uuid id;
    Str kind, code;
    Wording name;
    Date valid_from, valid_to; /* DATE_NONE: no end */
    const SubjectParty *parties;
    size_t party_n;
} Subject;

/* The id of a facility or an area. */
Uuid subject_id_of(Str place, Str kind, Str code);
/* Where lists keep what a facility owes: "441322/HC01". Sorts before every area of the place, and
 * within it. */
Str subject_desk(Arena *arena, Str place, Str facility);
/* The desks of a facility and of those below it that are in force on the asked day. */
Err subject_desks(Cx *cx, Str facility, const Str **ret_desks, size_t *ret_n) MUST_CHECK;

/* In sight, with its parties; found = false otherwise. */
Err subject_find(Cx *cx, Uuid id, bool *ret_found, Subject *ret_subject) MUST_CHECK;
/* By id, or by code for those who have one. ERR_NOT_FOUND unless it is of the kind and in
 * sight, or the facility where one works. */
Err subject_open(Cx *cx, Str kind, Str name, Subject *ret_subject) MUST_CHECK;
/* In sight and in force on the asked day, by code and id, without parties. */
typedef struct SubjectQuery {
    Str kind;
    Str text;    /* a part of the name or the head of the code; empty: all */
    Str at;      /* the facility that has part in it, by code; empty: any */
    bool is_any; /* of facilities and areas also those out of sight: what a form may refer to */
    Str after_code;
    Uuid after_id;
    size_t most;
} SubjectQuery;
Err subject_list(Cx *cx, const SubjectQuery *query, const Subject **ret_subjects,
                 size_t *ret_n) MUST_CHECK;
/* In sight and in force on the asked day, of every kind that a form of the packs registers: what
 * the facility has part in, by kind, code and id, without parties. */
Err subject_registered_at(Cx *cx, Str facility, size_t most, const Subject **ret_subjects,
                          size_t *ret_n) MUST_CHECK;
/* Those that are subjects among ids from a scoped query, in their order; id nil where it is none.
 */
Err subject_briefs(Cx *cx, const Uuid *ids, size_t n, const Subject **ret_subjects) MUST_CHECK;
/* The name of what an answer refers to, by code or id, whoever sees it; what was asked with when
 * nothing has it. */
Err subject_name_of(Cx *cx, Str kind, Str name, Wording *ret_name) MUST_CHECK;
/* The kind of what has the id, whoever sees it; empty: nothing has it. */
Err subject_kind_of(Cx *cx, Uuid id, Str *ret_kind) MUST_CHECK;
/* Whether a field may refer to it: a code in force on the day, or the id of a subject in sight. */
Err subject_is_there(Cx *cx, Str kind, Str name, Date day, bool *ret_is_there) MUST_CHECK;

/* What one record of a register form says. */
typedef struct SubjectEntry {
    Uuid subject, record;
    Str kind, code, name;
    Date happened_on, recorded_on;
    Date valid_from, valid_to;
    const SubjectParty *parties; /* field and facility; field empty: the one that answers for it */
    size_t party_n;
} SubjectEntry;
/* The newest entry of each subject of a kind, as known on the asked day, by code; of the parties
 * whoever answers for it alone. Whoever sees them: for what is added up by them. */
Err subject_entries_known(Cx *cx, Str kind, const SubjectEntry **ret_entries,
                          size_t *ret_n) MUST_CHECK;
/* Inside a write. ERR_CONFLICT when another subject of the kind has the code. */
Err subject_entry_put(Cx *cx, const SubjectEntry *entry) MUST_CHECK;
Err subject_entry_end(Cx *cx, Uuid subject, Uuid record, Date ended_on) MUST_CHECK;

/* What runs in the same transaction when the row of a subject has changed. NULL-terminated. */
typedef Err (*SubjectHook)(Cx *cx, Uuid subject, Str kind);
void subject_set_hooks(const SubjectHook *hooks);
/* With the nil id: several have changed; of the kind "catchment", who answers for which area. */
Err subject_hooks_run(Cx *cx, Uuid subject, Str kind) MUST_CHECK;

/* Makes the rows of facilities, areas and staff what the registers of places say, of one code or
 * (empty) of all. Inside a write: whoever changes those registers calls it. */
Err subject_facilities_follow(Cx *cx, Str code) MUST_CHECK;
Err subject_areas_follow(Cx *cx, Str code) MUST_CHECK;
Err subject_staff_follow(Cx *cx, Str code) MUST_CHECK;
/* All of them, in a write of its own, for databases that are older than this table. */
Err subject_registers_follow(Cx *cx) MUST_CHECK;
