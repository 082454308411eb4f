/* GET /api/residents/{id}/obligations/explain: why something is owed by a rule, and why not; and
 * GET /api/obligation-rules: which rules there are to ask about. */
#include "engine/obligations/explain.h"
#include "engine/subjects/subjects.h"
#include "web/records_json.h"
#include "web/schemas.h"

static void write_editions(Cx *cx, JsonOut *out, const ObligationExplanation *found)
{
    json_key_c(out, "editions");
    json_array_begin(out);
    for (size_t i = 0; i < found->edition_n; i++) {
        const ExplainedEdition *edition = &found->editions[i];
        json_object_begin(out);
        web_json_date(out, "valid_from", edition->rule->valid_from);
        web_json_date(out, "valid_until", edition->rule->valid_until);
        json_key_c(out, "is_in_force");
        json_bool(out, edition->is_in_force);
        web_json_wording(out, "remarks", edition->rule->remarks);
        web_json_text(out, "source", edition->rule->source);
        json_key_c(out, "lines");
        json_array_begin(out);
        for (size_t k = 0; k < edition->line_n; k++) {
            json_object_begin(out);
            web_json_obligation(out, NULL, &edition->lines[k], found->on);
            web_json_reasons(cx, out, NULL, &edition->lines[k]);
            json_object_end(out);
        }
        json_array_end(out);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_records(JsonOut *out, const ObligationExplanation *found)
{
    json_key_c(out, "records");
    json_array_begin(out);
    for (size_t i = 0; i < found->record_n; i++) {
        const ConsideredRecord *record = &found->records[i];
        json_object_begin(out);
        json_key_c(out, "id");
        json_uuid(out, record->id);
        web_json_text(out, "form", record->form->id);
        web_json_wording(out, "form_title", record->form->title);
        web_json_date(out, "happened_on", record->happened_on);
        json_key_c(out, "counts");
        json_bool(out, record->counts);
        web_json_wording(out, "text", record->text);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_wordings(JsonOut *out, const char *key, const Wording *wordings, size_t n)
{
    json_key_c(out, key);
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        web_json_wording(out, "text", wordings[i]);
        json_object_end(out);
    }
    json_array_end(out);
}

/* "hypertension/followup". Opening the person checks the scope. */
static Err explain_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Date on = DATE_NONE;
    Resident resident;
    ObligationExplanation found;
    Str rule = http_query(request, "rule"), program = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_query_date(cx, request, "on", cx->today, &on));
    if (!str_cut(&rule, '/', &program) || rule.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("rule"), 3, STR("rule"),
                       http_query(request, "rule"), STR("PROGRAM/RULE"));
    if (date_compare(on, cx->today) < 0)
        cx->as_of = on;
    TRY(resident_open(cx, id, &resident));
    TRY(obligation_explain(cx, resident.id, program, rule, on, &found));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", on);
    web_json_text(&out, "program", found.program->id);
    web_json_text(&out, "obligation", found.rule->id);
    web_json_wording(&out, "title", found.rule->title);
    web_json_text(&out, "area", found.area);
    web_json_wording(&out, "verdict", found.verdict);
    json_key_c(&out, "is_member");
    json_bool(&out, found.is_member);
    write_wordings(&out, "member", found.member, found.member_n);
    write_wordings(&out, "waivers", found.waiver_texts, found.waiver_n);
    write_editions(cx, &out, &found);
    write_records(&out, &found);
    json_object_end(&out);
    return OK;
}

const Route route_obligations_explain = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/obligations/explain",
    .handler = explain_get,
    .permit = "records.read",
    .query = "{rule: text, on?: date}",
    .out =
        "{on: date, program: text, obligation: text, title: wording, area?: text, verdict: "
        "wording, is_member: bool, member: [{text: wording}], waivers: [{text: wording}], "
        "editions: [{valid_from?: date, valid_until?: date, is_in_force: bool, remarks: wording, "
        "source?: text, lines: [" SCHEMA_EXPLAINED "]}], records: [{id: uuid, form: text, "
        "form_title: wording, happened_on: date, counts: bool, text: wording}]}",
    .title = {"为什么应做或不应做", "Why something is owed to a resident by a rule, or is not"},
};

/* Editions of a rule are asked about together. */
static bool is_first_edition(const Program *program, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_equals(program->rules[i]->id, program->rules[at]->id))
            return false;
    return true;
}

static void put_program_rules(Cx *cx, JsonOut *out, const Program *program)
{
    for (size_t i = 0; i < program->rule_n; i++) {
        const Rule *rule = program->rules[i];
        if (!is_first_edition(program, i) || !access_sees_class(cx, rule_sensitivity(rule)))
            continue;
        json_object_begin(out);
        web_json_text(out, "program", program->id);
        web_json_wording(out, "program_title", program->title);
        web_json_wording(out, "tag", program->tag);
        web_json_text(out, "obligation", rule->id);
        web_json_wording(out, "title", rule->title);
        json_object_end(out);
    }
}

static Err rules_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "rules");
    json_array_begin(&out);
    for (size_t i = 0; i < cx->packs->programs.n; i++) {
        const Program *program = cx->packs->programs.entries[i].value;
        if (str_equals_c(program->subject, "resident")
            && access_sees_class(cx, program_sensitivity(program)))
            put_program_rules(cx, &out, program);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_obligation_rules = {
    .method = HTTP_GET,
    .path = "/api/obligation-rules",
    .handler = rules_get,
    .permit = "forms.read",
    .out = "{rules: [{program: text, program_title: wording, tag: wording, obligation: text, "
           "title: wording}]}",
    .title = {"居民的各条规则", "Rules about residents"},
};
