/* /api/residents/{id}/waivers: sparing somebody what is owed, or putting it off; taking it back. */
#include "engine/obligations/waivers.h"
#include "engine/subjects/subjects.h"
#include "web/route.h"

enum { BODY_MOST = 4 * 1024 };

static Err wrong(Cx *cx, const char *key, const char *wanted)
{
    return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, str_printf(cx->arena, "/%s", key), 2,
                   str_from_c(key), str_from_c(wanted));
}

static Err body_date(Cx *cx, const Json *body, const char *key, Date *ret_date)
{
    Str text = {0};
    *ret_date = DATE_NONE;
    TRY(web_body_optional_text(cx, body, key, &text));
    if (text.n == 0 || date_parse(text, ret_date) == OK)
        return OK;
    return wrong(cx, key, "YYYY-MM-DD");
}

static Err body_id(Cx *cx, const Json *body, Uuid *ret_id)
{
    Str text = {0};
    TRY(web_body_text(cx, body, "id", &text));
    return uuid_parse(text, ret_id) == OK ? OK : wrong(cx, "id", "UUID");
}

/* One of two words, the first when it is absent. */
static Err body_choice(Cx *cx, const Json *body, const char *key, const char *const *words,
                       bool *ret_is_second)
{
    Str text = {0};
    TRY(web_body_optional_text(cx, body, key, &text));
    *ret_is_second = str_equals_c(text, words[1]);
    return text.n == 0 || *ret_is_second || str_equals_c(text, words[0]) ? OK
                                                                         : wrong(cx, key, words[2]);
}

static Err read_waiver(Cx *cx, const Json *body, Waiver *waiver)
{
    static const char *const kinds[] = {"waive", "postpone", "waive, postpone"};
    static const char *const covers[] = {"one", "rule", "one, rule"};
    bool is_postponed = false;
    TRY(body_id(cx, body, &waiver->id));
    TRY(body_choice(cx, body, "kind", kinds, &is_postponed));
    TRY(body_choice(cx, body, "covers", covers, &waiver->is_whole));
    TRY(web_body_text(cx, body, "program", &waiver->program));
    TRY(web_body_text(cx, body, "obligation", &waiver->rule));
    TRY(web_body_optional_text(cx, body, "item", &waiver->item));
    TRY(web_body_text(cx, body, "reason", &waiver->reason));
    TRY(web_body_optional_text(cx, body, "note", &waiver->note));
    waiver->kind = is_postponed ? WAIVER_POSTPONE : WAIVER_WAIVE;
    TRY(body_date(cx, body, "closes_on", &waiver->closes_on));
    return body_date(cx, body, "until", &waiver->until);
}

static Err answer_id(HttpResponse *response, Uuid id, bool was_known)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, id);
    json_key_c(&out, "was_known");
    json_bool(&out, was_known);
    json_object_end(&out);
    return OK;
}

static Err waivers_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    Waiver waiver = {0};
    bool was_known = false;
    TRY(web_parameter_uuid(cx, request, "id", &waiver.resident));
    TRY(web_body(cx, request, &body));
    TRY(read_waiver(cx, body, &waiver));
    TRY(waiver_give(cx, &waiver, &was_known));
    response->status = was_known ? 200 : 201;
    return answer_id(response, waiver.id, was_known);
}

const Route route_waivers_post = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/waivers",
    .handler = waivers_post,
    .permit = "obligations.waive",
    .body_most = BODY_MOST,
    .in = "{id: uuid, kind?: waive|postpone, covers?: one|rule, program: text, obligation: text, "
          "item?: text, closes_on?: date, until?: date, reason: "
          "refuses|away|unreachable|contraindicated|other, note?: text}",
    .out = "{id: uuid, was_known: bool}",
    .may_create = true,
    .title = {"豁免或推迟一项应做服务，须写明原因和期限",
              "Spare somebody what is owed, or put it off: why, and until when"},
};

static Err waiver_end_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid resident = UUID_NIL, waiver = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "id", &resident));
    TRY(web_parameter_uuid(cx, request, "waiver", &waiver));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "reason", &reason));
    TRY(waiver_end(cx, resident, waiver, reason));
    return answer_id(response, waiver, false);
}

const Route route_waiver_end = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/waivers/{waiver}/end",
    .handler = waiver_end_post,
    .permit = "obligations.waive",
    .body_most = BODY_MOST,
    .in = "{reason: text}",
    .out = "{id: uuid, was_known: bool}",
    .title = {"撤销豁免或推迟，须写明原因",
              "Take back what spares somebody; a reason is asked for"},
};

/* The title of the rule, or of one of its items; its id where no pack has it any more. */
static Wording title_of(const Cx *cx, const Waiver *waiver)
{
    const Program *program = pack_program(cx->packs, waiver->program);
    Wording title = {waiver->rule, waiver->rule};
    for (size_t i = 0; program != NULL && i < program->rule_n; i++) {
        const Rule *rule = program->rules[i];
        if (!str_equals(rule->id, waiver->rule))
            continue;
        title = rule->title;
        for (size_t k = 0; k < rule->item_n; k++) {
            if (str_equals(rule->items[k].id, waiver->item))
                title = rule->items[k].line;
        }
    }
    return title;
}

static Err write_waiver(Cx *cx, JsonOut *out, const Waiver *waiver)
{
    Wording given_by = {0}, ended_by = {0};
    const WaiverReason *reason = waiver_reason(waiver->reason);
    TRY(waiver_account_name(cx, waiver->given_by, &given_by));
    if (waiver->is_ended)
        TRY(waiver_account_name(cx, waiver->ended_by, &ended_by));
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, waiver->id);
    web_json_text(out, "kind", waiver->kind == WAIVER_POSTPONE ? STR("postpone") : STR("waive"));
    web_json_text(out, "covers", waiver->is_whole ? STR("rule") : STR("one"));
    web_json_text(out, "program", waiver->program);
    web_json_text(out, "obligation", waiver->rule);
    web_json_wording(out, "title", title_of(cx, waiver));
    web_json_text(out, "item", waiver->item);
    web_json_date(out, "closes_on", waiver->closes_on);
    web_json_date(out, "from", waiver->from);
    web_json_date(out, "until", waiver->until);
    web_json_text(out, "reason", waiver->reason);
    web_json_wording(out, "reason_title",
                     reason != NULL ? reason->title : (Wording){waiver->reason, waiver->reason});
    web_json_text(out, "note", waiver->note);
    json_key_c(out, "given_at");
    json_instant(out, waiver->given_at);
    web_json_text(out, "given_by_name", wording_in(given_by, cx->lang));
    json_key_c(out, "is_ended");
    json_bool(out, waiver->is_ended);
    web_json_text(out, "end_reason", waiver->end_reason);
    web_json_text(out, "ended_by_name", wording_in(ended_by, cx->lang));
    json_object_end(out);
    return OK;
}

static Err waivers_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Resident resident;
    const Waiver *waivers = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(resident_open(cx, id, &resident));
    TRY(waivers_of(cx, resident.id, &waivers, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        TRY(write_waiver(cx, &out, &waivers[i]));
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_waivers = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/waivers",
    .handler = waivers_get,
    .permit = "residents.read",
    .out = "{items: [{id: uuid, kind: waive|postpone, covers: one|rule, program: text, obligation: "
           "text, title: wording, item?: text, closes_on?: date, from: date, until?: date, reason: "
           "text, reason_title: wording, note?: text, given_at: instant, given_by_name?: text, "
           "is_ended: bool, end_reason?: text, ended_by_name?: text}]}",
    .title = {"豁免和推迟的经过", "What a resident was spared, and what was put off"},
};
