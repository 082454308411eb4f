/* One function a thing that settings name; each adds one finding at least. */
#include "app/settings.h"

#include "app/app.h"
#include "base/num.h"
#include "base/os_file.h"
#include "core/place.h"
#include "db/migrate.h"
#include "http/http.h"
#include "http/http_tls.h"

typedef struct {
    const Cli *cli;
    Findings *findings;
    const char *setting;
    App app; /* what is open of it */
} Look;

static void found(Look *look, FindingState state, Err err, TextId text, Str a, Str b, Str c)
{
    const Str arguments[] = {a, b, c};
    VEC_PUSH(look->cli->arena, look->findings,
             (Finding){look->setting, state, err, cli_where(look->cli, look->setting),
                       text_fill(look->cli->arena, text, arguments, 3)});
}

static void ok(Look *look, TextId text, Str a, Str b)
{
    found(look, FINDING_OK, OK, text, a, b, (Str){0});
}

static void fail(Look *look, Err err, TextId text, Str a, Str b)
{
    found(look, FINDING_FAIL, err, text, a, b, (Str){0});
}

static Str keys_file(const Cli *cli)
{
    return app_keys_file(cli_value(cli, "keys"), cli_value(cli, "db"), cli->arena);
}

/* Others could read every name with it. */
static void check_keys_mode(Look *look)
{
    unsigned mode = 0;
    Str file = keys_file(look->cli);
    look->setting = "keys";
    if (os_file_mode(file, &mode) == OK && (mode & 077) != 0)
        fail(look, ERR_FORBIDDEN, TEXT_DOCTOR_KEYS_OPEN, file,
             str_printf(look->cli->arena, "%04o", mode));
}

static void check_keys(Look *look)
{
    uint32_t line = 0;
    Str file = keys_file(look->cli);
    size_t before = look->findings->n;
    check_keys_mode(look);
    Err err = keys_open(file, look->cli->arena, &look->app.keys, &line);
    if (err == ERR_NOT_FOUND)
        fail(look, err, TEXT_CONFIG_KEYS_NONE, file, (Str){0});
    else if (err == ERR_MALFORMED)
        fail(look, err, TEXT_CONFIG_KEYS_LINE, file, str_printf(look->cli->arena, "%u", line));
    else if (err != OK)
        fail(look, err, TEXT_DOCTOR_KEYS_UNREADABLE, file, (Str){0});
    else if (look->findings->n == before)
        ok(look, TEXT_DOCTOR_KEYS, file, (Str){0});
}

static void check_tls(Look *look)
{
    Str certificate = cli_value(look->cli, "tls-cert"), key = cli_value(look->cli, "tls-key");
    Str message = {0};
    HttpTls *tls = NULL;
    bool has_both = certificate.n > 0 && key.n > 0;
    look->setting = certificate.n > 0 || key.n == 0 ? "tls-cert" : "tls-key";
    if (certificate.n == 0 && key.n == 0) {
        ok(look, TEXT_CONFIG_TLS_NONE, (Str){0}, (Str){0});
    } else if (!has_both) {
        bool lacks_key = key.n == 0;
        fail(look, ERR_USAGE, TEXT_CONFIG_TLS_PAIR, lacks_key ? STR("tls-cert") : STR("tls-key"),
             lacks_key ? STR("tls-key") : STR("tls-cert"));
    } else if (http_tls_open(certificate, key, look->cli->arena, &tls, &message) != OK) {
        fail(look, ERR_INVALID, TEXT_CONFIG_TLS_UNUSABLE, message, (Str){0});
    } else {
        http_tls_close(tls);
        ok(look, TEXT_CONFIG_TLS, (Str){0}, (Str){0});
    }
}

static void check_port(Look *look, FindingState when_used)
{
    int64_t port = 0;
    Str address = cli_value(look->cli, "address"), text = cli_value(look->cli, "port"), message;
    look->setting = "port";
    if (num_parse_i64(text, &port) != OK || port < 0 || port > 65535) {
        found(look, FINDING_FAIL, ERR_USAGE, TEXT_CONFIG_INTEGER, STR("port"), STR("0 - 65535"),
              text);
        return;
    }
    Err err = http_can_listen(address, (uint16_t)port, look->cli->arena, &message);
    if (err == OK) {
        ok(look, TEXT_CONFIG_PORT, address, text);
    } else if (err == ERR_CONFLICT) {
        found(look, when_used, err, TEXT_CONFIG_PORT_USED, address, text, (Str){0});
    } else if (err == ERR_FORBIDDEN) {
        fail(look, err, TEXT_CONFIG_PORT_REFUSED, address, text);
    } else {
        look->setting = "address";
        fail(look, err, TEXT_CONFIG_ADDRESS, address, (Str){0});
    }
}

