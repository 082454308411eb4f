/* catchment config check, catchment config show: what the settings file and the options come to,
 * and whether this machine can work with it. */
#include "app/app.h"
#include "app/settings.h"

#include "cli/json_lines.h"

static Err put_finding(const Cli *cli, const Finding *finding)
{
    static const char *const states[] = {"ok", "warn", "fail"};
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "setting");
    json_text_c(&line.json, finding->setting);
    json_key_c(&line.json, "state");
    json_text_c(&line.json, states[finding->state]);
    json_key_c(&line.json, "where");
    if (finding->where.n == 0)
        json_null(&line.json);
    else
        json_text(&line.json, finding->where);
    json_key_c(&line.json, "zh");
    json_text(&line.json, finding->text.zh);
    json_key_c(&line.json, "en");
    json_text(&line.json, finding->text.en);
    return json_line_end(&line);
}

static Err config_check_run(Cli *cli)
{
    Findings findings = {0};
    settings_check_all(cli, &findings);
    size_t failed = 0;
    for (size_t i = 0; i < findings.n; i++) {
        TRY(put_finding(cli, &findings.items[i]));
        failed += findings.items[i].state == FINDING_FAIL;
    }
    return failed == 0 ? OK : ERR_CONFLICT;
}

static Err config_show_run(Cli *cli)
{
    for (const ConfigSetting *setting = config_settings; setting->name != NULL; setting++) {
        Str value = cli_value(cli, setting->name), where = cli_where(cli, setting->name);
        JsonLine line;
        json_line_begin(&line, cli->arena);
        json_key_c(&line.json, "setting");
        json_text_c(&line.json, setting->name);
        json_key_c(&line.json, "value");
        if (value.n == 0)
            json_null(&line.json);
        else
            json_text(&line.json, value);
        json_key_c(&line.json, "from");
        if (where.n > 0)
            json_text(&line.json, where);
        else if (value.n > 0)
            json_text_c(&line.json, "built in");
        else
            json_null(&line.json);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_config_check = {
    .name = "config check",
    .summary = "look whether this machine can work with the settings: one JSON object each",
    .operand = "[FILE]",
    .takes_config_operand = true,
    .needs = CLI_NOTHING,
    .options = (const CliOption[]){SETTINGS_SERVE_OPTIONS(true), SETTINGS_BACKUP_OPTIONS, {0}},
    .run = config_check_run,
};

const Command cmd_config_show = {
    .name = "config show",
    .summary = "every setting that is in force, and where it comes from",
    .operand = "[FILE]",
    .takes_config_operand = true,
    .needs = CLI_NOTHING,
    .options = (const CliOption[]){SETTINGS_SERVE_OPTIONS(false), SETTINGS_BACKUP_OPTIONS, {0}},
    .run = config_show_run,
};
