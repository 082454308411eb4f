/* catchment pack diff: what another version of the packs would change, and for whom. It reads the
 * database through a connection that cannot write. */
#include "app/app.h"

#include "access/access.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "engine/obligations/diff.h"
#include "engine/subjects/subjects.h"
#include "pack/pack_diff.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of differences. */
typedef struct {
    int64_t changes[OBLIGATION_CHANGE_N];
    int64_t joins, leaves; /* the list of what is open, due or overdue on the day */
    int64_t people;
    Uuid last; /* whom it counted last */
} Count;

typedef struct {
    Str code, name;
    Count count;
} FacilityCount;

typedef struct {
    Cli *cli;
    Cx *cx; /* reading only */
    Date on;
    bool tells_lines;
    ObligationSets sets;
    Count *of_rules; /* of sets.rules */
    const CoveredArea *areas;
    size_t area_n;
    FacilityCount *facilities; /* by code; behind them: of areas that nobody answers for */
    size_t facility_n;
    int64_t lines;
} Comparison;

/* ---- counting ---- */

static bool is_listed(const ObligationLine *line)
{
    return line != NULL
           && (line->state == OBLIGATION_OPEN || line->state == OBLIGATION_DUE
               || line->state == OBLIGATION_OVERDUE);
}

static void count(Count *count, const ObligationDifference *difference)
{
    bool was_listed = is_listed(difference->before), will_be = is_listed(difference->after);
    count->changes[difference->change]++;
    count->joins += will_be && !was_listed;
    count->leaves += was_listed && !will_be;
    if (uuid_equals(count->last, difference->subject))
        return; /* they come by person */
    count->people++;
    count->last = difference->subject;
}

static int compare_facility(const void *code, const void *facility)
{
    return str_compare(*(const Str *)code, ((const FacilityCount *)facility)->code);
}

static int compare_area(const void *code, const void *area)
{
    return str_compare(*(const Str *)code, ((const CoveredArea *)area)->area);
}

/* Each of the facilities that answer for the area. */
static void count_facilities(Comparison *comparison, const ObligationDifference *difference)
{
    const CoveredArea *found = bsearch(&difference->area, comparison->areas, comparison->area_n,
                                       sizeof *comparison->areas, compare_area);
    if (found == NULL) {
        count(&comparison->facilities[comparison->facility_n].count, difference);
        return;
    }
    const CoveredArea *end = comparison->areas + comparison->area_n;
    while (found > comparison->areas && str_equals(found[-1].area, difference->area))
        found--;
    for (; found < end && str_equals(found->area, difference->area); found++) {
        FacilityCount *facility =
            bsearch(&found->facility, comparison->facilities, comparison->facility_n,
                    sizeof *comparison->facilities, compare_facility);
        if (facility != NULL)
            count(&facility->count, difference);
    }
}

/* ---- saying ---- */

static void put(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    if (text.n == 0)
        json_null(json);
    else
        json_text(json, text);
}

static void put_number(JsonOut *json, const char *key, int64_t number)
{
    json_key_c(json, key);
    json_integer(json, number);
}

static void put_line(JsonOut *json, const char *key, const ObligationLine *line)
{
    json_key_c(json, key);
    if (line == NULL) {
        json_null(json);
        return;
    }
    const Obligation *obligation = &line->obligation;
    char time[OBLIGATION_TIME_SIZE];
    json_object_begin(json);
    json_key_c(json, "opens_on");
    json_date(json, obligation->opens_on);
    json_key_c(json, "due_on");
    json_date(json, obligation->due_on);
    put(json, "due_time", obligation_due_time(obligation, time));
    json_key_c(json, "closes_on");
    json_date(json, obligation_last_day(obligation));
    json_key_c(json, "met_on");
    json_date(json, obligation->met_on);
    json_key_c(json, "done");
    json_decimal(json, obligation->done);
    json_key_c(json, "needed");
    json_decimal(json, obligation->needed);
    json_key_c(json, "state");
    json_text_c(json, obligation_state_name(line->state));
    json_object_end(json);
}

