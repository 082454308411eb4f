/* Worklists: rows of the filter, and their numbers by area, rule and state. The database counts by
 * area and rule; what else is counted by is put together here, so that every number is asked of one
 * reading. */
#include "engine/obligations/worklists.h"

#include "access/access.h"
#include "engine/obligations/obligations_int.h"
#include "engine/obligations/worklists_sql.h"

#include <stdlib.h>

enum { TOWN_DIGITS = 9 };

bool worklist_sort_is_known(Str sort)
{
    static const char *const known[] = {"due", "area", "service", "age", "done"};
    Str name = str_has_prefix(sort, STR("-")) ? str_slice(sort, 1, sort.n) : sort;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_equals_c(name, known[i]))
            return true;
    }
    return false;
}

bool worklist_state_parse(Str name, ObligationState *ret_state)
{
    if (str_equals_c(name, "done")) {
        *ret_state = OBLIGATION_MET;
        return true;
    }
    return obligation_state_parse(name, ret_state)
           && (*ret_state == OBLIGATION_OVERDUE || *ret_state == OBLIGATION_DUE
               || *ret_state == OBLIGATION_OPEN || *ret_state == OBLIGATION_WAIVED);
}

const char *worklist_state_name(ObligationState state)
{
    return state == OBLIGATION_MET ? "done" : obligation_state_name(state);
}

static Err require(Cx *cx)
{
    TRY(access_require(cx, STR("residents.search")));
    return access_require(cx, STR("obligations.read"));
}

static Str given(Str text)
{
    return text.p == NULL ? STR("") : text;
}

/* ---- rows ---- */

/* As v_access_area has them. */
static Str facility_key(Cx *cx, Str code)
{
    return code.n == 0 ? STR("") : str_printf(cx->arena, "%.*s/own", STR_ARG(code));
}

static Str doctor_key(Cx *cx, Str code)
{
    return code.n == 0 ? STR("") : str_printf(cx->arena, "@%.*s/named", STR_ARG(code));
}

/* ",<code>,<code>," of what a team answers for today; empty: no team is asked for. */
static Err team_areas(Cx *cx, Str team, Str *ret_codes)
{
    const CoveredArea *covered = NULL;
    size_t n = 0, code_n = 0;
    *ret_codes = STR("");
    if (team.n == 0)
        return OK;
    TRY(subject_catchments_covered(cx, cx->today, &covered, &n));
    Str *codes = arena_array(cx->arena, Str, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (str_equals(covered[i].team, team))
            codes[code_n++] = covered[i].area;
    }
    Str list = str_join(cx->arena, codes, code_n, STR(","));
    *ret_codes = str_printf(cx->arena, ",%.*s,", STR_ARG(list));
    return OK;
}

static WorklistRowsIn rows_in(Cx *cx, const WorklistFilter *filter, Str areas_of_team)
{
    const bool *states = filter->states;
    return (WorklistRowsIn){
        .place = cx->place,
        .on_day = filter->on,
        .since = filter->since,
        .area = given(filter->area),
        .program = given(filter->program),
        .rule = given(filter->rule),
        .facility = facility_key(cx, filter->facility),
        .doctor = doctor_key(cx, filter->doctor),
        .team_areas = areas_of_team,
        .with_overdue = states[OBLIGATION_OVERDUE],
        .with_due = states[OBLIGATION_DUE],
        .with_open = states[OBLIGATION_OPEN],
        .with_unmet =
            states[OBLIGATION_OVERDUE] || states[OBLIGATION_DUE] || states[OBLIGATION_OPEN],
        .with_waived = states[OBLIGATION_WAIVED],
        .with_done = states[OBLIGATION_MET],
        .sort = filter->sort.n == 0 ? STR("due") : filter->sort,
        .most = (int64_t)filter->most,
        .skip = (int64_t)filter->skip,
    };
}

