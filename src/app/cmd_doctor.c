/* catchment doctor: looks whether a database is whole and fit to work with, one line a check.
 *
 * It changes nothing; with --repair it makes anew what follows from other rows (search tokens,
 * facts, evidence, obligations, sight), each with an audit entry, and never what people wrote. A
 * check that cannot be made because an earlier one failed (no keys, no packs) is skipped and says
 * so. */
#include "app/app.h"

#include "access/access.h"
#include "app/doctor_sql.h"
#include "base/encoding.h"
#include "base/os_clock.h"
#include "base/os_file.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "core/place.h"
#include "db/backup.h"
#include "db/migrate.h"
#include "engine/obligations/obligations.h"
#include "engine/records/attachments.h"
#include "engine/subjects/subjects.h"

enum {
    CLOCK_AHEAD_MS = 5 * 60 * 1000, /* that the newest entry may lie ahead of the clock */
    SPACE_FEW_MIB = 1024,           /* less wants somebody to look */
    SPACE_LEAST_MIB = 256,          /* less stops the server soon */
};

typedef enum { STATE_OK, STATE_WARN, STATE_FAIL, STATE_SKIP, STATE_REPAIRED } State;

typedef struct {
    Cli *cli;
    App app;
    Cx cx;
    Str url;
    Str keys_file;
    bool has_schema, has_keys, has_packs;
    const char *check; /* the one being made */
    Str place;         /* that it is made for, or empty */
    Date fixed_day;    /* that the place lives on, or DATE_NONE */
    size_t failed;
} Doctor;

static Err say(Doctor *doctor, State state, TextId text, Str first, Str second)
{
    static const char *const names[] = {"ok", "warn", "fail", "skip", "repaired"};
    const Str arguments[] = {first, second};
    Wording wording = text_fill(doctor->cli->arena, text, arguments, 2);
    JsonLine line;
    json_line_begin(&line, doctor->cli->arena);
    json_key_c(&line.json, "check");
    json_text_c(&line.json, doctor->check);
    json_key_c(&line.json, "state");
    json_text_c(&line.json, names[state]);
    json_key_c(&line.json, "place");
    if (doctor->place.n == 0)
        json_null(&line.json);
    else
        json_text(&line.json, doctor->place);
    json_key_c(&line.json, "zh");
    json_text(&line.json, wording.zh);
    json_key_c(&line.json, "en");
    json_text(&line.json, wording.en);
    doctor->failed += state == STATE_FAIL;
    return json_line_end(&line);
}

/* Derived rows are wrong: they are told, or made anew. */
static Err fail_or_remake(Doctor *doctor, Err (*remake)(Cx *cx), TextId text, Str first, Str second)
{
    if (!cli_switch(doctor->cli, "repair"))
        return say(doctor, STATE_FAIL, text, first, second);
    Cx *cx = &doctor->cx;
    const AuditEntry entry = {.action = STR("doctor.repair"), .detail = str_from_c(doctor->check)};
    Err err = remake(cx);
    if (err == OK)
        err = audit_add(cx, &entry);
    if (err == OK)
        err = audit_flush(cx);
    if (err != OK)
        cli_say_problems(cx);
    cx->problem_n = 0;
    return err == OK ? say(doctor, STATE_REPAIRED, TEXT_DOCTOR_REMADE, (Str){0}, (Str){0})
                     : say(doctor, STATE_FAIL, text, first, second);
}

static Str number(Doctor *doctor, int64_t n)
{
    return str_printf(doctor->cli->arena, "%lld", (long long)n);
}

/* A check that itself failed: what the database said. */
static Err say_error(Doctor *doctor, Err err)
{
    doctor->cx.problem_n = 0;
    return say(doctor, STATE_FAIL, TEXT_DOCTOR_ERROR, str_from_c(err_title_en(err)),
               db_last_message(doctor->app.db));
}

/* ---- the machine ---- */

static Err check_keys(Doctor *doctor)
{
    Arena *arena = &doctor->app.arena;
    unsigned mode = 0;
    uint32_t line = 0;
    Err err = keys_open(doctor->keys_file, arena, &doctor->app.keys, &line);
    if (err != OK)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_KEYS_UNREADABLE, doctor->keys_file, (Str){0});
    doctor->has_keys = true;
    doctor->cx.keys = doctor->app.keys;
    err = os_file_mode(doctor->keys_file, &mode);
    if (err == OK && (mode & 077) != 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_KEYS_OPEN, doctor->keys_file,
                   str_printf(arena, "%04o", mode));
    return say(doctor, STATE_OK, TEXT_DOCTOR_KEYS, doctor->keys_file, (Str){0});
}

