/* Private to engine/records: the statements of a form's tables and what the files share. */
#pragma once

#include "base/os_crypto.h"
#include "engine/records/records.h"
#include "form/answers_sql.h"
#include "pack/pack.h"

/* One answer table: the form's own (child NULL), or that of a several-choice field or of rows. */
typedef struct RecordTable {
    const FormField *child;
    size_t child_field;     /* index of child in the form */
    bool is_read_later;     /* some expression of the form reads it as previous.<field> */
    const FormField *parts; /* what `fields` indexes: the form's fields or the child's sub-fields */
    const size_t *fields;   /* those with a column, in order */
    size_t field_n;
    const char *name;
    const DbColumn *columns; /* of the table, in the order of the insert's parameters */
    DbStatement insert;
    DbStatement of_record, of_subject, each;
    DbStatement page;
    DbStatement of_many;
    DbStatement previous; /* of the own table only */
} RecordTable;

enum { EARLIER_HEADER_N = 2, PREVIOUS_IN_N = 7, PAGE_IN_N = 14 };

typedef struct RecordForm {
    const Form *form;
    RecordTable own;
    RecordTable *children;
    size_t child_n;
    const size_t *listed; /* fields of the own table that lists show */
    size_t listed_n;
    DbStatement listed_of_subject, latest, latest_few; /* these fields of it only */
    bool lists_sealed;                                 /* lists show a sealed field too */
    bool reads_previous;                               /* some expression reads previous.* */
    bool reads_programs;                               /* some expression reads subject.programs */
    const size_t *earlier_fields;                      /* those of the own table that it reads */
    size_t earlier_n;
    DbStatement earlier; /* the previous record: id, day, these fields */
    bool keeps_facts;    /* some field keeps a fact of the resident */
    bool has_sealed;     /* and is sealed */
    bool has_attachments;
    bool is_about_resident;
    bool has_references; /* some field names a facility, an area, staff or a subject */
} RecordForm;

struct RecordForms {
    Map by_id; /* form id -> RecordForm * */
    const Form *const *forms;
    size_t form_n;
};

/* NULL when the set has no such form. */
const RecordForm *record_form_find(const Cx *cx, Str id);
/* The statements of a form that stands in no set. */
const RecordForm *record_form_make(Arena *arena, const Form *form);
/* tables.c: the form as its tables keep it, fields that no pack has any more too; NULL when the
 * database has none of that id. */
Err record_form_stored(Cx *cx, Str id, const Form **ret_form) MUST_CHECK;

DbType record_db_type(FieldType type);
DbValue record_value_to_db(const FormField *field, ExprValue value);
ExprValue record_value_from_db(const FormField *field, DbValue value, Arena *arena);

/* The day whose knowledge is asked for: cx->as_of, or the end of time. */
Date record_known_on(const Cx *cx);
/* Notes that nobody in sight has the id; ERR_NOT_FOUND. */
Err record_subject_not_found(Cx *cx, Uuid id) MUST_CHECK;

/* answers.c */
Err record_answers_insert(Cx *cx, const RecordForm *form, Uuid id,
                          const FormAnswers *answers) MUST_CHECK;
/* The header and answers of the current row of a main read (child tables are left empty). */
void record_row_take(const RecordForm *form, const DbRows *rows, Arena *arena, Record *ret_record);
/* The fields that lists show, from column `at` of the current row on; all others are absent. */
const FormAnswers *record_listed_take(const RecordForm *form, const DbRows *rows, size_t at,
                                      Arena *arena);
/* The header of the current row of a read that begins with it. */
Record record_header_take(const RecordForm *form, const DbRows *rows, Arena *arena);
/* Puts the current row of a child read into the answers of its record. */
void record_child_take(const RecordTable *child, const DbRows *rows, Arena *arena,
                       const FormAnswers *answers);
/* The same of a read whose code, or number of the row, stands in column `at`. */
void record_child_take_at(const RecordTable *child, const DbRows *rows, size_t at, Arena *arena,
                          const FormAnswers *answers);
/* Reads the answers of one record, child tables and sealed answers too. */
Err record_answers_read(Cx *cx, const RecordForm *form, Record *record) MUST_CHECK;
/* The child tables alone; !whole: those that expressions read as previous.<field>. */
Err record_children_read(Cx *cx, const RecordForm *form, Uuid id, bool whole,
                         const FormAnswers *answers) MUST_CHECK;

/* Whom the record was written for: its sealed answers are bound to them, whoever it is filed under.
 */
static inline Uuid record_whom_of(const Record *record)
{
    return uuid_is_nil(record->written_for) ? record->subject : record->written_for;
}

/* sealed.c. The sealed text of what the record (id, subject, answers) says of its subject; empty
 * when nothing. is_shown NULL: fields that are answered or always asked. */
Str record_sealed_content(Cx *cx, const RecordForm *form, const Record *record,
                          const bool *is_shown);
Err record_sealed_insert(Cx *cx, const RecordForm *form, const Record *record,
                         const bool *is_shown) MUST_CHECK;
/* Puts the sealed answers into those of the record; into those of every record in by_id (by the
 * bytes of its id), all of one subject: !whole: only those that lists show. */