static ObligationLine line_of(const WorklistRowsRow *row, const Rule *rule, Date on)
{
    ObligationLine line = OPEN_LINE(rule, *row, on);
    if (row->kind == 0)
        return line;
    line.obligation.met_by = row->met_by;
    line.obligation.met_on = row->met_on;
    line.obligation.waived_on = row->waived_on;
    line.obligation.spared_on = row->spared_on;
    line.state = row->kind == 2 ? OBLIGATION_MET : OBLIGATION_WAIVED;
    return line;
}

static Err read_rows(Cx *cx, const WorklistFilter *filter, ObligationLines *lines)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    Str areas_of_team = {0};
    TRY(team_areas(cx, given(filter->team), &areas_of_team));
    WorklistRowsIn in = rows_in(cx, filter, areas_of_team);
    TRY(worklist_rows_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        WorklistRowsRow row;
        bool has_row = false;
        TRY(worklist_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL)
            VEC_PUSH(cx->arena, lines, line_of(&row, rule, filter->on));
    }
}

Err worklist_list(Cx *cx, const WorklistFilter *filter, const ObligationLine **ret_lines,
                  size_t *ret_n)
{
    ObligationLines lines = {0};
    TRY(require(cx));
    TRY(settle_sight(cx, filter->on, given(filter->area)));
    Err err = read_rows(cx, filter, &lines);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_lines = lines.items;
    *ret_n = lines.n;
    return OK;
}

/* ---- numbers ---- */

/* What the database counted: of an area and a rule, by state. */
typedef struct {
    Str area;
    const Rule *rule;
    int64_t n[OBLIGATION_STATE_N];
} Cell;
typedef VEC(Cell) Cells;

/* Who answers, or which team, for each area. */
typedef struct {
    Str key, area;
} Answer;
typedef VEC(Str) Keys;
typedef struct {
    VEC(Answer) list; /* by key, then area */
    Map by_area;      /* Keys of an area */
} Answers;

typedef struct {
    Cx *cx;
    const WorklistFilter *filter;
    Cells cells;
    Answers facilities, doctors, teams;
} Counting;

static void answers_init(Answers *answers, Cx *cx)
{
    *answers = (Answers){0};
    map_init(&answers->by_area, cx->arena);
}

static void answers_add(Answers *answers, Str key, Str area)
{
    Arena *arena = answers->by_area.arena;
    Keys *keys = map_get(&answers->by_area, area);
    if (keys == NULL) {
        keys = arena_new(arena, Keys);
        map_put(&answers->by_area, area, keys);
    }
    VEC_PUSH(arena, keys, key);
    VEC_PUSH(arena, &answers->list, (Answer){key, area});
}

static void add_cell(Counting *counting, Str area, int64_t key, Cell cell)
{
    cell.rule = rule_by_key(counting->cx, key);
    cell.area = area;
    if (cell.rule != NULL)
        VEC_PUSH(counting->cx->arena, &counting->cells, cell);
}

