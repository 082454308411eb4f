/* Subjects: what records are about: residents and their households. Where they belong, and who
 * works there: places.h.
 *
 * Invariants
 *  1. Names, ID numbers, phones and addresses of persons are sealed columns; nothing else holds
 * them. Search goes over keyed-hash tokens, inside the caller's scope, at most 50 rows.
 *  2. Rows are dated, not overwritten: a resident moves.
 *  3. An acceptable identity number (id_type 01) is stored, sealed and hashed in its form of 18
 *     characters with a large X, however it was given: 15 digits and a small x are the same number.
 */
#pragma once

#include "engine/subjects/places.h"
#include "expr/identity.h"

typedef struct Resident {
    Uuid id;
    Str record_number; /* 17 digits, or empty */
    Str sex;           /* GB/T 2261.1 */
    Date birth_date;
    Str area;
    Uuid household;
    Str name, id_type, id_number, phone, address; /* unsealed; empty when not known */
    Date registered_on;
    Date died_on, left_on; /* DATE_NONE while here */
    int64_t birth_year;    /* where birth_date is not known but the year is; 0 otherwise */
    Str relation;          /* to the head of the household (GB/T 4761), or empty */
    Uuid merged_into;      /* the person under whom this entry is kept; nil: a person of its own */
} Resident;

/* 17-digit health record number: 6 county, 3 township, 3 village, 5 serial. */
typedef enum { COMMITTEE_NEIGHBOURHOOD, COMMITTEE_VILLAGE, COMMITTEE_OTHER } CommitteeKind;
Err record_number_make(Str county, Str township, Str committee, int64_t serial, Arena *arena,
                       Str *ret_number) MUST_CHECK;
Str record_number_printed(Str number, Arena *arena); /* "103-00027" */
CommitteeKind committee_kind(Str committee);

Err subject_household_add(Cx *cx, Uuid id, Str area) MUST_CHECK;

typedef struct ResidentChange {
    Uuid resident;
    Uuid filed_from; /* records of `resident` that are filed under this person are to be filed under
                        `resident`: the two were merged, or taken apart. Nil: only facts changed */
} ResidentChange;
/* What runs, in the same transaction, when a resident is added or one of the facts that rules read
 * has changed: birth date, sex, area, death, moving away. Whoever changes them calls
 * resident_hooks_run behind the change. NULL-terminated; set once at the start. */
typedef Err (*ResidentHook)(Cx *cx, const ResidentChange *change);
void resident_set_hooks(const ResidentHook *hooks);
Err resident_hooks_run(Cx *cx, Uuid resident) MUST_CHECK;

/* Writes a resident with sealed facts and tokens. Idempotent by id. Join an outer write or make
 * one. */
Err resident_add(Cx *cx, const Resident *resident) MUST_CHECK;
/* Many at once into a place that has none of them yet: the demo, an import. One audit entry, no
 * check of scope or of what is there. Inside a write. */
Err resident_add_many(Cx *cx, const Resident *residents, size_t n) MUST_CHECK;
/* The same in parts: open, add as often as needed, end; close in any case, with CLEANUP. Much
 * faster than many calls of resident_add_many, because search tokens are sorted over all parts. */
typedef struct ResidentBulk ResidentBulk;
Err resident_bulk_open(Cx *cx, ResidentBulk **ret_bulk) MUST_CHECK;
Err resident_bulk_add(ResidentBulk *bulk, const Resident *residents, size_t n) MUST_CHECK;
Err resident_bulk_end(ResidentBulk *bulk) MUST_CHECK;
void resident_bulk_close(ResidentBulk **bulk); /* accepts NULL inside */
/* Within cx->actor's scope; ERR_NOT_FOUND otherwise (the same answer for "none" and "not yours").
 * Opening a person is one audit entry. */
Err resident_open(Cx *cx, Uuid id, Resident *ret_resident) MUST_CHECK;
/* Asks ahead (db.h) what that reads. */
void resident_open_ahead(Cx *cx, Uuid id);
/* At most RESIDENT_BATCH at once, in the order of ids; those out of sight are left as they are. For
 * engines that make their own audit entry. */
enum { RESIDENT_BATCH = 50 };
Err resident_read_batch(Cx *cx, const Uuid *ids, size_t n, Resident *residents) MUST_CHECK;
/* The pinyin initials of a name, in small letters, as the search takes them: with its first
 * character read as a surname and as usual, where that differs. */
enum { RESIDENT_INITIALS = 2 };
void resident_initials(Arena *arena, Str name, Str ret_initials[RESIDENT_INITIALS], size_t *ret_n);
/* For who needs the numbers whole: says why, in ten characters or more, and the audit entry with
 * the reason is durable before anything is given. */
Err resident_reveal(Cx *cx, Uuid id, Str reason, Resident *ret_resident) MUST_CHECK;
/* One fact that a form's field keeps for the resident: the name of a member of Resident ("sex",
 * "birth_date", "name", "id_type", "id_number", "phone", "address") or any other name
 * ("contact_phone", "registered_address"), which stands in the records that say it. Dates are ISO
 * text; an empty text: not known. */
typedef struct ResidentFact {
    Str fact;
    Str text;
} ResidentFact;
/* The facts are all that current records say of the resident: they are set, sealed and hashed to
 * tokens anew; an empty text clears. A fact that no record says goes back to what the resident was
 * registered with. Inside a write, for a resident whom the caller has found in scope. */
Err resident_keep(Cx *cx, Uuid id, const ResidentFact *facts, size_t n) MUST_CHECK;
/* Whether resident_keep would leave everything as it is. */
Err resident_is_kept(Cx *cx, Uuid id, const ResidentFact *facts, size_t n,
                     bool *ret_is_kept) MUST_CHECK;
/* Fills in the texts of the facts named as the register has them, unsealed. No audit entry: for
 * engines that make their own, about a resident whom they have found in scope. */
Err resident_facts(Cx *cx, Uuid id, ResidentFact *facts, size_t n) MUST_CHECK;
/* A resident as lists show one. */
typedef struct ResidentBrief {
    Uuid id; /* nil: there is no such resident */
    Str name, sex;
    Date birth_date; /* DATE_NONE: not known */
    Str area, area_name, area_name_en;
} ResidentBrief;
/* Many residents for a list, names unsealed, in the order of ids; rows out of scope are refused by
 * the list's own query, so this one takes ids that came from a scoped query. */
Err resident_briefs(Cx *cx, const Uuid *ids, size_t n, const ResidentBrief **ret_briefs) MUST_CHECK;
/* Name or part of it, pinyin initials, ID number or phone (whole or last four), record number. At
 * most 50, whole matches first. One audit entry. */
Err resident_search(Cx *cx, Str query, const Resident **ret_residents, size_t *ret_n) MUST_CHECK;

/* Whether every sealed column of cx->place opens with the keys, and the search tokens are those of
 * the columns. Reads everything, writes nothing. */
typedef struct ResidentVerification {
    int64_t residents;
    int64_t sealed; /* residents with a column that does not open */
    int64_t tokens, tokens_wanted;
    bool tokens_are_right;
} ResidentVerification;
Err resident_verify(Cx *cx, ResidentVerification *ret_result) MUST_CHECK;
/* The search tokens of cx->place made anew from the sealed columns, all of which must open. */
Err resident_tokens_remake(Cx *cx) MUST_CHECK;
