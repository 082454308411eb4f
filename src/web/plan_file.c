/* /api/plans/{plan}/file: the board of a plan as a workbook or as pages. */
#include "engine/plans/plans.h"
#include "web/report_file.h"

enum {
    NUMBER,
    CLAUSE,
    OWNER,
    DUE,
    STATE,
    ANSWER,
    VALUE,
    TARGET,
    WHY,
    /* in the workbook alone */
    TEXT_OF,
    EXPECTED,
    PERIOD,
    NUMERATOR,
    DENOMINATOR,
    COLUMN_N,
};

typedef struct {
    Str state, owner, text;
    Str clause; /* this one, with a row for each of its answers; empty: all, each by what decides */
} Wish;

static bool is_owned_by(const PlanClause *clause, Str owner)
{
    for (size_t i = 0; i < clause->owner_n; i++)
        if (str_equals(clause->owners[i]->id, owner))
            return true;
    return owner.n == 0;
}

/* The same as the page: its state, one of its units, words in its number, title or text. */
static bool fits(Cx *cx, const PlanClauseState *state, const Wish *wish)
{
    const PlanClause *clause = state->clause;
    Str said = str_printf(cx->arena, "%.*s %.*s %.*s %.*s %.*s", STR_ARG(clause->id),
                          STR_ARG(clause->title.zh), STR_ARG(clause->title.en),
                          STR_ARG(clause->text.zh), STR_ARG(clause->text.en));
    Str wanted = str_lower(cx->arena, str_trim(wish->text));
    return (wish->clause.n == 0 || str_equals(wish->clause, clause->id))
           && (wish->state.n == 0 || str_equals_c(wish->state, plan_state_name(state->state)))
           && is_owned_by(clause, wish->owner)
           && (wanted.n == 0 || str_find(str_lower(cx->arena, said), wanted, 0) < said.n);
}

/* Signs that tell states apart without colour, as the board's shapes do. */
static Str mark_of(PlanState state)
{
    static const char *const marks[PLAN_STATE_N] = {
        [PLAN_STATE_BEHIND] = "▲",   [PLAN_STATE_AT_RISK] = "△",    [PLAN_STATE_NO_DATA] = "－",
        [PLAN_STATE_ON_TRACK] = "→", [PLAN_STATE_NOT_DUE] = "○",    [PLAN_STATE_MET] = "√",
        [PLAN_STATE_WATCHED] = "◎",  [PLAN_STATE_UNANSWERED] = "◇",
    };
    return str_from_c(marks[state]);
}

static Str owners_text(Cx *cx, const PlanClause *clause)
{
    Str *names = arena_array(cx->arena, Str, clause->owner_n + 1);
    for (size_t i = 0; i < clause->owner_n; i++)
        names[i] = wording_in(clause->owners[i]->title, cx->lang);
    return str_join(cx->arena, names, clause->owner_n, STR(" · "));
}

static Str every_text(Cx *cx, Str every)
{
    static const struct {
        const char *every;
        TextId text;
    } words[] = {{"month", TEXT_PLAN_EVERY_MONTH},
                 {"quarter", TEXT_PLAN_EVERY_QUARTER},
                 {"half_year", TEXT_PLAN_EVERY_HALF_YEAR},
                 {"year", TEXT_PLAN_EVERY_YEAR}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equals_c(every, words[i].every))
            return report_word(cx, words[i].text);
    return (Str){0};
}

static ReportCell number_cell(Cx *cx, const PlanAnswered *answered, double number, bool is_value)
{
    const Measure *measure = answered->answer->measure;
    Str unit = measure == NULL ? (Str){0} : measure->unit;
    int decimals = measure == NULL || measure->is_count ? 0 : 2;
    if (is_value)
        decimals = plan_number_decimals(number, answered, decimals);
    return (ReportCell){.kind = REPORT_NUMBER,
                        .number = number,
                        .decimals = decimals,
                        .unit = unit,
                        .text =
                            plan_number_text(cx->arena, number, is_value ? answered : NULL, unit)};
}

static void put_answer(Cx *cx, const PlanAnswered *answered, ReportCell *cells)
{
    char period[PERIOD_NAME_SIZE];
    Arena *arena = cx->arena;
    cells[ANSWER] = report_text(wording_in(plan_answer_title(arena, answered->answer), cx->lang));
    cells[TARGET] = report_text(wording_in(plan_target_wording(arena, answered), cx->lang));
    cells[WHY] = report_text(wording_in(plan_answer_why(arena, answered), cx->lang));
    if (answered->has_number)
        cells[VALUE] = number_cell(cx, answered, answered->number, true);
    if (answered->has_expected)
        cells[EXPECTED] = number_cell(cx, answered, answered->expected, false);
    if (answered->answer->measure == NULL || !answered->has_number)
        return;
    cells[PERIOD] = report_text(str_copy(arena, str_from_c(period_name(answered->period, period))));
    cells[NUMERATOR] = report_whole(answered->numerator);
    cells[DENOMINATOR] = report_whole(answered->denominator);
}