static Err say_line(Cx *cx, const ObligationDifference *difference)
{
    JsonLine line;
    ArenaMark mark = arena_mark(cx->arena);
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    json_key_c(json, "subject");
    json_uuid(json, difference->subject);
    put(json, "program", difference->rule->program);
    put(json, "rule", difference->rule->rule);
    put(json, "item", difference->item);
    json_key_c(json, "change");
    json_text_c(json, obligation_change_name(difference->change));
    put_line(json, "from", difference->before);
    put_line(json, "to", difference->after);
    TRY(json_line_end(&line));
    arena_reset_to(cx->arena, mark);
    return OK;
}

static Err take_difference(Cx *cx, const ObligationDifference *difference, void *arg)
{
    Comparison *comparison = arg;
    comparison->lines++;
    if (comparison->tells_lines)
        return say_line(cx, difference);
    count(&comparison->of_rules[difference->rule - comparison->sets.rules], difference);
    count_facilities(comparison, difference);
    return OK;
}

static void put_count(JsonOut *json, const Count *count)
{
    for (ObligationChange change = 0; change < OBLIGATION_CHANGE_N; change++)
        put_number(json, obligation_change_name(change), count->changes[change]);
    put_number(json, "joins_list", count->joins);
    put_number(json, "leaves_list", count->leaves);
    put_number(json, "people", count->people);
}

static JsonOut *begin(Comparison *comparison, JsonLine *line, const char *change)
{
    json_line_begin(line, comparison->cli->arena);
    json_key_c(&line->json, "change");
    json_text_c(&line->json, change);
    return &line->json;
}

static Err say_declared(Comparison *comparison)
{
    static const char *const changes[] = {[PACK_DIFFERS] = "pack",
                                          [FORM_DIFFERS] = "form",
                                          [FIELD_DIFFERS] = "field",
                                          [PARAMETER_DIFFERS] = "parameter"};
    static const char *const keys[] = {[PACK_DIFFERS] = "pack",
                                       [FORM_DIFFERS] = "form",
                                       [FIELD_DIFFERS] = "form",
                                       [PARAMETER_DIFFERS] = "parameter"};
    const PackDifference *found = NULL;
    size_t n = 0;
    pack_sets_compare(comparison->sets.before, comparison->sets.after, comparison->cli->arena,
                      &found, &n);
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        JsonOut *json = begin(comparison, &line, changes[found[i].kind]);
        put(json, keys[found[i].kind], found[i].id);
        if (found[i].kind == FIELD_DIFFERS)
            put(json, "field", found[i].field);
        put(json, "what", str_from_c(found[i].what));
        if (found[i].kind == PACK_DIFFERS && strcmp(found[i].what, "text") == 0)
            TRY(cli_say_text(comparison->cli, OK, found[i].id, TEXT_PACK_VERSION_SAME, 1,
                             found[i].after));
        if (found[i].kind != FORM_DIFFERS) {
            put(json, "from", found[i].before);
            put(json, "to", found[i].after);
        }
        if (found[i].is_refused) {
            json_key_c(json, "refused");
            json_bool(json, true);
        }
        TRY(json_line_end(&line));
    }
    return OK;
}

static Err say_rules(Comparison *comparison)
{
    for (size_t i = 0; i < comparison->sets.rule_n; i++) {
        const RuleDifference *rule = &comparison->sets.rules[i];
        const char *what = rule->before == NULL ? "new" : rule->after == NULL ? "gone" : "changed";
        JsonLine line;
        JsonOut *json = begin(comparison, &line, "rule");
        put(json, "program", rule->program);
        put(json, "rule", rule->rule);
        put(json, "what", str_from_c(what));
        put_count(json, &comparison->of_rules[i]);
        TRY(json_line_end(&line));
    }
    return OK;
}

static Err say_facilities(Comparison *comparison)
{
    for (size_t i = 0; i <= comparison->facility_n; i++) {
        const FacilityCount *facility = &comparison->facilities[i];
        if (facility->count.people == 0)
            continue;
        JsonLine line;
        JsonOut *json = begin(comparison, &line, "facility");
        put(json, "facility", facility->code);
        put(json, "name", facility->name);
        put_count(json, &facility->count);
        TRY(json_line_end(&line));
    }
    return OK;
}

