/* Obligations: who is owed which service, by whom, by when, and which record met it.
 *
 * Invariants
 *  1. A stored row does not depend on the clock or the map: subject, rule, item, opens_on, due_on,
 *     closes_on, met_by, waived_on, spared_on. State comes from the dates and the day asked for,
 * the owner from the catchment in force.
 *  2. Rules read obligation_evidence, a narrow table with one row a record and rule, in subject
 *     order, and the subject's facts. A record recomputes its own subject in its own transaction;
 *     a change of facts marks the subject stale.
 *  3. Stored rows equal a full recomputation at any time (catchment obligations verify).
 *  4. A day in the past is answered with what was known at the end of it. */
#pragma once

#include "core/cx.h"
#include "engine/records/records.h"
#include "pack/pack.h"

typedef enum {
    OBLIGATION_CLOSED, /* window not yet open */
    OBLIGATION_OPEN,
    OBLIGATION_DUE, /* within the rule's notice before due_on */
    OBLIGATION_OVERDUE,
    OBLIGATION_MET,
    OBLIGATION_MISSED,
    OBLIGATION_WAIVED,
    OBLIGATION_STATE_N,
} ObligationState;

typedef struct Obligation {
    Uuid subject;
    const Rule *rule;
    uint32_t item;                    /* rule->items[item - 1], or 0: the rule has none */
    Date opens_on, due_on, closes_on; /* closes_on: the last day that counts */
    int32_t due_minute;               /* of due_on in China, or -1: all day */
    double done, needed;              /* records or a sum: "1 of 2" */
    Uuid met_by;                      /* record, or nil */
    Date met_on;
    Date waived_on; /* spared for good from this day on, or DATE_NONE */
    Date spared_on; /* spared from this day on: for good, else until opens_on; or DATE_NONE */
} Obligation;

/* Of the rule, and of the window or dose. */
Wording obligation_title(const Obligation *obligation);
/* closes_on, or DATE_NONE: it stays open until it is met. */
Date obligation_last_day(const Obligation *obligation);
/* "09:30" of due_on, or empty: all day. */
enum { OBLIGATION_TIME_SIZE = 6 };
Str obligation_due_time(const Obligation *obligation, char out[OBLIGATION_TIME_SIZE]);
Str obligation_item(const Obligation *obligation); /* id of the window or dose, or empty */
/* The last day on which it is spared, where it is owed again behind it; else DATE_NONE. */
Date obligation_spared_until(const Obligation *obligation);

ObligationState obligation_state(const Obligation *obligation, Date day);
const char *obligation_state_name(ObligationState state); /* "open", "due", "overdue" ... */
bool obligation_state_parse(Str name, ObligationState *ret_state);

/* What was not right about the record that met it. */
enum {
    OBLIGATION_FLAG_AGE_TOO_YOUNG = 1,
    OBLIGATION_FLAG_INTERVAL_TOO_SHORT = 2,
};

/* One reason of an obligation's dates. */
typedef struct ObligationReason {
    Str rule;   /* "hypertension/followup" */
    Str source; /* "national-2017 §2.7.1" */
    const Uuid *records;
    size_t record_n;
    Wording text;
} ObligationReason;

/* An obligation in a list, with its state on the day asked for. */
typedef struct ObligationLine {
    Obligation obligation;
    ObligationState state;
    Str area;
    uint32_t flags;              /* OBLIGATION_FLAG_..., of lines with reasons */
    Uuid waiver;                 /* what spares it or put it off, of lines with reasons; or nil */
    const ObligationReason *why; /* NULL where the list was asked for without reasons */
    size_t why_n;
} ObligationLine;

/* Where the next page begins: behind this line. Zeroed (due_on DATE_NONE): at the beginning. */
typedef struct ObligationCursor {
    Date due_on;
    Str program, rule;
    Uuid subject;
    uint32_t item;
    Date closes_on;
} ObligationCursor;

