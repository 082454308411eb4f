/* /api/plans/{plan}/months and its file: what falls due by which day, month after month.
 * /api/reminders: what is overdue or due soon of the asking one's own. */
#include "base/map.h"
#include "engine/plans/plans.h"
#include "engine/policy/policy_values.h"
#include "web/plan_json.h"
#include "web/report_file.h"

#define SCHEMA_DUE                                                                                 \
 "{plan: text, clause: text, title: wording, owners: [{id: text, title: wording}], is_own: bool, " \
 "answer?: wording, day: date, period?: text, state: "                                             \
 "overdue|untold|soon|later|missed|done, clause_state: text, why?: wording, owed?: integer, "      \
 "done?: integer}"

/* ---- writing ---- */

/* Why the clause is as it is today: of the answer whose day it is, else of the deciding one. It
 * says nothing of another period than the running one, and of duties the counts do. */
static const PlanAnswered *answered_of(const Cx *cx, const PlanDue *due)
{
    if (due->has_counts || (due->has_period && !period_has(due->period, cx->today)))
        return NULL;
    for (size_t i = 0; i < due->clause->answer_n; i++)
        if (due->clause->answers[i].answer == due->answer)
            return &due->clause->answers[i];
    return plan_deciding(due->clause);
}

static void put_due(Cx *cx, JsonOut *out, const PlanDue *due)
{
    char name[PERIOD_NAME_SIZE];
    const PlanAnswered *answered = answered_of(cx, due);
    json_object_begin(out);
    web_json_text(out, "plan", due->plan->id);
    web_json_text(out, "clause", due->clause->clause->id);
    web_json_wording(out, "title", due->clause->clause->title);
    plan_json_owners(out, due->clause->clause);
    json_key_c(out, "is_own");
    json_bool(out, due->is_own);
    if (due->answer != NULL)
        web_json_wording(out, "answer", plan_answer_title(cx->arena, due->answer));
    web_json_date(out, "day", due->day);
    if (due->has_period)
        web_json_text(out, "period", str_from_c(period_name(due->period, name)));
    web_json_text(out, "state", str_from_c(plan_due_state_name(due->state)));
    web_json_text(out, "clause_state", str_from_c(plan_state_name(due->clause->state)));
    if (answered != NULL)
        web_json_wording(out, "why", plan_answer_why(cx->arena, answered));
    if (due->has_counts) {
        web_json_integer(out, "owed", due->owed);
        web_json_integer(out, "done", due->done);
    }
    json_object_end(out);
}

/* ---- the months of a plan ---- */

static int64_t dated_clauses(Cx *cx, const PlanDue *dues, size_t n)
{
    Map known;
    map_init(&known, cx->arena);
    for (size_t i = 0; i < n; i++)
        map_put(&known, dues[i].clause->clause->id, &known);
    return (int64_t)known.n;
}

/* Narrows to the clauses of a unit, or ("own") of the asking one's own; empty: all. */
static void narrow(Cx *cx, Str owner, const PlanDue **dues, size_t *n)
{
    PlanDue *kept = arena_array(cx->arena, PlanDue, *n + 1);
    size_t kept_n = 0;
    for (size_t i = 0; i < *n; i++) {
        const PlanDue *due = &(*dues)[i];
        const PlanClause *clause = due->clause->clause;
        bool is_of = owner.n == 0 || (str_equals_c(owner, "own") && due->is_own);
        for (size_t k = 0; k < clause->owner_n && !is_of; k++)
            is_of = str_equals(clause->owners[k]->id, owner);
        if (is_of)
            kept[kept_n++] = *due;
    }
    *dues = kept;
    *n = kept_n;
}

static Err read_months(Cx *cx, const HttpRequest *request, const Plan **ret_plan,
                       const PlanDue **ret_dues, size_t *ret_n)
{
    const PlanFacts *facts = NULL;
    TRY(plan_find(cx, http_parameter(request, "plan"), ret_plan));
    TRY(plan_facts_read(cx, cx->today, false, &facts));
    return plan_dues(cx, facts, *ret_plan, ret_dues, ret_n);
}

/* Left out where no pack says how many: then nothing is due soon. */
static void put_soon_days(JsonOut *out, int64_t soon_days)
{
    if (soon_days != POLICY_UNSAID)
        web_json_integer(out, "soon_days", soon_days);
}