static Err count_unmet(Counting *counting)
{
    Cx *cx = counting->cx;
    CLEANUP(db_rows_close) DbRows found = {0};
    const WorklistUnmetCountsIn in = {cx->place, counting->filter->on};
    TRY(worklist_unmet_counts_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        WorklistUnmetCountsRow row;
        bool has_row = false;
        TRY(worklist_unmet_counts_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Cell cell = {0};
        cell.n[OBLIGATION_OVERDUE] = row.overdue;
        cell.n[OBLIGATION_DUE] = row.due;
        cell.n[OBLIGATION_OPEN] = row.open;
        add_cell(counting, row.area_code, row.rule_key, cell);
    }
}

static Err count_spared(Counting *counting)
{
    Cx *cx = counting->cx;
    CLEANUP(db_rows_close) DbRows found = {0};
    const WorklistSparedCountsIn in = {cx->place, counting->filter->on};
    TRY(worklist_spared_counts_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        WorklistSparedCountsRow row;
        bool has_row = false;
        TRY(worklist_spared_counts_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Cell cell = {0};
        cell.n[OBLIGATION_WAIVED] = row.n;
        add_cell(counting, row.area_code, row.rule_key, cell);
    }
}

static Err count_met(Counting *counting)
{
    Cx *cx = counting->cx;
    CLEANUP(db_rows_close) DbRows found = {0};
    const WorklistMetCountsIn in = {cx->place, counting->filter->on, counting->filter->since};
    TRY(worklist_met_counts_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        WorklistMetCountsRow row;
        bool has_row = false;
        TRY(worklist_met_counts_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Cell cell = {0};
        cell.n[OBLIGATION_MET] = row.n;
        add_cell(counting, row.area_code, row.rule_key, cell);
    }
}

/* "code/own" is a facility, "@code/named" a member of staff. */
static Err read_answering(Cx *cx, Answers *facilities, Answers *doctors)
{
    const Str own = STR("/own"), named = STR("/named");
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(worklist_answering_open(cx->db, list_scope(cx), &(WorklistAnsweringIn){cx->place}, &found));
    for (;;) {
        WorklistAnsweringRow row;
        bool has_row = false;
        TRY(worklist_answering_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        bool is_staff = str_has_prefix(row.answering, STR("@"));
        if (is_staff && str_has_suffix(row.answering, named))
            answers_add(doctors, str_slice(row.answering, 1, row.answering.n - named.n),
                        row.area_code);
        else if (!is_staff && str_has_suffix(row.answering, own))
            answers_add(facilities, str_slice(row.answering, 0, row.answering.n - own.n),
                        row.area_code);
    }
}

static Err read_teams(Cx *cx, Answers *teams)
{
    const CoveredArea *covered = NULL;
    size_t n = 0;
    TRY(subject_catchments_covered(cx, cx->today, &covered, &n));
    for (size_t i = 0; i < n; i++) {
        if (covered[i].team.n > 0)
            answers_add(teams, covered[i].team, covered[i].area);
    }
    return OK;
}

static bool answers(const Answers *all, Str key, Str area)
{
    const Keys *keys = map_get(&all->by_area, area);
    for (size_t i = 0; keys != NULL && i < keys->n; i++) {
        if (str_equals(keys->items[i], key))
            return true;
    }
    return false;
}

static int64_t asked_of(const WorklistFilter *filter, const Cell *cell)
{
    int64_t n = 0;
    for (size_t i = 0; i < OBLIGATION_STATE_N; i++)
        n += filter->states[i] ? cell->n[i] : 0;
    return n;
}

/* The parts of a filter; what is counted by one of them is counted under the others. */
enum { BY_PROGRAM = 1, BY_RULE = 2, BY_FACILITY = 4, BY_DOCTOR = 8, BY_TEAM = 16, BY_AREA = 32 };

/* Which parts of the filter keep the cell out. */
static int kept_out_by(const Counting *counting, const Cell *cell)
{
    const WorklistFilter *filter = counting->filter;
    int out = 0;
    if (filter->program.n > 0 && !str_equals(filter->program, cell->rule->program->id))
        out |= BY_PROGRAM;
    if (filter->rule.n > 0 && !str_equals(filter->rule, cell->rule->id))
        out |= BY_RULE;
    if (filter->facility.n > 0 && !answers(&counting->facilities, filter->facility, cell->area))
        out |= BY_FACILITY;
    if (filter->doctor.n > 0 && !answers(&counting->doctors, filter->doctor, cell->area))
        out |= BY_DOCTOR;
    if (filter->team.n > 0 && !answers(&counting->teams, filter->team, cell->area))
        out |= BY_TEAM;
    if (filter->area.n > 0 && !str_has_prefix(cell->area, filter->area))
        out |= BY_AREA;
    return out;
}

static void add_to(Cx *cx, WorklistFacet *facet, Str key, const Rule *rule, int64_t n,
                   int64_t overdue)
{
    size_t at = 0;
    while (at < facet->n
           && (!str_equals(facet->items[at].key, key)
               || (rule != NULL && facet->items[at].rule->program != rule->program)))
        at++;
    if (at == facet->n)
        VEC_PUSH(cx->arena, facet, (WorklistCount){.key = key, .rule = rule});
    facet->items[at].n += n;
    facet->items[at].overdue += overdue;
}

static void add_answering(Counting *counting, WorklistFacet *facet, const Answers *all,
                          const Cell *cell, int64_t n, int64_t overdue)
{
    const Keys *keys = map_get(&all->by_area, cell->area);
    for (size_t i = 0; keys != NULL && i < keys->n; i++)
        add_to(counting->cx, facet, keys->items[i], NULL, n, overdue);
}

static void sum_cell(Counting *counting, const Cell *cell, WorklistTotals *totals)
{
    Cx *cx = counting->cx;
    const WorklistFilter *filter = counting->filter;
    int out = kept_out_by(counting, cell);
    int64_t n = asked_of(filter, cell);
    int64_t overdue = filter->states[OBLIGATION_OVERDUE] ? cell->n[OBLIGATION_OVERDUE] : 0;
    for (size_t i = 0; out == 0 && i < OBLIGATION_STATE_N; i++)
        totals->states[i] += cell->n[i];
    if (n == 0)
        return;
    if (out == 0)
        totals->n += n;
    if ((out & ~BY_AREA) == 0)
        add_to(cx, &totals->areas, cell->area, NULL, n, overdue);
    if ((out & ~(BY_PROGRAM | BY_RULE)) == 0)
        add_to(cx, &totals->programs, cell->rule->program->id, cell->rule, n, overdue);
    if ((out & ~BY_RULE) == 0)
        add_to(cx, &totals->rules, cell->rule->id, cell->rule, n, overdue);
    if ((out & ~BY_FACILITY) == 0)
        add_answering(counting, &totals->facilities, &counting->facilities, cell, n, overdue);
    if ((out & ~BY_DOCTOR) == 0)
        add_answering(counting, &totals->doctors, &counting->doctors, cell, n, overdue);
    if ((out & ~BY_TEAM) == 0)
        add_answering(counting, &totals->teams, &counting->teams, cell, n, overdue);
}

/* ---- names ---- */

static void name_areas(const AreaNames *names, WorklistFacet *facet)
{
    for (size_t i = 0; i < facet->n; i++) {
        Wording name = area_name(names, facet->items[i].key);
        facet->items[i].name = name.zh;
        facet->items[i].name_en = name.en;
        facet->items[i].under = str_slice(facet->items[i].key, 0, TOWN_DIGITS);
    }
}

static Err name_facilities(Cx *cx, WorklistFacet *facet)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    for (size_t i = 0; i < facet->n; i++) {
        facet->items[i].name = facet->items[i].key;
        for (size_t j = 0; j < n; j++) {
            if (!str_equals(facilities[j].code, facet->items[i].key))
                continue;
            facet->items[i].name = facilities[j].name;
            facet->items[i].name_en = facilities[j].name_en;
        }
    }
    return OK;
}

static Err name_doctors(Cx *cx, WorklistFacet *facet)
{
    const Staff *staff = NULL;
    size_t n = 0;
    TRY(staff_list(cx, STR(""), &staff, &n));
    for (size_t i = 0; i < facet->n; i++) {
        facet->items[i].name = facet->items[i].key;
        for (size_t j = 0; j < n; j++) {
            if (!str_equals(staff[j].code, facet->items[i].key))
                continue;
            facet->items[i].name = staff[j].name;
            facet->items[i].under = staff[j].facility;
        }
    }
    return OK;
}

static Err name_all(Cx *cx, WorklistTotals *totals)
{
    AreaNames names;
    Str *codes = arena_array(cx->arena, Str, totals->areas.n + 1);
    for (size_t i = 0; i < totals->areas.n; i++)
        codes[i] = totals->areas.items[i].key;
    TRY(subject_area_names(cx, codes, totals->areas.n, &names));
    name_areas(&names, &totals->areas);
    TRY(name_facilities(cx, &totals->facilities));
    return name_doctors(cx, &totals->doctors);
}

static int count_compare(const void *left, const void *right)
{
    const WorklistCount *a = left, *b = right;
    int order = a->rule != NULL && b->rule != NULL
                    ? str_compare(a->rule->program->id, b->rule->program->id)
                    : 0;
    return order != 0 ? order : str_compare(a->key, b->key);
}

static void sort_facet(WorklistFacet *facet)
{
    if (facet->n > 1)
        qsort(facet->items, facet->n, sizeof *facet->items, count_compare);
}

static Err read_counts(Counting *counting)
{
    TRY(count_unmet(counting));
    TRY(count_spared(counting));
    TRY(count_met(counting));
    TRY(read_answering(counting->cx, &counting->facilities, &counting->doctors));
    return read_teams(counting->cx, &counting->teams);
}

Err worklist_totals(Cx *cx, const WorklistFilter *filter, WorklistTotals *ret_totals)
{
    Counting counting = {.cx = cx, .filter = filter};
    answers_init(&counting.facilities, cx);
    answers_init(&counting.doctors, cx);
    answers_init(&counting.teams, cx);
    TRY(require(cx));
    TRY(settle_sight(cx, filter->on, STR("")));
    Err err = read_counts(&counting);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_totals = (WorklistTotals){0};
    for (size_t i = 0; i < counting.cells.n; i++)
        sum_cell(&counting, &counting.cells.items[i], ret_totals);
    WorklistFacet *facets[] = {&ret_totals->programs,   &ret_totals->rules,   &ret_totals->areas,
                               &ret_totals->facilities, &ret_totals->doctors, &ret_totals->teams};
    for (size_t i = 0; i < sizeof facets / sizeof *facets; i++)
        sort_facet(facets[i]);
    return name_all(cx, ret_totals);
}

/* ---- who answers, of lines ---- */

/* The names of those who answer, in the order of their keys: area -> the first. */
static void put_names(Cx *cx, const Answers *answers, const WorklistFacet *named, Map *ret_names)
{
    map_init(ret_names, cx->arena);
    for (size_t i = 0, at = 0; i < answers->list.n; i++) {
        const Answer *one = &answers->list.items[i];
        while (!str_equals(named->items[at].key, one->key))
            at++;
        if (!map_has(ret_names, one->area))
            map_put(ret_names, one->area, &named->items[at].name);
    }
}

static void each_key(Cx *cx, const Answers *answers, WorklistFacet *facet)
{
    for (size_t i = 0; i < answers->list.n; i++) {
        if (i == 0 || !str_equals(answers->list.items[i - 1].key, answers->list.items[i].key))
            VEC_PUSH(cx->arena, facet, (WorklistCount){.key = answers->list.items[i].key});
    }
}

Err worklist_answering_read(Cx *cx, WorklistAnswering *ret_answering)
{
    Answers facilities, doctors;
    WorklistFacet clinics = {0}, people = {0};
    answers_init(&facilities, cx);
    answers_init(&doctors, cx);
    Err err = read_answering(cx, &facilities, &doctors);
    if (err != OK)
        return cx_fail_db(cx, err);
    each_key(cx, &facilities, &clinics);
    each_key(cx, &doctors, &people);
    TRY(name_facilities(cx, &clinics));
    TRY(name_doctors(cx, &people));
    put_names(cx, &facilities, &clinics, &ret_answering->facilities);
    put_names(cx, &doctors, &people, &ret_answering->doctors);
    return OK;
}

Str worklist_answers(const WorklistAnswering *answering, Str area)
{
    const Str *doctor = map_get(&answering->doctors, area);
    const Str *facility = map_get(&answering->facilities, area);
    return doctor != NULL ? *doctor : facility != NULL ? *facility : (Str){0};
}
