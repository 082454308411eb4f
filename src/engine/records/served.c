/* Who served, where, and how long ago: what a submission says of the service itself.
 *
 * The usual case (the writer served, at his own facility, lately) asks the database nothing. */
#include "access/access.h"
#include "engine/policy/policy_values.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/places.h"

static Str id_text(Cx *cx, Uuid id)
{
    char text[UUID_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(uuid_format(id, text)));
}

Err record_served_check(Cx *cx, const RecordDraft *draft, const Record *record,
                        const Record *amended)
{
    if (cx->actor->is_system || draft->is_refiled)
        return OK;
    bool amends = !uuid_is_nil(draft->amends), is_present = true;
    bool is_own = uuid_equals(record->performed_by, cx->actor->account)
                  || (amends && uuid_equals(record->performed_by, amended->performed_by));
    bool is_here = str_equals(record->facility, cx->actor->facility)
                   || (amends && str_equals(record->facility, amended->facility));
    if (!is_own)
        TRY(staff_is_present(cx, record->performed_by, draft->happened_on, (Str){0}, &is_present));
    if (!is_present)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_PERFORMER, STR("/performed_by"), 1,
                       id_text(cx, record->performed_by));
    if (!is_here)
        TRY(staff_is_present(cx, record->performed_by, draft->happened_on, record->facility,
                             &is_present));
    return is_present ? OK
                      : cx_fail(cx, ERR_INVALID, TEXT_RECORD_FACILITY, STR("/facility"), 1,
                                record->facility);
}

Err record_earliest(Cx *cx, const Form *form, Date *ret_day)
{
    const Policy *policy = NULL;
    *ret_day = DATE_NONE;
    if (str_is_empty(form->within))
        return OK;
    TRY(policy_of(cx, &policy));
    const FormParameter *parameter = policy_parameter(policy, form->within);
    ExprValue days = parameter == NULL ? EXPR_ABSENT : form_parameter_on(parameter, cx->today);
    if (days.type == EXPR_INTEGER)
        *ret_day = date_add_days(cx->today, -(int)days.as.integer);
    return OK;
}

Err record_lateness_check(Cx *cx, const Form *form, const RecordDraft *draft, const Record *amended)
{
    Date earliest = DATE_NONE, day = draft->happened_on;
    TRY(record_earliest(cx, form, &earliest));
    if (date_is_none(earliest) || date_compare(day, earliest) >= 0 || cx->actor->is_system
        || draft->is_refiled)
        return OK;
    if (!uuid_is_nil(draft->amends) && date_compare(day, amended->happened_on) == 0)
        return OK; /* its day was in time */
    char shown[DATE_TEXT_SIZE], first[DATE_TEXT_SIZE];
    Str days = str_printf(cx->arena, "%d", date_days_between(earliest, cx->today));
    if (!access_may(cx->actor, STR("records.backdate")))
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_TOO_LATE, STR("/happened_on"), 3,
                       str_from_c(date_format(day, shown)), days,
                       str_from_c(date_format(earliest, first)));
    if (str_is_empty(str_trim(draft->reason)))
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_LATE_REASON, STR("/reason"), 2,
                       str_from_c(date_format(day, shown)), days);
    return OK;
}

Err record_reason_keep(Cx *cx, const RecordDraft *draft)
{
    if (!uuid_is_nil(draft->amends) || str_is_empty(draft->reason))
        return OK;
    const RecordReasonInsertIn in = {
        .place = cx->place, .record_id = draft->id, .reason = draft->reason};
    return record_reason_insert(cx->db, &in, NULL);
}

Err record_reason_find(Cx *cx, Uuid id, Str *ret_reason)
{
    const RecordReasonOfIn in = {.place = cx->place, .record_id = id};
    RecordReasonOfRow row;
    bool found = false;
    TRY(record_reason_of(cx->db, cx->arena, &in, &row, &found));
    *ret_reason = found ? row.reason : STR("");
    return OK;
}

Err record_first(Cx *cx, const Form *form, Date *ret_day)
{
    const RecordFirstDayIn in = {cx->place, form->id};
    RecordFirstDayRow row = {.happened_on = DATE_NONE};
    bool is_there = false;
    Err err = record_first_day(cx->db, cx->arena, &in, &row, &is_there);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_day = is_there ? row.happened_on : DATE_NONE;
    return OK;
}

Err record_performer_name(Cx *cx, Uuid id, Str *ret_name)
{
    const size_t problem_n = cx->problem_n;
    Account account = {0};
    Err err = account_open(cx, id, &account);
    *ret_name = account.name;
    if (err != ERR_NOT_FOUND)
        return err;
    cx->problem_n = problem_n; /* who has no account is of the staff */
    err = staff_name(cx, id, ret_name);
    return err == OK ? OK : cx_fail_db(cx, err);
}