/* ---- running ---- */

static Err read_facilities(Comparison *comparison)
{
    Cx *cx = comparison->cx;
    const Facility *facilities = NULL;
    TRY(subject_facilities(cx, &facilities, &comparison->facility_n));
    TRY(subject_catchments_covered(cx, comparison->on, &comparison->areas, &comparison->area_n));
    comparison->facilities = arena_array(cx->arena, FacilityCount, comparison->facility_n + 1);
    for (size_t i = 0; i < comparison->facility_n; i++)
        comparison->facilities[i] = (FacilityCount){
            .code = facilities[i].code,
            .name = cx->lang == LANG_ZH || facilities[i].name_en.n == 0 ? facilities[i].name
                                                                        : facilities[i].name_en};
    return OK;
}

static Err compare(Comparison *comparison)
{
    Cx *cx = comparison->cx;
    const ObligationDiffOptions options = {.on = comparison->on,
                                           .with_past = cli_switch(comparison->cli, "past")};
    obligation_sets_compare(comparison->sets.before, comparison->sets.after, cx->arena,
                            &comparison->sets);
    comparison->of_rules = arena_array(cx->arena, Count, comparison->sets.rule_n + 1);
    if (!comparison->tells_lines)
        TRY(read_facilities(comparison));
    TRY(obligation_diff(cx, &comparison->sets, &options, take_difference, comparison));
    if (comparison->tells_lines)
        return OK;
    TRY(say_declared(comparison));
    TRY(say_rules(comparison));
    return say_facilities(comparison);
}

/* Whoever was shown persons is written down. */
static Err note_lines(const Comparison *comparison)
{
    Cli *cli = comparison->cli;
    const AuditEntry entry = {
        .action = STR("packs.compare"),
        .detail = str_printf(cli->arena, "%.*s %.*s rows %lld", STR_ARG(cli->operands[0]),
                             STR_ARG(cli->operands[1]), (long long)comparison->lines)};
    return comparison->tells_lines ? audit_add(cli->cx, &entry) : OK;
}

static Err compare_sets(Cli *cli, const PackSet *before, const PackSet *after)
{
    Cx cx = *cli->cx;
    Str message = {0};
    const DbOptions options = {.url = cli->db_url, .read_only = true};
    Comparison comparison = {.cli = cli,
                             .cx = &cx,
                             .on = date_is_none(cli->on) ? cx.today : cli->on,
                             .tells_lines = cli_switch(cli, "json"),
                             .sets = {.before = before, .after = after}};
    Err err = db_open(&options, cli->arena, &cx.db, &message);
    if (err != OK) {
        cli_say("the database cannot be opened: %.*s", STR_ARG(message));
        return err;
    }
    err = compare(&comparison);
    if (err != OK)
        cli_say_problems(&cx);
    db_close(cx.db);
    Err noted = note_lines(&comparison);
    return err == OK ? noted : err;
}

static Err pack_diff_run(Cli *cli)
{
    PackSet *before = NULL, *after = NULL;
    if (cli->operand_n != 2) {
        cli_say(
            "catchment pack diff: name two versions of the packs: a folder of packs, the folder "
            "of one pack, PACK@VERSION, or installed");
        return ERR_USAGE;
    }
    Err err = app_load_named(cli->cx, cli->operands[0], cli->arena, &before);
    if (err == OK)
        err = app_load_named(cli->cx, cli->operands[1], cli->arena, &after);
    if (err == OK)
        err = compare_sets(cli, before, after);
    pack_set_close(after);
    pack_set_close(before);
    return err;
}

const Command cmd_pack_diff = {
    .name = "pack diff",
    .summary = "whom another version of the packs would owe what; changes nothing",
    .operand = "A B",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"on", "DATE", NULL, false, "the day of the states (default: today)"},
            {"past", NULL, NULL, false, "also what was over before that day"},
            {"json", NULL, NULL, false, "a line for each obligation instead of the numbers"},
            {0},
        },
    .run = pack_diff_run,
};
