/* /api/plans: plans of the packs, how far each clause is today or was on a past day, how its
 * numbers went, two days side by side, and what units say of it. */
#include "engine/plans/plans.h"
#include "web/plan_json.h"
#include "web/route.h"

enum { BODY_MOST = 8192 };

#define SCHEMA_TARGET                                                                                         \
 "{text: wording, compare?: text, low?: number, high?: number, low_parameter?: text, high_parameter?: text, " \
 "unit?: text, by?: date, is_linear: bool, yearly?: [number]}"
#define SCHEMA_ANSWER                                                                                        \
 "{by: text, id: text, state: text, reason: text, why: wording, title: wording, needed?: wording, number?: " \
 "number, of?: number, value?: number, unit?: text, period?: text, denominator?: integer, "                  \
 "numerator?: integer, expected?: number, judged_on?: date, now?: {value: number, period: text, "            \
 "denominator: integer, numerator: integer}, reached_on?: date, evidence?: text, target?: " SCHEMA_TARGET    \
 "}"
#define SCHEMA_CLAUSE                                                                              \
 "{id: text, title: wording, text: wording, remark?: wording, kind: text, force: text, owners: "   \
 "[{id: text, title: wording}], is_reading: bool, due?: date, every?: text, state: text, "         \
 "is_partly: bool, entry_n: integer, answers: [" SCHEMA_ANSWER "]}"
#define SCHEMA_ENTRY                                                                               \
 "{id: uuid, clause: text, kind: text, milestone?: text, happened_on: date, note?: text, "         \
 "evidence?: text, facility?: text, written_by?: text, written_on: date, ended_on?: date, "        \
 "end_reason?: text}"

static void put_decimal(JsonOut *out, const char *key, double value)
{
    json_key_c(out, key);
    json_decimal(out, value);
}

static void put_bound(JsonOut *out, const char *key, const char *parameter_key, PlanNumber number,
                      double value)
{
    if (number.parameter != NULL)
        web_json_text(out, parameter_key, number.parameter->id);
    put_decimal(out, key, value);
}

static void put_target(Cx *cx, JsonOut *out, const PlanAnswered *answered)
{
    const PlanTarget *target = &answered->answer->target;
    if (!answered->has_target && !target->has_yearly)
        return;
    json_key_c(out, "target");
    json_object_begin(out);
    web_json_wording(out, "text", plan_target_wording(cx->arena, answered));
    if (answered->has_target) {
        web_json_text(out, "compare", str_from_c(plan_compares[target->compare - 1]));
        put_bound(out, "low", "low_parameter", target->low, answered->low);
        if (target->compare == PLAN_BETWEEN)
            put_bound(out, "high", "high_parameter", target->high, answered->high);
    }
    web_json_text(out, "unit", target->unit);
    web_json_date(out, "by", target->by);
    json_key_c(out, "is_linear");
    json_bool(out, target->is_linear);
    if (target->has_yearly) {
        json_key_c(out, "yearly");
        json_array_begin(out);
        json_decimal(out, target->yearly[0]);
        json_decimal(out, target->yearly[1]);
        json_array_end(out);
    }
    json_object_end(out);
}

static void put_measured(JsonOut *out, const PlanAnswered *answered)
{
    char name[PERIOD_NAME_SIZE];
    web_json_text(out, "unit", answered->answer->measure->unit);
    if (!answered->has_number)
        return;
    put_decimal(out, "value", answered->number);
    web_json_text(out, "period", str_from_c(period_name(answered->period, name)));
    web_json_integer(out, "denominator", answered->denominator);
    web_json_integer(out, "numerator", answered->numerator);
    if (answered->has_expected)
        put_decimal(out, "expected", answered->expected);
}

/* Of a clause whose day has passed. */
static void put_now(JsonOut *out, const PlanAnswered *answered)
{
    char name[PERIOD_NAME_SIZE];
    web_json_date(out, "judged_on", answered->judged_on);
    if (date_is_none(answered->judged_on) || !answered->has_now)
        return;
    json_key_c(out, "now");
    json_object_begin(out);
    put_decimal(out, "value", answered->now);
    web_json_text(out, "period", str_from_c(period_name(answered->now_period, name)));
    web_json_integer(out, "denominator", answered->now_denominator);
    web_json_integer(out, "numerator", answered->now_numerator);
    json_object_end(out);
}

