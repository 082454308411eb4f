/* Records: typed answers to a form about a subject; amended by a new record, ended, never changed.
 *
 * Invariants
 *  1. One row in `record` (the header) and one row with the same key in answer_<form> (typed
 * columns); several-choice fields and rows in child tables. No JSON, no entity-attribute-value.
 *  2. Ended records are rows of record_end (amended by, or voided with a reason). Nothing is
 * updated.
 *  3. Writes are idempotent by id: the same content from the same submitter is answered like the
 *     first; anything else under that id is ERR_CONFLICT and reveals nothing.
 *  4. Hooks run in the record's transaction (app/hooks.c lists them): obligations are never late.
 *  5. rev is the place's commit order.
 *  6. Sealed answers stand with their record. The facts of the resident are what his newest current
 *     records say, and follow in the same transaction. */
#pragma once

#include "core/cx.h"
#include "engine/subjects/residents.h"
#include "form/form.h"

typedef struct Record {
    Uuid id;
    int64_t rev;
    Str form;
    Str form_version;
    Uuid subject;     /* the person under whom it is filed */
    Uuid written_for; /* where that is another entry of the register: only while it is written */
    Str facility;     /* code of the facility that served */
    /* its name; only where record_open, record_chain and record_timeline read the header */
    Str facility_name, facility_name_en;
    Uuid performed_by; /* account; nil: the one who records */
    Uuid recorded_by;
    Date happened_on;
    Instant recorded_at;
    Uuid amends; /* nil: an original */
    Str reason;  /* that came with it; only where record_open reads an original */
    const FormAnswers *answers;
    int64_t attachment_n; /* files that it names; only in a timeline */
    /* how it ended, when it did */
    bool is_ended;
    Uuid amended_by; /* nil when voided */
    Str end_reason;
    Instant ended_at;
} Record;

/* What the register says of whom a record is about. */
typedef struct RecordPerson {
    Str area_code, sex;
    Date birth_date, registered_on, died_on, left_on;
} RecordPerson;

/* What a hook is told: the record now current for its form and subject, and the one it ends. */
typedef struct RecordChange {
    const Record *added;        /* NULL for a void */
    const Form *form;           /* of both */
    const Record *ended;        /* NULL for an original */
    const RecordPerson *person; /* as this write has read him; NULL: it has not */
    const void *read;           /* by RecordReading; NULL: it has not been asked */
} RecordChange;

typedef Err (*RecordHook)(Cx *cx, const RecordChange *change);
/* A record of a register form makes its subject what it says: before what reads subjects. */
Err record_register_hook(Cx *cx, const RecordChange *change) MUST_CHECK;
/* Whoever adds a record about a resident treats him: see relation_treat. */
Err record_treating_hook(Cx *cx, const RecordChange *change) MUST_CHECK;
/* Set once by app/, before any write. NULL-terminated. */
void record_set_hooks(const RecordHook *hooks);
/* What hooks will read of the resident of a submission: asked ahead (db.h) together with what
 * judging asks, and read before anything is written. Set once by app/; without it, and where a
 * record is not submitted, hooks read for themselves. */
typedef struct RecordReading {
    void (*ahead)(Cx *cx, const Form *form, Uuid resident);
    Err (*read)(Cx *cx, const Form *form, Uuid resident, const void **ret_read);
} RecordReading;
void record_set_reading(const RecordReading *reading);
/* Who knows the programs that a subject is in on a day: subject.programs of forms. Set once by
 * app/; without it forms read none. */
typedef Err (*RecordPrograms)(Cx *cx, Uuid subject, Date day, const Str **ret_ids, size_t *ret_n);
void record_set_programs(RecordPrograms programs);

typedef struct RecordDraft {
    Uuid id;
    Str form;
    Str form_version; /* under which it was filled in; empty: the version in force */
    Uuid subject;
    Date happened_on;
    Uuid performed_by; /* nil: the actor */
    Str facility;      /* empty: the actor's */
    FormAnswers *answers;
    Uuid amends;     /* nil: an original */
    Str reason;      /* of an amendment; of a record that comes later than its form allows */
    bool is_refiled; /* who served and when were accepted before: see record_refile */
} RecordDraft;

