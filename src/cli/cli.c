/* Parsing a command's arguments by its declaration, and its help. */
#include "cli/cli.h"

#include <stdio.h>

#include "base/num.h"
#include "base/os_file.h"
#include "base/os_process.h"

/* Options that come with what a command needs. */
static const CliOption pack_options[] = {
    {"packs", "FOLDER", NULL, false,
     "the packs (default: packs beside the program's share folder)"},
    {0},
};
static const CliOption database_options[] = {
    {"db", "URL", NULL, true, "SQLite file or postgresql:// address"},
    {"keys", "FILE", NULL, false,
     "the key file (default: beside the SQLite file, or catchment.keys)"},
    {"place", "CODE", NULL, false, "6-digit county code, when the database holds several"},
    {0},
};

/* Every command takes these. */
static const CliOption common_options[] = {
    {"config", "FILE", NULL, false, "the settings file (default: " CONFIG_DEFAULT ")"},
    {"lang", "LANG", NULL, false, "zh or en: the language of messages"},
    {"json", NULL, NULL, false, "JSON lines, which is how commands answer anyway"},
    {0},
};

static const CliOption *find_in(const CliOption *options, Str name)
{
    for (; options != NULL && options->name != NULL; options++) {
        if (str_equals_c(name, options->name))
            return options;
    }
    return NULL;
}

static const CliOption *find_option(const Command *command, Str name)
{
    const CliOption *found = find_in(command->options, name);
    if (found == NULL && command->needs != CLI_NOTHING)
        found = find_in(pack_options, name);
    if (found == NULL && command->needs == CLI_DATABASE)
        found = find_in(database_options, name);
    return found != NULL ? found : find_in(common_options, name);
}

void cli_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

Err cli_say_text(const Cli *cli, Err err, Str where, TextId text, int n, ...)
{
    Str arguments[4] = {{0}};
    va_list args;
    va_start(args, n);
    for (int i = 0; i < n && i < 4; i++)
        arguments[i] = va_arg(args, Str);
    va_end(args);
    Str said = wording_in(text_fill(cli->arena, text, arguments, (size_t)n), text_lang());
    if (where.n > 0)
        cli_say("%.*s: %.*s", STR_ARG(where), STR_ARG(said));
    else
        cli_say("%.*s", STR_ARG(said));
    return err;
}

void cli_say_problems(const Cx *cx)
{
    for (size_t i = 0; i < cx->problem_n; i++) {
        const Problem *problem = &cx->problems[i];
        Str text = wording_in(problem->text, cx->lang);
        if (problem->confirm.n > 0)
            text = str_printf(cx->arena, "%.*s (--confirmed %.*s)", STR_ARG(text),
                              STR_ARG(problem->confirm));
        if (problem->where.n > 0)
            cli_say("%.*s: %.*s", STR_ARG(problem->where), STR_ARG(text));
        else
            cli_say("%.*s", STR_ARG(text));
    }
}

Err cli_put(Str text)
{
    return fwrite(text.n == 0 ? "" : text.p, 1, text.n, stdout) == text.n ? OK : ERR_IO;
}

Err cli_flush(void)
{
    return fflush(stdout) == 0 ? OK : ERR_IO;
}

static void put_value(Cli *cli, const CliOption *option, Str text, Str where)
{
    CliGiven *given = arena_new(cli->arena, CliGiven);
    *given = (CliGiven){text, where};
    map_put(&cli->values, str_from_c(option->name), given);
}

/* Whoever lists processes sees the arguments of all. */
static Str hide_argument(Cli *cli, const CliOption *option, Str value)
{
    Str rest = str_from_c(cli->command->personal), name = {0};
    while (rest.n > 0 && str_cut(&rest, ' ', &name)) {
        if (!str_equals_c(name, option->name))
            continue;
        Str kept = str_copy(cli->arena, value);
        for (size_t i = 0; i < value.n; i++)
            ((char *)(uintptr_t)value.p)[i] = 'x';
        return kept;
    }
    return value;
}

