/* /api/policy: the parameters of the packs with their values in this place, and setting them. */
#include "engine/policy/policy_values.h"

#include <math.h>

#include "pack/plan.h"
#include "pack/score.h"
#include "web/route.h"

enum { BODY_MOST = 4096 };

static void put_step(JsonOut *out, Arena *arena, const FormParameter *parameter, size_t at)
{
    Date next = at + 1 < parameter->step_n ? parameter->steps[at + 1].from : DATE_NONE;
    json_object_begin(out);
    web_json_date(out, "from", parameter->steps[at].from);
    web_json_date(out, "until", date_is_none(next) ? DATE_NONE : date_add_days(next, -1));
    web_json_text(out, "value", form_value_to_text(parameter->steps[at].value, arena));
    json_object_end(out);
}

static void put_said(JsonOut *out, const PolicyValue *said)
{
    char text[INSTANT_TEXT_SIZE];
    json_object_begin(out);
    web_json_date(out, "from", said->from);
    web_json_text(out, "value", said->value);
    web_json_text(out, "source", said->source);
    web_json_text(out, "set_at", str_from_c(instant_format(said->set_at, text)));
    web_json_text(out, "set_by", said->set_by);
    json_object_end(out);
}

/* Everything that the asking place and day need of one parameter. */
typedef struct {
    Cx *cx;
    const Policy *policy;
    const PolicyValue *said;
    size_t said_n;
    Date day;
} Asked;

/* What the place says on the day, or NULL: the packs. */
static const PolicyValue *in_force(const Asked *asked, Str id)
{
    const PolicyValue *found = NULL;
    for (size_t i = 0; i < asked->said_n; i++) {
        const PolicyValue *said = &asked->said[i];
        if (str_equals(said->parameter, id) && date_compare(said->from, asked->day) <= 0
            && date_compare(said->set_on, asked->day) <= 0
            && (found == NULL || date_compare(found->from, said->from) <= 0))
            found = said;
    }
    return found == NULL || found->is_ended ? NULL : found;
}

static Str source_of_pack(const Asked *asked, const PolicyParameter *parameter, Lang lang)
{
    size_t at = 0;
    while (at + 1 < parameter->by_day.step_n
           && date_compare(parameter->by_day.steps[at + 1].from, asked->day) <= 0)
        at++;
    return wording_in(pack_source_wording(asked->cx->packs, parameter->pack,
                                          parameter->step_sources[at], asked->cx->arena),
                      lang);
}

static Date since(const Asked *asked, const FormParameter *by_day)
{
    Date from = DATE_NONE;
    for (size_t i = 1; i < by_day->step_n; i++) {
        if (date_compare(by_day->steps[i].from, asked->day) <= 0)
            from = by_day->steps[i].from;
    }
    return from;
}

static void put_source(JsonOut *out, const Asked *asked, const PolicyParameter *parameter)
{
    const PolicyValue *said = in_force(asked, parameter->id);
    Wording source = said != NULL ? (Wording){said->source, said->source}
                                  : (Wording){source_of_pack(asked, parameter, LANG_ZH),
                                              source_of_pack(asked, parameter, LANG_EN)};
    json_key_c(out, "is_own");
    json_bool(out, said != NULL);
    web_json_wording(out, "source", source);
    /* what a place has said it is sure of */
    web_json_text(out, "confidence",
                  said != NULL ? STR("sure")
                               : pack_source_confidence(asked->cx->packs, parameter->pack,
                                                        parameter->source));
}

/* ---- where a parameter stands ---- */

static void put_use(JsonOut *out, const char *kind, Str id, Wording title)
{
    json_object_begin(out);
    web_json_text(out, "kind", str_from_c(kind));
    web_json_text(out, "id", id);
    web_json_wording(out, "title", title);
    json_object_end(out);
}

static bool is_of_form(const Form *form, Str id)
{
    for (size_t i = 0; i < form->own_parameter_n; i++)
        if (str_equals(form->parameters[i].id, id))
            return true;
    return false;
}

