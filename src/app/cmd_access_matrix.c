/* catchment access matrix: what each route gives each role, for each purpose of its sessions and
 * each way in which somebody may stand to a person. Computed from the route table and the roles
 * alone, by the rules that access/scope.c puts into statements; tests/scenarios/matrix.test.mjs
 * holds it against a server. */
#include "app/app.h"
#include "app/routes.h"

#include "access/access.h"
#include "cli/commands.h"
#include "cli/json_lines.h"

/* Where the person lives, or why he is seen from elsewhere. */
static const struct {
    const char *name;
    RoleSight least; /* the narrowest sight whose areas hold the person */
    int64_t kind;
} standings[] = {
    {"own", SIGHT_CATCHMENT, 0},
    {"below", SIGHT_TREE, 0},
    {"elsewhere", SIGHT_PLACE, 0},
    {"treating", SIGHT_PLACE, RELATION_TREATING},
    {"contract", SIGHT_PLACE, RELATION_CONTRACT},
    {"referral", SIGHT_PLACE, RELATION_REFERRAL},
    {"worklist", SIGHT_PLACE, RELATION_WORKLIST},
    {"sample", SIGHT_PLACE, RELATION_SAMPLE},
    {"card", SIGHT_PLACE, RELATION_CARD},
    {"emergency", SIGHT_PLACE, RELATION_EMERGENCY},
    {"self", SIGHT_PLACE, RELATION_SELF},
    {"guardian", SIGHT_PLACE, RELATION_GUARDIAN},
    {"ended", SIGHT_PLACE, 0},
};

static bool is_related(const Role *role, const RolePurpose *purpose, int64_t kind)
{
    if (kind == RELATION_EMERGENCY)
        return role_permits(role, purpose, STR("residents.emergency"));
    return purpose->opens == OPENS_PERSONS && (role->relations & kind) != 0;
}

static const char *of_list(const Role *role, const RolePurpose *purpose, bool in_areas)
{
    if (!in_areas || (purpose->opens == OPENS_PERSONS && !role->sees_persons))
        return "nothing";
    return purpose->opens == OPENS_PERSONS ? "full"
           : purpose->opens == OPENS_ROWS  ? "no identity"
                                           : "nothing";
}

static const char *outcome(const Route *route, const Role *role, const RolePurpose *purpose,
                           size_t standing)
{
    bool in_areas = role->sight >= standings[standing].least;
    bool is_home = role->sees_persons && purpose->opens == OPENS_PERSONS && in_areas;
    bool sees = is_home || is_related(role, purpose, standings[standing].kind);
    bool is_public = str_equals_c(str_from_c(route->permit), ROUTE_PUBLIC);
    if (!is_public && !role_permits(role, purpose, str_from_c(route->permit)))
        return "403";
    switch (route_persons(route)) {
    case ROUTE_PERSONS_HOME: return is_home ? "full" : "nothing";
    case ROUTE_PERSONS_ONE:
    case ROUTE_PERSONS_SEARCH: return sees ? "full" : "nothing";
    case ROUTE_PERSONS_OWN:
        return (role->relations & standings[standing].kind & (RELATION_SELF | RELATION_GUARDIAN))
                       != 0
                   ? "full"
                   : "nothing";
    case ROUTE_PERSONS_LIST: return of_list(role, purpose, in_areas);
    case ROUTE_PERSONS_COUNT:
        return in_areas && purpose->opens > OPENS_NOTHING ? "numbers" : "nothing";
    case ROUTE_PERSONS_DEFAULT:
    case ROUTE_PERSONS_NONE: break;
    }
    return "full";
}

static void put(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    json_text(json, text);
}

static Err print_row(Cli *cli, const Route *route, const Role *role, const RolePurpose *purpose)
{
    static const char *const methods[HTTP_METHOD_N] = {"GET", "POST", "PUT", "DELETE"};
    static const char *const meets[] = {"",       "none", "one",  "home",
                                        "search", "own",  "list", "count"};
    JsonLine line;
    json_line_begin(&line, cli->arena);
    put(&line.json, "method", str_from_c(methods[route->method]));
    put(&line.json, "path", str_from_c(route->path));
    put(&line.json, "persons", str_from_c(meets[route_persons(route)]));
    put(&line.json, "role", role->id);
    put(&line.json, "purpose", purpose->name);
    for (size_t i = 0; i < sizeof standings / sizeof *standings; i++)
        put(&line.json, standings[i].name, str_from_c(outcome(route, role, purpose, i)));
    return json_line_end(&line);
}

static Err matrix_run(Cli *cli)
{
    for (size_t i = 0; i < app_route_n; i++) {
        for (size_t r = 0; r < cli->packs->roles.n; r++) {
            const Role *role = cli->packs->roles.entries[r].value;
            for (size_t p = 0; p < role->purpose_n; p++)
                TRY(print_row(cli, app_routes[i], role, &role->purposes[p]));
        }
    }
    return OK;
}

const Command cmd_access_matrix = {
    .name = "access matrix",
    .summary = "what each route gives each role: full, no identity, numbers, nothing or 403",
    .needs = CLI_PACKS,
    .options = (const CliOption[]){{0}},
    .run = matrix_run,
};