static void put_answer(Cx *cx, JsonOut *out, const PlanAnswered *answered)
{
    const PlanAnswer *answer = answered->answer;
    json_object_begin(out);
    web_json_text(out, "by", str_from_c(plan_answers[answer->kind]));
    web_json_text(out, "id", answer->id);
    web_json_text(out, "state", str_from_c(plan_state_name(answered->state)));
    web_json_text(out, "reason", str_from_c(plan_reason_name(answered->reason)));
    web_json_wording(out, "why", plan_answer_why(cx->arena, answered));
    web_json_wording(out, "title", plan_answer_title(cx->arena, answer));
    if (answer->needed.zh.n > 0)
        web_json_wording(out, "needed", answer->needed);
    if (answer->measure != NULL) {
        put_measured(out, answered);
    } else if (answered->has_number) {
        put_decimal(out, "number", answered->number);
        put_decimal(out, "of", answered->of);
    }
    put_now(out, answered);
    web_json_date(out, "reached_on", answered->reached_on);
    web_json_text(out, "evidence", answered->evidence);
    put_target(cx, out, answered);
    json_object_end(out);
}

static void put_clause(Cx *cx, JsonOut *out, const PlanClauseState *state)
{
    const PlanClause *clause = state->clause;
    json_object_begin(out);
    web_json_text(out, "id", clause->id);
    web_json_wording(out, "title", clause->title);
    web_json_wording(out, "text", clause->text);
    if (clause->remark.zh.n > 0)
        web_json_wording(out, "remark", clause->remark);
    web_json_text(out, "kind", clause->kind);
    web_json_text(out, "force", str_from_c(plan_forces[clause->force]));
    plan_json_owners(out, clause);
    json_key_c(out, "is_reading");
    json_bool(out, clause->is_reading);
    web_json_date(out, "due", clause->due);
    web_json_text(out, "every", clause->every);
    web_json_text(out, "state", str_from_c(plan_state_name(state->state)));
    json_key_c(out, "is_partly");
    json_bool(out, state->is_partly);
    web_json_integer(out, "entry_n", state->entry_n);
    json_key_c(out, "answers");
    json_array_begin(out);
    for (size_t i = 0; i < state->answer_n; i++)
        put_answer(cx, out, &state->answers[i]);
    json_array_end(out);
    json_object_end(out);
}

static void put_head(Cx *cx, JsonOut *out, const Plan *plan)
{
    web_json_text(out, "id", plan->id);
    web_json_wording(out, "title", plan->title);
    web_json_text(out, "place", plan->place);
    json_key_c(out, "is_elsewhere"); /* another place's, kept to compare with */
    json_bool(out, plan_is_elsewhere(cx, plan));
    web_json_wording(out, "source",
                     pack_source_wording(cx->packs, plan->pack, plan->source, cx->arena));
    web_json_date(out, "from", plan->from);
    web_json_date(out, "until", plan->until);
}

static void put_coverage(JsonOut *out, const PlanCoverage *coverage)
{
    web_json_integer(out, "clauses", coverage->clauses);
    web_json_integer(out, "answered", coverage->answered);
    web_json_integer(out, "partly", coverage->partly);
    json_key_c(out, "states");
    json_object_begin(out);
    for (int state = 0; state < PLAN_STATE_N; state++) {
        json_key_c(out, plan_state_name((PlanState)state));
        json_integer(out, coverage->states[state]);
    }
    json_object_end(out);
}

#define SCHEMA_STATES                                                                              \
 "{behind: integer, at_risk: integer, no_data: integer, on_track: integer, not_due: integer, "     \
 "met: integer, watched: integer, unanswered: integer}"
#define SCHEMA_HEAD                                                                                                  \
 "id: text, title: wording, place?: text, is_elsewhere: bool, source: wording, from?: date, until?: date, clauses: " \
 "integer, answered: integer, partly: integer, states: " SCHEMA_STATES

/* ?on=: of a past day, as it was known then. */
static Err read_facts(Cx *cx, const HttpRequest *request, Date *ret_on, const PlanFacts **ret_facts)
{
    TRY(web_query_date(cx, request, "on", cx->today, ret_on));
    return plan_facts_read(cx, *ret_on, false, ret_facts);
}

#define SCHEMA_DAY                                                                                 \
 "on: date, today: date, made: integer, wanted: integer, counted: integer, measures: integer"

/* made of wanted: numbers of past days, which are made when somebody asks for them first. counted
 * of measures: today's, which a new database or new packs begin with none of. */