typedef struct ObligationFilter {
    Date on;
    Str program; /* empty: every program */
    Str area;    /* code of a village, or of a town for its villages; empty: every area in sight */
    bool states[OBLIGATION_STATE_N]; /* obligation_list: open, due, overdue; or waived alone */
    const Str *areas; /* obligation_list_explained only: these areas; NULL: all in sight */
    size_t area_n;
    ObligationCursor after; /* obligation_list only */
    size_t most;            /* obligation_list only */
} ObligationFilter;

/* ---- keeping them right ---- */

/* The record hook: writes the record's evidence and recomputes its subject, in its transaction. */
Err obligation_record_hook(Cx *cx, const RecordChange *change) MUST_CHECK;
/* What it reads of a resident, with what a submission reads: for record_set_reading. */
extern const RecordReading obligation_record_reading;
/* The hook of residents: who is new, or of whom a fact has changed that rules read, is computed
 * anew. In a merge, and when it is undone, evidence follows the records: after
 * record_resident_hook. */
struct ResidentChange;
Err obligation_resident_hook(Cx *cx, const struct ResidentChange *change) MUST_CHECK;

/* The hook of parameters: who owes by a rule with that number is computed anew. */
Err obligation_policy_hook(Cx *cx, const PolicyParameter *parameter) MUST_CHECK;
/* The hook of subjects that are no residents: what it owes is computed anew, and where a place or
 * (nil id) who answers for places has changed, every coverage. */
Err obligation_subject_hook(Cx *cx, Uuid subject, Str kind) MUST_CHECK;

/* Notes the rules of the pack set. A rule that is new or has changed gets its evidence made anew
 * and its subjects marked stale. Call after record_tables_update; cheap when nothing changed. */
Err obligation_rules_update(Cx *cx) MUST_CHECK;
/* What obligation_rules_update would do to the rules of cx->place, without doing it. */
typedef struct ObligationRuleChange {
    Str program, rule;
    enum { OBLIGATION_RULE_NEW, OBLIGATION_RULE_CHANGED, OBLIGATION_RULE_GONE } kind;
    int64_t subjects; /* so many at most become stale: who has evidence of it or records it reads */
} ObligationRuleChange;
Err obligation_rules_pending(Cx *cx, const ObligationRuleChange **ret_changes,
                             size_t *ret_n) MUST_CHECK;
/* Something else than a record has touched the subject: call behind the change, in its transaction.
 */
Err obligation_mark_stale(Cx *cx, Uuid subject) MUST_CHECK;
/* Computes some hundred stale subjects, or the coming year of as many, in one short transaction.
 * has_more: call again. The server's job; a list settles what it reads by itself. */
Err obligation_settle_step(Cx *cx, bool *ret_has_more) MUST_CHECK;
/* All of it, step by step. */
Err obligation_settle(Cx *cx) MUST_CHECK;

typedef struct ObligationRecompute {
    int64_t evidence, obligations, written, deleted;
} ObligationRecompute;
/* Recomputes every subject from evidence and writes the differences only; nothing is stale then. */
Err obligation_recompute(Cx *cx, ObligationRecompute *ret_result) MUST_CHECK;
/* The same comparison without writing: how many rows differ from a full recomputation. */
Err obligation_verify(Cx *cx, ObligationRecompute *ret_result) MUST_CHECK;

typedef struct ObligationEvidenceReport {
    int64_t rows, wanted;
    bool is_right;
} ObligationEvidenceReport;
/* Whether the evidence is what the records give. Reads everything, writes nothing. */
Err obligation_evidence_verify(Cx *cx, ObligationEvidenceReport *ret_report) MUST_CHECK;
/* The evidence of every rule made anew; its people are stale then. */
Err obligation_evidence_remake(Cx *cx) MUST_CHECK;

/* Evidence of many records at once, for imports and the demo county: begin, add each, end; then
 * obligation_recompute. Inside one cx_write. */