static Err check_space(Doctor *doctor)
{
    uint64_t free_bytes = 0, size = 0;
    if (!app_is_file(doctor->url))
        return say(doctor, STATE_SKIP, TEXT_DOCTOR_SPACE_ELSEWHERE, (Str){0}, (Str){0});
    Err err = os_file_space(doctor->url, &free_bytes);
    if (err == OK)
        err = os_file_size(doctor->url, &size);
    if (err != OK)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_ERROR, str_from_c(err_title_en(err)),
                   doctor->url);
    State state = free_bytes < MIB((uint64_t)SPACE_LEAST_MIB)                      ? STATE_FAIL
                  : free_bytes < size || free_bytes < MIB((uint64_t)SPACE_FEW_MIB) ? STATE_WARN
                                                                                   : STATE_OK;
    return say(doctor, state, TEXT_DOCTOR_SPACE, number(doctor, (int64_t)(free_bytes >> 20)),
               number(doctor, (int64_t)(size >> 20)));
}

/* ---- the database ---- */

static Err check_integrity(Doctor *doctor)
{
    Str fault = {0};
    Err err = db_integrity(doctor->app.db, doctor->cli->arena, &fault);
    if (err != OK)
        return say_error(doctor, err);
    if (fault.n > 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_DAMAGED, fault, (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_WHOLE, (Str){0}, (Str){0});
}

static Err check_schema(Doctor *doctor)
{
    const Str *names = NULL;
    size_t n = 0;
    Str message = {0};
    Err err = migrate_pending(doctor->app.db, doctor->cli->arena, &names, &n, &message);
    if (err != OK)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_ERROR, message, (Str){0});
    doctor->has_schema = n == 0;
    if (n > 0)
        return say(doctor, STATE_FAIL, TEXT_DATABASE_OLDER, names[0], (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_SCHEMA, (Str){0}, (Str){0});
}

static Err check_packs(Doctor *doctor)
{
    const AppPackChange *packs = NULL;
    const RecordTableChange *tables = NULL;
    const ObligationRuleChange *rules = NULL;
    size_t pack_n = 0, table_n = 0, rule_n = 0;
    Err err = app_load_held(&doctor->cx, &doctor->app.arena, &doctor->app.packs);
    if (err != OK)
        return say(doctor, STATE_FAIL, TEXT_UPGRADE_NEEDED, (Str){0}, (Str){0});
    doctor->cx.packs = doctor->app.packs;
    doctor->has_packs = true;
    err = app_packs_pending(&doctor->cx, &packs, &pack_n);
    if (err == OK && pack_n > 0) /* the texts that are kept are not those that were applied */
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_PACK_CHANGED, packs[0].pack, (Str){0});
    if (err == OK)
        err = record_tables_pending(&doctor->cx, &tables, &table_n);
    if (err == OK)
        err = obligation_rules_pending(&doctor->cx, &rules, &rule_n);
    if (err != OK)
        return say_error(doctor, err);
    if (table_n + rule_n > 0)
        return say(doctor, STATE_FAIL, TEXT_UPGRADE_NEEDED, (Str){0}, (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_PACKS,
               number(doctor, (int64_t)doctor->cx.packs->pack_n), (Str){0});
}

static Err read_references(Doctor *doctor, Str *ret_fault)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const DoctorReferencesIn in = {.place = doctor->cx.place};
    TRY(doctor_references_open(doctor->cx.db, &in, &rows));
    for (;;) {
        DoctorReferencesRow row;
        bool has_row = false;
        TRY(doctor_references_next(&rows, doctor->cli->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (row.n > 0)
            *ret_fault =
                str_printf(doctor->cli->arena, "%.*s%s%.*s: %lld", STR_ARG(*ret_fault),
                           ret_fault->n > 0 ? ", " : "", STR_ARG(row.what), (long long)row.n);
    }
}

static Err check_references(Doctor *doctor)
{
    Str fault = {0};
    Err err = read_references(doctor, &fault);
    if (err != OK)
        return say_error(doctor, err);
    if (fault.n > 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_REFERENCES_BROKEN, fault, (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_REFERENCES, (Str){0}, (Str){0});
}

/* A row that was changed together with its hash, or is gone: the audit knows what was submitted. */
typedef struct {
    int64_t gone, other;
    Uuid first_gone, first_other;
} Submissions;

static Err read_submissions(Doctor *doctor, Submissions *submissions)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    Arena *arena = doctor->cli->arena;
    const DoctorSubmissionsIn in = {.place = doctor->cx.place};
    TRY(doctor_submissions_open(doctor->cx.db, &in, &rows));
    for (;;) {
        DoctorSubmissionsRow row;
        bool has_row = false;
        ArenaMark mark = arena_mark(arena);
        TRY(doctor_submissions_next(&rows, arena, &row, &has_row));
        if (!has_row)
            return OK;
        Str sent = str_printf(arena, RECORD_MARK_SENT "%.*s",
                              STR_ARG(hex_encode(arena, row.content_hash)));
        bool is_gone = row.content_hash.n == 0;
        bool is_other = !is_gone && str_find(row.detail, STR(RECORD_MARK_SENT), 0) != SIZE_MAX
                        && str_find(row.detail, sent, 0) == SIZE_MAX;
        if (is_gone && submissions->gone == 0)
            submissions->first_gone = row.record_id;
        if (is_other && submissions->other == 0)
            submissions->first_other = row.record_id;
        submissions->gone += is_gone;
        submissions->other += is_other;
        arena_reset_to(arena, mark);
    }
}

static Err check_submissions(Doctor *doctor, int64_t records)
{
    Submissions submissions = {0};
    char first[UUID_TEXT_SIZE];
    Err err = db_begin(doctor->cx.db);
    if (err == OK)
        err = read_submissions(doctor, &submissions);
    db_rollback(doctor->cx.db);
    if (err != OK)
        return say_error(doctor, err);
    if (submissions.gone > 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_RECORDS_GONE, number(doctor, submissions.gone),
                   str_from_c(uuid_format(submissions.first_gone, first)));
    if (submissions.other > 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_RECORDS_OTHER, number(doctor, submissions.other),
                   str_from_c(uuid_format(submissions.first_other, first)));
    return say(doctor, STATE_OK, TEXT_DOCTOR_RECORDS, number(doctor, records), (Str){0});
}

static Err check_records(Doctor *doctor)
{
    RecordVerification result;
    char first[UUID_TEXT_SIZE];
    Err err = record_verify(&doctor->cx, &result);
    if (err != OK)
        return say_error(doctor, err);
    if (result.changed > 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_RECORDS_CHANGED, number(doctor, result.changed),
                   str_from_c(uuid_format(result.first, first)));
    if (result.without_answers != 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_RECORDS_BARE,
                   number(doctor, result.without_answers), (Str){0});
    return check_submissions(doctor, result.records);
}

static Err check_attachments(Doctor *doctor)
{
    AttachmentReport report = {0};
    Err err = attachment_verify(&doctor->cx, &report);
    if (err != OK)
        return say_error(doctor, err);
    if (report.damaged + report.missing + report.unnoted == 0)
        return say(doctor, STATE_OK, TEXT_DOCTOR_ATTACHMENTS, number(doctor, report.files),
                   number(doctor, report.references));
    Str wrong =
        str_printf(doctor->cli->arena, "damaged %lld, missing %lld, unnoted %lld",
                   (long long)report.damaged, (long long)report.missing, (long long)report.unnoted);
    return say(doctor, STATE_FAIL, TEXT_DOCTOR_ATTACHMENTS_WRONG, wrong, report.first);
}

static Err remake_facts(Cx *cx)
{
    RecordFactsReport report;
    return record_facts_remake(cx, &report);
}

static Err check_facts(Doctor *doctor)
{
    RecordFactsReport report = {0};
    char first[UUID_TEXT_SIZE];
    Err err = record_facts_verify(&doctor->cx, &report);
    if (err != OK)
        return say_error(doctor, err);
    if (report.wrong > 0)
        return fail_or_remake(doctor, remake_facts, TEXT_DOCTOR_FACTS_WRONG,
                              number(doctor, report.wrong),
                              str_from_c(uuid_format(report.first, first)));
    return say(doctor, STATE_OK, TEXT_DOCTOR_FACTS, number(doctor, report.people), (Str){0});
}

static Err check_evidence(Doctor *doctor)
{
    ObligationEvidenceReport report = {0};
    Err err = obligation_evidence_verify(&doctor->cx, &report);
    if (err != OK)
        return say_error(doctor, err);
    if (!report.is_right)
        return fail_or_remake(doctor, obligation_evidence_remake, TEXT_DOCTOR_EVIDENCE_WRONG,
                              number(doctor, report.rows), number(doctor, report.wanted));
    return say(doctor, STATE_OK, TEXT_DOCTOR_EVIDENCE, number(doctor, report.rows), (Str){0});
}

static Err check_residents(Doctor *doctor)
{
    ResidentVerification result;
    Err err = resident_verify(&doctor->cx, &result);
    if (err != OK)
        return say_error(doctor, err);
    if (result.sealed > 0)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_SEALED, number(doctor, result.sealed), (Str){0});
    if (!result.tokens_are_right)
        return fail_or_remake(doctor, resident_tokens_remake, TEXT_DOCTOR_TOKENS_WRONG,
                              number(doctor, result.tokens), number(doctor, result.tokens_wanted));
    return say(doctor, STATE_OK, TEXT_DOCTOR_RESIDENTS, number(doctor, result.residents),
               number(doctor, result.tokens));
}

static Err check_audit(Doctor *doctor)
{
    AuditReport report;
    Err err = audit_prove(&doctor->cx, &report);
    if (err != OK)
        return say_error(doctor, err);
    if (report.fault != AUDIT_WHOLE)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_AUDIT_BROKEN, number(doctor, report.broken_at),
                   number(doctor, report.entries));
    return say(doctor, STATE_OK, TEXT_DOCTOR_AUDIT, number(doctor, report.entries), (Str){0});
}