static void put_day(Cx *cx, JsonOut *out, Date on, const PlanFacts *facts)
{
    int64_t made = 0, wanted = 0, counted = 0, measures = 0;
    plan_facts_progress(facts, &made, &wanted);
    plan_facts_counted(facts, &counted, &measures);
    web_json_date(out, "on", on);
    web_json_date(out, "today", cx->today);
    web_json_integer(out, "made", made);
    web_json_integer(out, "wanted", wanted);
    web_json_integer(out, "counted", counted);
    web_json_integer(out, "measures", measures);
}

static Err plans_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const PlanFacts *facts = NULL;
    Date on = DATE_NONE;
    TRY(read_facts(cx, request, &on, &facts));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_day(cx, &out, on, facts);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < cx->packs->plans.n; i++) {
        const Plan *plan = cx->packs->plans.entries[i].value;
        const PlanClauseState *states = NULL;
        size_t n = 0;
        PlanCoverage coverage;
        TRY(plan_states(cx, facts, plan, &states, &n));
        plan_coverage(states, n, &coverage);
        json_object_begin(&out);
        put_head(cx, &out, plan);
        put_coverage(&out, &coverage);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_plans = {
    .method = HTTP_GET,
    .path = "/api/plans",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plans_get,
    .permit = "plans.read",
    .query = "{on?: date}",
    .out = "{" SCHEMA_DAY ", items: [{" SCHEMA_HEAD "}]}",
    .title = {"各方案和条款进展", "Plans, and how many clauses are how far"},
};

static Err plan_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanClauseState *states = NULL;
    const PlanFacts *facts = NULL;
    size_t n = 0;
    PlanCoverage coverage;
    Date on = DATE_NONE;
    TRY(plan_find(cx, http_parameter(request, "plan"), &plan));
    TRY(read_facts(cx, request, &on, &facts));
    TRY(plan_states(cx, facts, plan, &states, &n));
    plan_coverage(states, n, &coverage);
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_day(cx, &out, on, facts);
    put_head(cx, &out, plan);
    put_coverage(&out, &coverage);
    json_key_c(&out, "sections");
    json_array_begin(&out);
    size_t at = 0;
    for (size_t s = 0; s < plan->section_n; s++) {
        json_object_begin(&out);
        web_json_text(&out, "id", plan->sections[s].id);
        web_json_wording(&out, "title", plan->sections[s].title);
        json_key_c(&out, "clauses");
        json_array_begin(&out);
        for (size_t i = 0; i < plan->sections[s].clause_n; i++)
            put_clause(cx, &out, &states[at++]);
        json_array_end(&out);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_plan = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_get,
    .permit = "plans.read",
    .query = "{on?: date}",
    .out = "{" SCHEMA_DAY ", " SCHEMA_HEAD
           ", sections: [{id: text, title: wording, clauses: [" SCHEMA_CLAUSE "]}]}",
    .title = {"一个方案的全部条款、进展和依据",
              "A plan: every clause, how far it is, and what says so"},
};

static void put_entry(JsonOut *out, const PlanEntry *entry)
{
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, entry->id);
    web_json_text(out, "clause", entry->clause);
    web_json_text(out, "kind", str_from_c(plan_entry_kinds[entry->kind]));
    web_json_text(out, "milestone", entry->milestone);
    web_json_date(out, "happened_on", entry->happened_on);
    web_json_text(out, "note", entry->note);
    web_json_text(out, "evidence", entry->evidence);
    web_json_text(out, "facility", entry->facility);
    web_json_text(out, "written_by", entry->written_by);
    web_json_date(out, "written_on", entry->written_on);
    web_json_date(out, "ended_on", entry->ended_on);
    web_json_text(out, "end_reason", entry->end_reason);
    json_object_end(out);
}

