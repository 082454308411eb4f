/* The command line: what a command declares, and what it is given when it runs.
 *
 * A command stands in cmd_<stem>.c: a table entry (name, summary, options) and its function. The
 * table of all commands is app/commands.c. From the entry come parsing, help and the error texts.
 * Results go to standard output, everything else to standard error. */
#pragma once

#include "cli/config.h"
#include "core/cx.h"
#include "pack/pack.h"

typedef struct CliOption {
    const char *name;     /* "facility": given as --facility VALUE */
    const char *argument; /* what the value is, for help: "CODE"; NULL: a switch */
    const char *fallback; /* value when it is not given; NULL: none */
    bool is_required;
    const char *help;
} CliOption;

typedef enum {
    CLI_NOTHING,  /* runs without packs and database */
    CLI_PACKS,    /* cli->packs is loaded and without mistakes */
    CLI_DATABASE, /* cli->cx works on the database of --db; packs are loaded */
} CliNeeds;

typedef struct Cli Cli;

typedef struct Command {
    const char *name; /* one or two words */
    const char *summary;
    const char *operand; /* "FILE..." for help; NULL: none are taken */
    CliNeeds needs;
    const char *personal; /* options whose values leave the process list at once: "name phone" */
    bool makes_database;  /* the database may be new */
    bool takes_config_operand; /* the operand, when given, is the settings file */
    const char *more;          /* for help, behind the options; NULL: nothing */
    const CliOption *options; /* ends with a NULL name; the options of `needs` come by themselves */
    Err (*run)(Cli *cli);
} Command;

typedef struct CliGiven {
    Str text;
    Str where; /* "--port", or file:line:column of the settings file */
} CliGiven;

struct Cli {
    const Command *command;
    Arena *arena;
    Cx *cx;               /* CLI_DATABASE */
    const PackSet *packs; /* CLI_PACKS, CLI_DATABASE */
    Str packs_directory;
    Str db_url;
    Date on; /* --on, or DATE_NONE */
    Config config;
    Map values; /* option name -> CliGiven, typed or of the settings file */
    Str operands[16];
    size_t operand_n;
};

/* Splits the arguments behind the command's words, and takes what they leave out from the settings
 * file: --config, else CATCHMENT_CONFIG, else CONFIG_DEFAULT when it is there. Says what is wrong
 * on standard error (ERR_USAGE; errors of config_read). */
Err cli_parse(Cli *cli, const Command *command, int argc, char **argv) MUST_CHECK;
/* The value given, its fallback, or the empty Str. */
Str cli_value(const Cli *cli, const char *option);
/* Where the value comes from: "--port", file:line:column, or empty: built in or none. */
Str cli_where(const Cli *cli, const char *option);
bool cli_switch(const Cli *cli, const char *option);
/* Whole numbers from low to high; anything else is ERR_USAGE with a message. */
Err cli_integer(const Cli *cli, const char *option, int64_t low, int64_t high,
                int64_t *ret) MUST_CHECK;

void cli_help(const Command *const *commands, size_t n);
void cli_help_command(const Command *command);
/* The command whose words begin argv; *ret_words tells how many. NULL when there is none. */
const Command *cli_find(const Command *const *commands, size_t n, int argc, char **argv,
                        int *ret_words);

/* Standard output; ERR_IO when it is closed. */
Err cli_put(Str text) MUST_CHECK;
/* What was put is with the reader now. */
Err cli_flush(void) MUST_CHECK;
/* One message on standard error. */
void cli_say(const char *format, ...) PRINTF_LIKE(1, 2);
/* The same of texts.def, behind where it is wrong unless that is empty; in the language of the
 * terminal. Gives err back. */
Err cli_say_text(const Cli *cli, Err err, Str where, TextId text, int n, ...);
/* Every problem of the context, in the language of the environment. */
void cli_say_problems(const Cx *cx);