static Err remake_obligations(Cx *cx)
{
    ObligationRecompute result;
    return obligation_recompute(cx, &result);
}

static Err check_obligations(Doctor *doctor)
{
    DoctorStaleRow stale;
    ObligationRecompute result = {0};
    const DoctorStaleIn in = {.place = doctor->cx.place};
    Err err = doctor_stale(doctor->cx.db, doctor->cli->arena, &in, &stale);
    if (err == OK)
        err = obligation_verify(&doctor->cx, &result);
    if (err != OK)
        return say_error(doctor, err);
    if (stale.n > 0 && cli_switch(doctor->cli, "repair"))
        return fail_or_remake(doctor, remake_obligations, TEXT_DOCTOR_STALE,
                              number(doctor, stale.n), (Str){0});
    if (stale.n > 0) /* theirs may differ: they are computed when next asked for */
        return say(doctor, STATE_WARN, TEXT_DOCTOR_STALE, number(doctor, stale.n), (Str){0});
    if (result.written + result.deleted > 0)
        return fail_or_remake(doctor, remake_obligations, TEXT_DOCTOR_OBLIGATIONS_WRONG,
                              number(doctor, result.written + result.deleted), (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_OBLIGATIONS, number(doctor, result.obligations),
               (Str){0});
}

static Err check_areas(Doctor *doctor)
{
    bool is_right = false;
    Err err = access_areas_verify(&doctor->cx, &is_right);
    if (err != OK)
        return say_error(doctor, err);
    if (!is_right)
        return fail_or_remake(doctor, access_areas_rebuild, TEXT_DOCTOR_AREAS_WRONG, (Str){0},
                              (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_AREAS, (Str){0}, (Str){0});
}

static Err check_clock(Doctor *doctor)
{
    DoctorLastEntryRow last;
    if (!date_is_none(doctor->fixed_day))
        return say(doctor, STATE_SKIP, TEXT_DOCTOR_CLOCK_FIXED, (Str){0}, (Str){0});
    const DoctorLastEntryIn in = {.place = doctor->cx.place};
    Err err = doctor_last_entry(doctor->cx.db, doctor->cli->arena, &in, &last);
    if (err != OK)
        return say_error(doctor, err);
    int64_t ahead = last.has_at ? last.at.ms - doctor->cx.now.ms : 0;
    if (ahead > CLOCK_AHEAD_MS)
        return say(doctor, STATE_FAIL, TEXT_DOCTOR_CLOCK_BEHIND, number(doctor, ahead / 60000),
                   (Str){0});
    return say(doctor, STATE_OK, TEXT_DOCTOR_CLOCK, (Str){0}, (Str){0});
}

/* ---- all of them ---- */

typedef struct {
    const char *name;
    Err (*run)(Doctor *doctor);
    bool needs_schema, needs_keys, needs_packs, of_place;
} Check;

static const Check checks[] = {
    {"space", check_space, false, false, false, false},
    {"keys", check_keys, false, false, false, false},
    {"integrity", check_integrity, false, false, false, false},
    {"schema", check_schema, false, false, false, false},
    {"packs", check_packs, true, false, false, true},
    {"clock", check_clock, true, false, false, true},
    {"references", check_references, true, false, false, true},
    {"audit", check_audit, true, true, false, true},
    {"records", check_records, true, true, true, true},
    {"attachments", check_attachments, true, true, true, true},
    {"residents", check_residents, true, true, false, true},
    {"facts", check_facts, true, true, true, true},
    {"evidence", check_evidence, true, false, true, true},
    {"obligations", check_obligations, true, false, true, true},
    {"areas", check_areas, true, false, false, true},
};

static Err make_check(Doctor *doctor, const Check *check)
{
    doctor->check = check->name;
    bool is_ready = (!check->needs_schema || doctor->has_schema)
                    && (!check->needs_keys || doctor->has_keys)
                    && (!check->needs_packs || doctor->has_packs);
    return is_ready ? check->run(doctor)
                    : say(doctor, STATE_SKIP, TEXT_DOCTOR_SKIPPED, (Str){0}, (Str){0});
}

static Err make_checks(Doctor *doctor, bool of_place)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (checks[i].of_place == of_place)
            TRY(make_check(doctor, &checks[i]));
    }
    return OK;
}