static void check_packs(Look *look)
{
    Str folder = app_packs_directory(cli_value(look->cli, "packs"), look->cli->arena);
    look->setting = "packs";
    Err err = app_load_packs(folder, look->cli->arena, &look->app.packs);
    if (err != OK)
        fail(look, err, TEXT_CONFIG_PACKS_WRONG, folder, (Str){0});
    else
        ok(look, TEXT_CONFIG_PACKS, folder, (Str){0});
}

/* ---- the database ---- */

static void check_place(Look *look, Cx *cx)
{
    const Place *places = NULL;
    size_t n = 0;
    Str named = cli_value(look->cli, "place");
    bool is_there = false;
    look->setting = "place";
    if (place_list(cx, &places, &n) != OK || n == 0) {
        found(look, FINDING_WARN, OK, TEXT_PLACE_NONE, (Str){0}, (Str){0}, (Str){0});
        return;
    }
    for (size_t i = 0; i < n; i++)
        is_there = is_there || str_equals(places[i].code, named);
    if (named.n == 0 && n > 1)
        ok(look, TEXT_CONFIG_PLACES, str_printf(look->cli->arena, "%zu", n), (Str){0});
    else if (named.n > 0 && !is_there)
        fail(look, ERR_NOT_FOUND, TEXT_CONFIG_PLACE_MISSING, named, (Str){0});
}

static void check_packs_held(Look *look, Cx *cx)
{
    const AppPackChange *changes = NULL;
    size_t n = 0;
    look->setting = "packs";
    if (look->app.packs == NULL || app_packs_pending(cx, &changes, &n) != OK)
        return;
    for (size_t i = 0; i < n; i++)
        found(look, FINDING_WARN, OK, TEXT_CONFIG_PACKS_NEWER, changes[i].pack,
              changes[i].to.n > 0 ? changes[i].to : STR("-"),
              changes[i].from.n > 0 ? changes[i].from : STR("-"));
}

static void check_log(Look *look)
{
    bool tells = false;
    if (db_log_tells_values(look->app.db, look->cli->arena, &tells) == OK && tells)
        found(look, FINDING_WARN, OK, TEXT_CONFIG_DB_LOG, (Str){0}, (Str){0}, (Str){0});
}

static void check_open_db(Look *look)
{
    const Str *names = NULL;
    size_t n = 0;
    Str message = {0};
    Arena *arena = look->cli->arena;
    Err err = migrate_pending(look->app.db, arena, &names, &n, &message);
    if (err != OK) {
        fail(look, err, TEXT_CONFIG_DB_CLOSED, message, (Str){0});
        return;
    }
    if (n > 0) {
        found(look, FINDING_WARN, OK, TEXT_DATABASE_OLDER, names[0], (Str){0}, (Str){0});
        return;
    }
    ok(look, TEXT_CONFIG_DB, (Str){0}, (Str){0});
    check_log(look);
    Cx cx = app_system_cx(&look->app, arena);
    check_place(look, &cx);
    check_packs_held(look, &cx);
}

static void check_db(Look *look)
{
    Str message = {0}, url = cli_value(look->cli, "db");
    look->setting = "db";
    if (app_is_file(url) && !os_file_exists(url)) {
        fail(look, ERR_NOT_FOUND, TEXT_CONFIG_DB_NONE, url, (Str){0});
        return;
    }
    look->app.db_options = (DbOptions){.url = url, .read_only = true};
    Err err = db_open(&look->app.db_options, look->cli->arena, &look->app.db, &message);
    if (err != OK)
        fail(look, err, TEXT_CONFIG_DB_CLOSED, message, (Str){0});
    else
        check_open_db(look);
    db_close(look->app.db);
    look->app.db = NULL;
}

static void check_folder(Look *look)
{
    Str folder = cli_value(look->cli, "backup-folder");
    look->setting = "backup-folder";
    if (folder.n == 0)
        return;
    if (os_folder_exists(folder))
        ok(look, TEXT_CONFIG_FOLDER, folder, (Str){0});
    else
        fail(look, ERR_NOT_FOUND, TEXT_CONFIG_FOLDER_NONE, folder, (Str){0});
}

void settings_check_start(const Cli *cli, Findings *findings)
{
    Look look = {.cli = cli, .findings = findings, .app = {.fixed_day = DATE_NONE}};
    check_tls(&look);
    check_keys_mode(&look);
    check_port(&look, FINDING_FAIL);
}

void settings_check_all(const Cli *cli, Findings *findings)
{
    Look look = {.cli = cli, .findings = findings, .app = {.fixed_day = DATE_NONE}};
    look.app.lang = app_lang();
    check_packs(&look);
    check_keys(&look);
    check_db(&look);
    check_tls(&look);
    check_port(&look, FINDING_WARN);
    check_folder(&look);
    pack_set_close(look.app.packs);
}
