/* Submitting a record: one write on the writer's thread, in which everything is judged anew, so
 * that what is judged is what is stored.
 *
 * The usual case asks nothing twice: whether the id is taken is asked with the subject, and only
 * when it is taken, or when something refuses the record, is the stored content compared. A
 * repeated submission is thus answered like the first even when the world has moved on (the amended
 * record ended, by this very amendment; the day's limits passed). */
#include "access/access.h"
#include "base/encoding.h"
#include "core/core_sql.h"
#include "core/place.h"
#include "engine/policy/policy_values.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/residents.h"

static const RecordHook *installed_hooks;

static RecordPrograms installed_programs;

void record_set_hooks(const RecordHook *hooks)
{
    installed_hooks = hooks;
}

void record_set_programs(RecordPrograms programs)
{
    installed_programs = programs;
}

static const RecordReading *installed_reading;

void record_set_reading(const RecordReading *reading)
{
    installed_reading = reading;
}

Err record_hooks_run(Cx *cx, const RecordChange *change)
{
    for (const RecordHook *hook = installed_hooks; hook != NULL && *hook != NULL; hook++)
        TRY((*hook)(cx, change));
    return OK;
}

Err record_treating_hook(Cx *cx, const RecordChange *change)
{
    int64_t days = 0;
    if (change->added == NULL || !str_equals_c(change->form->subject, "resident"))
        return OK;
    TRY(policy_whole_on(cx, STR("treating_days"), cx->today, &days));
    return relation_treat(cx, change->added->subject, days);
}

typedef struct Submission {
    RecordDraft *draft;
    const RecordForm *form;
    RecordReceipt *receipt;
    bool is_written; /* its header is on the way into this transaction */
    bool has_subject, is_known;
    Record record; /* the header, while it is made */
    Record amended;
    RecordPerson person;
    FormResult result;
    Sha256 content; /* of what was sent, before it was judged */
    Sha256 hash;
    const void *read; /* for the hooks */
} Submission;

/* An amendment stands where the amended record stood. */
static PreviousOf previous_of(const Submission *submission)
{
    const RecordDraft *draft = submission->draft;
    bool amends = !uuid_is_nil(draft->amends);
    return (PreviousOf){submission->record.subject, draft->happened_on,
                        amends ? draft->amends : draft->id, draft->amends};
}

static RecordSubjectIn subject_in(const Cx *cx, const Submission *submission, Uuid id)
{
    return (RecordSubjectIn){.place = cx->place, .subject = id, .id = submission->draft->id};
}

/* What a usual submission will read, in one round trip. Whoever turns out to be kept under another
 * person is asked for again. */
static void ask_ahead(Cx *cx, const Submission *submission)
{
    const RecordForm *form = submission->form;
    const RecordSubjectIn in = subject_in(cx, submission, submission->draft->subject);
    if (!form->is_about_resident)
        return;
    record_subject_ahead(cx->db, access_scope(cx), &in);
    policy_ahead(cx);
    if (form->reads_previous) {
        const PreviousOf previous = previous_of(submission);
        record_earlier_ahead(cx, form, &previous);
    }
    if (installed_reading != NULL)
        installed_reading->ahead(cx, form->form, in.subject);
}

/* In sight, as an entry that is a person of its own. */
static Err find_person(Cx *cx, Submission *submission, Uuid id)
{
    const RecordSubjectIn in = subject_in(cx, submission, id);
    RecordSubjectRow row;
    bool found = false;
    TRY(record_subject(cx->db, access_scope(cx), cx->arena, &in, &row, &found));
    submission->record.subject = id;
    submission->has_subject = found && uuid_is_nil(row.merged_into);
    if (!submission->has_subject)
        return OK;
    submission->is_known = row.has_known_rev;
    submission->person = (RecordPerson){row.area_code,     row.sex,     row.birth_date,
                                        row.registered_on, row.died_on, row.left_on};
    return OK;
}

