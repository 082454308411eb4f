/* How much was owed on a past day, by rule and area, for whoever keeps it: the list of that day,
 * evaluated from evidence for a range of areas and added up. */
#include "engine/obligations/obligations_int.h"

#include "base/map.h"

typedef struct Known {
    VEC(ObligationKnown) items;
    Map by_key; /* "rule area" -> position + 1 */
} Known;

static void add_line(Cx *cx, const ObligationLine *line, Known *known)
{
    const Rule *rule = line->obligation.rule;
    Str key = str_printf(cx->arena, "%.*s/%.*s %.*s", STR_ARG(rule->program->id), STR_ARG(rule->id),
                         STR_ARG(line->area)); /* editions of one rule count together */
    size_t at = (size_t)(uintptr_t)map_get(&known->by_key, key);
    if (at == 0) {
        VEC_PUSH(cx->arena, &known->items, ((ObligationKnown){.rule = rule, .area = line->area}));
        at = known->items.n;
        map_put(&known->by_key, key, (void *)(uintptr_t)at);
    }
    known->items.items[at - 1].owed++;
    known->items.items[at - 1].overdue += line->state == OBLIGATION_OVERDUE;
}

Err obligation_known(Cx *cx, Date on, Str from, Str before, const ObligationKnown **ret_known,
                     size_t *ret_n)
{
    Actor actor = *cx->actor;
    Cx then = *cx;
    Known known = {0};
    const ObligationLine *lines = NULL;
    size_t n = 0;
    ObligationFilter filter = {.on = on};
    ENSURE(actor.is_system && date_compare(on, cx->today) < 0);
    filter.states[OBLIGATION_OPEN] = filter.states[OBLIGATION_DUE] = true;
    filter.states[OBLIGATION_OVERDUE] = true;
    actor.scope.area_from = actor.sight.area_from = from;
    actor.scope.area_after = actor.sight.area_after = before;
    then.actor = &actor;
    then.as_of = on;
    then.policy = NULL; /* as known then */
    TRY(obligation_list_explained(&then, &filter, &lines, &n));
    map_init(&known.by_key, cx->arena);
    for (size_t i = 0; i < n; i++)
        add_line(cx, &lines[i], &known);
    *ret_known = known.items.items;
    *ret_n = known.items.n;
    return OK;
}
