/* catchment plan compare: a plan in the members of a place above them, side by side. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/plans/comparison.h"

static void put_cell(JsonOut *out, const PlanComparison *comparison, size_t at, size_t clause,
                     size_t answer)
{
    const PlanComparedPlace *place = &comparison->places[at];
    const PlanAnswered *answered = &place->states[clause].answers[answer];
    int64_t rank = plan_compared_rank(comparison, at, clause, answer);
    json_key(out, place->place);
    json_object_begin(out);
    json_put_text(out, "state", str_from_c(plan_state_name(answered->state)));
    json_put_text(out, "reason", str_from_c(plan_reason_name(answered->reason)));
    if (answered->has_number) {
        json_key_c(out, "value");
        json_decimal(out, answered->number);
    }
    if (answered->has_target) {
        json_key_c(out, "target");
        json_decimal(out, answered->low);
    }
    if (rank > 0) {
        json_key_c(out, "rank");
        json_integer(out, rank);
    }
    json_object_end(out);
}

static Err put_answer(Cli *cli, const PlanComparison *comparison, size_t clause, size_t answer)
{
    const PlanClauseState *state = &comparison->places[0].states[clause];
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "clause", state->clause->id);
    json_put_text(&line.json, "by", str_from_c(plan_answers[state->answers[answer].answer->kind]));
    json_put_text(&line.json, "id", state->answers[answer].answer->id);
    json_key_c(&line.json, "places");
    json_object_begin(&line.json);
    for (size_t i = 0; i < comparison->place_n; i++)
        put_cell(&line.json, comparison, i, clause, answer);
    json_object_end(&line.json);
    return json_line_end(&line);
}

static Err put_place(Cli *cli, const PlanComparedPlace *place)
{
    const struct {
        const char *key;
        int64_t n;
    } counts[] = {{"clauses", place->coverage.clauses},
                  {"answered", place->coverage.answered},
                  {"held", place->held},
                  {"judged", place->judged},
                  {"rank", place->rank}};
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "place", place->place);
    json_put_text(&line.json, "name", wording_in(place->name, cli->cx->lang));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_key_c(&line.json, counts[i].key);
        json_integer(&line.json, counts[i].n);
    }
    json_key_c(&line.json, "is_complete");
    json_bool(&line.json, place->is_complete);
    return json_line_end(&line);
}

static Err compare_run(Cli *cli)
{
    const Plan *plan = NULL;
    PlanComparison comparison;
    TRY(plan_find(cli->cx, cli_value(cli, "plan"), &plan));
    TRY(plan_compare(cli->cx, plan, true, &comparison));
    for (size_t i = 0; i < comparison.place_n; i++)
        TRY(put_place(cli, &comparison.places[i]));
    for (size_t i = 0; comparison.place_n > 0 && i < comparison.clause_n; i++)
        for (size_t a = 0; a < comparison.places[0].states[i].answer_n; a++)
            if (plan_compared_has(&comparison, i, a))
                TRY(put_answer(cli, &comparison, i, a));
    return OK;
}

const Command cmd_plan_compare = {
    .name = "plan compare",
    .summary = "a plan in the counties of a city (--place), side by side, each by its own values",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"plan", "ID", NULL, true, "of the packs (plan list)"}, {0}},
    .run = compare_run,
};