/* Facilities, areas, staff and declared kinds; a register form may name one that is yet to be. */
static Err find_other(Cx *cx, Submission *submission)
{
    const Form *form = submission->form->form;
    Uuid id = submission->draft->subject;
    bool is_known = false;
    submission->record.subject = id;
    submission->person = (RecordPerson){.area_code = STR(""),
                                        .sex = STR(""),
                                        .birth_date = DATE_NONE,
                                        .registered_on = DATE_NONE,
                                        .died_on = DATE_NONE,
                                        .left_on = DATE_NONE};
    const RecordKnownIn in = {.place = cx->place, .id = submission->draft->id};
    RecordKnownRow ignored;
    TRY(record_known(cx->db, cx->arena, &in, &ignored, &submission->is_known));
    TRY(record_other_find(cx, form, id, &submission->has_subject, &is_known));
    if (submission->has_subject)
        return OK;
    bool begins = form->registers != NULL && !is_known && !uuid_is_nil(id);
    submission->has_subject = begins;
    if (begins)
        return OK;
    char text[UUID_TEXT_SIZE];
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/subject"), 1,
                   str_copy(cx->arena, str_from_c(uuid_format(id, text))));
}

static Err find_subject(Cx *cx, Submission *submission)
{
    if (!submission->form->is_about_resident)
        return find_other(cx, submission);
    Uuid asked = submission->draft->subject, person = asked;
    TRY(find_person(cx, submission, asked));
    if (!submission->has_subject)
        TRY(resident_person(cx, &person)); /* merged into another, who may be in sight */
    if (!uuid_equals(person, asked)) {
        submission->record.written_for = asked;
        TRY(find_person(cx, submission, person));
    }
    if (!submission->has_subject) {
        char id[UUID_TEXT_SIZE];
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/subject"), 1,
                       str_copy(cx->arena, str_from_c(uuid_format(person, id))));
    }
    return OK;
}

/* Who does not see what is of the form's class does not write it either. */
static Err check_class(Cx *cx, const Submission *submission)
{
    const Form *form = submission->form->form;
    bool sees_form = false;
    TRY(access_sees_class_of(cx, submission->record.subject, form->sensitivity, &sees_form));
    return sees_form ? OK : cx_fail(cx, ERR_FORBIDDEN, TEXT_FORM_CLOSED, STR("/form"), 1, form->id);
}

/* A form that was open while its pack was replaced is judged by the version now in force. */
static Err check_version(Cx *cx, const Submission *submission)
{
    const Form *form = submission->form->form;
    Str version = submission->draft->form_version;
    if (str_is_empty(version) || str_equals(version, form->version))
        return OK;
    const PackVersionSeenIn in = {.place = cx->place, .pack = form->pack, .version = version};
    PackVersionSeenRow ignored;
    bool found;
    TRY(pack_version_seen(cx->db, cx->arena, &in, &ignored, &found));
    return found ? OK
                 : cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_VERSION, STR("/form_version"), 2,
                           form->id, version);
}

static Err check_day(Cx *cx, const Submission *submission)
{
    Date day = submission->draft->happened_on;
    if (date_is_none(day))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/happened_on"), 1,
                       STR("happened_on"));
    char text[DATE_TEXT_SIZE];
    Str shown = str_copy(cx->arena, str_from_c(date_format(day, text)));
    if (date_compare(day, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_IN_FUTURE, STR("/happened_on"), 1, shown);
    Date birth = submission->person.birth_date;
    if (!date_is_none(birth) && date_compare(day, birth) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_BEFORE_BIRTH, STR("/happened_on"), 1, shown);
    return OK;
}

/* An amendment is written for whom the amended record was written for: the two stay together. */
static Err follow_amended(Cx *cx, Submission *submission)
{
    const RecordWhomIn in = {.place = cx->place, .id = submission->draft->amends};
    RecordWhomRow row;
    bool found;
    TRY(record_whom(cx->db, cx->arena, &in, &row, &found));
    ENSURE(found);
    submission->record.written_for = uuid_equals(row.whom, row.subject_id) ? UUID_NIL : row.whom;
    return OK;
}

static Err find_amended(Cx *cx, Submission *submission)
{
    const RecordDraft *draft = submission->draft;
    if (uuid_is_nil(draft->amends))
        return OK;
    if (str_is_empty(str_trim(draft->reason)))
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/reason"), 0);
    bool found;
    Str form;
    TRY(record_header_find(cx, draft->amends, &found, &form, &submission->amended));
    if (!found) {
        char id[UUID_TEXT_SIZE];
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/amends"), 1,
                       str_copy(cx->arena, str_from_c(uuid_format(draft->amends, id))));
    }
    if (!str_equals(form, draft->form)
        || !uuid_equals(submission->amended.subject, submission->record.subject))
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_AMENDS_OTHER, STR("/amends"), 0);
    if (submission->amended.is_ended)
        return cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_ENDED, STR("/amends"), 0);
    TRY(follow_amended(cx, submission));
    return record_answers_read(cx, submission->form, &submission->amended);
}

