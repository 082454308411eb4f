/* What a measure said on a past day (cx->as_of), added up by area page by page, for whoever keeps
 * it: a page holds some thousand people, so nobody waits for the county. */
#include "engine/measures/measures_int.h"

#include "base/map.h"

enum { PAGE_PEOPLE = 20000 };

typedef struct Sums {
    VEC(MeasureKnownSum) items;
    Map by_key; /* "days area" -> position + 1 */
} Sums;

static void add_row(Cx *cx, const MeasureRow *row, Sums *sums)
{
    Str key = str_printf(cx->arena, "%d %.*s", (int)row->period.days, STR_ARG(row->area));
    size_t at = (size_t)(uintptr_t)map_get(&sums->by_key, key);
    if (at == 0) {
        VEC_PUSH(cx->arena, &sums->items, ((MeasureKnownSum){row->period, row->area, {0}}));
        at = sums->items.n;
        map_put(&sums->by_key, key, (void *)(uintptr_t)at);
    }
    MeasureSum *sum = &sums->items.items[at - 1].sum;
    sum->denominator += row->denominator;
    sum->numerator += row->numerator;
}

/* The id behind: pages do not overlap. */
static Uuid next_id(Uuid id)
{
    for (size_t i = sizeof id.bytes; i-- > 0 && ++id.bytes[i] == 0;)
        continue;
    return id;
}

static Err read_page(Cx *cx, const MeasureKnownAsk *ask, MeasureRows *rows, Uuid *ret_last,
                     bool *ret_has_more)
{
    MeasurePageEndRow page = {.id = EVERY_UUID_END};
    bool has_more = false;
    const MeasurePageEndIn in = {cx->place, ask->after, PAGE_PEOPLE - 1};
    if (!measure_is_of_units(ask->measure))
        TRY(measure_page_end(cx->db, cx->arena, &in, &page, &has_more));
    const MeasureRun run = {.measure = ask->measure,
                            .kind = ask->first.kind,
                            .first = ask->first.first,
                            .last = ask->last.first,
                            .from = uuid_is_nil(ask->after) ? UUID_NIL : next_id(ask->after),
                            .upto = has_more ? page.id : EVERY_UUID_END};
    TRY(record_views_as_of(cx, cx->as_of));
    Err err = run_measure(cx, &run, rows);
    TRY(record_views_current(cx));
    *ret_last = run.upto;
    *ret_has_more = has_more;
    return err;
}

Err measure_known(Cx *cx, const MeasureKnownAsk *ask, MeasureKnownPage *ret_page)
{
    MeasureRows rows = {0};
    Sums sums = {0};
    ENSURE(cx->actor->is_system
           && !date_is_none(cx->as_of)); /* areas are not narrowed to a sight */
    *ret_page = (MeasureKnownPage){0};
    Err err = read_page(cx, ask, &rows, &ret_page->last, &ret_page->has_more);
    if (err != OK)
        return cx_fail_db(cx, err);
    map_init(&sums.by_key, cx->arena);
    for (size_t i = 0; i < rows.n; i++)
        add_row(cx, &rows.items[i], &sums);
    ret_page->sums = sums.items.items;
    ret_page->n = sums.items.n;
    return OK;
}

const DbScope *measure_sight(Cx *cx)
{
    return unit_sight(cx);
}