typedef struct EvidenceBulk EvidenceBulk;
Err evidence_bulk_begin(Cx *cx, EvidenceBulk **ret_bulk) MUST_CHECK;
Err evidence_bulk_add(EvidenceBulk *bulk, const Form *form, const Record *record) MUST_CHECK;
Err evidence_bulk_end(EvidenceBulk *bulk) MUST_CHECK;

/* ---- reading them ---- */

/* The stored list on filter->on (today or later), sorted by due_on, program, rule, subject. */
Err obligation_list(Cx *cx, const ObligationFilter *filter, const ObligationLine **ret_lines,
                    size_t *ret_n) MUST_CHECK;
/* Evaluated from evidence with reasons; a past day with what was known at the end of it. Same
 * order. */
Err obligation_list_explained(Cx *cx, const ObligationFilter *filter,
                              const ObligationLine **ret_lines, size_t *ret_n) MUST_CHECK;
/* Everything of one subject, ascending by rule and period, with reasons; the caller has checked
 * that the actor may see the subject. */
Err obligation_of(Cx *cx, Uuid subject, Date on, const ObligationLine **ret_lines,
                  size_t *ret_n) MUST_CHECK;
/* Asks ahead (db.h) what that reads. */
void obligation_of_ahead(Cx *cx, Uuid subject, Date on);

/* Before the stored rows of today are read for people of the areas in sight: computes whoever of
 * them is stale. Not inside a snapshot that is to see it. */
Err obligation_settle_sight(Cx *cx) MUST_CHECK;
/* The stored rows of some people (a few hundred, ascending) that close on the day or later, met or
 * not, by subject, rule and window, without classes that are closed to the asking one. What is said
 * of them needs a day: obligation_state. The ids come from a scoped query. */
Err obligation_of_people(Cx *cx, const Uuid *subjects, size_t n, Date from,
                         const Obligation **ret_obligations, size_t *ret_n) MUST_CHECK;

typedef struct ObligationCount {
    const Rule *rule;
    int64_t overdue, due, open;
} ObligationCount;
/* The last day that stored rows answer for. */
Date obligation_horizon(const Cx *cx);
/* Within the actor's scope, from the stored rows; area as in ObligationFilter. */
Err obligation_counts(Cx *cx, Date on, Str area, const ObligationCount **ret_counts,
                      size_t *ret_n) MUST_CHECK;

/* What organisations within the actor's scope owe by the day that it is due on, done or not, by day
 * and rule; within the days that stored rows answer for. */
typedef struct ObligationDue {
    const Rule *rule;
    Date day;
    int64_t owed, done;
    int64_t closed; /* not done, and its time is over on cx->today */
} ObligationDue;
Err obligation_dues_of_others(Cx *cx, Date first, Date last, const ObligationDue **ret_dues,
                              size_t *ret_n) MUST_CHECK;

/* What was owed on a past day, as known in its evening, by rule and area or desk, from evidence: of
 * areas from `from` to before `before` (bytes order). The system's own, for whoever keeps it. */
typedef struct ObligationKnown {
    const Rule *rule;
    Str area;
    int64_t owed, overdue;
} ObligationKnown;
Err obligation_known(Cx *cx, Date on, Str from, Str before, const ObligationKnown **ret_known,
                     size_t *ret_n) MUST_CHECK;

typedef struct ObligationPage {
    const ObligationLine *lines;
    size_t n;
    const ObligationCount *counts;
    size_t count_n;
    int64_t waived; /* spared on the day, apart from the others */
    /* What goes together (visits.h) in all of the sight, in no order; where that was not read: NULL
     */
    const ObligationLine *together;
    size_t together_n;
} ObligationPage;
/* obligation_list and obligation_counts of the filter's day and area in one: stale subjects are
 * looked for once, and counts are asked for only when the lines are not all there is. */