typedef struct RecordReceipt {
    Uuid id;
    int64_t rev;
    bool was_known;    /* sent before: nothing new was written */
    bool sees_subject; /* false only where was_known: the subject has since gone out of sight, and
                          nothing of what is known now may be shown */
    const FormAdvice *const *advice;
    size_t advice_n;
} RecordReceipt;

/* Checks scope, form and answers, and writes durably. Problems (hard issues; soft ones that are not
 * confirmed) come in cx with ERR_INVALID and nothing is stored. What was filled in under another
 * version that this database has known is judged by the version in force, and stored under it. */
Err record_submit(Cx *cx, RecordDraft *draft, RecordReceipt *ret_receipt) MUST_CHECK;
/* The earliest day of service that the form takes today, by its parameter recorded_within;
 * DATE_NONE: any. Who may records.backdate goes beyond it with a reason, which is kept. */
Err record_earliest(Cx *cx, const Form *form, Date *ret_day) MUST_CHECK;
/* The first day of service that a record of the form tells of; DATE_NONE: there is none. */
Err record_first(Cx *cx, const Form *form, Date *ret_day) MUST_CHECK;
/* Who served: an account or a member of staff. Empty when nobody is known by the id. */
Err record_performer_name(Cx *cx, Uuid id, Str *ret_name) MUST_CHECK;
/* Whether the actor may void the record, or file it anew: any with records.void; with
 * records.void_own what he recorded himself, as long as the form takes records of its day, or, of
 * a form that takes any day, for void_own_days after it was recorded. */
Err record_may_void(Cx *cx, const Form *form, const Record *record, bool *ret_may) MUST_CHECK;
/* Reason required. ERR_FORBIDDEN: record_may_void. ERR_CONFLICT when it already ended, unless by
 * this very voiding. */
Err record_void(Cx *cx, Uuid id, Str reason) MUST_CHECK;
/* A record that was filed about the wrong person: voided with the reason, and its answers written
 * again for the right one under new_id, in one write with both audit entries. Needs
 * record_may_void and records.write; both persons in sight. What had to be confirmed stays
 * confirmed. */
Err record_refile(Cx *cx, Uuid id, Uuid new_id, Uuid subject, Str reason,
                  RecordReceipt *ret_receipt) MUST_CHECK;
/* Files records under the person to whom they belong after a merge, or after it was undone, and
 * makes the facts of both anew. Listed in app/hooks.c before what reads records. */
struct ResidentChange;
Err record_resident_hook(Cx *cx, const struct ResidentChange *change) MUST_CHECK;
/* What a record said of an entry of the register: sex or date of birth. */
typedef struct RecordFactThen {
    Uuid entry;
    Uuid record;      /* nil: none had said anything by the end of the day, and one does now */
    Date happened_on; /* the newest record of a person counts, then the greatest id */
    ResidentFact fact;
} RecordFactThen;
/* What was known at the end of a day, by entry, of those whose records have said something else
 * since, and of the entries of `then` (by resident_then_find). Of the people in the areas of the
 * scope, or of one person (not NULL) whom the caller has found in scope. No audit entry. */
Err record_facts_then(Cx *cx, Date day, const DbScope *scope, const Uuid *person,
                      const ResidentThen *then, size_t then_n, const RecordFactThen **ret_facts,
                      size_t *ret_n) MUST_CHECK;
/* With answers; within scope. */
Err record_open(Cx *cx, Uuid id, Record *ret_record) MUST_CHECK;
/* The versions of an open record, oldest first, itself among them: headers only. */
Err record_chain(Cx *cx, const Record *record, const Record **ret_records,
                 size_t *ret_n) MUST_CHECK;
/* The versions with what each changed in the one before. */
typedef struct RecordDifference {
    Str what;      /* a field's id, or happened_on, performed_by */
    Wording label; /* of a field; empty otherwise */
    Wording before, after;
} RecordDifference;
typedef struct RecordVersion {
    Record record; /* with answers */
    Str reason;    /* why it was made; empty for most originals */
    const RecordDifference *differences;
    size_t difference_n;
} RecordVersion;
Err record_history(Cx *cx, Uuid id, const RecordVersion **ret_versions, size_t *ret_n) MUST_CHECK;
/* A value (not of rows) in words, with its unit. */
Wording record_value_wording(Arena *arena, const FormField *field, ExprValue value);
/* A page of the timeline, newest first, as lists show it: after the record (day, id) that ended the
 * page before (DATE_NONE: from the newest), of these forms (NULL: of all), ended ones only if
 * asked. */
