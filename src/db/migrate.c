/* Runs the migrations that the program carries. What was run must be the first part of what it
 * carries, byte for byte; anything else is refused. */
#include "db/migrate.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/os_crypto.h"
#include "base/vec.h"
#include "db/functions_embed.h"
#include "db/migrate_postgres_sql.h"
#include "db/migrate_sql.h"
#include "db/migrate_sqlite_sql.h"
#include "db/migrations_embed.h"
#include "db/plans.h"

enum { SQL_MOST = 4 << 20 };

static const struct {
    const char *word, *sqlite, *postgres;
} words[] = {
    {"uuid", "BLOB", "uuid"},
    {"text", "TEXT", "text COLLATE \"C\""},
    {"integer", "INTEGER", "bigint"},
    {"decimal", "REAL", "double precision"},
    {"date", "TEXT", "iso_date"},
    {"instant", "INTEGER", "bigint"},
    {"bytes", "BLOB", "bytea"},
    {"table", "STRICT", ""},
    {"clustered", "STRICT, WITHOUT ROWID", ""},
};

typedef VEC(MigrationListRow) Applied;

static Err refuse(Arena *arena, Str name, const char *why, Str *reterr_message)
{
    *reterr_message = str_printf(arena, "migration %.*s %s", STR_ARG(name), why);
    return ERR_CONFLICT;
}

static Err fail(Db *db, Arena *arena, Str name, Err err, Str *reterr_message)
{
    *reterr_message = str_printf(arena, "migration %.*s: %s: %.*s", STR_ARG(name), err_name(err),
                                 STR_ARG(db_last_message(db)));
    return err;
}

static const char *find_word(DbEngine engine, Str word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equals_c(word, words[i].word))
            return engine == DB_SQLITE ? words[i].sqlite : words[i].postgres;
    }
    return NULL;
}

/* true when the line switches between engines: "-- {sqlite}", "-- {postgres}", "-- {both}". */
static bool take_switch(Str line, DbEngine engine, bool *ret_is_wanted)
{
    line = str_trim(line);
    bool is_sqlite = str_equals_c(line, "-- {sqlite}");
    bool is_postgres = str_equals_c(line, "-- {postgres}");
    if (!is_sqlite && !is_postgres && !str_equals_c(line, "-- {both}"))
        return false;
    *ret_is_wanted = is_sqlite == is_postgres || is_sqlite == (engine == DB_SQLITE);
    return true;
}

static Err expand_line(DbEngine engine, Str line, Buf *out)
{
    size_t at = 0;
    for (;;) {
        size_t open = str_find_char(line, '{', at);
        if (open == SIZE_MAX)
            break;
        size_t close = str_find_char(line, '}', open);
        const char *word =
            close == SIZE_MAX ? NULL : find_word(engine, str_slice(line, open + 1, close));
        if (word == NULL)
            return ERR_INVALID;
        buf_put(out, str_slice(line, at, open));
        buf_put_c(out, word);
        at = close + 1;
    }
    buf_put(out, str_slice(line, at, line.n));
    buf_put_char(out, '\n');
    return OK;
}

Err migrate_expand(DbEngine engine, Arena *arena, Str text, Str *ret_sql)
{
    Buf out;
    buf_init(&out, arena, SQL_MOST);
    bool is_wanted = true;
    Str rest = text, line = {NULL, 0};
    while (str_cut(&rest, '\n', &line)) {
        bool is_comment = str_has_prefix(str_trim(line), STR("--"));
        if (!take_switch(line, engine, &is_wanted) && is_wanted && !is_comment)
            TRY(expand_line(engine, line, &out));
    }
    if (out.is_over)
        return ERR_LIMIT;
    *ret_sql = buf_str(&out);
    return OK;
}

