/* Parsing a command's arguments by its declaration, and its help. */
#include "cli/cli.h"

#include <stdio.h>

#include "base/num.h"

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
    return found;
}

void cli_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void cli_say_problems(const Cx *cx)
{
    for (size_t i = 0; i < cx->problem_n; i++) {
        const Problem *problem = &cx->problems[i];
        Str text = wording_in(problem->text, cx->lang);
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
    Str *kept = arena_new(cli->arena, Str);
    *kept = value;
    map_put(&cli->values, str_from_c(option->name), kept);
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

Err cli_parse(Cli *cli, const Command *command, int argc, char **argv)
{
    cli->command = command;
    map_init(&cli->values, cli->arena);
    for (int i = 0; i < argc; i++) {
        Str word = str_from_c(argv[i]);
        if (str_has_prefix(word, STR("--")) && word.n > 2) {
            TRY(take_option(cli, word, argc, argv, &i));
            continue;
        }
        if (command->operand == NULL
            || cli->operand_n == sizeof cli->operands / sizeof *cli->operands) {
            cli_say("catchment %s: %s is too much", command->name, argv[i]);
            return ERR_USAGE;
        }
        cli->operands[cli->operand_n++] = word;
    }
    TRY(check_required(cli, command->options));
    if (command->needs == CLI_DATABASE)
        TRY(check_required(cli, database_options));
    cli->db_url = cli_value(cli, "db");
    return take_day(cli);
}

Str cli_value(const Cli *cli, const char *option)
{
    const Str *given = map_get(&cli->values, str_from_c(option));
    if (given != NULL)
        return *given;
    const CliOption *declared = find_option(cli->command, str_from_c(option));
    return declared == NULL ? (Str){0} : str_from_c(declared->fallback);
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
        if (options->fallback != NULL)
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
}

void cli_help(const Command *const *commands, size_t n)
{
    printf("catchment %s: primary care of a whole county\n\n", CATCHMENT_VERSION);
    for (size_t i = 0; i < n; i++)
        printf("  %-24s %s\n", commands[i]->name, commands[i]->summary);
    printf("\ncatchment help COMMAND tells its options.\n");
}