static Str issue_where(Cx *cx, const Form *form, const FormIssue *issue)
{
    if (issue->field == SIZE_MAX)
        return STR("/answers");
    const FormField *field = &form->fields[issue->field];
    if (issue->row == SIZE_MAX)
        return str_printf(cx->arena, "/answers/%.*s", STR_ARG(field->id));
    if (issue->row_field == SIZE_MAX)
        return str_printf(cx->arena, "/answers/%.*s/%zu", STR_ARG(field->id), issue->row);
    return str_printf(cx->arena, "/answers/%.*s/%zu/%.*s", STR_ARG(field->id), issue->row,
                      STR_ARG(field->rows[issue->row_field].id));
}

static const char *issue_key(FormIssueKind kind)
{
    switch (kind) {
    case ISSUE_REQUIRED: return "ANSWER_REQUIRED";
    case ISSUE_TYPE: return "ANSWER_TYPE";
    case ISSUE_RANGE: return "ANSWER_RANGE";
    case ISSUE_USUAL: return "ANSWER_USUAL";
    case ISSUE_CODE: return "ANSWER_CODE";
    case ISSUE_EXCLUSIVE: return "ANSWER_EXCLUSIVE";
    case ISSUE_LENGTH: return "ANSWER_LENGTH";
    case ISSUE_ROWS: return "ANSWER_ROWS";
    case ISSUE_CHECK: return "ANSWER_CHECK";
    }
    return "ANSWER_CHECK";
}

static Err refuse_issues(Cx *cx, const Form *form, const FormResult *result)
{
    if (!result->has_hard && !result->has_unconfirmed)
        return OK;
    for (size_t i = 0; i < result->issue_n; i++) {
        const FormIssue *issue = &result->issues[i];
        if (!issue->is_hard && issue->is_confirmed)
            continue;
        problem_add(cx, (Problem){.err = ERR_INVALID,
                                  .key = issue_key(issue->kind),
                                  .text = issue->message,
                                  .where = issue_where(cx, form, issue),
                                  .is_soft = !issue->is_hard,
                                  .confirm = issue->is_hard ? (Str){0} : issue->key});
    }
    return ERR_INVALID;
}

/* As on a day: that of the submission. */
static Err evaluate(Cx *cx, Submission *submission, Date day)
{
    RecordDraft *draft = submission->draft;
    FormContext context = {.happened_on = draft->happened_on,
                           .today = day,
                           .subject_sex = submission->person.sex,
                           .subject_birth_date = submission->person.birth_date,
                           .previous_happened_on = DATE_NONE};
    TRY(policy_form(cx, submission->form->form, &context.parameters));
    if (submission->form->reads_programs && installed_programs != NULL)
        TRY(installed_programs(cx, submission->record.subject, draft->happened_on,
                               &context.subject_programs, &context.subject_program_n));
    if (submission->form->reads_previous) {
        const PreviousOf previous = previous_of(submission);
        TRY(record_earlier_find(cx, submission->form, &previous, &context.previous_happened_on,
                                &context.previous));
    }
    form_evaluate(submission->form->form, &context, draft->answers, cx->arena, &submission->result);
    return OK;
}

static Err judge(Cx *cx, Submission *submission)
{
    TRY(evaluate(cx, submission, cx->today));
    return refuse_issues(cx, submission->form->form, &submission->result);
}

static Err insert_header(Cx *cx, const Submission *submission)
{
    const Record *record = &submission->record;
    const RecordInsertIn in = {
        .place = cx->place,
        .id = record->id,
        .rev = record->rev,
        .form = record->form,
        .form_version = record->form_version,
        .subject_kind = submission->form->form->subject,
        .subject_id = record->subject,
        .facility = record->facility,
        .performed_by = record->performed_by,
        .recorded_by = record->recorded_by,
        .happened_on = record->happened_on,
        .recorded_on = date_of_instant(record->recorded_at),
        .recorded_at = record->recorded_at,
        .amends = record->amends,
        .written_for = record->written_for,
        .content_hash = {(const char *)submission->hash.bytes, SHA256_SIZE},
    };
    return record_insert(cx->db, &in);
}

