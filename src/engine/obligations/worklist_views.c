/* Views of worklists: filters that an account keeps under a name and may share at its facility. */
#include "engine/obligations/worklists.h"

#include "access/access.h"
#include "base/utf8.h"
#include "engine/obligations/worklists_sql.h"

typedef VEC(WorklistView) Views;

static Err read_views(Cx *cx, Views *views)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const WorklistViewRowsIn in = {cx->place, cx->actor->account, cx->actor->facility};
    TRY(worklist_view_rows_open(cx->db, &in, &found));
    for (;;) {
        WorklistViewRowsRow row;
        bool has_row = false;
        TRY(worklist_view_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, views,
                 (WorklistView){.id = row.id,
                                .is_own = uuid_equals(row.account, cx->actor->account),
                                .is_shared = row.is_shared != 0,
                                .name = row.name,
                                .filter = row.filter});
    }
}

Err worklist_view_list(Cx *cx, const WorklistView **ret_views, size_t *ret_n)
{
    Views views = {0};
    TRY(access_require(cx, STR("residents.search")));
    Err err = read_views(cx, &views);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_views = views.items;
    *ret_n = views.n;
    return OK;
}

static Err keep_work(Cx *cx, void *arg)
{
    const WorklistView *view = arg;
    const WorklistViewWriteIn in = {.place = cx->place,
                                    .id = view->id,
                                    .account = cx->actor->account,
                                    .facility = cx->actor->facility,
                                    .is_shared = view->is_shared,
                                    .name = view->name,
                                    .filter = view->filter,
                                    .saved_at = cx->now};
    int64_t changed = 0;
    TRY(worklist_view_write(cx->db, &in, &changed));
    if (changed == 0)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("id"));
    WorklistViewCountRow count;
    const WorklistViewCountIn mine = {cx->place, cx->actor->account};
    TRY(worklist_view_count(cx->db, cx->arena, &mine, &count));
    if (count.n > WORKLIST_VIEWS_MOST)
        return cx_fail(cx, ERR_LIMIT, TEXT_VIEWS_MANY, (Str){0}, 1,
                       str_printf(cx->arena, "%d", WORKLIST_VIEWS_MOST));
    return audit_add(cx, &(AuditEntry){.action = STR("worklist.view"), .object = view->id});
}

Err worklist_view_keep(Cx *cx, const WorklistView *view)
{
    TRY(access_require(cx, STR("residents.search")));
    if (view->name.n == 0 || utf8_length(view->name) > WORKLIST_NAME_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_VIEW_NAME, STR("/name"), 1,
                       str_printf(cx->arena, "%d", WORKLIST_NAME_MOST));
    WorklistView copy = *view;
    return cx_write(cx, keep_work, &copy);
}

static Err drop_work(Cx *cx, void *arg)
{
    const Uuid *id = arg;
    const WorklistViewDropIn in = {cx->place, *id, cx->actor->account};
    int64_t changed = 0;
    TRY(worklist_view_drop(cx->db, &in, &changed));
    if (changed == 0)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("id"), 1, STR("id"));
    return audit_add(cx, &(AuditEntry){.action = STR("worklist.view.drop"), .object = *id});
}

Err worklist_view_drop_own(Cx *cx, Uuid id)
{
    TRY(access_require(cx, STR("residents.search")));
    return cx_write(cx, drop_work, &id);
}