/* answered: what says how far it is, or NULL. */
static const ReportCell *clause_cells(Cx *cx, const PlanClauseState *state,
                                      const PlanAnswered *answered)
{
    const PlanClause *clause = state->clause;
    ReportCell *cells = arena_array(cx->arena, ReportCell, COLUMN_N);
    for (int i = 0; i < COLUMN_N; i++)
        cells[i] = (ReportCell){.kind = REPORT_EMPTY};
    Str word = wording_in(plan_state_wording(cx->arena, state->state), cx->lang);
    if (state->is_partly)
        word = str_printf(cx->arena, "%.*s (%.*s)", STR_ARG(word),
                          STR_ARG(report_word(cx, TEXT_PLAN_IN_PART)));
    cells[NUMBER] = report_text(clause->id);
    cells[CLAUSE] = report_text(wording_in(clause->title, cx->lang));
    cells[TEXT_OF] = report_text(wording_in(clause->text, cx->lang));
    cells[OWNER] = report_text(owners_text(cx, clause));
    cells[DUE] = date_is_none(clause->due) ? report_text(every_text(cx, clause->every))
                                           : report_day(clause->due);
    cells[STATE] = report_text(word);
    cells[STATE].mark = mark_of(state->state);
    if (answered != NULL)
        put_answer(cx, answered, cells);
    return cells;
}

static const ReportColumn *columns_of(Cx *cx)
{
    static const struct {
        TextId title;
        double wide;
        bool is_right, is_off_paper;
    } said[COLUMN_N] = {
        [NUMBER] = {TEXT_FILE_NUMBER, 6, false, false},
        [CLAUSE] = {TEXT_FILE_CLAUSE, 30, false, false},
        [OWNER] = {TEXT_FILE_OWNER, 18, false, false},
        [DUE] = {TEXT_FILE_DUE, 12, false, false},
        [STATE] = {TEXT_FILE_STATE, 13, false, false},
        [ANSWER] = {TEXT_FILE_ANSWER, 24, false, false},
        [VALUE] = {TEXT_FILE_VALUE, 10, true, false},
        [TARGET] = {TEXT_FILE_TARGET, 16, false, false},
        [WHY] = {TEXT_FILE_WHY, 30, false, false},
        [TEXT_OF] = {TEXT_FILE_CLAUSE_TEXT, 60, false, true},
        [EXPECTED] = {TEXT_FILE_EXPECTED, 10, true, true},
        [PERIOD] = {TEXT_FILE_PERIOD, 10, false, true},
        [NUMERATOR] = {TEXT_FILE_NUMERATOR, 10, true, true},
        [DENOMINATOR] = {TEXT_FILE_DENOMINATOR, 10, true, true},
    };
    ReportColumn *columns = arena_array(cx->arena, ReportColumn, COLUMN_N);
    for (size_t i = 0; i < COLUMN_N; i++)
        columns[i] = (ReportColumn){report_word(cx, said[i].title), said[i].wide, said[i].is_right,
                                    said[i].is_off_paper};
    return columns;
}

/* "45: 12 behind, 3 at risk" of what the file holds. */
static Str states_text(Cx *cx, const int64_t *counts)
{
    Str parts[PLAN_STATE_N];
    size_t n = 0;
    for (int i = 0; i < PLAN_STATE_N; i++) {
        Str word = wording_in(plan_state_wording(cx->arena, (PlanState)i), cx->lang);
        if (counts[i] > 0)
            parts[n++] = str_printf(cx->arena, "%.*s %lld", STR_ARG(word), (long long)counts[i]);
    }
    return str_join(cx->arena, parts, n, STR(" · "));
}

static Str filter_text(Cx *cx, const Plan *plan, const Wish *wish)
{
    Str parts[3];
    size_t n = 0;
    for (int i = 0; i < PLAN_STATE_N; i++)
        if (str_equals_c(wish->state, plan_state_name((PlanState)i)))
            parts[n++] = wording_in(plan_state_wording(cx->arena, (PlanState)i), cx->lang);
    for (size_t i = 0; i < plan->unit_n; i++)
        if (str_equals(plan->units[i].id, wish->owner))
            parts[n++] = wording_in(plan->units[i].title, cx->lang);
    if (wish->text.n > 0)
        parts[n++] = wish->text;
    return str_join(cx->arena, parts, n, STR(" · "));
}

static Str plan_period(Cx *cx, const Plan *plan)
{
    char from[DATE_TEXT_SIZE], until[DATE_TEXT_SIZE];
    if (date_is_none(plan->from) && date_is_none(plan->until))
        return (Str){0};
    return str_printf(cx->arena, "%s – %s",
                      date_is_none(plan->from) ? "" : date_format(plan->from, from),
                      date_is_none(plan->until) ? "" : date_format(plan->until, until));
}

/* Of one clause: each answer with its own state. */
static ReportRow *answer_rows(Cx *cx, const PlanClauseState *state, size_t section, size_t *ret_n)
{
    ReportRow *rows = arena_array(cx->arena, ReportRow, state->answer_n + 1);
    *ret_n = 0;
    for (size_t i = 0; i < state->answer_n; i++) {
        PlanClauseState of = *state;
        of.state = state->answers[i].state;
        rows[(*ret_n)++] = (ReportRow){clause_cells(cx, &of, &state->answers[i]), section};
    }
    if (state->answer_n == 0)
        rows[(*ret_n)++] = (ReportRow){clause_cells(cx, state, NULL), section};
    return rows;
}

