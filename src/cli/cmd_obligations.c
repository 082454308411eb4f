/* catchment due; catchment obligations explain|recompute|verify. */
#include "cli/commands.h"

#include "access/access.h"
#include "base/os_clock.h"
#include "cli/facility.h"
#include "cli/json_lines.h"
#include "engine/obligations/explain.h"
#include "engine/obligations/obligations.h"
#include "engine/subjects/registers.h"
#include "engine/subjects/subjects.h"

static void put_reasons(JsonOut *json, const ObligationLine *line, Lang lang)
{
    json_key_c(json, "why");
    json_array_begin(json);
    for (size_t i = 0; i < line->why_n; i++) {
        const ObligationReason *why = &line->why[i];
        json_object_begin(json);
        json_key_c(json, "rule");
        json_text(json, why->rule);
        json_key_c(json, "source");
        json_text(json, why->source);
        json_key_c(json, "records");
        json_array_begin(json);
        for (size_t r = 0; r < why->record_n; r++)
            json_uuid(json, why->records[r]);
        json_array_end(json);
        json_key_c(json, "text");
        json_text(json, wording_in(why->text, lang));
        json_object_end(json);
    }
    json_array_end(json);
}

static Err put_line(Cx *cx, const ObligationLine *line)
{
    JsonLine out;
    json_line_begin(&out, cx->arena);
    JsonOut *json = &out.json;
    bool is_resident = str_equals_c(line->obligation.rule->program->subject, "resident");
    json_key_c(json, is_resident ? "resident" : "subject");
    json_uuid(json, line->obligation.subject);
    if (!is_resident) {
        json_key_c(json, "kind");
        json_text(json, line->obligation.rule->program->subject);
        json_key_c(json, "at");
        json_text(json, line->area);
    }
    json_key_c(json, "program");
    json_text(json, line->obligation.rule->program->id);
    json_key_c(json, "obligation");
    json_text(json, line->obligation.rule->id);
    if (line->obligation.item != 0) {
        json_key_c(json, "item");
        json_text(json, obligation_item(&line->obligation));
    }
    json_key_c(json, "opens_on");
    json_date(json, line->obligation.opens_on);
    json_key_c(json, "due_on");
    json_date(json, line->obligation.due_on);
    json_key_c(json, "closes_on");
    json_date(json, obligation_last_day(&line->obligation));
    json_key_c(json, "state");
    json_text_c(json, obligation_state_name(line->state));
    put_reasons(json, line, cx->lang);
    return json_line_end(&out);
}

/* "open,due,overdue" */
static Err read_states(const Cli *cli, ObligationFilter *filter)
{
    Str rest = cli_value(cli, "state"), name = {0};
    while (str_cut(&rest, ',', &name)) {
        ObligationState state;
        if (!obligation_state_parse(str_trim(name), &state)) {
            cli_say("catchment %s: there is no state %.*s; write open, due, overdue, met, missed, "
                    "waived or closed",
                    cli->command->name, STR_ARG(name));
            return ERR_USAGE;
        }
        filter->states[state] = true;
    }
    return OK;
}