static Err read_applied(Db *db, Arena *arena, Applied *applied)
{
    int64_t has_schema = 0;
    if (db_engine(db) == DB_SQLITE) {
        MigrationHasSchemaSqliteRow row;
        TRY(migration_has_schema_sqlite(db, arena, &row));
        has_schema = row.n;
    } else {
        MigrationHasSchemaPostgresRow row;
        TRY(migration_has_schema_postgres(db, arena, &row));
        has_schema = row.n;
    }
    *applied = (Applied){0};
    if (has_schema == 0)
        return OK;
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(migration_list_open(db, &rows));
    for (;;) {
        MigrationListRow row;
        bool has_row = false;
        TRY(migration_list_next(&rows, arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(arena, applied, row);
    }
}

/* "0001_db_foundation.sql": its number; the name without its ending. */
static Err name_of(const EmbedFile *file, int64_t *ret_version, Str *ret_name)
{
    Str digits = str_slice(file->name, 0, 4);
    while (digits.n > 1 && digits.p[0] == '0')
        digits = str_slice(digits, 1, digits.n);
    TRY(num_parse_i64(digits, ret_version));
    *ret_name = str_slice(file->name, 0, file->name.n - 4);
    return OK;
}

/* Are the applied ones the first of those that the program carries? */
static Err compare(const Applied *applied, Arena *arena, Str *reterr_message)
{
    for (size_t i = 0; i < applied->n; i++) {
        const MigrationListRow *row = &applied->items[i];
        if (i >= embed_migrations_n)
            return refuse(arena, row->name,
                          "is newer than this program: use the program that made the database, "
                          "or a newer one",
                          reterr_message);
        const EmbedFile *file = &embed_migrations[i];
        int64_t version = 0;
        Str name = {NULL, 0};
        TRY(name_of(file, &version, &name));
        Sha256 hash = sha256_of(file->content);
        if (version != row->version || row->hash.n != sizeof hash.bytes
            || memcmp(hash.bytes, row->hash.p, sizeof hash.bytes) != 0)
            return refuse(arena, row->name, "is not the one that this program carries",
                          reterr_message);
    }
    return OK;
}

static Err apply(Db *db, Arena *arena, const EmbedFile *file)
{
    int64_t version = 0;
    Str name = {NULL, 0}, sql = {NULL, 0};
    TRY(name_of(file, &version, &name));
    TRY(migrate_expand(db_engine(db), arena, file->content, &sql));
    TRY(db_script(db, sql));
    Sha256 hash = sha256_of(file->content);
    MigrationInsertIn in = {version, name, {(const char *)hash.bytes, sizeof hash.bytes}};
    return migration_insert(db, &in, NULL);
}

static Err lock(Db *db, Arena *arena)
{
    if (db_engine(db) == DB_SQLITE)
        return OK; /* BEGIN IMMEDIATE has done it */
    MigrationLockRow row;
    return migration_lock(db, arena, &row);
}

/* One transaction: compares, and applies the next file if there is one. */
static Err apply_next(Db *db, Arena *arena, bool *ret_is_done, Str *reterr_message)
{
    Applied applied = {0};
    Err err = lock(db, arena);
    if (err == OK)
        err = read_applied(db, arena, &applied);
    if (err != OK)
        return fail(db, arena, STR("list"), err, reterr_message);
    TRY(compare(&applied, arena, reterr_message));
    bool is_done = applied.n == embed_migrations_n;
    const EmbedFile *file = is_done ? NULL : &embed_migrations[applied.n];
    if (file != NULL)
        err = apply(db, arena, file);
    if (err != OK)
        return fail(db, arena, file->name, err, reterr_message);
    *ret_is_done = is_done;
    return OK;
}

static Err install_functions(Db *db, Arena *arena, Str *reterr_message)
{
    if (db_engine(db) == DB_SQLITE)
        return OK; /* every connection has them */
    Err err = db_begin(db);
    if (err == OK) {
        err = lock(db, arena);
        if (err == OK)
            err = db_script(db, embed_functions[0].content);
        if (err == OK)
            err = db_commit(db);
    }
    if (err != OK)
        *reterr_message =
            str_printf(arena, "functions: %s: %.*s", err_name(err), STR_ARG(db_last_message(db)));
    db_rollback(db);
    return err;
}

Err migrate_up(Db *db, Arena *arena, int *ret_applied, Str *reterr_message)
{
    TRY(install_functions(db, arena, reterr_message));
    int applied = 0;
    for (bool is_done = false; !is_done;) {
        Err err = db_begin(db);
        if (err != OK)
            return fail(db, arena, STR("begin"), err, reterr_message);
        err = apply_next(db, arena, &is_done, reterr_message);
        if (err == OK) {
            err = db_commit(db);
            if (err != OK)
                *reterr_message = str_copy(arena, db_last_message(db));
        }
        if (err != OK) {
            db_rollback(db);
            return err;
        }
        if (!is_done)
            applied++;
    }
    Err err = db_plans_update(db);
    if (err != OK)
        return fail(db, arena, STR("plans"), err, reterr_message);
    *ret_applied = applied;
    return OK;
}

Err migrate_pending(Db *db, Arena *arena, const Str **ret_names, size_t *ret_n, Str *reterr_message)
{
    Applied applied = {0};
    Err err = read_applied(db, arena, &applied);
    if (err != OK)
        return fail(db, arena, STR("list"), err, reterr_message);
    TRY(compare(&applied, arena, reterr_message));
    Str *names = arena_array(arena, Str, embed_migrations_n + 1);
    size_t n = 0;
    for (size_t i = applied.n; i < embed_migrations_n; i++) {
        int64_t version = 0;
        TRY(name_of(&embed_migrations[i], &version, &names[n++]));
    }
    *ret_names = names;
    *ret_n = n;
    return OK;
}

Err migrate_check(Db *db, Arena *arena, Str *reterr_message)
{
    const Str *names = NULL;
    size_t n = 0;
    TRY(migrate_pending(db, arena, &names, &n, reterr_message));
    if (n > 0)
        return refuse(arena, names[0], "has not been run: the database is older than this program",
                      reterr_message);
    return OK;
}