static bool is_of_measure(const Measure *measure, Str id)
{
    for (size_t i = 0; i < measure->parameter_n; i++)
        if (str_equals(measure->parameters[i]->id, id))
            return true;
    return false;
}

static bool is_of_clause(const PlanClause *clause, const PolicyParameter *parameter)
{
    for (size_t i = 0; i < clause->answer_n; i++) {
        const PlanAnswer *answer = &clause->answers[i];
        if (answer->parameter == parameter || answer->target.low.parameter == parameter
            || answer->target.high.parameter == parameter)
            return true;
    }
    return false;
}

static void put_clauses(const Asked *asked, JsonOut *out, const PolicyParameter *parameter)
{
    for (size_t p = 0; p < asked->cx->packs->plans.n; p++) {
        const Plan *plan = asked->cx->packs->plans.entries[p].value;
        for (size_t s = 0; s < plan->section_n; s++)
            for (size_t c = 0; c < plan->sections[s].clause_n; c++) {
                const PlanClause *clause = &plan->sections[s].clauses[c];
                if (is_of_clause(clause, parameter))
                    put_use(out, "clause",
                            str_printf(asked->cx->arena, "%.*s/%.*s", STR_ARG(plan->id),
                                       STR_ARG(clause->id)),
                            clause->title);
            }
    }
}

static bool is_of_score(const Score *score, const PolicyParameter *parameter)
{
    for (size_t i = 0; i < score->item_n; i++) {
        const ScoreItem *item = &score->items[i];
        if (item->weight.parameter == parameter || item->floor.parameter == parameter
            || item->target.parameter == parameter)
            return true;
    }
    for (size_t i = 0; i < score->streak_n; i++)
        if (score->streaks[i].years.parameter == parameter
            || score->streaks[i].at.parameter == parameter)
            return true;
    return false;
}

static void put_uses(JsonOut *out, const Asked *asked, const PolicyParameter *parameter)
{
    const PackSet *packs = asked->cx->packs;
    json_key_c(out, "uses");
    json_array_begin(out);
    for (size_t i = 0; i < packs->rule_n; i++) {
        const Rule *rule = packs->rules[i];
        if (policy_is_of_rule(rule, parameter->id))
            put_use(out, "rule",
                    str_printf(asked->cx->arena, "%.*s/%.*s", STR_ARG(rule->program->id),
                               STR_ARG(rule->id)),
                    rule->title);
    }
    for (size_t i = 0; i < packs->forms.n; i++) {
        const Form *form = packs->forms.entries[i].value;
        if (is_of_form(form, parameter->id))
            put_use(out, "form", form->id, form->title);
    }
    for (size_t i = 0; i < packs->measures.n; i++) {
        const Measure *measure = packs->measures.entries[i].value;
        if (is_of_measure(measure, parameter->id))
            put_use(out, "measure", measure->id, measure->title);
    }
    put_clauses(asked, out, parameter);
    for (size_t i = 0; i < packs->scores.n; i++) {
        const Score *score = packs->scores.entries[i].value;
        if (is_of_score(score, parameter))
            put_use(out, "score", score->id, score->title);
    }
    json_array_end(out);
}

/* The pack's name, what a place may say, and whether it may say anything. */
static void put_limits(JsonOut *out, const Asked *asked, const PolicyParameter *parameter)
{
    const PackSet *packs = asked->cx->packs;
    for (size_t i = 0; i < packs->pack_n; i++)
        if (str_equals(packs->packs[i].id, parameter->pack))
            web_json_wording(out, "pack_title", packs->packs[i].title);
    json_key_c(out, "is_fixed");
    json_bool(out, (parameter->uses & PARAMETER_OF_NOTICE) != 0);
    if (!parameter->has_range)
        return;
    json_key_c(out, "range");
    json_array_begin(out);
    json_decimal(out, parameter->range[0]);
    if (isfinite(parameter->range[1])) /* a count may be as large as it likes */
        json_decimal(out, parameter->range[1]);
    json_array_end(out);
}