static Err plan_months_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanDue *dues = NULL;
    size_t n = 0;
    int64_t soon_days = 0;
    TRY(read_months(cx, request, &plan, &dues, &n));
    TRY(plan_soon_days(cx, cx->today, &soon_days));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    web_json_text(&out, "id", plan->id);
    web_json_wording(&out, "title", plan->title);
    web_json_integer(&out, "clauses", (int64_t)plan->clause_n);
    web_json_integer(&out, "dated", dated_clauses(cx, dues, n));
    put_soon_days(&out, soon_days);
    json_key_c(&out, "dues");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_due(cx, &out, &dues[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_plan_months = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}/months",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_months_get,
    .permit = "plans.read",
    .out = "{on: date, id: text, title: wording, clauses: integer, dated: integer, "
           "soon_days?: integer, dues: "
           "[" SCHEMA_DUE "]}",
    .title = {"一个方案逐月到期的事项：由谁负责、是否完成",
              "What falls due in each month of a plan: whose it is, and whether it is done"},
};

/* ---- the same as a file ---- */

enum { DAY, STATE, NUMBER, CLAUSE, OWNER, ANSWER, PERIOD, DUTIES, WHY, COLUMN_N };

static const ReportColumn *columns_of(Cx *cx)
{
    static const struct {
        TextId title;
        double wide;
    } said[COLUMN_N] = {
        [DAY] = {TEXT_FILE_DUE, 12},       [STATE] = {TEXT_FILE_STATE, 14},
        [NUMBER] = {TEXT_FILE_NUMBER, 6},  [CLAUSE] = {TEXT_FILE_CLAUSE, 30},
        [OWNER] = {TEXT_FILE_OWNER, 22},   [ANSWER] = {TEXT_FILE_ANSWER, 22},
        [PERIOD] = {TEXT_FILE_PERIOD, 10}, [DUTIES] = {TEXT_FILE_DUTIES, 10},
        [WHY] = {TEXT_FILE_WHY, 30},
    };
    ReportColumn *columns = arena_array(cx->arena, ReportColumn, COLUMN_N);
    for (size_t i = 0; i < COLUMN_N; i++)
        columns[i] = (ReportColumn){report_word(cx, said[i].title), said[i].wide, false, false};
    return columns;
}