static Err put_lines(Cx *cx, const ObligationLine *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(put_line(cx, &lines[i]));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

/* Narrows the list to what the facility, and those below it, answered for on the day. */
static Err take_facility(Cli *cli, ObligationFilter *filter, Actor *actor)
{
    Cx *cx = cli->cx;
    Str code = cli_value(cli, "facility");
    TRY(facility_require(cx, code));
    const Str *areas = NULL, *desks = NULL;
    size_t area_n = 0, desk_n = 0;
    TRY(subject_catchment_areas(cx, code, true, filter->on, &areas, &area_n));
    TRY(subject_desks(cx, code, &desks, &desk_n));
    Str *all = arena_array(cx->arena, Str, area_n + desk_n + 1);
    for (size_t i = 0; i < desk_n; i++)
        all[filter->area_n++] = desks[i];
    for (size_t i = 0; i < area_n; i++)
        all[filter->area_n++] = areas[i];
    filter->areas = all;
    /* the codes are sorted, and ':' follows '9'; a desk is in no range of areas */
    actor->scope.area_from = area_n == 0 ? STR("") : areas[0];
    actor->scope.area_after =
        area_n == 0 ? STR("") : str_printf(cx->arena, "%.*s:", STR_ARG(areas[area_n - 1]));
    return OK;
}

/* A day before today answers with what was known at its end. */
static Err due_run(Cli *cli)
{
    Cx *cx = cli->cx;
    ObligationFilter filter = {.on = date_is_none(cli->on) ? cx->today : cli->on,
                               .program = cli_value(cli, "program"),
                               .after.due_on = DATE_NONE};
    TRY(read_states(cli, &filter));
    if (filter.program.n > 0 && pack_program(cli->packs, filter.program) == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("--program"), 1, filter.program);
    Actor actor = *cx->actor;
    if (cli_value(cli, "facility").n > 0)
        TRY(take_facility(cli, &filter, &actor));
    cx->actor = &actor;
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(obligation_list_explained(cx, &filter, &lines, &n));
    const AuditEntry entry = {.action = STR("obligations.list"),
                              .detail = str_printf(cx->arena, "facility %.*s rows %zu",
                                                   STR_ARG(cli_value(cli, "facility")), n)};
    TRY(audit_add(cx, &entry));
    return put_lines(cx, lines, n);
}

const Command cmd_due = {
    .name = "due",
    .summary = "who is owed what: one JSON object a line, by due day",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"facility", "CODE", NULL, false, "the catchment of this facility and those below it"},
            {"on", "DATE", NULL, false, "the day asked about (default: today)"},
            {"program", "ID", NULL, false, "one program only"},
            {"state", "STATES", "open,due,overdue", false, "states to list"},
            {0},
        },
    .run = due_run,
};

static void put_wording(JsonOut *json, const char *key, Wording text, Lang lang)
{
    json_key_c(json, key);
    json_text(json, wording_in(text, lang));
}

static void put_texts(JsonOut *json, const char *key, const Wording *texts, size_t n, Lang lang)
{
    json_key_c(json, key);
    json_array_begin(json);
    for (size_t i = 0; i < n; i++)
        json_text(json, wording_in(texts[i], lang));
    json_array_end(json);
}

static void put_editions(JsonOut *json, const ObligationExplanation *found)
{
    json_key_c(json, "editions");
    json_array_begin(json);
    for (size_t i = 0; i < found->edition_n; i++) {
        json_object_begin(json);
        json_key_c(json, "valid_from");
        json_date(json, found->editions[i].rule->valid_from);
        json_key_c(json, "valid_until");
        json_date(json, found->editions[i].rule->valid_until);
        json_key_c(json, "is_in_force");
        json_bool(json, found->editions[i].is_in_force);
        json_object_end(json);
    }
    json_array_end(json);
}

/* One object about the rule, then its lines. */
static Err put_explanation(Cx *cx, const ObligationExplanation *found)
{
    JsonLine out;
    json_line_begin(&out, cx->arena);
    JsonOut *json = &out.json;
    json_key_c(json, "program");
    json_text(json, found->program->id);
    json_key_c(json, "obligation");
    json_text(json, found->rule->id);
    json_key_c(json, "on");
    json_date(json, found->on);
    json_key_c(json, "area");
    json_text(json, found->area);
    put_wording(json, "verdict", found->verdict, cx->lang);
    json_key_c(json, "is_member");
    json_bool(json, found->is_member);
    put_texts(json, "member", found->member, found->member_n, cx->lang);
    put_texts(json, "waivers", found->waiver_texts, found->waiver_n, cx->lang);
    put_editions(json, found);
    json_key_c(json, "records");
    json_array_begin(json);
    for (size_t i = 0; i < found->record_n; i++) {
        const ConsideredRecord *record = &found->records[i];
        json_object_begin(json);
        json_key_c(json, "id");
        json_uuid(json, record->id);
        json_key_c(json, "form");
        json_text(json, record->form->id);
        json_key_c(json, "happened_on");
        json_date(json, record->happened_on);
        json_key_c(json, "counts");
        json_bool(json, record->counts);
        put_wording(json, "text", record->text, cx->lang);
        json_object_end(json);
    }
    json_array_end(json);
    TRY(json_line_end(&out));
    for (size_t i = 0; i < found->edition_n; i++)
        TRY(put_lines(cx, found->editions[i].lines, found->editions[i].line_n));
    return OK;
}