Err record_end_write(Cx *cx, Uuid id, int64_t rev, Uuid amended_by, Str reason)
{
    const RecordEndInsertIn in = {.place = cx->place,
                                  .record_id = id,
                                  .rev = rev,
                                  .ended_on = date_of_instant(cx->now),
                                  .ended_at = cx->now,
                                  .amended_by = amended_by,
                                  .reason = reason,
                                  .ended_by = cx->actor->account};
    int64_t changed;
    TRY(record_end_insert(cx->db, &in, &changed));
    if (changed == 0)
        return cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_ENDED, (Str){0}, 0);
    return OK;
}

/* After what is amended has ended. */
static Err keep_facts(Cx *cx, const Submission *submission)
{
    if (!submission->form->keeps_facts)
        return OK;
    TRY(record_sealed_insert(cx, submission->form, &submission->record,
                             submission->result.is_shown));
    return record_facts_derive(cx, submission->record.subject);
}

/* What was judged is hashed once more only where it is not what was sent. */
static Str stored_mark(Cx *cx, const Submission *submission)
{
    const Record *record = &submission->record;
    Str sent = hex_encode(cx->arena, (Str){(const char *)submission->hash.bytes, SHA256_SIZE});
    Str marked =
        str_printf(cx->arena, "%.*s" RECORD_MARK_SENT "%.*s", STR_ARG(record->form), STR_ARG(sent));
    if (!submission->result.has_changed && uuid_is_nil(record->written_for))
        return marked;
    return record_stored_mark(cx, submission->form, record, submission->draft->reason,
                              submission->content, marked);
}

static Err store(Cx *cx, Submission *submission)
{
    Record *record = &submission->record;
    TRY(place_rev_take(cx, &record->rev));
    submission->is_written = true;
    TRY(insert_header(cx, submission));
    TRY(record_answers_insert(cx, submission->form, record->id, submission->draft->answers));
    if (submission->form->has_attachments)
        TRY(record_attachments_insert(cx, submission->form, record->id,
                                      submission->draft->answers));
    bool amends = !uuid_is_nil(record->amends);
    if (amends)
        TRY(record_end_write(cx, record->amends, record->rev, record->id,
                             submission->draft->reason));
    TRY(record_reason_keep(cx, submission->draft));
    record->answers = submission->draft->answers;
    TRY(keep_facts(cx, submission));
    const RecordChange change = {.added = record,
                                 .form = submission->form->form,
                                 .ended = amends ? &submission->amended : NULL,
                                 .person = &submission->person,
                                 .read = submission->read};
    TRY(record_hooks_run(cx, &change));
    return audit_add(cx,
                     &(AuditEntry){.action = amends ? STR("record.amend") : STR("record.submit"),
                                   .subject = record->subject,
                                   .object = record->id,
                                   .detail = stored_mark(cx, submission)});
}

/* While what was asked ahead is still true: a write drops it. */
static Err read_for_hooks(Cx *cx, Submission *submission)
{
    if (installed_reading == NULL || !submission->form->is_about_resident)
        return OK;
    return installed_reading->read(cx, submission->form->form, submission->record.subject,
                                   &submission->read);
}

static Err check_and_store(Cx *cx, Submission *submission)
{
    ask_ahead(cx, submission);
    TRY(find_subject(cx, submission));
    TRY(check_class(cx, submission));
    if (submission->is_known)
        return ERR_CONFLICT; /* submit_work compares the content */
    TRY(check_version(cx, submission));
    TRY(check_day(cx, submission));
    TRY(find_amended(cx, submission));
    TRY(record_served_check(cx, submission->draft, &submission->record, &submission->amended));
    TRY(record_lateness_check(cx, submission->form->form, submission->draft, &submission->amended));
    TRY(judge(cx, submission));
    if (submission->form->has_attachments)
        TRY(record_attachments_check(cx, submission->draft, submission->form,
                                     submission->amended.answers));
    if (submission->form->has_references)
        TRY(record_references_check(cx, submission->form->form, submission->draft));
    TRY(read_for_hooks(cx, submission));
    return store(cx, submission);
}