typedef struct RecordPage {
    Date after_day;
    Uuid after_id;
    const Str *forms;
    size_t form_n;
    bool with_ended;
    size_t most;
} RecordPage;
Err record_timeline_page(Cx *cx, Uuid subject, const RecordPage *page, const Record **ret_records,
                         size_t *ret_n) MUST_CHECK;
/* The same with the answers of each form's own table, and those only: single values, none sealed.
 */
Err record_timeline_plain(Cx *cx, Uuid subject, const RecordPage *page, const Record **ret_records,
                          size_t *ret_n) MUST_CHECK;
/* Newest first: every record of the subject, ended ones too, at most `most`. Of the answers those
 * that lists show (FormField.is_in_lists), the others are absent; NULL where the form is not known
 * any more. */
Err record_timeline(Cx *cx, Uuid subject, size_t most, const Record **ret_records,
                    size_t *ret_n) MUST_CHECK;
void record_timeline_ahead(Cx *cx, Uuid subject); /* asks ahead (db.h) for the headers */
/* The same with all answers, sealed ones too. */
Err record_timeline_whole(Cx *cx, Uuid subject, size_t most, const Record **ret_records,
                          size_t *ret_n) MUST_CHECK;
/* The subject's newest current record of the form that happened before the day (or on it with a
 * smaller id than `before_id`); found = false when there is none. What `previous.` reads. */
Err record_previous(Cx *cx, const Form *form, Uuid subject, Date day, Uuid before_id,
                    bool *ret_found, Record *ret_record) MUST_CHECK;
/* The same for a record that is to amend another on that day: it stands where the amended one
 * stood, which is left out. record_submit judges by the same. */
Err record_previous_amending(Cx *cx, const Form *form, Uuid subject, Date day, Uuid amended,
                             bool *ret_found, Record *ret_record) MUST_CHECK;
/* For each subject its newest current record of the form: id, subject, form, happened_on and those
 * answers that lists show and that are not sealed, nothing else; id nil where there is none. One
 * query for fifty subjects. Of today, whatever cx->as_of. The ids come from a scoped query; no
 * audit entry of its own. */
Err record_latest(Cx *cx, const Form *form, const Uuid *subjects, size_t n,
                  const Record **ret_records) MUST_CHECK;
void record_latest_ahead(Cx *cx, const Form *form, const Uuid *subjects, size_t n);
/* Of some subjects (a few hundred) the `each` newest current records of each form, newest first
 * within subject and form, without forms of a class that is closed to the asking one. Subjects come
 * in the order asked where that is ascending. With answers, but for the sealed ones; names of
 * facilities are not read. One query for fifty subjects, and one for a hundred records of each form
 * among them and child table. The ids come from a scoped query; no audit entry of its own. */
Err record_newest(Cx *cx, const Uuid *subjects, size_t n, size_t each, const Record **ret_records,
                  size_t *ret_n) MUST_CHECK;
/* The answers, but for sealed ones, of records of one form whose ids come from a query of the
 * caller's, in their order: id, form and answers alone. One query for a hundred, and one for each
 * child table. Written records never change, so it is the same on every day. */
Err record_answers_of(Cx *cx, Str form, const Uuid *ids, size_t n,
                      const Record **ret_records) MUST_CHECK;
/* Reads every record of a form in subject order, ended ones too (is_ended, ended_at): derived
 * tables that answer for past days are rebuilt from it. What visit allocates in cx->arena is gone
 * when it returns. */
typedef Err (*RecordVisit)(Cx *cx, const Record *record, void *arg);
Err record_each(Cx *cx, const Form *form, RecordVisit visit, void *arg) MUST_CHECK;
/* The same pulled, several forms beside each other, whatever the pack set says of them: every field
 * that the tables keep, by the name and type under which it is stored. In a transaction of the
 * caller. *ret_stream NULL: the database keeps no such form. */
typedef struct RecordStream RecordStream;
Err record_stream_open(Cx *cx, Str form, RecordStream **ret_stream) MUST_CHECK;
const Form *record_stream_form(const RecordStream *stream);
/* Of the next record; false: there is none. */
bool record_stream_subject(const RecordStream *stream, Uuid *ret_subject);
/* The next record, where there is one; its sealed answers are absent. */
Err record_stream_take(RecordStream *stream, Arena *arena, Record *ret_record) MUST_CHECK;
void record_stream_close(RecordStream *stream); /* accepts NULL */

