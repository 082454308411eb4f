/* catchment backup, catchment restore. A backup is an SQLite file, whichever engine it came from;
 * the key file is never inside. Nothing is written over, and a file gets its name when it is whole
 * and durable. */
#include "app/app.h"
#include "app/settings.h"

#include "base/os_clock.h"
#include "base/os_file.h"
#include "base/os_process.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "core/place.h"
#include "db/backup.h"
#include "db/migrate.h"
#include "db/plans.h"

enum { KEYS_MOST = 64 * 1024 };

#define BACKUP_PREFIX "catchment-"

static Err fail(Cli *cli, Err err, TextId text, Str first, Str second)
{
    const Str arguments[] = {first, second};
    cli_say("%.*s", STR_ARG(wording_in(text_fill(cli->arena, text, arguments, 2), app_lang())));
    return err;
}

/* An address may hold a password. */
static Str shown(Str url)
{
    return app_is_file(url) ? url : STR("PostgreSQL");
}

static Err open_db(Cli *cli, Str url, bool read_only, Db **ret_db)
{
    Str message = {0};
    const DbOptions options = {.url = url, .read_only = read_only};
    Err err = db_open(&options, cli->arena, ret_db, &message);
    return err == OK ? OK : fail(cli, err, TEXT_BACKUP_UNREADABLE, shown(url), message);
}

static Err fail_db(Cli *cli, Err err, Str url, Db *db)
{
    return err == OK ? OK : fail(cli, err, TEXT_BACKUP_UNREADABLE, shown(url), db_last_message(db));
}

/* ---- table by table, from one engine to the other ---- */

typedef struct {
    Cli *cli;
    Db *from, *to;
    Arena scratch;
} Move;

static Cx move_cx(Move *move, App *app, Db *db)
{
    *app = (App){.db = db, .fixed_day = DATE_NONE, .lang = app_lang()};
    return app_system_cx(app, move->cli->arena);
}

static bool is_fields(const DbTable *table)
{
    return str_equals_c(STR("form_field"), table->name);
}

static Err copy_tables(Move *move, const DbTable *tables, size_t n, bool fields)
{
    for (size_t i = 0; i < n; i++) {
        int64_t rows = 0;
        if (is_fields(&tables[i]) != fields)
            continue;
        arena_reset(&move->scratch);
        TRY(db_backup_copy(move->from, move->to, &tables[i], &move->scratch, &rows));
    }
    return OK;
}

/* The tables of PostgreSQL name the columns, whichever side it is on. */
static Err list_tables(Move *move, const DbTable **ret_tables, size_t *ret_n)
{
    Db *postgres = db_engine(move->from) == DB_POSTGRES ? move->from : move->to;
    return db_backup_tables(postgres, move->cli->arena, ret_tables, ret_n);
}

static Err check_known(Move *move, const DbTable *tables, size_t n)
{
    const Str *names = NULL;
    size_t name_n = 0;
    TRY(db_backup_names(db_engine(move->from) == DB_SQLITE ? move->from : move->to,
                        move->cli->arena, &names, &name_n));
    for (size_t i = 0; i < name_n; i++) {
        bool is_known = false;
        for (size_t j = 0; j < n && !is_known; j++)
            is_known = str_equals_c(names[i], tables[j].name);
        if (!is_known)
            return fail(move->cli, ERR_CONFLICT, TEXT_RESTORE_TABLE_UNKNOWN, names[i], (Str){0});
    }
    return OK;
}

static Err move_rows(Move *move)
{
    App app;
    Cx cx = move_cx(move, &app, move->to);
    cx.is_writing = true;
    const DbTable *tables = NULL;
    size_t n = 0;
    TRY(list_tables(move, &tables, &n));
    TRY(copy_tables(move, tables, n, true));
    TRY(record_tables_remake(&cx));
    TRY(list_tables(move, &tables, &n));
    TRY(check_known(move, tables, n));
    TRY(copy_tables(move, tables, n, false));
    return record_tables_forget(&cx);
}