static void put_parameter(JsonOut *out, const Asked *asked, const PolicyParameter *parameter)
{
    Arena *arena = asked->cx->arena;
    const FormParameter *by_day = policy_parameter(asked->policy, parameter->id);
    json_object_begin(out);
    web_json_text(out, "id", parameter->id);
    web_json_text(out, "pack", parameter->pack);
    web_json_wording(out, "title", parameter->title);
    web_json_text(out, "unit", parameter->unit);
    web_json_text(out, "type", str_from_c(expr_type_name(parameter->value.type)));
    web_json_text(out, "value", form_value_to_text(form_parameter_on(by_day, asked->day), arena));
    web_json_date(out, "since", since(asked, by_day));
    put_source(out, asked, parameter);
    put_limits(out, asked, parameter);
    put_uses(out, asked, parameter);
    json_key_c(out, "values");
    json_array_begin(out);
    for (size_t i = 0; i < by_day->step_n; i++)
        put_step(out, arena, by_day, i);
    json_array_end(out);
    json_key_c(out, "history");
    json_array_begin(out);
    for (size_t i = 0; i < asked->said_n; i++) {
        if (str_equals(asked->said[i].parameter, parameter->id))
            put_said(out, &asked->said[i]);
    }
    json_array_end(out);
    json_object_end(out);
}

static Err policy_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Asked asked = {.cx = cx};
    TRY(web_query_date(cx, request, "on", cx->today, &asked.day));
    TRY(policy_known_on(cx, asked.day, &asked.policy));
    TRY(policy_history(cx, &asked.said, &asked.said_n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", asked.day);
    web_json_date(&out, "earliest", date_add_days(cx->today, 1));
    json_key_c(&out, "parameters");
    json_array_begin(&out);
    for (size_t i = 0; i < cx->packs->policy.n; i++)
        put_parameter(&out, &asked, cx->packs->policy.entries[i].value);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_policy = {
    .method = HTTP_GET,
    .path = "/api/policy",
    .handler = policy_get,
    .permit = "policy.read",
    .query = "{on?: date}",
    .out =
        "{on: date, earliest: date, parameters: [{id: text, pack: text, title: wording, unit?: "
        "text, type: text, value: text, since?: date, is_own: bool, source: wording, confidence: sure|check, "
        "pack_title: wording, is_fixed: bool, range?: [number], uses: [{kind: "
        "rule|form|measure|clause|score, id: text, title: wording}], values: "
        "[{from?: date, until?: date, value: text}], history: [{from: date, value?: text, "
        "source: text, set_at: text, set_by?: text}]}]}",
    .title = {"参数在本地的取值、单位、依据和历史",
              "The parameters: values here, units, sources, history"},
};

static Err read_change(Cx *cx, const HttpRequest *request, PolicyChange *ret_change)
{
    const Json *body = NULL;
    Str from = {0};
    PolicyChange change = {.from = DATE_NONE};
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "parameter", &change.parameter));
    TRY(web_body_text(cx, body, "source", &change.source));
    TRY(web_body_optional_text(cx, body, "value", &change.value));
    TRY(web_body_optional_text(cx, body, "unit", &change.unit));
    TRY(web_body_optional_text(cx, body, "from", &from));
    if (from.n > 0 && date_parse(from, &change.from) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_POLICY_FROM, STR("/from"), 0);
    change.is_ended = change.value.p == NULL;
    *ret_change = change;
    return OK;
}

static Err policy_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    PolicyChange change;
    TRY(read_change(cx, request, &change));
    return policy_set(cx, &change);
}

/* Without a value: as in the packs again. */
const Route route_policy_post = {
    .method = HTTP_POST,
    .path = "/api/policy",
    .handler = policy_post,
    .permit = "policy.write",
    .body_most = BODY_MOST,
    .in = "{parameter: text, value?: text, unit?: text, from?: date, source: text}",
    .title = {"从某天起给参数另一个值；不写值，就从那天起按规则包",
              "Give a parameter another value from a day on; without a value, that of the packs"},
};