/* Makes the statements of the set's forms, once, after the set was opened (and before other threads
 * see it); they live as long as the set. Every other function here needs it. */
struct PackSet;
void record_forms_prepare(struct PackSet *set);

/* form/ddl applied: creates or extends the answer tables and views for the pack set's forms, in one
 * write. Nothing is done when the tables are up to date. ERR_PACK with a problem for each field
 * whose type or unit changed or whose id is a column of the header. */
Err record_tables_update(Cx *cx) MUST_CHECK;
/* What record_tables_update would do, without doing it; *ret_n 0: nothing. */
typedef struct RecordTableChange {
    Str form;   /* empty: only the views of the forms are made anew */
    Str column; /* empty: the form's whole table */
} RecordTableChange;
Err record_tables_pending(Cx *cx, const RecordTableChange **ret_changes, size_t *ret_n) MUST_CHECK;

/* Databases of versions that kept sealed answers with the resident only: they become those of his
 * newest current record of each form. Some hundred records a transaction; once a form, then one
 * read. After record_tables_update, before anything is submitted. */
Err record_sealed_adopt(Cx *cx) MUST_CHECK;
/* In the detail of the audit entry of a submission, before the content hash in hexadecimal that its
 * header got: the chain proves it where a row and its hash were changed together. */
#define RECORD_MARK_SENT " sent "
/* The facts of residents against what their current records say: how many differ, and making them
 * anew (*ret_wrong: how many were). Reads every sealed answer. */
typedef struct RecordFactsReport {
    int64_t people; /* of whom some record says something */
    int64_t wrong;
    Uuid first; /* of those */
} RecordFactsReport;
Err record_facts_verify(Cx *cx, RecordFactsReport *ret_report) MUST_CHECK;
Err record_facts_remake(Cx *cx, RecordFactsReport *ret_report) MUST_CHECK;
/* Whether what is stored of the records gives their content hashes again: a row that was changed
 * behind the program's back does not, nor one whose sealed answers do not open. Reads everything.
 */
typedef struct RecordVerification {
    int64_t records;
    int64_t changed;
    int64_t without_answers; /* headers whose row of answers is gone */
    Uuid first;              /* that was changed */
} RecordVerification;
Err record_verify(Cx *cx, RecordVerification *ret_result) MUST_CHECK;

/* Makes the tables of every form that form_field knows, also of those that no pack has any more, in
 * a database that has none of them: for restoring. Inside a transaction. */
Err record_tables_remake(Cx *cx) MUST_CHECK;
/* The next record_tables_update makes the views, although no declaration has changed. */
Err record_tables_forget(Cx *cx) MUST_CHECK;

/* The published views of cx->db (v_record, v_<form>, v_<form>__<field>): those of a past day,
 * showing what was known at its end, or the current ones again. One connection only. */
Err record_views_as_of(Cx *cx, Date day) MUST_CHECK;
Err record_views_current(Cx *cx) MUST_CHECK;

/* Health records (files): whoever has a current record of a form that opens one has one. */
enum { RECORD_FILES_MISSING_MOST = 200 };
typedef struct RecordFiles {
    int64_t residents; /* in sight, living and here, in the area */
    int64_t files;
} RecordFiles;
/* area: a code, or empty for everybody in sight. */
Err record_files_count(Cx *cx, Str area, RecordFiles *ret_files) MUST_CHECK;
/* The same for each township in sight, or (area: a township) each village: numbers only, also for
 * those who see no persons. By code; areas where nobody lives are left out. */
typedef struct RecordAreaFiles {
    Str area;
    Wording name;
    RecordFiles files;
} RecordAreaFiles;
Err record_files_by_area(Cx *cx, Str area, const RecordAreaFiles **ret_areas,
                         size_t *ret_n) MUST_CHECK;
/* The residents who have none, by area; the first RECORD_FILES_MISSING_MOST. One audit entry. */
Err record_files_missing(Cx *cx, Str area, const Uuid **ret_ids, size_t *ret_n) MUST_CHECK;
/* Of 100, two decimals; there must be residents. */
double record_files_percent(RecordFiles files);