/* The views of the forms, for the packs that came along. */
static Err make_views(Move *move)
{
    App app;
    Cx cx = move_cx(move, &app, move->to);
    const Place *places = NULL;
    size_t n = 0;
    PackSet *packs = NULL;
    TRY(place_list(&cx, &places, &n));
    if (n == 0)
        return OK;
    cx.place = places[0].code;
    Err err = app_load_held(&cx, move->cli->arena, &packs);
    cx.packs = packs;
    if (err == OK)
        err = record_tables_update(&cx);
    if (err != OK)
        cli_say_problems(&cx);
    pack_set_close(packs);
    return err;
}

/* What is copied must have every migration, so that both sides have the same columns. */
static Err check_migrations(Cli *cli, Db *db, Str url)
{
    const Str *names = NULL;
    size_t n = 0;
    Str message = {0};
    Err err = migrate_pending(db, cli->arena, &names, &n, &message);
    if (err != OK)
        return fail(cli, err, TEXT_BACKUP_UNREADABLE, shown(url), message);
    return n == 0 ? OK : fail(cli, ERR_CONFLICT, TEXT_BACKUP_OLDER, names[0], (Str){0});
}

static Err move_all(Cli *cli, Db *from, Str from_url, Db *to, Str to_url)
{
    Str message = {0};
    int applied = 0;
    TRY(check_migrations(cli, from, from_url));
    Err err = migrate_up(to, cli->arena, &applied, &message);
    if (err != OK)
        return fail(cli, err, TEXT_BACKUP_UNREADABLE, shown(to_url), message);
    Move move = {.cli = cli, .from = from, .to = to};
    arena_init(&move.scratch, MIB(64));
    TRY(fail_db(cli, db_begin(from), from_url, from));
    err = fail_db(cli, db_begin(to), to_url, to);
    if (err == OK)
        err = move_rows(&move);
    if (err == OK)
        err = db_commit(to);
    if (err != OK)
        cli_say("%.*s\n%.*s", STR_ARG(db_last_message(from)), STR_ARG(db_last_message(to)));
    db_rollback(to);
    db_rollback(from);
    arena_done(&move.scratch);
    return err == OK ? make_views(&move) : err;
}

/* ---- files ---- */

/* From any engine into a new file that has no name yet. */
static Err write_part(Cli *cli, Db *from, Str from_url, Str part)
{
    if (db_engine(from) == DB_SQLITE)
        return fail_db(cli, db_backup_file(from, part), from_url, from);
    Db *to = NULL;
    TRY(open_db(cli, part, false, &to));
    Err err = move_all(cli, from, from_url, to, part);
    if (err == OK)
        err = fail_db(cli, db_backup_settle(to), part, to);
    db_close(to);
    return err;
}

static Err write_file(Cli *cli, Db *from, Str from_url, Str path)
{
    Str part = str_printf(cli->arena, "%.*s.%llu.part", STR_ARG(path),
                          (unsigned long long)os_process_id());
    Err err = os_file_create(part, (Str){0}, 0600);
    if (err == OK)
        err = write_part(cli, from, from_url, part);
    if (err == OK)
        err = os_file_finish(part, path, 0600);
    if (err == ERR_CONFLICT && os_file_exists(path))
        err = fail(cli, err, TEXT_FILE_EXISTS, path, (Str){0});
    if (os_file_exists(part) && os_file_remove(part) != OK)
        cli_say("%.*s: %s", STR_ARG(part), err_title_en(ERR_IO));
    return err;
}

static Err copy_keys(Cli *cli, Str from, Str to)
{
    Str text = {0};
    Err err = os_file_read(cli->arena, from, KEYS_MOST, &text);
    if (err != OK)
        return fail(cli, err, TEXT_NOT_FOUND, from, (Str){0});
    err = os_file_create(to, text, 0600);
    return err == ERR_CONFLICT ? fail(cli, err, TEXT_FILE_EXISTS, to, (Str){0}) : err;
}

static Err take_operand(Cli *cli, Str *ret_file)
{
    if (cli->operand_n != 1) {
        cli_say("catchment %s: one FILE is wanted", cli->command->name);
        return ERR_USAGE;
    }
    *ret_file = cli->operands[0];
    return OK;
}

static Str keys_beside(Cli *cli, Str file)
{
    return str_printf(cli->arena, "%.*s.keys", STR_ARG(file));
}