Err obligation_list_counted(Cx *cx, const ObligationFilter *filter,
                            ObligationPage *ret_page) MUST_CHECK;

/* What other parties owe of agreements and the like that the asking one has part in, by lateness:
 * open, due and overdue lines whose area is a desk out of his own lists. */
Err obligation_of_other_sides(Cx *cx, Date on, const ObligationLine **ret_lines,
                              size_t *ret_n) MUST_CHECK;
/* One party of a subject of a kind that packs register: what it owes, and what it did. */
typedef struct ObligationSide {
    Str facility;
    bool is_own; /* its duties stand in the asking one's own lists */
    int64_t overdue, open;
    int64_t ended, done; /* of what was due in the year up to yesterday, and what of it was done */
} ObligationSide;
typedef struct ObligationStanding {
    Uuid subject;
    const ObligationSide *sides;
    size_t side_n;
    Date last_on;    /* something but its entry was last done about it; or DATE_NONE */
    bool is_stalled; /* something is missing, and nothing was done for stalled_days */
} ObligationStanding;
/* How those of a kind in sight stand that anybody owes something of, by id. */
Err obligation_standings(Cx *cx, Str kind, Date on, const ObligationStanding **ret_standings,
                         size_t *ret_n) MUST_CHECK;

/* What is owed in one area on a day; its lateness: days between the due day and the day asked. */
typedef struct AreaCount {
    Str code, name, name_en;
    int64_t level;                           /* 4 township, 5 village */
    const struct AreaProgramCount *programs; /* of each program in the order of the packs */
    int64_t overdue, due, open;
    int64_t days_late;      /* of everything overdue together */
    int64_t days_late_most; /* of the one that waits longest */
} AreaCount;
typedef struct AreaProgramCount {
    int64_t overdue, due, open, days_late, days_late_most;
} AreaProgramCount;

typedef struct AreaCounts {
    const Program *const *programs;
    size_t program_n;
    const AreaCount *areas; /* sorted by code; those where nothing is owed are among them */
    size_t area_n;
} AreaCounts;
/* Numbers without persons, within the areas that the actor may know of: of the townships in the
 * county (area empty or 6 digits), of the villages of a township (9 digits), of a village (12).
 * ERR_NOT_FOUND when no area in sight is that or lies in it. */
Err obligation_area_counts(Cx *cx, Date on, Str area, AreaCounts *ret_counts) MUST_CHECK;
/* How many subjects wait to be recomputed. */
Err obligation_stale_subjects(Cx *cx, int64_t *ret_n) MUST_CHECK;

/* Whether records of the form are of the program: it names the program, or the program lets in or
 * out by it or asks it of one of its rules. A form that several programs read is of each. */
bool obligation_program_reads(const Program *program, const Form *form);
/* The ids of the programs that the subject is in on the day, by form, age or facts, in the order of
 * the packs. RecordPrograms of forms. */
Err obligation_programs_on(Cx *cx, Uuid subject, Date day, const Str **ret_ids,
                           size_t *ret_n) MUST_CHECK;

typedef struct Enrolment {
    const Program *program;
    Date entered_on;
} Enrolment;
/* The programs that the subject is in now, or was known to be in on cx->as_of. */
Err obligation_enrolments(Cx *cx, Uuid subject, const Enrolment **ret_enrolments,
                          size_t *ret_n) MUST_CHECK;
void obligation_enrolments_ahead(Cx *cx, Uuid subject); /* asks ahead (db.h) */
/* The same of some people (a few hundred, ascending) at once, by subject, as of now, without
 * programs of a class that is closed to the asking one. The ids come from a scoped query. */
typedef struct PersonEnrolment {
    Uuid subject;
    Enrolment enrolment;
} PersonEnrolment;
Err obligation_enrolments_of_people(Cx *cx, const Uuid *subjects, size_t n,
                                    const PersonEnrolment **ret_enrolments,
                                    size_t *ret_n) MUST_CHECK;
