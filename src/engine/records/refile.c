/* Whom records are about, when that was wrong or has changed: a record filed about the wrong person
 * is voided and written again in one step; records follow a merge of two entries of the register,
 * and go back when it is undone. */
#include "access/access.h"
#include "base/vec.h"
#include "core/core_sql.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/residents.h"

typedef struct Refiling {
    Uuid id, new_id, subject;
    Str reason;
    RecordReceipt *receipt;
} Refiling;

/* What was asked for confirmation when the answers were first written was confirmed then. */
static bool confirm_all(Cx *cx, size_t first, FormAnswers *answers)
{
    VEC(Str) keys = {0};
    for (size_t i = first; i < cx->problem_n; i++) {
        if (!cx->problems[i].is_soft)
            return false;
        VEC_PUSH(cx->arena, &keys, cx->problems[i].confirm);
    }
    answers->confirmed = keys.items;
    answers->confirmed_n = keys.n;
    return keys.n > 0;
}

static Err submit_again(Cx *cx, RecordDraft *draft, RecordReceipt *receipt)
{
    size_t first = cx->problem_n;
    Err err = record_submit(cx, draft, receipt);
    if (err != ERR_INVALID || !confirm_all(cx, first, draft->answers))
        return err;
    cx->problem_n = first;
    return record_submit(cx, draft, receipt);
}

static Err read_record(Cx *cx, Uuid id, Record *record)
{
    bool found;
    Str form_id;
    TRY(record_header_find(cx, id, &found, &form_id, record));
    if (!found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("record"));
    const RecordForm *form = record_form_find(cx, form_id);
    if (form == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, form_id);
    return record_answers_read(cx, form, record);
}

static Err refile_work(Cx *cx, void *arg)
{
    const Refiling *refiling = arg;
    Record record = {0};
    Uuid person = refiling->subject;
    TRY(read_record(cx, refiling->id, &record));
    TRY(resident_person(cx, &person));
    if (uuid_equals(person, record.subject))
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_REFILE_SAME, STR("/subject"), 0);
    TRY(record_void(cx, record.id, refiling->reason));
    FormAnswers answers = *record.answers;
    RecordDraft draft = {.id = refiling->new_id,
                         .form = record.form,
                         .subject = refiling->subject,
                         .happened_on = record.happened_on,
                         .performed_by = record.performed_by,
                         .facility = record.facility,
                         .answers = &answers,
                         .is_refiled = true};
    return submit_again(cx, &draft, refiling->receipt);
}

Err record_refile(Cx *cx, Uuid id, Uuid new_id, Uuid subject, Str reason,
                  RecordReceipt *ret_receipt)
{
    TRY(record_may_void_some(cx));
    TRY(access_require(cx, STR("records.write")));
    RecordReceipt receipt = {0};
    Refiling refiling = {id, new_id, subject, reason, &receipt};
    TRY(cx_write(cx, refile_work, &refiling));
    *ret_receipt = receipt;
    return OK;
}

Err record_resident_hook(Cx *cx, const ResidentChange *change)
{
    if (uuid_is_nil(change->filed_from))
        return OK;
    const RecordFileIn in = {
        .place = cx->place, .filed_from = change->filed_from, .person = change->resident};
    TRY(record_file(cx->db, &in, NULL));
    TRY(record_facts_derive(cx, change->filed_from));
    return record_facts_derive(cx, change->resident);
}
