/* Drafts, see drafts.h. Each statement is limited to the asking account; reading also to what it
 * sees now. */
#include "engine/records/drafts.h"

#include "access/access.h"
#include "base/num.h"
#include "base/vec.h"
#include "core/keys.h"
#include "core/place.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "pack/pack.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, DAYS_MOST = 3660 };

/* What the content is bound to. */
static Str bound_to(Cx *cx, Uuid subject, Str form)
{
    char account[UUID_TEXT_SIZE], of[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "record_draft.content %s %s %.*s",
                      uuid_format(cx->actor->account, account), uuid_format(subject, of),
                      STR_ARG(form));
}

static Err days_kept(Cx *cx, int64_t *ret_days)
{
    Str text = {0};
    TRY(setting_get(cx, STR("draft_days"), &text));
    if (num_parse_i64(text, ret_days) != OK || *ret_days < 1 || *ret_days > DAYS_MOST)
        *ret_days = DRAFT_DAYS;
    return OK;
}

Err draft_oldest(Cx *cx, Instant *ret_oldest)
{
    int64_t days;
    TRY(days_kept(cx, &days));
    *ret_oldest = (Instant){cx->now.ms - days * DAY_MS};
    return OK;
}

Err record_write_sight(Cx *cx, Uuid subject, Str form_id)
{
    const RecordSubjectIn in = {.place = cx->place, .subject = subject};
    RecordSubjectRow ignored;
    bool found = false, sees_form = false;
    const Form *form = pack_form(cx->packs, form_id);
    if (form == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, STR("/form"), 1, form_id);
    TRY(record_subject(cx->db, access_scope(cx), cx->arena, &in, &ignored, &found));
    if (!found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/subject"), 1, STR("subject"));
    TRY(access_sees_class_of(cx, subject, form->sensitivity, &sees_form));
    return sees_form ? OK : cx_fail(cx, ERR_FORBIDDEN, TEXT_FORM_CLOSED, STR("/form"), 1, form_id);
}

/* A screen saves every few seconds: the first time of a day is written down. */
static Err was_told_today(Cx *cx, const KeptDraft *draft, bool *ret_was_told)
{
    DraftKeptIn in = {.place = cx->place,
                      .account = cx->actor->account,
                      .subject_id = draft->subject,
                      .form = draft->form,
                      .amends = draft->amends};
    DraftKeptRow row;
    bool found = false;
    TRY(draft_oldest(cx, &in.oldest));
    TRY(draft_kept(cx->db, access_scope(cx), cx->arena, &in, &row, &found));
    Date today = date_of_instant(draft->saved_at);
    *ret_was_told = found && uuid_equals(row.record_id, draft->record)
                    && date_compare(date_of_instant(row.saved_at), today) == 0;
    return OK;
}

static Err keep_work(Cx *cx, void *arg)
{
    const KeptDraft *draft = arg;
    bool was_told = false;
    TRY(record_write_sight(cx, draft->subject, draft->form));
    TRY(was_told_today(cx, draft, &was_told));
    const DraftWriteIn in = {.place = cx->place,
                             .account = cx->actor->account,
                             .subject_id = draft->subject,
                             .form = draft->form,
                             .amends = draft->amends,
                             .record_id = draft->record,
                             .saved_at = draft->saved_at,
                             .content = keys_seal(cx->keys, cx->arena,
                                                  bound_to(cx, draft->subject, draft->form),
                                                  draft->content)};
    TRY(draft_write(cx->db, &in, NULL));
    TRY(record_attachments_renew(cx, draft->subject)); /* it may name some */
    DraftCountRow count;
    const DraftCountIn mine = {.place = cx->place, .account = cx->actor->account};
    TRY(draft_count(cx->db, cx->arena, &mine, &count));
    if (count.n > DRAFTS_MOST)
        return cx_fail(cx, ERR_LIMIT, TEXT_DRAFTS_MANY, (Str){0}, 1,
                       str_printf(cx->arena, "%d", DRAFTS_MOST));
    return was_told ? OK
                    : audit_add(cx, &(AuditEntry){.action = STR("draft.keep"),
                                                  .subject = draft->subject,
                                                  .object = draft->record,
                                                  .detail = draft->form});
}

Err draft_keep(Cx *cx, const KeptDraft *draft)
{
    TRY(access_require(cx, STR("records.write")));
    if (draft->content.n > DRAFT_BYTES_MOST)
        return cx_fail(cx, ERR_LIMIT, TEXT_DRAFT_LARGE, STR("/content"), 1,
                       str_printf(cx->arena, "%d", DRAFT_BYTES_MOST / 1024));
    KeptDraft copy = *draft;
    copy.saved_at = cx->now;
    return cx_write(cx, keep_work, &copy);
}

static Err find_work(Cx *cx, Uuid subject, Str form, Uuid amends, bool *ret_found,
                     KeptDraft *ret_draft)
{
    DraftKeptIn in = {.place = cx->place,
                      .account = cx->actor->account,
                      .subject_id = subject,
                      .form = form,
                      .amends = amends};
    DraftKeptRow row;
    bool found = false;
    TRY(draft_oldest(cx, &in.oldest));
    TRY(draft_kept(cx->db, access_scope(cx), cx->arena, &in, &row, &found));
    *ret_found = false;
    if (!found)
        return OK;
    *ret_draft = (KeptDraft){.subject = subject,
                             .form = form,
                             .amends = amends,
                             .record = row.record_id,
                             .saved_at = row.saved_at};
    TRY(keys_unseal(cx->keys, cx->arena, bound_to(cx, subject, form), row.content,
                    &ret_draft->content));
    *ret_found = true;
    return audit_add(cx, &(AuditEntry){.action = STR("draft.open"),
                                       .subject = subject,
                                       .object = row.record_id,
                                       .detail = form});
}

Err draft_find(Cx *cx, Uuid subject, Str form, Uuid amends, bool *ret_found, KeptDraft *ret_draft)
{
    TRY(access_require(cx, STR("records.write")));
    Err err = find_work(cx, subject, form, amends, ret_found, ret_draft);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err list_work(Cx *cx, const KeptDraft **ret_drafts, size_t *ret_n)
{
    DraftMineIn in = {.place = cx->place, .account = cx->actor->account, .most = DRAFTS_MOST};
    VEC(KeptDraft) drafts = {0};
    TRY(draft_oldest(cx, &in.oldest));
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(draft_mine_open(cx->db, access_scope(cx), &in, &rows));
    for (;;) {
        DraftMineRow row;
        bool has_row = false;
        TRY(draft_mine_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &drafts,
                 ((KeptDraft){.subject = row.subject_id,
                              .form = row.form,
                              .amends = row.amends,
                              .record = row.record_id,
                              .saved_at = row.saved_at}));
    }
    *ret_drafts = drafts.items;
    *ret_n = drafts.n;
    return drafts.n == 0
               ? OK
               : audit_add(cx, &(AuditEntry){.action = STR("list.drafts"),
                                             .detail = str_printf(cx->arena, "n=%zu", drafts.n)});
}

Err draft_list(Cx *cx, const KeptDraft **ret_drafts, size_t *ret_n)
{
    TRY(access_require(cx, STR("records.write")));
    Err err = list_work(cx, ret_drafts, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err drop_work(Cx *cx, void *arg)
{
    const KeptDraft *draft = arg;
    const DraftRemoveIn in = {.place = cx->place,
                              .account = cx->actor->account,
                              .subject_id = draft->subject,
                              .form = draft->form,
                              .amends = draft->amends};
    int64_t removed;
    TRY(draft_remove(cx->db, &in, &removed));
    return removed == 0 ? OK
                        : audit_add(cx, &(AuditEntry){.action = STR("draft.drop"),
                                                      .subject = draft->subject,
                                                      .detail = draft->form});
}

Err draft_drop(Cx *cx, Uuid subject, Str form, Uuid amends)
{
    TRY(access_require(cx, STR("records.write")));
    KeptDraft draft = {.subject = subject, .form = form, .amends = amends};
    return cx_write(cx, drop_work, &draft);
}

static Err expire_work(Cx *cx, void *arg)
{
    return draft_remove_ended(cx->db, arg, NULL);
}

Err draft_expire_step(Cx *cx, bool *ret_has_more)
{
    *ret_has_more = false;
    DraftEndedIn in = {.place = cx->place};
    DraftEndedRow row;
    TRY(draft_oldest(cx, &in.oldest));
    TRY(draft_ended(cx->db, cx->arena, &in, &row)); /* no write where nothing ended */
    DraftRemoveEndedIn ended = {.place = cx->place, .oldest = in.oldest};
    return row.n == 0 ? OK : cx_write(cx, expire_work, &ended);
}