static Err plan_clause_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanClause *clause = NULL;
    const PlanClauseState *states = NULL;
    const PlanEntry *entries = NULL;
    const PlanFacts *facts = NULL;
    size_t n = 0, entry_n = 0, at = 0;
    Date on = DATE_NONE;
    TRY(plan_find(cx, http_parameter(request, "plan"), &plan));
    TRY(plan_clause_find(cx, plan, http_parameter(request, "clause"), &clause));
    TRY(read_facts(cx, request, &on, &facts));
    TRY(plan_states(cx, facts, plan, &states, &n));
    TRY(plan_entries(cx, plan, clause->id, on, &entries, &entry_n));
    while (states[at].clause != clause)
        at++;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_day(cx, &out, on, facts);
    web_json_wording(&out, "plan_title", plan->title);
    web_json_wording(&out, "source",
                     pack_source_wording(cx->packs, plan->pack, plan->source, cx->arena));
    web_json_wording(&out, "section", states[at].section->title);
    json_key_c(&out, "clause");
    put_clause(cx, &out, &states[at]);
    json_key_c(&out, "entries");
    json_array_begin(&out);
    for (size_t i = 0; i < entry_n; i++)
        put_entry(&out, &entries[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_plan_clause = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}/clauses/{clause}",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_clause_get,
    .permit = "plans.read",
    .query = "{on?: date}",
    .out = "{" SCHEMA_DAY
           ", plan_title: wording, source: wording, section: wording, clause: " SCHEMA_CLAUSE
           ", entries: [" SCHEMA_ENTRY "]}",
    .title = {"一条条款的进展、依据和各单位的记载",
              "A clause: how far, what says so, what units have written"},
};

/* ---- over time ---- */

static void put_trend(JsonOut *out, const PlanTrend *trend)
{
    json_object_begin(out);
    web_json_text(out, "id", trend->answer->id);
    web_json_wording(out, "title", trend->answer->measure->title);
    web_json_text(out, "unit", trend->answer->measure->unit);
    web_json_text(out, "kind", period_kind_name(trend->kind));
    json_key_c(out, "is_judged");
    json_bool(out, trend->is_judged);
    json_key_c(out, "is_complete");
    json_bool(out, trend->is_complete);
    json_key_c(out, "points");
    json_array_begin(out);
    for (size_t i = 0; i < trend->n; i++)
        plan_point_write(out, trend, &trend->points[i]);
    json_array_end(out);
    json_object_end(out);
}

