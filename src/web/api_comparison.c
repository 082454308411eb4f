/* /api/comparison: a plan in the counties of a city, side by side. */
#include "engine/plans/comparison.h"
#include "web/route.h"

static void put_decimal(JsonOut *out, const char *key, double value)
{
    json_key_c(out, key);
    json_decimal(out, value);
}

static void put_place(JsonOut *out, const PlanComparedPlace *place)
{
    json_object_begin(out);
    web_json_text(out, "code", place->place);
    web_json_wording(out, "name", place->name);
    web_json_integer(out, "clauses", place->coverage.clauses);
    web_json_integer(out, "answered", place->coverage.answered);
    web_json_integer(out, "held", place->held);
    web_json_integer(out, "judged", place->judged);
    if (place->rank > 0)
        web_json_integer(out, "rank", place->rank);
    json_key_c(out, "is_complete");
    json_bool(out, place->is_complete);
    json_key_c(out, "states");
    json_object_begin(out);
    for (int state = 0; state < PLAN_STATE_N; state++)
        web_json_integer(out, plan_state_name((PlanState)state), place->coverage.states[state]);
    json_object_end(out);
    json_object_end(out);
}

static void put_cell(Cx *cx, JsonOut *out, const PlanAnswered *answered, int64_t rank)
{
    char name[PERIOD_NAME_SIZE];
    bool is_measure = answered->answer->measure != NULL;
    json_object_begin(out);
    web_json_text(out, "state", str_from_c(plan_state_name(answered->state)));
    web_json_text(out, "reason", str_from_c(plan_reason_name(answered->reason)));
    web_json_wording(out, "why", plan_answer_why(cx->arena, answered));
    if (answered->has_number)
        put_decimal(out, "value", answered->number);
    if (answered->has_number && is_measure) {
        web_json_text(out, "period", str_from_c(period_name(answered->period, name)));
        web_json_integer(out, "denominator", answered->denominator);
        web_json_integer(out, "numerator", answered->numerator);
    } else if (answered->has_number) {
        put_decimal(out, "of", answered->of);
    }
    if (answered->has_target) {
        put_decimal(out, "target", answered->low);
        web_json_wording(out, "target_text", plan_bound_wording(cx->arena, answered));
    }
    if (answered->has_target && answered->answer->target.compare == PLAN_BETWEEN)
        put_decimal(out, "target_high", answered->high);
    if (rank > 0)
        web_json_integer(out, "rank", rank);
    json_object_end(out);
}

static void put_row(Cx *cx, JsonOut *out, const PlanComparison *comparison, size_t clause,
                    size_t at)
{
    const PlanClauseState *state = &comparison->places[0].states[clause];
    const PlanAnswer *answer = state->answers[at].answer;
    json_object_begin(out);
    web_json_text(out, "clause", state->clause->id);
    web_json_wording(out, "clause_title", state->clause->title);
    web_json_text(out, "by", str_from_c(plan_answers[answer->kind]));
    web_json_text(out, "id", answer->id);
    web_json_wording(out, "title", plan_answer_title(cx->arena, answer));
    web_json_text(out, "unit",
                  answer->measure != NULL     ? answer->measure->unit
                  : answer->parameter != NULL ? answer->parameter->unit
                                              : (Str){0});
    if (answer->target.compare != PLAN_NO_TARGET)
        web_json_text(out, "compare", str_from_c(plan_compares[answer->target.compare - 1]));
    json_key_c(out, "cells");
    json_array_begin(out);
    for (size_t i = 0; i < comparison->place_n; i++)
        put_cell(cx, out, &comparison->places[i].states[clause].answers[at],
                 plan_compared_rank(comparison, i, clause, at));
    json_array_end(out);
    json_object_end(out);
}

static void put_rows(Cx *cx, JsonOut *out, const PlanComparison *comparison)
{
    json_key_c(out, "rows");
    json_array_begin(out);
    for (size_t i = 0; comparison->place_n > 0 && i < comparison->clause_n; i++)
        for (size_t a = 0; a < comparison->places[0].states[i].answer_n; a++)
            if (plan_compared_has(comparison, i, a))
                put_row(cx, out, comparison, i, a);
    json_array_end(out);
}

static void put_plans(Cx *cx, JsonOut *out)
{
    json_key_c(out, "plans");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->plans.n; i++) {
        const Plan *plan = cx->packs->plans.entries[i].value;
        json_object_begin(out);
        web_json_text(out, "id", plan->id);
        web_json_wording(out, "title", plan->title);
        web_json_text(out, "place", plan->place);
        json_object_end(out);
    }
    json_array_end(out);
}

/* Who names none gets the first. */
static Err find_asked(Cx *cx, Str id, const Plan **ret_plan)
{
    if (id.n > 0 || cx->packs->plans.n == 0)
        return plan_find(cx, id, ret_plan);
    *ret_plan = cx->packs->plans.entries[0].value;
    return OK;
}

static Err comparison_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Plan *plan = NULL;
    PlanComparison comparison;
    TRY(find_asked(cx, http_query(request, "plan"), &plan));
    TRY(plan_compare(cx, plan, false, &comparison));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    web_json_text(&out, "plan", plan->id);
    put_plans(cx, &out);
    json_key_c(&out, "places");
    json_array_begin(&out);
    for (size_t i = 0; i < comparison.place_n; i++)
        put_place(&out, &comparison.places[i]);
    json_array_end(&out);
    put_rows(cx, &out, &comparison);
    json_object_end(&out);
    return OK;
}

const Route route_comparison = {
    .method = HTTP_GET,
    .path = "/api/comparison",
    .handler = comparison_get,
    .permit = "places.compare",
    .query = "{plan?: text}",
    .out =
        "{on: date, plan: text, plans: [{id: text, title: wording, place?: text}], "
        "places: [{code: text, name: wording, clauses: integer, answered: integer, held: integer, "
        "judged: integer, rank?: integer, is_complete: bool, states: {behind: integer, at_risk: "
        "integer, no_data: integer, on_track: integer, not_due: integer, met: integer, "
        "watched: integer, unanswered: integer}}], "
        "rows: [{clause: text, clause_title: wording, by: text, id: text, title: wording, "
        "unit?: text, compare?: text, cells: [{state: text, reason: text, why: wording, value?: number, "
        "period?: text, denominator?: integer, numerator?: integer, of?: number, "
        "target?: number, target_text?: wording, target_high?: number, rank?: integer}]}]}",
    .title = {"各县方案并列比较", "A plan in the counties, side by side"},
};
