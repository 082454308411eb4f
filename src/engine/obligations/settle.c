/* Keeps the stored rows right where no record does: subjects marked stale, and the periods of a new
 * year. All of it in steps that hold the writer for some milliseconds only.
 *
 * Invariants
 *  1. Stored rows reach further than any day that lists are asked for: the periods of a year are
 *     generated in the month before its first day, so nobody waits for them.
 *  2. A stale subject stands under each area in which a list could show it, and leaves only in the
 *     transaction that computed it anew. */
#include "engine/obligations/obligations_int.h"

#include "access/access.h"
#include "core/place.h"

enum {
    STEP_SUBJECTS = 100,
    STEP_PEOPLE = 300,
};

static const Str reached_setting = {"obligations.horizon", sizeof "obligations.horizon" - 1};
/* "<horizon> <subject>": up to this subject rows reach that horizon already. */
static const Str advance_setting = {"obligations.advance", sizeof "obligations.advance" - 1};

/* ---- stale subjects ---- */

Err obligation_mark_stale(Cx *cx, Uuid subject)
{
    ObligationStaleMarkIn in = {cx->place, subject};
    Err err = obligation_stale_mark(cx->db, &in, NULL);
    return err == OK ? OK : cx_fail_db(cx, err);
}

typedef struct {
    Str area;
    Uuid subject;
} Stale;
typedef VEC(Stale) StaleList;

static Err read_stale(Cx *cx, int64_t most, StaleList *stale)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationStaleSomeIn in = {cx->place, most};
    TRY(obligation_stale_some_open(cx->db, &in, &found));
    for (;;) {
        ObligationStaleSomeRow row;
        bool has_row = false;
        TRY(obligation_stale_some_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, stale, (Stale){row.area_code, row.subject_id});
    }
}

static ObligationStaleInSightIn stale_in(const Cx *cx, Str area)
{
    return (ObligationStaleInSightIn){cx->place, area.p == NULL ? STR("") : area, STEP_SUBJECTS};
}

void settle_sight_ahead(Cx *cx, Str area)
{
    const ObligationStaleInSightIn in = stale_in(cx, area);
    obligation_stale_in_sight_ahead(cx->db, list_scope(cx), &in);
}

static Err read_stale_in_sight(Cx *cx, Str area, StaleList *stale)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationStaleInSightIn in = stale_in(cx, area);
    TRY(obligation_stale_in_sight_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        ObligationStaleInSightRow row;
        bool has_row = false;
        TRY(obligation_stale_in_sight_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, stale, (Stale){row.area_code, row.subject_id});
    }
}

static Err settle_subjects(Cx *cx, void *arg)
{
    const StaleList *stale = arg;
    for (size_t i = 0; i < stale->n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(subject_recompute(cx, stale->items[i].subject));
        arena_reset_to(cx->arena, mark);
        ObligationStaleClearIn in = {cx->place, stale->items[i].area, stale->items[i].subject};
        Err err = obligation_stale_clear(cx->db, &in, NULL);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    return OK;
}

/* The next stale subjects of the place, whoever sees them. */
static Err settle_some(Cx *cx, bool *ret_has_more)
{
    StaleList stale = {0};
    Err err = read_stale(cx, STEP_SUBJECTS, &stale);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_has_more = stale.n > 0;
    return stale.n == 0 ? OK : cx_write(cx, settle_subjects, &stale);
}

/* ---- the new year ---- */

Date stored_horizon(const Cx *cx)
{
    return rule_horizon(date_add_months(cx->today, 1));
}

static Str date_text(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(date_format(date, text)));
}

/* DATE_NONE: nothing was ever stored. */
static Err read_reached(Cx *cx, Date *ret_reached)
{
    Str text = {0};
    TRY(setting_get(cx, reached_setting, &text));
    *ret_reached = DATE_NONE;
    return text.n == 0 ? OK : date_parse(text, ret_reached);
}

Err horizon_reach(Cx *cx)
{
    TRY(setting_put(cx, reached_setting, date_text(cx, stored_horizon(cx))));
    return setting_put(cx, advance_setting, STR(""));
}

Err horizon_begin(Cx *cx)
{
    Date reached = DATE_NONE;
    TRY(read_reached(cx, &reached));
    return date_is_none(reached) ? horizon_reach(cx) : OK;
}

/* Where the way to this year's horizon goes on; at the beginning when it led to another. */
static Err read_advance(Cx *cx, Uuid *ret_after)
{
    Str text = {0}, target = {0};
    TRY(setting_get(cx, advance_setting, &text));
    bool is_same = str_cut(&text, ' ', &target)
                   && str_equals(target, date_text(cx, stored_horizon(cx)))
                   && uuid_parse(text, ret_after) == OK;
    if (!is_same)
        *ret_after = UUID_NIL;
    return OK;
}

static Err advance_work(Cx *cx, void *arg)
{
    (void)arg;
    Pass pass = {.people = STEP_PEOPLE};
    TRY(read_advance(cx, &pass.after));
    Err err = pass_page(cx, &pass);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (pass.is_last)
        return horizon_reach(cx);
    char after[UUID_TEXT_SIZE];
    Str text = str_printf(cx->arena, "%.*s %s", STR_ARG(date_text(cx, stored_horizon(cx))),
                          uuid_format(pass.after, after));
    return setting_put(cx, advance_setting, text);
}

static Err advance_some(Cx *cx, bool *ret_has_more)
{
    Date reached = DATE_NONE;
    TRY(read_reached(cx, &reached));
    *ret_has_more = date_compare(reached, stored_horizon(cx)) != 0;
    return *ret_has_more ? cx_write(cx, advance_work, NULL) : OK;
}

/* ---- steps ---- */

Err obligation_settle_step(Cx *cx, bool *ret_has_more)
{
    TRY(settle_some(cx, ret_has_more));
    return *ret_has_more ? OK : advance_some(cx, ret_has_more);
}

Err obligation_settle(Cx *cx)
{
    for (bool has_more = true; has_more;) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(obligation_settle_step(cx, &has_more));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

Err settle_sight(Cx *cx, Date on, Str area)
{
    Date reached = DATE_NONE;
    TRY(read_reached(cx, &reached));
    for (bool has_more = date_compare(on, reached) > 0; has_more;)
        TRY(advance_some(cx, &has_more));
    for (;;) {
        StaleList stale = {0};
        Err err = read_stale_in_sight(cx, area, &stale);
        if (err != OK)
            return cx_fail_db(cx, err);
        if (stale.n == 0)
            return OK;
        TRY(cx_write(cx, settle_subjects, &stale));
    }
}
