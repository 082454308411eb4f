/* Voiding a record. */
#include "access/access.h"
#include "core/core_sql.h"
#include "core/place.h"
#include "engine/policy/policy_values.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

typedef struct {
    Uuid id;
    Str reason;
} Voiding;

static Err check_may(Cx *cx, const Form *form, const Record *record)
{
    bool may = false;
    TRY(record_may_void(cx, form, record, &may));
    return may ? OK : cx_fail(cx, ERR_FORBIDDEN, TEXT_RECORD_VOID_OTHERS, (Str){0}, 0);
}

/* It has ended: the same voiding sent again was done already, anything else comes too late. */
static Err void_again(Cx *cx, const Voiding *voiding)
{
    const RecordEndKnownIn in = {.place = cx->place, .record_id = voiding->id};
    RecordEndKnownRow known;
    bool found;
    TRY(record_end_known(cx->db, cx->arena, &in, &known, &found));
    if (found && uuid_is_nil(known.amended_by) && uuid_equals(known.ended_by, cx->actor->account)
        && str_equals(known.reason, voiding->reason))
        return OK;
    return cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_ENDED, (Str){0}, 0);
}

static Err void_work(Cx *cx, void *arg)
{
    const Voiding *voiding = arg;
    bool found;
    Str form_id;
    Record record;
    TRY(record_header_find(cx, voiding->id, &found, &form_id, &record));
    if (!found) {
        char id[UUID_TEXT_SIZE];
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1,
                       str_copy(cx->arena, str_from_c(uuid_format(voiding->id, id))));
    }
    const RecordForm *form = record_form_find(cx, form_id);
    if (form == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, form_id);
    if (record.is_ended) /* its days may have gone since; only who voided it is answered */
        return void_again(cx, voiding);
    TRY(check_may(cx, form->form, &record));
    TRY(record_answers_read(cx, form, &record));
    int64_t rev = 0;
    TRY(place_rev_take(cx, &rev));
    TRY(record_end_write(cx, record.id, rev, UUID_NIL, voiding->reason));
    if (form->keeps_facts)
        TRY(record_facts_derive(cx, record.subject));
    record.is_ended = true;
    record.end_reason = voiding->reason;
    record.ended_at = cx->now;
    TRY(record_hooks_run(cx, &(RecordChange){.form = form->form, .ended = &record}));
    return audit_add(cx, &(AuditEntry){.action = STR("record.void"),
                                       .subject = record.subject,
                                       .object = record.id,
                                       .detail = form_id});
}

/* A form that takes any day sets no days for voiding either: the county does, from the writing on.
 */
static Err void_own_ends(Cx *cx, const Form *form, const Record *record, bool *ret_has_ended)
{
    Date earliest = DATE_NONE;
    int64_t days = 0;
    TRY(record_earliest(cx, form, &earliest));
    *ret_has_ended = date_compare(record->happened_on, earliest) < 0;
    if (!date_is_none(earliest))
        return OK;
    TRY(policy_whole_on(cx, STR("void_own_days"), cx->today, &days));
    *ret_has_ended = date_days_between(date_of_instant(record->recorded_at), cx->today) > days;
    return OK;
}

Err record_may_void(Cx *cx, const Form *form, const Record *record, bool *ret_may)
{
    bool has_ended = false;
    *ret_may = access_may(cx->actor, STR("records.void"));
    if (*ret_may || !access_may(cx->actor, STR("records.void_own"))
        || !uuid_equals(record->recorded_by, cx->actor->account))
        return OK;
    TRY(void_own_ends(cx, form, record, &has_ended));
    *ret_may = !has_ended;
    return OK;
}

Err record_may_void_some(Cx *cx)
{
    return access_may(cx->actor, STR("records.void")) ? OK
                                                      : access_require(cx, STR("records.void_own"));
}

Err record_void(Cx *cx, Uuid id, Str reason)
{
    TRY(record_may_void_some(cx));
    Voiding voiding = {id, str_trim(reason)};
    if (str_is_empty(voiding.reason))
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/reason"), 0);
    return cx_write(cx, void_work, &voiding);
}
