/* The sides of an agreement: what the other party of something that one has part in owes, and how
 * each of a kind stands. Organisations alone; nothing of a person is read. */
#include "engine/obligations/obligations_int.h"

#include "access/access.h"
#include "base/map.h"
#include "engine/policy/policy_values.h"

#include <stdlib.h>

enum { YEAR_MONTHS = 12 };

/* The desks whose duties stand in the asking one's own lists. */
static Err read_own_desks(Cx *cx, Map *desks)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    map_init(desks, cx->arena);
    TRY(obligation_desks_in_scope_open(cx->db, list_scope(cx),
                                       &(ObligationDesksInScopeIn){cx->place}, &found));
    for (;;) {
        ObligationDesksInScopeRow row;
        bool has_row = false;
        TRY(obligation_desks_in_scope_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        map_put(desks, row.area_code, cx);
    }
}

static Err read_other_sides(Cx *cx, Date on, ObligationLines *lines)
{
    Map own;
    TRY(read_own_desks(cx, &own));
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationOpenOfOthersIn in = {cx->place, on};
    TRY(obligation_open_of_others_open(cx->db, access_sight(cx), &in, &found));
    for (;;) {
        ObligationOpenOfOthersRow row;
        bool has_row = false;
        TRY(obligation_open_of_others_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL && !map_has(&own, row.area_code)
            && access_sees_class(cx, rule_sensitivity(rule)))
            VEC_PUSH(cx->arena, lines, OPEN_LINE(rule, row, on));
    }
}

Err obligation_of_other_sides(Cx *cx, Date on, const ObligationLine **ret_lines, size_t *ret_n)
{
    ObligationLines lines = {0};
    TRY(settle_sight(cx, on, STR("")));
    Err err = read_other_sides(cx, on, &lines);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (lines.n > 1)
        qsort(lines.items, lines.n, sizeof *lines.items, line_compare);
    *ret_lines = lines.items;
    *ret_n = lines.n;
    return OK;
}

/* ---- how each of a kind stands ---- */

typedef struct Standing {
    Uuid subject;
    VEC(ObligationSide) sides;
    Date last_on;
} Standing;
typedef VEC(Standing) Standings;

static Str facility_of_desk(Str desk)
{
    size_t slash = str_find_char(desk, '/', 0);
    return slash == SIZE_MAX ? desk : str_slice(desk, slash + 1, desk.n);
}

static Err read_sides(Cx *cx, Str kind, Date on, Standings *standings)
{
    Map own;
    TRY(read_own_desks(cx, &own));
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationSidesIn in = {cx->place, kind, on, date_add_months(on, -YEAR_MONTHS)};
    TRY(obligation_sides_open(cx->db, access_sight(cx), &in, &found));
    for (;;) {
        ObligationSidesRow row;
        bool has_row = false;
        TRY(obligation_sides_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (standings->n == 0
            || !uuid_equals(standings->items[standings->n - 1].subject, row.subject_id))
            VEC_PUSH(cx->arena, standings,
                     (Standing){.subject = row.subject_id, .last_on = DATE_NONE});
        VEC_PUSH(cx->arena, &standings->items[standings->n - 1].sides,
                 (ObligationSide){.facility = facility_of_desk(row.area_code),
                                  .is_own = map_has(&own, row.area_code),
                                  .overdue = row.overdue,
                                  .open = row.open,
                                  .ended = row.ended,
                                  .done = row.done});
    }
}

static Err read_last(Cx *cx, Str kind, Standings *standings)
{
    const Form *form = map_get(&cx->packs->subjects, kind);
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationLastOfKindIn in = {cx->place, kind, form == NULL ? STR("") : form->id};
    TRY(obligation_last_of_kind_open(cx->db, access_sight(cx), &in, &found));
    for (;;) {
        ObligationLastOfKindRow row;
        bool has_row = false;
        TRY(obligation_last_of_kind_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        for (size_t i = 0; i < standings->n; i++) {
            if (uuid_equals(standings->items[i].subject, row.subject_id))
                standings->items[i].last_on = row.happened_on;
        }
    }
}

static ObligationStanding standing_of(const Standing *standing, Date on, int64_t stalled_days)
{
    bool is_short = false;
    for (size_t i = 0; i < standing->sides.n; i++) {
        const ObligationSide *side = &standing->sides.items[i];
        is_short = is_short || side->overdue > 0 || side->ended > side->done;
    }
    bool is_quiet =
        date_is_none(standing->last_on) || date_days_between(standing->last_on, on) >= stalled_days;
    return (ObligationStanding){.subject = standing->subject,
                                .sides = standing->sides.items,
                                .side_n = standing->sides.n,
                                .last_on = standing->last_on,
                                .is_stalled = stalled_days > 0 && is_short && is_quiet};
}

Err obligation_standings(Cx *cx, Str kind, Date on, const ObligationStanding **ret_standings,
                         size_t *ret_n)
{
    Standings standings = {0};
    int64_t stalled_days = 0;
    TRY(policy_whole_on(cx, STR("stalled_days"), on, &stalled_days));
    TRY(settle_sight(cx, on, STR("")));
    Err err = read_sides(cx, kind, on, &standings);
    if (err == OK)
        err = read_last(cx, kind, &standings);
    if (err != OK)
        return cx_fail_db(cx, err);
    ObligationStanding *items = arena_array(cx->arena, ObligationStanding, standings.n + 1);
    for (size_t i = 0; i < standings.n; i++)
        items[i] = standing_of(&standings.items[i], on, stalled_days);
    *ret_standings = items;
    *ret_n = standings.n;
    return OK;
}
