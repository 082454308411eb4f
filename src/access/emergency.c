/* Emergencies: a person opened by the exact number, for a day, with a reason that somebody reviews.
 * Owns access_emergency. Every attempt is a row, found or not: so guessing is bounded and seen. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "access/limits.h"
#include "base/utf8.h"
#include "base/vec.h"

Err emergency_check(Cx *cx, Str reason)
{
    TRY(access_require(cx, STR("residents.emergency")));
    if (utf8_length(str_trim(reason)) < REASON_CHARACTERS_LEAST)
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_SHORT, STR("/reason"), 0);
    return OK;
}

static Err refuse_too_many(Cx *cx)
{
    AccessEmergencyCountIn in = {
        .place = cx->place,
        .account = cx->actor->account,
        .since = {cx->now.ms - EMERGENCY_WINDOW_MINUTES * ACCESS_MINUTE_MS}};
    AccessEmergencyCountRow row;
    TRY(access_emergency_count(cx->db, cx->arena, &in, &row));
    return row.n < EMERGENCIES_MOST ? OK
                                    : cx_fail(cx, ERR_RATE, TEXT_EMERGENCY_RATE, (Str){0}, 1,
                                              str_printf(cx->arena, "%d", EMERGENCIES_MOST));
}

Err emergency_open(Cx *cx, Uuid subject, Str reason, Date *ret_until)
{
    DCHECK(cx->is_writing);
    TRY(refuse_too_many(cx));
    const Relation relation = {.kind = RELATION_EMERGENCY,
                               .subject = subject,
                               .account = cx->actor->account,
                               .source = cx_new_id(cx),
                               .from = cx->today,
                               .until = date_add_days(cx->today, EMERGENCY_DAYS)};
    AccessEmergencyInsertIn in = {.place = cx->place,
                                  .id = relation.source,
                                  .account = cx->actor->account,
                                  .facility = cx->actor->facility,
                                  .subject_id = subject,
                                  .reason = str_trim(reason),
                                  .opened_at = cx->now,
                                  .ends_on = relation.until};
    TRY(access_emergency_insert(cx->db, &in, NULL));
    bool is_found = !uuid_is_nil(subject);
    if (is_found)
        TRY(relation_grant(cx, &relation));
    *ret_until = relation.until;
    return audit_add(
        cx, &(AuditEntry){.action = is_found ? STR("emergency.open") : STR("emergency.miss"),
                          .subject = subject,
                          .object = relation.source,
                          .detail = in.reason});
}

/* Reviewed are those of one's own facility and below; of the whole place by who sees it. */
static Err reviewed_top(Cx *cx, Str *ret_top)
{
    bool sees_place = false;
    TRY(access_require(cx, STR("emergencies.review")));
    TRY(access_is_below(cx, STR(""), &sees_place));
    *ret_top = sees_place ? STR("") : cx->actor->facility;
    return OK;
}

static Emergency emergency_of(const AccessEmergencyListRow *row)
{
    return (Emergency){.id = row->id,
                       .account = row->account,
                       .account_name = row->account_name,
                       .role = row->role,
                       .facility = row->facility,
                       .facility_name = row->facility_name,
                       .facility_name_en = row->facility_name_en,
                       .was_found = row->subject_id_is_set != 0,
                       .reason = row->reason,
                       .opened_at = row->opened_at,
                       .ends_on = row->ends_on,
                       .verdict = row->verdict,
                       .note = row->note,
                       .reviewer_name = row->reviewer_name,
                       .reviewed_at = row->reviewed_at};
}

static Err read_emergencies(Cx *cx, const AccessEmergencyListIn *in, const Emergency **ret_items,
                            size_t *ret_n)
{
    VEC(Emergency) items = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(access_emergency_list_open(cx->db, in, &rows));
    for (bool has_row = true; has_row;) {
        AccessEmergencyListRow row;
        TRY(access_emergency_list_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            VEC_PUSH(cx->arena, &items, emergency_of(&row));
    }
    *ret_items = items.items;
    *ret_n = items.n;
    return OK;
}

Err emergency_list(Cx *cx, bool with_reviewed, Instant before, int64_t most,
                   const Emergency **ret_items, size_t *ret_n)
{
    AccessEmergencyListIn in = {.place = cx->place,
                                .day = cx->today,
                                .with_reviewed = with_reviewed,
                                .before = before,
                                .most = most};
    TRY(reviewed_top(cx, &in.facility));
    Err err = read_emergencies(cx, &in, ret_items, ret_n);
    if (err != OK)
        return cx_fail_db(cx, err);
    return audit_add(cx, &(AuditEntry){.action = STR("emergency.list"),
                                       .detail = str_printf(cx->arena, "rows %zu", *ret_n)});
}

typedef struct {
    Uuid id;
    Str verdict, note;
} Review;

static Err review_work(Cx *cx, void *arg)
{
    const Review *review = arg;
    AccessEmergencyByIdIn find = {.place = cx->place, .id = review->id};
    AccessEmergencyByIdRow row;
    bool is_found = false, is_below = false;
    TRY(access_emergency_by_id(cx->db, cx->arena, &find, &row, &is_found));
    if (is_found)
        TRY(access_is_below(cx, row.facility, &is_below));
    if (!is_below)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, STR("emergency"));
    if (uuid_equals(row.account, cx->actor->account))
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_EMERGENCY_OWN, (Str){0}, 0);
    AccessEmergencyReviewIn in = {.place = cx->place,
                                  .id = review->id,
                                  .verdict = review->verdict,
                                  .note = review->note,
                                  .reviewed_at = cx->now,
                                  .reviewed_by = cx->actor->account};
    int64_t changed = 0;
    TRY(access_emergency_review(cx->db, &in, &changed));
    if (changed == 0)
        return cx_fail(cx, ERR_CONFLICT, TEXT_EMERGENCY_REVIEWED, (Str){0}, 0);
    return audit_add(cx, &(AuditEntry){.action = STR("emergency.review"),
                                       .object = review->id,
                                       .detail = review->verdict});
}

Err emergency_review(Cx *cx, Uuid id, Str verdict, Str note)
{
    TRY(access_require(cx, STR("emergencies.review")));
    if (!str_equals_c(verdict, "justified") && !str_equals_c(verdict, "unjustified"))
        return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("/verdict"), 3, STR("verdict"),
                       verdict, STR("justified, unjustified"));
    Review review = {id, verdict, str_trim(note)};
    if (review.note.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/note"), 1, STR("note"));
    return cx_write(cx, review_work, &review);
}
