/* What the files of this folder share: rule keys, evidence of a record, evaluation of a subject. */
#pragma once

#include "engine/obligations/evaluate.h"
#include "engine/obligations/obligations_sql.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/residents.h"

/* Known on this day: everything, ended records apart. */
#define KNOWN_NOW (date_from_ymd(9999, 12, 31))

/* The stable key of a rule in the tables: Rule.key. obligation_rules_update refuses a pack set in
 * which two rules share one. */
int64_t rule_key(const Rule *rule);
/* NULL when no rule of the set has the key: a rule that was removed. */
const Rule *rule_by_key(const Cx *cx, int64_t key);
Str rule_name(const Rule *rule, Arena *arena); /* "program/rule" */
bool rule_reads(const Rule *rule, const Form *form);

/* Rules by their keys, both ends included: what is read and computed of a subject. More rules than
 * those meant may lie between two keys; computing them too changes nothing. */
typedef struct RuleKeys {
    int64_t from, until;
} RuleKeys;
#define EVERY_RULE ((RuleKeys){INT64_MIN, INT64_MAX})
#define NO_RULE    ((RuleKeys){INT64_MAX, INT64_MIN})

typedef struct EvidenceRow {
    int64_t rule_key;
    Evidence evidence;
} EvidenceRow;
typedef VEC(EvidenceRow) EvidenceRows;

typedef struct SubjectRow {
    Uuid subject;
    EvidenceRow row;
} SubjectRow;
typedef VEC(SubjectRow) SubjectEvidence;

/* settle.c. Periods that begin after this day are not stored. */
Date stored_horizon(const Cx *cx);
/* Notes that every stored row reaches the horizon; horizon_begin: unless something is noted. */
Err horizon_reach(Cx *cx) MUST_CHECK;
Err horizon_begin(Cx *cx) MUST_CHECK;
/* Before a list on the day: computes the stale subjects of the areas that the actor sees, of those
 * that begin with `area`. */
Err settle_sight(Cx *cx, Date on, Str area) MUST_CHECK;
void settle_sight_ahead(Cx *cx, Str area);

/* waivers.c. The evidence that the waivers of a rule are, where it was cleared. */
Err waivers_remake(Cx *cx, const Rule *rule) MUST_CHECK;
/* Appends what the waivers of the rule that have not ended are as evidence. */
Err waivers_in_force(Cx *cx, const Rule *rule, SubjectEvidence *rows) MUST_CHECK;

/* rules.c. What a rule reads and how it schedules, as a hash: equal for rules that owe alike. */
Str rule_signature(const Rule *rule, Arena *arena);

/* What a list shows: of persons seen, or rows without identity; see access_rows. */
const DbScope *list_scope(Cx *cx);

typedef VEC(ObligationLine) ObligationLines;
typedef VEC(ObligationCount) ObligationCounts;
/* A row that is neither met nor spared on the day, of any of the statements that read such rows. */
#define OPEN_LINE(its_rule, row, on)                                                               \
 open_line((Obligation){.subject = (row).subject_id,                                               \
                        .rule = (its_rule),                                                        \
                        .item = (uint32_t)(row).item,                                              \
                        .opens_on = (row).opens_on,                                                \
                        .due_on = (row).due_on,                                                    \
                        .closes_on = (row).closes_on,                                              \
                        .due_minute = (int32_t)(row).due_minute,                                   \
                        .done = (row).done,                                                        \
                        .needed = (row).needed,                                                    \
                        .met_on = DATE_NONE,                                                       \
                        .waived_on = DATE_NONE,                                                    \
                        .spared_on = DATE_NONE},                                                   \
           (row).area_code, (on))
ObligationLine open_line(Obligation obligation, Str area, Date on);
/* The order of lists, of ObligationLine. */
int line_compare(const void *left, const void *right);
/* list_page.c. The page of the filter and all its counts; false in *ret_is_read, and nothing read,
 * when too many rows are in sight for it. */
Err page_read(Cx *cx, const ObligationFilter *filter, bool *ret_is_read, ObligationLines *lines,
              ObligationLines *together, ObligationCounts *counts) MUST_CHECK;
void page_read_ahead(Cx *cx, const ObligationFilter *filter);

/* The slots that a rule's expressions read of a record: answers, the day, and the policy on that
 * day. */
const ExprValue *evidence_slots(Cx *cx, const Policy *policy, const Form *form,
                                const Record *record);
/* What the record says to the rules that read its form. */
void evidence_of_record(Cx *cx, const Policy *policy, const Form *form, const Record *record,
                        EvidenceRows *rows);
Err evidence_write(Cx *cx, const Record *record, const EvidenceRows *rows) MUST_CHECK;

/* One stored or computed line, with its key. */
typedef struct ObligationRow {
    Uuid subject;
    int64_t rule_key;
    Str area;
    ObligationOutcome outcome;
} ObligationRow;
typedef VEC(ObligationRow) ObligationRows;

/* An evidence row of any of the statements that read it. */
#define EVIDENCE_OF(row)                                                                           \
 ((Evidence){(row).record_id, (row).happened_on, (EvidenceKind)(row).kind, (row).is_counted != 0,  \
             (row).is_capped != 0, (row).next_on, (int32_t)(row).detail, (row).amount,             \
             (row).spares_on, (row).unit})