static void begin_record(Cx *cx, Submission *submission)
{
    const RecordDraft *draft = submission->draft;
    submission->record = (Record){
        .id = draft->id,
        .form = draft->form,
        .form_version = submission->form->form->version,
        .subject = draft->subject,
        .facility = str_is_empty(draft->facility) ? cx->actor->facility : draft->facility,
        .performed_by = uuid_is_nil(draft->performed_by) ? cx->actor->account : draft->performed_by,
        .recorded_by = cx->actor->account,
        .happened_on = draft->happened_on,
        .recorded_at = cx->now,
        .amends = draft->amends,
    };
}

/* The advice as it was given when the record was made, by what was known on that day: the answers
 * are the same as those stored. */
static Err advise_again(Cx *cx, Submission *submission, Instant recorded_at)
{
    RecordReceipt *receipt = submission->receipt;
    receipt->sees_subject = submission->has_subject;
    if (!submission->has_subject)
        return OK;
    Date as_of = cx->as_of, day = date_of_instant(recorded_at);
    cx->as_of = day;
    Err err = evaluate(cx, submission, day);
    cx->as_of = as_of;
    TRY(err);
    receipt->advice = submission->result.advice;
    receipt->advice_n = submission->result.advice_n;
    return OK;
}

/* Whether the id is taken, and by the same content from the same submitter. */
static Err compare_known(Cx *cx, Submission *submission, bool *ret_is_same)
{
    const RecordKnownIn in = {.place = cx->place, .id = submission->draft->id};
    RecordKnownRow known;
    bool found;
    TRY(record_known(cx->db, cx->arena, &in, &known, &found));
    *ret_is_same = false;
    if (!found)
        return OK;
    /* Who names no version means the one in force when it was first sent. */
    Str version = str_is_empty(submission->draft->form_version) ? known.form_version
                                                                : submission->draft->form_version;
    const Sha256 sent = record_content_versioned(submission->content, version);
    *ret_is_same = str_equals(known.content_hash, (Str){(const char *)sent.bytes, SHA256_SIZE});
    if (!*ret_is_same)
        return OK;
    *submission->receipt =
        (RecordReceipt){.id = submission->draft->id, .rev = known.rev, .was_known = true};
    return advise_again(cx, submission, known.recorded_at);
}

static Err submit_work(Cx *cx, void *arg)
{
    Submission *submission = arg;
    begin_record(cx, submission);
    submission->content =
        record_content_hash(cx, submission->form, &submission->record, submission->draft->reason,
                            submission->draft->answers);
    Str version =
        submission->draft->form_version; /* as sent, so that it is known when sent again */
    submission->hash = record_content_versioned(
        submission->content, str_is_empty(version) ? submission->record.form_version : version);
    size_t problem_n = cx->problem_n;
    Err err = check_and_store(cx, submission);
    if (err == OK) {
        *submission->receipt = (RecordReceipt){.id = submission->record.id,
                                               .rev = submission->record.rev,
                                               .sees_subject = true,
                                               .advice = submission->result.advice,
                                               .advice_n = submission->result.advice_n};
        return OK;
    }
    if (submission->is_written
        || (err != ERR_CONFLICT && err != ERR_INVALID && err != ERR_NOT_FOUND))
        return err;
    bool is_same;
    TRY(compare_known(cx, submission, &is_same));
    if (is_same) {
        cx->problem_n = problem_n;
        return OK;
    }
    if (err == ERR_CONFLICT && cx->problem_n == problem_n)
        return cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_CONFLICT, STR("/id"), 0);
    return err;
}

Err record_submit(Cx *cx, RecordDraft *draft, RecordReceipt *ret_receipt)
{
    TRY(access_require(cx, STR("records.write")));
    const RecordForm *form = record_form_find(cx, draft->form);
    if (form == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, STR("/form"), 1, draft->form);
    if (uuid_is_nil(draft->id))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/id"), 1, STR("id"));
    RecordReceipt receipt = {0};
    Submission submission = {.draft = draft, .form = form, .receipt = &receipt};
    TRY(cx_write(cx, submit_work, &submission));
    *ret_receipt = receipt;
    return OK;
}