static Err take_option(Cli *cli, Str word, int argc, char **argv, int *at)
{
    Str name = str_slice(word, 2, word.n);
    Str value = {0};
    size_t equals = str_find_char(name, '=', 0);
    bool is_joined = equals != SIZE_MAX;
    if (is_joined) {
        value = (Str){name.p + equals + 1, name.n - equals - 1};
        name = str_slice(name, 0, equals);
    }
    const CliOption *option = find_option(cli->command, name);
    if (option == NULL) {
        cli_say("catchment %s: there is no option --%.*s", cli->command->name, STR_ARG(name));
        return ERR_USAGE;
    }
    if (option->argument == NULL) {
        value = STR("yes");
    } else if (!is_joined) {
        if (++*at >= argc) {
            cli_say("catchment %s: --%s wants %s", cli->command->name, option->name,
                    option->argument);
            return ERR_USAGE;
        }
        value = str_from_c(argv[*at]);
    }
    value = hide_argument(cli, option, value);
    put_value(cli, option, value, str_printf(cli->arena, "--%s", option->name));
    return OK;
}

static Err check_required(const Cli *cli, const CliOption *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        if (options->is_required && cli_value(cli, options->name).n == 0) {
            cli_say("catchment %s: --%s %s is required (%s)", cli->command->name, options->name,
                    options->argument, options->help);
            return ERR_USAGE;
        }
    }
    return OK;
}

static Err take_day(Cli *cli)
{
    Str day = cli_value(cli, "on");
    cli->on = DATE_NONE;
    if (day.n == 0 || date_parse(day, &cli->on) == OK)
        return OK;
    cli_say("catchment %s: --on wants a day like 2025-06-30, not %.*s", cli->command->name,
            STR_ARG(day));
    return ERR_USAGE;
}

/* ---- the settings file ---- */

/* Whether this command may take the setting from the file. Packs are applied by few commands; all
 * others work with those that the database holds. */
static bool is_wanted(const Cli *cli, const ConfigSetting *setting, bool has_db)
{
    Str name = str_from_c(setting->name);
    if (map_get(&cli->values, name) != NULL)
        return false;
    if (str_equals_c(name, "keys") || str_equals_c(name, "place"))
        return has_db;
    if (str_equals_c(name, "packs"))
        return cli->command->needs != CLI_DATABASE || cli->command->makes_database;
    return true;
}

static void take_settings(Cli *cli)
{
    bool has_db = map_get(&cli->values, STR("db")) == NULL;
    for (size_t i = 0; i < cli->config.values.n; i++) {
        const ConfigValue *value = &cli->config.values.items[i];
        const CliOption *option = find_option(cli->command, str_from_c(value->setting->name));
        if (option != NULL && is_wanted(cli, value->setting, has_db))
            put_value(cli, option, value->text, value->where);
    }
}

static Err take_config(Cli *cli)
{
    Str file = cli_value(cli, "config"), named = os_environment("CATCHMENT_CONFIG");
    if (file.n == 0 && named.n > 0)
        file = str_copy(cli->arena, named);
    if (file.n == 0 && os_file_exists(STR(CONFIG_DEFAULT)))
        file = STR(CONFIG_DEFAULT);
    if (file.n == 0)
        return OK;
    Err err = config_read(cli->arena, file, &cli->config);
    for (size_t i = 0; i < cli->config.faults.n; i++) {
        const ConfigFault *fault = &cli->config.faults.items[i];
        cli_say("%.*s: %.*s", STR_ARG(fault->where), STR_ARG(wording_in(fault->text, text_lang())));
    }
    if (err == OK)
        take_settings(cli);
    return err;
}

static Err take_lang(Cli *cli)
{
    Str lang = cli_value(cli, "lang");
    if (lang.n == 0)
        return OK;
    if (!str_equals_c(lang, "zh") && !str_equals_c(lang, "en")) {
        cli_say("catchment %s: --lang wants zh or en, not %.*s", cli->command->name, STR_ARG(lang));
        return ERR_USAGE;
    }
    text_set_lang(str_equals_c(lang, "zh") ? LANG_ZH : LANG_EN);
    return OK;
}