static Err put_result(Cli *cli, Str file, Str keys)
{
    uint64_t bytes = 0;
    JsonLine line;
    if (app_is_file(file))
        TRY(os_file_size(file, &bytes));
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "database");
    json_text(&line.json, shown(file));
    json_key_c(&line.json, "bytes");
    if (app_is_file(file))
        json_integer(&line.json, (int64_t)bytes);
    else
        json_null(&line.json);
    json_key_c(&line.json, "keys");
    if (keys.n == 0)
        json_null(&line.json);
    else
        json_text(&line.json, keys);
    return json_line_end(&line);
}

/* A name of this second: in the order of names, the newest is the last. */
static Str file_of_now(Cli *cli, Str folder)
{
    char text[INSTANT_TEXT_SIZE];
    Str name = STR(BACKUP_PREFIX);
    for (const char *p = instant_format(os_clock_now(), text); *p != '\0' && *p != '.'; p++) {
        if (*p != '-' && *p != ':')
            name = str_printf(cli->arena, "%.*s%c", STR_ARG(name), *p);
    }
    return os_path_join(cli->arena, folder, str_printf(cli->arena, "%.*s.db", STR_ARG(name)));
}

/* Made by us, not by hand: catchment-20251122T021500.db */
static bool is_ours(const OsEntry *entry)
{
    enum { NAME_BYTES = sizeof BACKUP_PREFIX - 1 + 15 + 3 };
    return !entry->is_folder && entry->name.n == NAME_BYTES
           && str_has_prefix(entry->name, STR(BACKUP_PREFIX))
           && str_has_suffix(entry->name, STR(".db"));
}

/* The newest stay: names are in the order of time. */
static Err remove_old(Cli *cli, Str folder)
{
    int64_t keep = 0, ours = 0;
    OsEntries entries;
    if (cli_value(cli, "backup-keep").n == 0)
        return OK;
    TRY(cli_integer(cli, "backup-keep", 1, 3650, &keep));
    TRY(os_folder_list(cli->arena, folder, &entries));
    for (size_t i = 0; i < entries.n; i++)
        ours += is_ours(&entries.items[i]);
    for (size_t i = 0; i < entries.n && ours > keep; i++) {
        if (!is_ours(&entries.items[i]))
            continue;
        TRY(os_file_remove(os_path_join(cli->arena, folder, entries.items[i].name)));
        ours--;
    }
    return OK;
}

/* The file that is named, or one of this second in the folder of backups. */
static Err take_target(Cli *cli, Str *ret_file, Str *ret_folder)
{
    Str folder = cli_value(cli, "backup-folder");
    *ret_folder = (Str){0};
    if (cli->operand_n > 0)
        return take_operand(cli, ret_file);
    if (folder.n == 0)
        return fail(cli, ERR_USAGE, TEXT_BACKUP_WHERE, (Str){0}, (Str){0});
    if (!os_folder_exists(folder))
        return cli_say_text(cli, ERR_NOT_FOUND, cli_where(cli, "backup-folder"),
                            TEXT_CONFIG_FOLDER_NONE, 1, folder);
    *ret_folder = folder;
    *ret_file = file_of_now(cli, folder);
    return OK;
}

static Err backup_run(Cli *cli)
{
    Str file = {0}, folder = {0}, url = cli_value(cli, "db");
    TRY(take_target(cli, &file, &folder));
    Str keys = app_keys_file(cli_value(cli, "keys"), url, cli->arena);
    bool with_keys = cli_switch(cli, "with-keys");
    if (os_file_exists(file))
        return fail(cli, ERR_CONFLICT, TEXT_FILE_EXISTS, file, (Str){0});
    if (app_is_file(url) && !os_file_exists(url))
        return fail(cli, ERR_NOT_FOUND, TEXT_NOT_FOUND, url, (Str){0});
    Db *db = NULL;
    TRY(open_db(cli, url, true, &db));
    Err err = write_file(cli, db, url, file);
    db_close(db);
    TRY(err);
    if (with_keys)
        TRY(copy_keys(cli, keys, keys_beside(cli, file)));
    if (folder.n > 0) /* only now that a newer one is whole */
        TRY(remove_old(cli, folder));
    TRY(put_result(cli, file, with_keys ? keys_beside(cli, file) : (Str){0}));
    return fail(cli, OK, with_keys ? TEXT_BACKUP_WITH_KEYS : TEXT_BACKUP_NO_KEYS,
                with_keys ? keys_beside(cli, file) : keys, (Str){0});
}