static Err explain_rule(Cli *cli, Uuid resident, Date on)
{
    ObligationExplanation found;
    Str rule = cli_value(cli, "rule"), program = {0};
    if (!str_cut(&rule, '/', &program) || rule.n == 0) {
        cli_say("catchment obligations explain: --rule wants PROGRAM/RULE");
        return ERR_USAGE;
    }
    if (date_compare(on, cli->cx->today) < 0)
        cli->cx->as_of = on;
    TRY(obligation_explain(cli->cx, resident, program, rule, on, &found));
    return put_explanation(cli->cx, &found);
}

static Err explain_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Uuid resident = UUID_NIL;
    Str subject = cli_value(cli, "subject");
    if (uuid_parse(subject.n > 0 ? subject : cli_value(cli, "resident"), &resident) != OK) {
        cli_say("catchment obligations explain: --resident or --subject wants the id that `due` "
                "prints");
        return ERR_USAGE;
    }
    if (subject.n == 0) {
        Resident opened;
        TRY(resident_open(cx, resident, &opened));
        resident = opened.id;
    }
    if (cli_value(cli, "rule").n > 0)
        return explain_rule(cli, resident, date_is_none(cli->on) ? cx->today : cli->on);
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(obligation_of(cx, resident, date_is_none(cli->on) ? cx->today : cli->on, &lines, &n));
    return put_lines(cx, lines, n);
}

const Command cmd_obligations_explain = {
    .name = "obligations explain",
    .summary = "everything owed to one resident, with the reasons; of one rule also why not",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, false, "the resident"},
            {"subject", "ID", NULL, false, "or an organisation: a facility, an agreement"},
            {"rule", "PROGRAM/RULE", NULL, false, "this rule: who is in, what each record did"},
            {"on", "DATE", NULL, false, "the day asked about (default: today)"},
            {0},
        },
    .run = explain_run,
};

static Err put_result(Cli *cli, const ObligationRecompute *result, int64_t nanoseconds)
{
    JsonLine out;
    json_line_begin(&out, cli->arena);
    json_key_c(&out.json, "evidence");
    json_integer(&out.json, result->evidence);
    json_key_c(&out.json, "obligations");
    json_integer(&out.json, result->obligations);
    json_key_c(&out.json, "written");
    json_integer(&out.json, result->written);
    json_key_c(&out.json, "deleted");
    json_integer(&out.json, result->deleted);
    json_key_c(&out.json, "seconds");
    json_decimal(&out.json, (double)(nanoseconds / 1000000) / 1e3);
    return json_line_end(&out);
}

static Err recompute_run(Cli *cli)
{
    ObligationRecompute result = {0};
    int64_t start = os_clock_monotonic_ns();
    TRY(obligation_recompute(cli->cx, &result));
    return put_result(cli, &result, os_clock_monotonic_ns() - start);
}

const Command cmd_obligations_recompute = {
    .name = "obligations recompute",
    .summary = "recompute every obligation and write the differences",
    .needs = CLI_DATABASE,
    .run = recompute_run,
};

static Err verify_run(Cli *cli)
{
    ObligationRecompute result = {0};
    int64_t start = os_clock_monotonic_ns();
    TRY(obligation_settle(cli->cx));
    TRY(obligation_verify(cli->cx, &result));
    TRY(put_result(cli, &result, os_clock_monotonic_ns() - start));
    if (result.written + result.deleted == 0)
        return OK;
    cli_say("%lld stored obligations differ from a full recomputation",
            (long long)(result.written + result.deleted));
    return ERR_CONFLICT;
}

const Command cmd_obligations_verify = {
    .name = "obligations verify",
    .summary = "compare the stored obligations with a full recomputation",
    .needs = CLI_DATABASE,
    .run = verify_run,
};