static Err check_place(Doctor *doctor, Str code)
{
    doctor->place = code;
    TRY(place_live_in(&doctor->cx, code));
    TRY(place_fixed_day(&doctor->cx, &doctor->fixed_day));
    Err err = make_checks(doctor, true);
    pack_set_close(doctor->app.packs);
    doctor->app.packs = NULL;
    doctor->has_packs = false;
    return err;
}

static Err check_all(Doctor *doctor)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(make_checks(doctor, false));
    if (!doctor->has_schema)
        return make_checks(doctor, true);
    TRY(place_list(&doctor->cx, &places, &n));
    for (size_t i = 0; i < n; i++)
        TRY(check_place(doctor, places[i].code));
    if (n > 0)
        return OK;
    doctor->check = "place";
    return say(doctor, STATE_WARN, TEXT_PLACE_NONE, (Str){0}, (Str){0});
}

static Err doctor_run(Cli *cli)
{
    Doctor doctor = {.cli = cli, .url = cli_value(cli, "db")};
    Str message = {0};
    if (app_is_file(doctor.url) && !os_file_exists(doctor.url)) {
        cli_say("there is no database %.*s", STR_ARG(doctor.url));
        return ERR_NOT_FOUND;
    }
    access_register_scopes();
    record_set_hooks(app_record_hooks);
    resident_set_hooks(app_resident_hooks);
    doctor.app = (App){.fixed_day = DATE_NONE, .lang = app_lang()};
    arena_init(&doctor.app.arena, MIB(256));
    doctor.app.db_options = (DbOptions){.url = doctor.url};
    doctor.keys_file = app_keys_file(cli_value(cli, "keys"), doctor.url, cli->arena);
    Err err = db_open(&doctor.app.db_options, &doctor.app.arena, &doctor.app.db, &message);
    if (err != OK) {
        doctor.check = "integrity";
        err = say(&doctor, STATE_FAIL, TEXT_DOCTOR_DAMAGED, message, (Str){0});
    } else {
        doctor.cx = app_system_cx(&doctor.app, cli->arena);
        err = check_all(&doctor);
        if (err != OK)
            cli_say_problems(&doctor.cx);
    }
    app_close(&doctor.app);
    return err == OK && doctor.failed > 0 ? ERR_CONFLICT : err;
}

const Command cmd_doctor = {
    .name = "doctor",
    .summary = "look whether a database is whole: one JSON object a check",
    .needs = CLI_NOTHING,
    .options =
        (const CliOption[]){
            {"db", "URL", NULL, true, "SQLite file or postgresql:// address"},
            {"keys", "FILE", NULL, false, "the key file"},
            {"repair", NULL, NULL, false,
             "make wrong rows anew where they follow from others; what people wrote is left alone"},
            {0},
        },
    .run = doctor_run,
};