#define COPY_OPTIONS                                                                               \
 {"db", "URL", NULL, true, "SQLite file or postgresql:// address"},                                \
     {"keys", "FILE", NULL, false, "the key file"},                                                \
 {                                                                                                 \
  "with-keys", NULL, NULL, false, "the key file too, as FILE.keys"                                 \
 }

const Command cmd_backup = {
    .name = "backup",
    .summary = "copy the whole database into a new file, while the server may run",
    .operand = "[FILE]",
    .needs = CLI_NOTHING,
    .options = (const CliOption[]){COPY_OPTIONS, SETTINGS_BACKUP_OPTIONS, {0}},
    .run = backup_run,
};

static Err restore_postgres(Cli *cli, Db *from, Str file, Str url)
{
    Db *to = NULL;
    const DbTable *tables = NULL;
    size_t n = 0;
    TRY(open_db(cli, url, false, &to));
    Err err = fail_db(cli, db_backup_tables(to, cli->arena, &tables, &n), url, to);
    if (err == OK && n > 0)
        err = fail(cli, ERR_CONFLICT, TEXT_RESTORE_NOT_EMPTY, shown(url), (Str){0});
    if (err == OK)
        err = move_all(cli, from, file, to, url);
    if (err == OK) /* or the doctor, which comes next, finds tables that the planner thinks empty */
        err = fail_db(cli, db_plans_learn(to), url, to);
    db_close(to);
    return err;
}

/* A log of an earlier database would be taken for that of the restored one. */
static bool is_free(Cli *cli, Str url)
{
    return !os_file_exists(url) && !os_file_exists(str_printf(cli->arena, "%.*s-wal", STR_ARG(url)))
           && !os_file_exists(str_printf(cli->arena, "%.*s-journal", STR_ARG(url)));
}

static Err restore_into(Cli *cli, Db *from, Str file, Str url)
{
    const Str *names = NULL;
    size_t n = 0;
    Str message = {0};
    Err err = migrate_pending(from, cli->arena, &names, &n, &message);
    if (err != OK)
        return fail(cli, err, TEXT_BACKUP_UNREADABLE, file, message);
    if (n > 0 && str_has_prefix(names[0], STR("0001_"))) /* an SQLite file of something else */
        return fail(cli, ERR_MALFORMED, TEXT_BACKUP_UNREADABLE, file, (Str){0});
    return app_is_file(url) ? write_file(cli, from, file, url)
                            : restore_postgres(cli, from, file, url);
}

static Err restore_run(Cli *cli)
{
    Str file = {0}, url = cli_value(cli, "db");
    TRY(take_operand(cli, &file));
    Str keys = app_keys_file(cli_value(cli, "keys"), url, cli->arena);
    bool with_keys = cli_switch(cli, "with-keys");
    if (!os_file_exists(file))
        return fail(cli, ERR_NOT_FOUND, TEXT_NOT_FOUND, file, (Str){0});
    if (app_is_file(url) && !is_free(cli, url))
        return fail(cli, ERR_CONFLICT, TEXT_RESTORE_NOT_EMPTY, shown(url), (Str){0});
    if (with_keys)
        TRY(copy_keys(cli, keys_beside(cli, file), keys));
    Db *from = NULL;
    TRY(open_db(cli, file, true, &from));
    Err err = restore_into(cli, from, file, url);
    db_close(from);
    TRY(err);
    TRY(put_result(cli, url, with_keys ? keys : (Str){0}));
    return fail(cli, OK, TEXT_RESTORE_DONE, keys, (Str){0});
}

const Command cmd_restore = {
    .name = "restore",
    .summary = "make a new database of a backup: a new file, or an empty PostgreSQL database",
    .operand = "FILE",
    .needs = CLI_NOTHING,
    .options = (const CliOption[]){COPY_OPTIONS, {0}},
    .run = restore_run,
};