/* A resident's facts of any of the statements that read them. */
#define FACTS_OF(id, row)                                                                          \
 ((SubjectFacts){(id), (row).area_code, (row).sex, (row).birth_date, (row).registered_on,          \
                 date_min((row).died_on, (row).left_on), STR("resident"), NULL, 0, NULL})

/* Of whom nothing was known. */
#define FACTS_OF_NOBODY(id)                                                                        \
 ((SubjectFacts){(id), STR(""), STR(""), DATE_NONE, DATE_NONE, DATE_NONE, STR(""), NULL, 0, NULL})

/* others.c. The facts of whoever is no resident, as known on a day; rows: its evidence then. One
 * that nothing says anything of owes nothing. */
Err other_facts_read(Cx *cx, Uuid subject, Date known_on, const EvidenceRow *rows, size_t n,
                     SubjectFacts *ret_facts) MUST_CHECK;
/* Where a line of the rule stands: where a resident lives; the desk of the facility that owes. */
Str duty_area(const Rule *rule, const SubjectFacts *facts);

/* Marks everybody stale of whom the rule may hold. */
Err rule_mark_stale(Cx *cx, const Rule *rule) MUST_CHECK;

/* rows: the evidence of one subject ascending by (rule_key, happened_on, record, kind). Appends
 * what is owed under the policy, ascending by (rule_key, item, closes_on). */
void subject_evaluate(Cx *cx, const Policy *policy, const SubjectFacts *facts,
                      const EvidenceRow *rows, size_t n, Date horizon, ObligationRows *out);
/* The subject's evidence as known on a day, and its facts. */
Err subject_read(Cx *cx, Uuid subject, Date known_on, SubjectFacts *ret_facts,
                 EvidenceRows *rows) MUST_CHECK;
void subject_read_ahead(Cx *cx, Uuid subject, Date known_on);
/* The subject's evidence of some rules, as known now. */
void subject_evidence_ahead(Cx *cx, Uuid subject, RuleKeys keys);
Err subject_evidence(Cx *cx, Uuid subject, RuleKeys keys, EvidenceRows *rows) MUST_CHECK;
/* list.c. The same as it was on a day, with whoever was kept under it then. */
Err subject_read_on(Cx *cx, Uuid subject, Date on, SubjectFacts *ret_facts,
                    EvidenceRows *rows) MUST_CHECK;
/* Recomputes one subject and writes the differences. Inside a write. */
Err subject_recompute(Cx *cx, Uuid subject) MUST_CHECK;
/* The evidence of the record `ended` (nil: none) is about to go, that of another to come: writes
 * how what is owed by the rules of these keys differs. Called before the evidence changes. */
Err subject_follow(Cx *cx, const RecordChange *change, RuleKeys keys,
                   const EvidenceRows *added) MUST_CHECK;

typedef VEC(SubjectFacts) People;
/* past.c. People as they were known at the end of a past day. */
typedef struct Past {
    Date day;
    const ResidentThen *then; /* entries that are otherwise now, ascending */
    size_t then_n;
    const Uuid *regrouped; /* people of today whose evidence stood otherwise, ascending */
    size_t regrouped_n;
    struct PastRow *rows; /* evidence of whoever was merged then and is not now, or the reverse */
    size_t row_n;
} Past;
/* people: those in the caller's areas as they are now, ascending; made what they were. person: they
 * are this one alone. */
Err past_read(Cx *cx, Date day, const Uuid *person, People *people, Past *ret_past) MUST_CHECK;
/* Whether what stands under the person today is not what stood under him then. */
bool past_is_regrouped(const Past *past, Uuid person_now);
/* Appends what stood under the person of then, where people were regrouped; else nothing. */
void past_evidence(Cx *cx, const Past *past, Uuid person, EvidenceRows *rows);

/* Compares two lists sorted by (subject, rule_key, item, closes_on); writes the differences unless
 * only_counts. */
Err rows_reconcile(Cx *cx, const ObligationRows *computed, const ObligationRows *stored,
                   bool only_counts, ObligationRecompute *totals) MUST_CHECK;

/* The reasons of a line, in words. */
void outcome_explain(Cx *cx, const ObligationOutcome *outcome, ObligationLine *line);

/* Evidence of one subject, as subject_evaluate wants it. */
void evidence_sort(EvidenceRows *rows);

/* A page while it is evaluated: people and evidence are both in subject order. */
typedef struct Merge {
    Cx *cx;
    const Policy *policy;
    const People *people;
    size_t at; /* the next of them */
    Date horizon;
    ObligationRows *computed;
} Merge;
/* The subject, after everybody before it, who have no evidence. */
Err merge_next(Merge *merge, Uuid subject, const EvidenceRows *rows) MUST_CHECK;
/* Everybody who is left. */
void merge_rest(Merge *merge);

/* A walk over everybody in subject order. */
typedef struct Pass {
    Uuid after; /* subjects up to here are done */
    bool is_verifying;
    bool is_empty; /* there are no stored rows */
    bool is_last;
    int64_t people; /* of a page */
    ObligationRecompute totals;
} Pass;
/* The residents of the next page. *ret_until: the last subject that belongs to the page, whoever it
 * is. */
Err pass_people(Cx *cx, Pass *pass, People *people, Uuid *ret_until) MUST_CHECK;
/* The subjects of the next page: evaluates, compares with what is stored, writes the differences.
 */
Err pass_page(Cx *cx, Pass *pass) MUST_CHECK;