static Err take_words(Cli *cli, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        Str word = str_from_c(argv[i]);
        if (str_has_prefix(word, STR("--")) && word.n > 2) {
            TRY(take_option(cli, word, argc, argv, &i));
            continue;
        }
        if (cli->command->operand == NULL
            || cli->operand_n == sizeof cli->operands / sizeof *cli->operands) {
            cli_say("catchment %s: %s is too much", cli->command->name, argv[i]);
            return ERR_USAGE;
        }
        cli->operands[cli->operand_n++] = word;
    }
    return OK;
}

Err cli_parse(Cli *cli, const Command *command, int argc, char **argv)
{
    cli->command = command;
    map_init(&cli->values, cli->arena);
    TRY(take_words(cli, argc, argv));
    TRY(take_lang(cli)); /* for what is said of the file */
    if (command->takes_config_operand && cli->operand_n > 0)
        put_value(cli, find_in(common_options, STR("config")), cli->operands[0], STR("FILE"));
    TRY(take_config(cli));
    TRY(take_lang(cli));
    TRY(check_required(cli, command->options));
    if (command->needs == CLI_DATABASE)
        TRY(check_required(cli, database_options));
    cli->db_url = cli_value(cli, "db");
    if (config_has_password(cli->db_url))
        return cli_say_text(cli, ERR_USAGE, (Str){0}, TEXT_DB_PASSWORD, 1, STR("--db"));
    return take_day(cli);
}

Str cli_value(const Cli *cli, const char *option)
{
    const CliGiven *given = map_get(&cli->values, str_from_c(option));
    if (given != NULL)
        return given->text;
    const CliOption *declared = find_option(cli->command, str_from_c(option));
    return declared == NULL ? (Str){0} : str_from_c(declared->fallback);
}

Str cli_where(const Cli *cli, const char *option)
{
    const CliGiven *given = map_get(&cli->values, str_from_c(option));
    return given == NULL ? (Str){0} : given->where;
}

bool cli_switch(const Cli *cli, const char *option)
{
    return cli_value(cli, option).n > 0;
}

Err cli_integer(const Cli *cli, const char *option, int64_t low, int64_t high, int64_t *ret)
{
    Str text = cli_value(cli, option);
    int64_t value = 0;
    if (num_parse_i64(text, &value) != OK || value < low || value > high) {
        cli_say("catchment %s: --%s wants a whole number from %lld to %lld, not %.*s",
                cli->command->name, option, (long long)low, (long long)high, STR_ARG(text));
        return ERR_USAGE;
    }
    *ret = value;
    return OK;
}

const Command *cli_find(const Command *const *commands, size_t n, int argc, char **argv,
                        int *ret_words)
{
    const Command *found = NULL; /* of several, the one with the most words */
    *ret_words = 0;
    for (size_t i = 0; i < n; i++) {
        Str rest = str_from_c(commands[i]->name), word = {0};
        int words = 0;
        bool fits = true;
        while (fits && str_cut(&rest, ' ', &word)) {
            fits = words < argc && str_equals_c(word, argv[words]);
            words++;
        }
        if (fits && words > *ret_words) {
            *ret_words = words;
            found = commands[i];
        }
    }
    return found;
}

static void help_options(const CliOption *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        char left[64];
        snprintf(left, sizeof left, "--%s %s", options->name,
                 options->argument == NULL ? "" : options->argument);
        printf("  %-24s %s", left, options->help);
        if (options->fallback != NULL && options->fallback[0] != '\0')
            printf(" (default %s)", options->fallback);
        printf("\n");
    }
}

void cli_help_command(const Command *command)
{
    printf("catchment %s%s%s: %s\n", command->name, command->operand == NULL ? "" : " ",
           command->operand == NULL ? "" : command->operand, command->summary);
    help_options(command->options);
    if (command->needs != CLI_NOTHING)
        help_options(pack_options);
    if (command->needs == CLI_DATABASE)
        help_options(database_options);
    help_options(common_options);
    if (command->more != NULL)
        printf("\n%s", command->more);
}

void cli_help(const Command *const *commands, size_t n)
{
    printf("catchment %s: primary care of a whole county\n\n", CATCHMENT_VERSION);
    for (size_t i = 0; i < n; i++)
        printf("  %-24s %s\n", commands[i]->name, commands[i]->summary);
    printf("\ncatchment help COMMAND tells its options.\n");
}