static void fill(Cx *cx, const Plan *plan, const PlanFacts *facts, const PlanClauseState *states,
                 const Wish *wish, ReportFile *file)
{
    int64_t counts[PLAN_STATE_N] = {0};
    ReportRow *rows = arena_array(cx->arena, ReportRow, plan->clause_n + 1);
    Str *sections = arena_array(cx->arena, Str, plan->section_n + 1);
    size_t at = 0, n = 0;
    for (size_t s = 0; s < plan->section_n; s++) {
        sections[s] = wording_in(plan->sections[s].title, cx->lang);
        for (size_t i = 0; i < plan->sections[s].clause_n; i++, at++) {
            if (!fits(cx, &states[at], wish))
                continue;
            if (wish->clause.n > 0)
                rows = answer_rows(cx, &states[at], s, &n);
            else
                rows[n++] =
                    (ReportRow){clause_cells(cx, &states[at], plan_deciding(&states[at])), s};
            counts[states[at].state]++;
        }
    }
    file->report.section_title = report_word(cx, TEXT_FILE_SECTION);
    file->report.sections = sections;
    file->report.section_n = plan->section_n;
    file->report.columns = columns_of(cx);
    file->report.column_n = COLUMN_N;
    file->report.rows = rows;
    file->report.row_n = n;
    report_file_source(cx, file, plan->pack, plan->source);
    report_file_fact(cx, file, TEXT_FILE_PLAN_PERIOD, plan_period(cx, plan));
    report_file_fact(cx, file, TEXT_FILE_FILTER, filter_text(cx, plan, wish));
    report_file_fact(cx, file, TEXT_FILE_STATES, states_text(cx, counts));
    if (!plan_is_complete(facts, states, at))
        report_file_fact(cx, file, TEXT_FILE_NOTE, report_word(cx, TEXT_FILE_INCOMPLETE));
}

/* What stands above the rows of one clause: what it asks, whose business it is, by when. */
static void put_clause(Cx *cx, const PlanClause *clause, ReportFile *file)
{
    char day[DATE_TEXT_SIZE];
    file->report.title =
        str_printf(cx->arena, "%.*s %.*s %.*s", STR_ARG(file->report.title), STR_ARG(clause->id),
                   STR_ARG(wording_in(clause->title, cx->lang)));
    report_file_fact(cx, file, TEXT_FILE_CLAUSE_TEXT, wording_in(clause->text, cx->lang));
    report_file_fact(cx, file, TEXT_FILE_OWNER, owners_text(cx, clause));
    report_file_fact(cx, file, TEXT_FILE_DUE,
                     date_is_none(clause->due)
                         ? every_text(cx, clause->every)
                         : str_copy(cx->arena, str_from_c(date_format(clause->due, day))));
}

static Err plan_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanFacts *facts = NULL;
    const PlanClauseState *states = NULL;
    size_t n = 0;
    ReportFile file;
    Date on = DATE_NONE;
    const Wish wish = {http_query(request, "state"), http_query(request, "owner"),
                       http_query(request, "text"), http_query(request, "clause")};
    const PlanClause *clause = NULL;
    TRY(plan_find(cx, http_parameter(request, "plan"), &plan));
    if (wish.clause.n > 0)
        TRY(plan_clause_find(cx, plan, wish.clause, &clause));
    TRY(web_query_date(cx, request, "on", cx->today, &on));
    TRY(plan_facts_read(cx, on, false, &facts));
    TRY(plan_states(cx, facts, plan, &states, &n));
    if (date_compare(on, cx->today) < 0)
        cx->as_of = on; /* what the file says of itself */
    TRY(report_file_begin(cx, wording_in(plan->title, cx->lang), TEXT_FILE_CLAUSES, &file));
    if (clause != NULL)
        put_clause(cx, clause, &file);
    fill(cx, plan, facts, states, &wish, &file);
    file.action = "export.plan";
    char day[DATE_TEXT_SIZE];
    file.detail =
        str_printf(cx->arena, "plan=%.*s on=%s state=%.*s owner=%.*s text=%.*s clause=%.*s",
                   STR_ARG(plan->id), date_format(on, day), STR_ARG(wish.state),
                   STR_ARG(wish.owner), STR_ARG(wish.text), STR_ARG(wish.clause));
    file.name = clause == NULL
                    ? plan->id
                    : str_printf(cx->arena, "%.*s-%.*s", STR_ARG(plan->id), STR_ARG(clause->id));
    return report_file_answer(cx, request, &file, response);
}

const Route route_plan_file = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}/file",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_file_get,
    .permit = "plans.read",
    .query =
        "{" REPORT_QUERY ", state?: text, owner?: text, text?: text, clause?: text, on?: date}",
    .out_media = REPORT_MEDIA,
    .title = {"一个方案的条款和进展，导出为 Excel 或 PDF",
              "The clauses of a plan and how far they are, as a workbook or as pages"},
};