Err record_sealed_read(Cx *cx, const RecordForm *form, const Record *record) MUST_CHECK;
Err record_sealed_read_all(Cx *cx, Uuid subject, const Map *by_id, bool whole) MUST_CHECK;
/* The next thing that an unsealed text of record_sealed says; false at the end. */
typedef struct SealedPart {
    Str field, fact, text;
} SealedPart;
bool record_sealed_part(Str *content, SealedPart *ret_part);
Err record_sealed_open(Cx *cx, Uuid entry, Uuid id, Str sealed, Str *ret_content) MUST_CHECK;
/* Makes the resident's facts what his newest current records say. Inside a write. */
Err record_facts_derive(Cx *cx, Uuid subject) MUST_CHECK;
/* Whether they are that already. */
Err record_facts_are_right(Cx *cx, Uuid subject, bool *ret_are_right) MUST_CHECK;

/* Which record is previous: the newest current one of the form and subject before the day, or on it
 * with a smaller id than before_id. */
typedef struct PreviousOf {
    Uuid subject;
    Date day;
    Uuid before_id;
    Uuid not_id; /* a record that does not count */
} PreviousOf;

/* read.c: without the caller's scope being asked again. What expressions read of the previous
 * record: its day (DATE_NONE: there is none) and the answers that some of them names; the others
 * are absent. */
Err record_earlier_find(Cx *cx, const RecordForm *form, const PreviousOf *of, Date *ret_happened_on,
                        const ExprValue **ret_values) MUST_CHECK;

void record_earlier_ahead(Cx *cx, const RecordForm *form, const PreviousOf *of);

/* The header within the caller's scope, ended or not; ret_form tells its form. */
Err record_header_find(Cx *cx, Uuid id, bool *ret_found, Str *ret_form,
                       Record *ret_record) MUST_CHECK;

/* records.c: ERR_FORBIDDEN unless the actor may void records, be it his own only. */
Err record_may_void_some(Cx *cx) MUST_CHECK;

/* submit.c */
Err record_end_write(Cx *cx, Uuid id, int64_t rev, Uuid amended_by, Str reason) MUST_CHECK;
Err record_hooks_run(Cx *cx, const RecordChange *change) MUST_CHECK;

/* drafts.c: whether the person is in sight, and a form of its class; with a problem otherwise. */
Err record_write_sight(Cx *cx, Uuid subject, Str form) MUST_CHECK;

/* attachments.c: whether the writer sent the files that the answers name (and `amended`, or NULL,
 * does not); the references to them; how many each record of a subject names (by the bytes of its
 * id); keeping what was sent for a person as long as a draft about him. */
enum { RECORD_FILE_SHORT = 8 }; /* digits of a file's name that people are shown */
Err record_attachments_check(Cx *cx, const RecordDraft *draft, const RecordForm *form,
                             const FormAnswers *amended) MUST_CHECK;
Err record_attachments_insert(Cx *cx, const RecordForm *form, Uuid id,
                              const FormAnswers *answers) MUST_CHECK;
Err record_attachments_count(Cx *cx, Uuid subject, const Map *by_id) MUST_CHECK;
Err record_attachments_renew(Cx *cx, Uuid subject) MUST_CHECK;
/* attachments_read.c */
enum { ATTACHMENT_PART_BYTES = 32 * 1024 }; /* so that a thousand rows fit in memory */
Str attachment_hash(Cx *cx, Str bytes);
/* What a part is bound to: its file, its number and how many there are. */
Str attachment_part_bound(Cx *cx, Str hash, size_t part, size_t n);
size_t attachment_part_count(int64_t bytes);

/* served.c: the performer is the writer, who performed what is amended, or on duty that day below
 * the writer's facility; the facility goes with it. Then the day; then the reason of an original.
 */
Err record_served_check(Cx *cx, const RecordDraft *draft, const Record *record,
                        const Record *amended) MUST_CHECK;
Err record_lateness_check(Cx *cx, const Form *form, const RecordDraft *draft,
                          const Record *amended) MUST_CHECK;
Err record_reason_keep(Cx *cx, const RecordDraft *draft) MUST_CHECK;
Err record_reason_find(Cx *cx, Uuid id, Str *ret_reason) MUST_CHECK;
/* register.c: subjects that are no residents. ret_found: of the form's kind and in sight; is_known:
 * something has the id, in sight or not. ERR_INVALID when it is of another kind. */
Err record_other_find(Cx *cx, const Form *form, Uuid id, bool *ret_found,
                      bool *ret_is_known) MUST_CHECK;
/* What fields name is there, and whoever registers answers for it himself or from above. */
Err record_references_check(Cx *cx, const Form *form, const RecordDraft *draft) MUST_CHECK;

/* content.c: SHA-256 over what was submitted, but for the form's version. Sealed answers enter as
 * keyed hashes, so that nobody can try values against it without the key. */
Sha256 record_content_hash(const Cx *cx, const RecordForm *form, const Record *record, Str reason,
                           const FormAnswers *answers);
/* With the version: what is stored. */
Sha256 record_content_versioned(Sha256 unversioned, Str form_version);

/* What the audit says of a submission: its form and the hash in the header (marked), and the hash
 * of what was stored where that is not what was sent (content), because a field was hidden or
 * rounded. */
Str record_stored_mark(const Cx *cx, const RecordForm *form, const Record *record, Str reason,
                       Sha256 content, Str marked);