static Err plan_trend_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanClause *clause = NULL;
    const PlanFacts *facts = NULL;
    const PlanTrend *trends = NULL;
    size_t n = 0;
    TRY(plan_find(cx, http_parameter(request, "plan"), &plan));
    TRY(plan_clause_find(cx, plan, http_parameter(request, "clause"), &clause));
    TRY(plan_facts_read(cx, cx->today, false, &facts));
    TRY(plan_trends(cx, facts, plan, clause, &trends, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    json_key_c(&out, "trends");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_trend(&out, &trends[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_plan_trend = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}/clauses/{clause}/trend",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_trend_get,
    .permit = "plans.read",
    .out =
        "{on: date, trends: [{id: text, title: wording, unit?: text, kind: text, is_judged: bool, "
        "is_complete: bool, points: [{period: text, is_running: bool, denominator: integer, "
        "numerator: integer, value?: number, expected?: number, low?: number, high?: number, "
        "is_met?: bool}]}]}",
    .title = {"一条条款的数逐期走势和目标路径",
              "The numbers of a clause by period, beside target and path"},
};

static void put_side(JsonOut *out, const char *key, const PlanClauseState *state)
{
    json_key_c(out, key);
    json_object_begin(out);
    web_json_text(out, "state", str_from_c(plan_state_name(state->state)));
    json_key_c(out, "is_partly");
    json_bool(out, state->is_partly);
    json_object_end(out);
}

static void put_answer_change(Cx *cx, JsonOut *out, const PlanAnswerChange *change)
{
    json_object_begin(out);
    json_key_c(out, "then");
    put_answer(cx, out, change->then);
    json_key_c(out, "now");
    put_answer(cx, out, change->now);
    if (change->has_then)
        put_decimal(out, "number_then", change->number_then);
    if (change->has_now)
        put_decimal(out, "number_now", change->number_now);
    if (change->has_difference)
        put_decimal(out, "difference", change->difference);
    web_json_integer(out, "worth", change->worth);
    json_object_end(out);
}

static void put_change(Cx *cx, JsonOut *out, const PlanClauseChange *change)
{
    json_object_begin(out);
    web_json_text(out, "id", change->now->clause->id);
    web_json_wording(out, "title", change->now->clause->title);
    web_json_date(out, "due", change->now->clause->due);
    web_json_text(out, "change", str_from_c(plan_change_name(change->change)));
    put_side(out, "then", change->then);
    put_side(out, "now", change->now);
    json_key_c(out, "answers");
    json_array_begin(out);
    for (size_t i = 0; i < change->answer_n; i++)
        put_answer_change(cx, out, &change->answers[i]);
    json_array_end(out);
    json_object_end(out);
}

static Err plan_changes_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    const PlanFacts *then = NULL, *now = NULL;
    const PlanClauseChange *changes = NULL;
    size_t n = 0;
    Date with = DATE_NONE, on = DATE_NONE;
    TRY(plan_find(cx, http_parameter(request, "plan"), &plan));
    TRY(web_query_date(cx, request, "on", cx->today, &on));
    TRY(web_query_date(cx, request, "with", period_of(PERIOD_YEAR, on).first, &with));
    TRY(plan_changes_check(cx, with, on));
    TRY(plan_facts_read(cx, on, false, &now));
    TRY(plan_facts_read(cx, with, false, &then));
    TRY(plan_changes(cx, then, now, plan, &changes, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "id", plan->id);
    web_json_wording(&out, "title", plan->title);
    json_key_c(&out, "then");
    json_object_begin(&out);
    put_day(cx, &out, with, then);
    json_object_end(&out);
    json_key_c(&out, "now");
    json_object_begin(&out);
    put_day(cx, &out, on, now);
    json_object_end(&out);
    json_key_c(&out, "clauses");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_change(cx, &out, &changes[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define SCHEMA_SIDE "{state: text, is_partly: bool}"

const Route route_plan_changes = {
    .method = HTTP_GET,
    .path = "/api/plans/{plan}/changes",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = plan_changes_get,
    .permit = "plans.read",
    .query = "{with?: date, on?: date}",
    .out = "{id: text, title: wording, then: {" SCHEMA_DAY "}, now: {" SCHEMA_DAY
           "}, clauses: [{id: text, title: wording, due?: date, change: text, then: " SCHEMA_SIDE
           ", now: " SCHEMA_SIDE ", answers: [{then: " SCHEMA_ANSWER ", now: " SCHEMA_ANSWER
           ", number_then?: number, number_now?: number, difference?: number, worth: integer}]}]}",
    .title = {"一个方案的两天对比，变差的在前", "A plan on two days, what got worse first"},
};

/* ---- writing ---- */

static Err read_entry(Cx *cx, const HttpRequest *request, PlanEntry *entry)
{
    const Json *body = NULL;
    Str id = {0}, kind = {0}, on = {0};
    *entry = (PlanEntry){.plan = http_parameter(request, "plan"), .kind = PLAN_ENTRY_N};
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "id", &id));
    TRY(web_body_text(cx, body, "clause", &entry->clause));
    TRY(web_body_text(cx, body, "kind", &kind));
    TRY(web_body_text(cx, body, "happened_on", &on));
    TRY(web_body_optional_text(cx, body, "milestone", &entry->milestone));
    TRY(web_body_optional_text(cx, body, "note", &entry->note));
    TRY(web_body_optional_text(cx, body, "evidence", &entry->evidence));
    for (int i = 0; i < PLAN_ENTRY_N; i++)
        if (str_equals_c(kind, plan_entry_kinds[i]))
            entry->kind = (PlanEntryKind)i;
    if (uuid_parse(id, &entry->id) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_ID_SHAPE, STR("/id"), 0);
    if (entry->kind == PLAN_ENTRY_N)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_KIND, STR("/kind"), 0);
    if (date_parse(on, &entry->happened_on) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_DAY_SHAPE, STR("/happened_on"), 0);
    return OK;
}

static Err plan_entries_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    PlanEntry entry;
    TRY(read_entry(cx, request, &entry));
    TRY(plan_entry_add(cx, &entry));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, entry.id);
    json_object_end(&out);
    return OK;
}

const Route route_plan_entries_post = {
    .method = HTTP_POST,
    .path = "/api/plans/{plan}/entries",
    .handler = plan_entries_post,
    .permit = "plans.write",
    .body_most = BODY_MOST,
    .in = "{id: uuid, clause: text, kind: text, milestone?: text, happened_on: date, note?: text, "
          "evidence?: text}",
    .out = "{id: uuid}",
    .title = {"记下条款的进展、决定或节点",
              "Write progress, a decision or a milestone of a clause"},
};

static Err plan_entry_end_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    const Json *body = NULL;
    Uuid id = UUID_NIL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "entry", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "reason", &reason));
    return plan_entry_end(cx, id, reason);
}

const Route route_plan_entry_end = {
    .method = HTTP_POST,
    .path = "/api/plans/entries/{entry}/end",
    .handler = plan_entry_end_post,
    .permit = "plans.write",
    .body_most = BODY_MOST,
    .in = "{reason: text}",
    .title = {"作废记错的记载", "End an entry that was made in error"},
};
