/* Reading the audit: entries by day, account or person, newest first. Reading it is an entry too.
 */
#include "access/access_int.h"
#include "access/audit_sql.h"
#include "access/limits.h"
#include "base/vec.h"

typedef VEC(AuditLine) Lines;

/* The columns of both statements are the same. */
#define LINE_OF(row)                                                                               \
 ((AuditLine){.writer = (row).writer,                                                              \
              .seq = (row).seq,                                                                    \
              .at = (row).at,                                                                      \
              .account = (row).account,                                                            \
              .login = (row).login,                                                                \
              .name = (row).name,                                                                  \
              .role = (row).role,                                                                  \
              .facility = (row).facility,                                                          \
              .facility_name = (row).facility_name,                                                \
              .facility_name_en = (row).facility_name_en,                                          \
              .entry = {(row).action, (row).subject_id, (row).object_id, (row).detail}})

static Err read_lines(Cx *cx, const AuditFilter *filter, Lines *lines)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditEntryListIn in = {.place = cx->place,
                           .from = instant_of_date(filter->from, 0, 0),
                           .until = instant_of_date(date_add_days(filter->until, 1), 0, 0),
                           .account = filter->account,
                           .before_at = filter->before_at,
                           .before_writer = filter->before_writer,
                           .before_seq = filter->before_seq,
                           .most = filter->most};
    TRY(audit_entry_list_open(cx->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        AuditEntryListRow row;
        TRY(audit_entry_list_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            VEC_PUSH(cx->arena, lines, LINE_OF(row));
    }
    return OK;
}

static Err read_of_person(Cx *cx, const AuditFilter *filter, Lines *lines)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditEntryOfPersonIn in = {.place = cx->place,
                               .person = filter->person,
                               .from = instant_of_date(filter->from, 0, 0),
                               .until = instant_of_date(date_add_days(filter->until, 1), 0, 0),
                               .account = filter->account,
                               .before_at = filter->before_at,
                               .before_writer = filter->before_writer,
                               .before_seq = filter->before_seq,
                               .most = filter->most};
    TRY(audit_entry_of_person_open(cx->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        AuditEntryOfPersonRow row;
        TRY(audit_entry_of_person_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            VEC_PUSH(cx->arena, lines, LINE_OF(row));
    }
    return OK;
}

static Err read_filtered(Cx *cx, const AuditFilter *filter, const AuditLine **ret_lines,
                         size_t *ret_n)
{
    Lines lines = {0};
    TRY((uuid_is_nil(filter->person) ? read_lines : read_of_person)(cx, filter, &lines));
    *ret_lines = lines.items;
    *ret_n = lines.n;
    return OK;
}

static Err note_reading(Cx *cx, const AuditFilter *filter, size_t n)
{
    char from[DATE_TEXT_SIZE], until[DATE_TEXT_SIZE], account[UUID_TEXT_SIZE];
    bool has_account = !uuid_is_nil(filter->account);
    Str detail = str_printf(cx->arena, "%s..%s account %s rows %zu",
                            date_format(filter->from, from), date_format(filter->until, until),
                            has_account ? uuid_format(filter->account, account) : "any", n);
    return audit_add(
        cx,
        &(AuditEntry){.action = STR("audit.list"), .subject = filter->person, .detail = detail});
}

Err audit_lines(Cx *cx, const AuditFilter *filter, const AuditLine **ret_lines, size_t *ret_n)
{
    TRY(access_require(cx, STR("audit.read")));
    int days = date_days_between(filter->from, filter->until);
    if (days < 0 || (uuid_is_nil(filter->person) && days >= AUDIT_LIST_DAYS))
        return cx_fail(cx, ERR_INVALID, TEXT_AUDIT_DAYS, STR("from"), 1,
                       str_printf(cx->arena, "%d", AUDIT_LIST_DAYS));
    Err err = read_filtered(cx, filter, ret_lines, ret_n);
    return err == OK ? note_reading(cx, filter, *ret_n) : cx_fail_db(cx, err);
}

Err audit_of_person(Cx *cx, Uuid person, int64_t most, const AuditLine **ret_lines, size_t *ret_n)
{
    AuditFilter filter = {.person = person,
                          .from = date_from_ymd(2000, 1, 1),
                          .until = cx->today,
                          .before_at = {INT64_MAX},
                          .most = most};
    Err err = read_filtered(cx, &filter, ret_lines, ret_n);
    return err == OK ? note_reading(cx, &filter, *ret_n) : cx_fail_db(cx, err);
}
