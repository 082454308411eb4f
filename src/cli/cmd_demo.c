/* catchment demo: makes the demo county. */
#include "cli/commands.h"

#include "access/access.h"
#include "base/os_clock.h"
#include "cli/json_lines.h"
#include "demo/demo.h"

static Err read_options(Cli *cli, DemoOptions *options)
{
    int64_t seed = 0;
    TRY(cli_integer(cli, "residents", 1000, 2000000, &options->residents));
    TRY(cli_integer(cli, "seed", 0, INT64_MAX, &seed));
    options->seed = (uint64_t)seed;
    options->on = cli->on;
    options->places = cli_value(cli, "places");
    if (date_compare(cli->on, DEMO_FIRST_DAY) >= 0 && date_compare(cli->on, DEMO_LAST_DAY) <= 0)
        return OK;
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    return cx_fail(cli->cx, ERR_USAGE, TEXT_DEMO_DAY, STR("--on"), 2,
                   str_from_c(date_format(DEMO_FIRST_DAY, first)),
                   str_from_c(date_format(DEMO_LAST_DAY, last)));
}

static Err say_accounts(Cli *cli)
{
    size_t n = 0;
    const DemoAccount *accounts = demo_accounts(cli->arena, &n);
    for (size_t i = 0; i < n; i++) {
        Str place = {0};
        TRY(account_place(cli->cx, accounts[i].login, &place));
        if (place.n > 0)
            cli_say("  %-10.*s %.*s / %.*s\n             %.*s\n             %.*s",
                    STR_ARG(accounts[i].login), STR_ARG(accounts[i].title.zh),
                    STR_ARG(accounts[i].title.en), STR_ARG(accounts[i].hint.zh),
                    STR_ARG(accounts[i].hint.en));
    }
    cli_say("the password of each is %.*s", STR_ARG(accounts[0].password));
    return OK;
}

static Err demo_run(Cli *cli)
{
    DemoOptions options = {0};
    TRY(read_options(cli, &options));
    bool was_there = false;
    int64_t start = os_clock_monotonic_ns();
    TRY(demo_make(cli->cx, &options, &was_there));
    int64_t milliseconds = (os_clock_monotonic_ns() - start) / 1000000;
    if (was_there)
        cli_say("the demo county is there already");
    else
        cli_say("made %s of %lld residents in %.1f s",
                options.places.n > 0 ? "demo counties, each" : "a demo county",
                (long long)options.residents, (double)milliseconds / 1000);
    return say_accounts(cli);
}

static const char more[] =
    "The county is Boluo (441322) with its real towns and villages; every person, clinic and number\n"
    "is invented. It lives on the day of --on for ever; the same options give the same county on\n"
    "SQLite and PostgreSQL, and one made for an earlier day is what a later one knew then.\n"
    "60,000 residents take a quarter of a minute of one processor, 1,200,000 about five minutes.\n"
    "\n"
    "A year and more of every form. Uneven on purpose, whatever its size:\n"
    "  doctors who do everything on time, and some who are nearly always late; one in fifty writes\n"
    "  down the same values visit after visit; one is away for a year and a colleague comes, one and\n"
    "  nobody does; a village that nobody answers for, one that two clinics claim, one that two\n"
    "  doctors share, one without a doctor by name; teams in some centres;\n"
    "  people who moved, left, came back, died, and who stand in the register twice; visits that\n"
    "  were refused or put off; patients referred and not, confirmed and outside the program;\n"
    "  records amended, voided, typed in twice or weeks later; weights that nobody has; names of\n"
    "  every kind; agreements between hospitals, from kept in full to given up.\n"
    "\n"
    "--places 441322,410882 makes two counties in one database, Boluo and Qinyang in Henan, each with\n"
    "people, records, values of the parameters and accounts of its own, and an invented city (996600)\n"
    "above them, whose account sees them side by side (catchment plan compare --place 996600).\n"
    "\n"
    "serve shows the accounts on the login page of a demo county, and of no other. They are printed\n"
    "when the county is made, each with what to look at first; they all have one password. Running\n"
    "demo again with the same options prints them again and changes nothing; with other options it\n"
    "refuses, as it does for a database that holds a real place.\n";

const Command cmd_demo = {
    .name = "demo",
    .summary = "make the demo county: real division names, invented people",
    .needs = CLI_DATABASE,
    .makes_database = true,
    .more = more,
    .options =
        (const CliOption[]){
            {"residents", "N", "60000", false, "how many people"},
            {"places", "CODES", "", false, "several counties and a city above them: 441322,410882"},
            {"seed", "S", "1", false, "the same seed gives the same county"},
            {"on", "DATE", "2025-06-30", false, "the last day of the county's history"},
            {0},
        },
    .run = demo_run,
};