/* Signs that tell states apart without colour. */
static Str mark_of(PlanDueState state)
{
    static const char *const marks[PLAN_DUE_N] = {
        [PLAN_DUE_OVERDUE] = "▲", [PLAN_DUE_UNTOLD] = "－", [PLAN_DUE_SOON] = "△",
        [PLAN_DUE_LATER] = "○",   [PLAN_DUE_MISSED] = "×",  [PLAN_DUE_DONE] = "√",
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

static const ReportCell *due_cells(Cx *cx, const PlanDue *due)
{
    char period[PERIOD_NAME_SIZE];
    const PlanAnswered *answered = answered_of(cx, due);
    ReportCell *cells = arena_array(cx->arena, ReportCell, COLUMN_N);
    for (int i = 0; i < COLUMN_N; i++)
        cells[i] = (ReportCell){.kind = REPORT_EMPTY};
    cells[DAY] = report_day(due->day);
    cells[STATE] = report_text(wording_in(plan_due_state_wording(cx->arena, due->state), cx->lang));
    cells[STATE].mark = mark_of(due->state);
    cells[NUMBER] = report_text(due->clause->clause->id);
    cells[CLAUSE] = report_text(wording_in(due->clause->clause->title, cx->lang));
    cells[OWNER] = report_text(owners_text(cx, due->clause->clause));
    if (due->answer != NULL)
        cells[ANSWER] =
            report_text(wording_in(plan_answer_title(cx->arena, due->answer), cx->lang));
    if (due->has_period)
        cells[PERIOD] =
            report_text(str_copy(cx->arena, str_from_c(period_name(due->period, period))));
    if (due->has_counts)
        cells[DUTIES] = report_text(
            str_printf(cx->arena, "%lld / %lld", (long long)due->done, (long long)due->owed));
    if (answered != NULL)
        cells[WHY] = report_text(wording_in(plan_answer_why(cx->arena, answered), cx->lang));
    return cells;
}

/* What is overdue stands first, then month by month. */
static void fill(Cx *cx, const PlanDue *dues, size_t n, ReportFile *file)
{
    ReportRow *rows = arena_array(cx->arena, ReportRow, n + 1);
    Str *sections = arena_array(cx->arena, Str, n + 2);
    size_t row_n = 0, section_n = 1;
    Period month = {0};
    sections[0] = report_word(cx, TEXT_PLAN_DUE_OVERDUE);
    for (size_t i = 0; i < n; i++)
        if (dues[i].state == PLAN_DUE_OVERDUE)
            rows[row_n++] = (ReportRow){due_cells(cx, &dues[i]), 0};
    for (size_t i = 0; i < n; i++) {
        char name[PERIOD_NAME_SIZE];
        if (dues[i].state == PLAN_DUE_OVERDUE)
            continue;
        if (section_n == 1 || !period_has(month, dues[i].day)) {
            month = period_of(PERIOD_MONTH, dues[i].day);
            sections[section_n++] = str_copy(cx->arena, str_from_c(period_name(month, name)));
        }
        rows[row_n++] = (ReportRow){due_cells(cx, &dues[i]), section_n - 1};
    }
    file->report.section_title = report_word(cx, TEXT_FILE_MONTH);
    file->report.sections = sections;
    file->report.section_n = section_n;
    file->report.columns = columns_of(cx);
    file->report.column_n = COLUMN_N;
    file->report.rows = rows;
    file->report.row_n = row_n;
}

static Err plan_months_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanDue *dues = NULL;
    size_t n = 0;
    ReportFile file;
    Str owner = http_query(request, "owner");
    TRY(read_months(cx, request, &plan, &dues, &n));
    narrow(cx, owner, &dues, &n);
    TRY(report_file_begin(cx, wording_in(plan->title, cx->lang), TEXT_FILE_MONTHS, &file));
    fill(cx, dues, n, &file);
    report_file_source(cx, &file, plan->pack, plan->source);
    file.action = "export.plan_months";
    file.detail = str_printf(cx->arena, "plan=%.*s owner=%.*s", STR_ARG(plan->id), STR_ARG(owner));
    file.name = str_printf(cx->arena, "%.*s-months", STR_ARG(plan->id));
    return report_file_answer(cx, request, &file, response);
}

const Route route_plan_months_file = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}/months/file",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_months_file_get,
    .permit = "plans.read",
    .query = "{" REPORT_QUERY ", owner?: text}",
    .out_media = REPORT_MEDIA,
    .title = {"一个方案的逐月作战图，导出为 Excel 或 PDF",
              "The months of a plan, as a workbook or as pages"},
};

/* ---- reminders ---- */

static Err reminders_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const PlanFacts *facts = NULL;
    const PlanDue *dues = NULL;
    size_t n = 0;
    int64_t counts[PLAN_DUE_N] = {0}, soon_days = 0;
    TRY(plan_facts_read(cx, cx->today, false, &facts));
    TRY(plan_soon_days(cx, cx->today, &soon_days));
    TRY(plan_dues(cx, facts, NULL, &dues, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    json_key_c(&out, "dues");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        bool is_told = dues[i].state == PLAN_DUE_OVERDUE || dues[i].state == PLAN_DUE_SOON;
        if (!dues[i].is_own || !is_told)
            continue;
        counts[dues[i].state]++;
        put_due(cx, &out, &dues[i]);
    }
    json_array_end(&out);
    web_json_integer(&out, "overdue", counts[PLAN_DUE_OVERDUE]);
    web_json_integer(&out, "soon", counts[PLAN_DUE_SOON]);
    put_soon_days(&out, soon_days);
    json_object_end(&out);
    return OK;
}

const Route route_reminders = {
    .method = HTTP_GET,
    .path = "/api/reminders",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = reminders_get,
    .permit = "plans.read",
    .out =
        "{on: date, dues: [" SCHEMA_DUE "], overdue: integer, soon: integer, soon_days?: integer}",
    .title = {"各方案中由本人岗位负责、已逾期或即将到期的事项",
              "What plans ask of the asking one's post and is overdue or due soon"},
};
