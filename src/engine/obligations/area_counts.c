/* Numbers by area: one statement counts, one names the areas, and here they meet. Nothing of a
 * person is read. */
#include "engine/obligations/obligations_int.h"

#include "access/access.h"
#include "base/map.h"

typedef VEC(AreaCount) Areas;

typedef struct {
    const Program **programs;
    size_t program_n;
    Areas areas;
    Map by_code; /* code -> AreaProgramCount *, one for each program */
} Table;

static void collect_programs(Cx *cx, Table *table)
{
    const PackSet *packs = cx->packs;
    table->programs = arena_array(cx->arena, const Program *, packs->rule_n + 1);
    for (size_t i = 0; i < packs->rule_n; i++) {
        const Program *program = packs->rules[i]->program;
        if (!access_sees_class(cx, rule_sensitivity(packs->rules[i])))
            continue;
        if (table->program_n == 0 || table->programs[table->program_n - 1] != program)
            table->programs[table->program_n++] = program;
    }
}

static size_t program_index(const Table *table, const Program *program)
{
    size_t at = 0;
    while (at < table->program_n && table->programs[at] != program)
        at++;
    return at;
}

static Err read_areas(Cx *cx, Str area, Table *table)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationAreaRowsIn in = {cx->place, area};
    map_init(&table->by_code, cx->arena);
    TRY(obligation_area_rows_open(cx->db, access_sight(cx), &in, &found));
    for (;;) {
        ObligationAreaRowsRow row;
        bool has_row = false;
        TRY(obligation_area_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        AreaProgramCount *counts = arena_array(cx->arena, AreaProgramCount, table->program_n + 1);
        map_put(&table->by_code, row.code, counts);
        VEC_PUSH(cx->arena, &table->areas,
                 (AreaCount){.code = row.code,
                             .name = row.name,
                             .name_en = row.name_en,
                             .level = row.level,
                             .programs = counts});
    }
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static Err read_counts(Cx *cx, Date on, Str area, Table *table)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationAreaCountRowsIn in = {cx->place, on, area};
    TRY(obligation_area_count_rows_open(cx->db, access_sight(cx), &in, &found));
    for (;;) {
        ObligationAreaCountRowsRow row;
        bool has_row = false;
        TRY(obligation_area_count_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        AreaProgramCount *counts = map_get(&table->by_code, row.area);
        if (rule == NULL || counts == NULL)
            continue;
        AreaProgramCount *count = &counts[program_index(table, rule->program)];
        count->overdue += row.overdue;
        count->due += row.due;
        count->open += row.owed - row.overdue - row.due;
        count->days_late += row.days_late;
        if (row.overdue > 0)
            count->days_late_most =
                larger(count->days_late_most, date_days_between(row.first_due_on, on));
    }
}

static void add_up(Table *table)
{
    for (size_t i = 0; i < table->areas.n; i++) {
        AreaCount *area = &table->areas.items[i];
        for (size_t p = 0; p < table->program_n; p++) {
            const AreaProgramCount *count = &area->programs[p];
            area->overdue += count->overdue;
            area->due += count->due;
            area->open += count->open;
            area->days_late += count->days_late;
            area->days_late_most = larger(area->days_late_most, count->days_late_most);
        }
    }
}

Err obligation_area_counts(Cx *cx, Date on, Str area, AreaCounts *ret_counts)
{
    Table table = {0};
    collect_programs(cx, &table);
    Str asked = area.p == NULL ? STR("") : area;
    TRY(obligation_settle(cx));
    Err err = read_areas(cx, asked, &table);
    if (err == OK)
        err = read_counts(cx, on, asked, &table);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (table.areas.n == 0 && asked.n > 0)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("area"), 1, asked);
    add_up(&table);
    *ret_counts = (AreaCounts){.programs = table.programs,
                               .program_n = table.program_n,
                               .areas = table.areas.items,
                               .area_n = table.areas.n};
    return OK;
}

Err obligation_stale_subjects(Cx *cx, int64_t *ret_n)
{
    ObligationStaleCountIn in = {.place = cx->place};
    ObligationStaleCountRow row;
    Err err = obligation_stale_count(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_n = row.subjects;
    return OK;
}
