/* Hits of data-quality rules that somebody found right as they are: with a reason, kept for good.
 * The number does not change by it; the list tells what is still to be looked at. */
#include "engine/measures/measures_int.h"

#include "access/access.h"
#include "base/vec.h"

enum { REASON_MOST = 500 }; /* bytes, as TEXT_WAIVER_NOTE_LONG says */

typedef struct Check {
    const Measure *measure;
    Uuid record, subject;
    Str reason;
} Check;

static Err find_hit(Cx *cx, const Check *check, bool *ret_is_hit)
{
    MeasureStates states = {0};
    *ret_is_hit = false;
    TRY(states_read(cx, &states));
    for (size_t i = 0; i < states.n && !*ret_is_hit; i++) {
        const MeasureHitIn in = {cx->place, states.items[i].key, check->subject, check->record};
        MeasureHitRow ignored;
        if (states.items[i].measure != check->measure)
            continue;
        Err err = measure_hit(cx->db, cx->arena, &in, &ignored, ret_is_hit);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    return OK;
}

static Err add(Cx *cx, const Check *check)
{
    const MeasureCheckAddIn in = {.place = cx->place,
                                  .measure = check->measure->id,
                                  .record_id = check->record,
                                  .checked_on = cx->today,
                                  .checked_at = cx->now,
                                  .checked_by = cx->actor->account,
                                  .reason = check->reason};
    Err err = measure_check_add(cx->db, &in, NULL);
    if (err != OK)
        return cx_fail_db(cx, err);
    return audit_add(cx, &(AuditEntry){.action = STR("measure.check"),
                                       .subject = check->subject,
                                       .object = check->record,
                                       .detail = str_printf(cx->arena, "measure=%.*s",
                                                            STR_ARG(check->measure->id))});
}

static Err check_work(Cx *cx, void *arg)
{
    const Check *check = arg;
    const MeasureCheckOfIn in = {cx->place, check->measure->id, check->record};
    MeasureCheckOfRow before;
    bool is_hit = false, was_checked = false;
    Err err = measure_check_of(cx->db, cx->arena, &in, &before, &was_checked);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (was_checked) /* sent twice */
        return str_equals(before.reason, check->reason)
                   ? OK
                   : cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_CONFLICT, STR("/reason"), 0);
    TRY(find_hit(cx, check, &is_hit));
    return is_hit
               ? add(cx, check)
               : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/record"), 1, check->measure->id);
}

Err measure_check_give(Cx *cx, const Measure *measure, Uuid record, Str reason)
{
    Check check = {.measure = measure, .record = record, .reason = str_trim(reason)};
    Record found;
    TRY(access_require(cx, STR("measures.check")));
    TRY(record_open(cx, record, &found));
    check.subject = found.subject;
    if (check.reason.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/reason"), 0);
    if (check.reason.n > REASON_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_NOTE_LONG, STR("/reason"), 0);
    return cx_write(cx, check_work, &check);
}

static Err read_hits(Cx *cx, const MeasureHitsByPerformerIn *in, const MeasureHits **ret_hits,
                     size_t *ret_n)
{
    VEC(MeasureHits) hits = {0};
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(measure_hits_by_performer_open(cx->db, access_sight(cx), in, &found));
    for (;;) {
        MeasureHitsByPerformerRow row;
        bool has_row = false;
        TRY(measure_hits_by_performer_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &hits,
                 (MeasureHits){row.facility, row.performed_by, row.performed_by_name, row.hits,
                               row.open_hits});
    }
    *ret_hits = hits.items;
    *ret_n = hits.n;
    return OK;
}

Err measure_hits(Cx *cx, const Measure *measure, Period period, const MeasureHits **ret_hits,
                 size_t *ret_n)
{
    MeasureStates states = {0};
    *ret_hits = NULL;
    *ret_n = 0;
    if (!measure_is_told(cx, measure))
        return OK;
    TRY(states_read(cx, &states));
    const MeasureState *state = state_of(&states, measure, period.kind);
    if (state == NULL || !state->is_as_declared)
        return OK;
    const MeasureHitsByPerformerIn in = {cx->place, state->key, measure->id, period.first};
    Err err = read_hits(cx, &in, ret_hits, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}
