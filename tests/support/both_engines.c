/* See both_engines.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/os_file.h"
#include "core/keys.h"
#include "db/migrate.h"
#include "support/both_engines.h"
#include "support/pg_cluster.h"

static PgCluster cluster;
static bool on_postgres;

int both_engines_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
    Arena arena = {0};
    arena_init(&arena, MIB(16));
    access_register_scopes();
    const char *on_sqlite = str_to_c(&arena, str_printf(&arena, "%s on SQLite", name));
    int failed = _cmocka_run_group_tests(on_sqlite, tests, n, NULL, NULL);
    cluster = pg_cluster_start(&arena);
    on_postgres = true;
    const char *then = str_to_c(&arena, str_printf(&arena, "%s on PostgreSQL", name));
    failed += _cmocka_run_group_tests(then, tests, n, NULL, NULL);
    on_postgres = false;
    pg_cluster_stop(&cluster, &arena);
    arena_done(&arena);
    return failed;
}

bool both_engines_is_postgres(void)
{
    return on_postgres;
}

static void open_url(Str url, Arena *arena, Db **ret_db)
{
    Str message = {0};
    const DbOptions options = {.url = url};
    assert_int_equal(db_open(&options, arena, ret_db, &message), OK);
}

static void open_migrated(Str url, Arena *arena, Db **ret_db, Cx *ret_cx)
{
    Str message = {0};
    int applied = 0;
    open_url(url, arena, ret_db);
    assert_int_equal(migrate_up(*ret_db, arena, &applied, &message), OK);
    *ret_cx = (Cx){.arena = arena,
                   .db = *ret_db,
                   .keys = keys_make(arena),
                   .actor = access_system_actor(),
                   .place = STR("000000"),
                   .as_of = DATE_NONE};
}

void both_engines_open(const char *database, Arena *arena, Db **ret_db, Cx *ret_cx)
{
    Str url = on_postgres ? pg_cluster_database(&cluster, arena, database) : STR(":memory:");
    open_migrated(url, arena, ret_db, ret_cx);
}

void both_engines_open_twice(const char *database, Arena *arena, Str *ret_folder, Db **ret_db,
                             Db **ret_other, Cx *ret_cx)
{
    assert_int_equal(os_folder_make_temporary(arena, STR("both-engines"), ret_folder), OK);
    Str url = on_postgres ? pg_cluster_database(&cluster, arena, database)
                          : str_printf(arena, "%.*s/%s.db", STR_ARG(*ret_folder), database);
    open_migrated(url, arena, ret_db, ret_cx);
    open_url(url, arena, ret_other);
}

PackSet *both_engines_packs(Arena *arena)
{
    PackSet *packs = NULL;
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    assert_int_equal(
        pack_set_open(STR(CATCHMENT_SOURCE_DIR "/packs"), NULL, arena, &packs, &mistakes, &n), OK);
    return packs;
}

PackSet *both_engines_pack_files(Arena *arena, const PackFile *files, size_t n)
{
    PackSet *packs = NULL;
    const PackMistake *mistakes = NULL;
    size_t mistake_n = 0;
    Err err = pack_set_open_files(files, n, NULL, arena, &packs, &mistakes, &mistake_n);
    for (size_t i = 0; i < mistake_n; i++)
        print_error("%.*s:%u:%u: %.*s\n", STR_ARG(mistakes[i].file), mistakes[i].line,
                    mistakes[i].column, STR_ARG(mistakes[i].text.en));
    assert_int_equal(err, OK);
    return packs;
}

Date test_day(const char *text)
{
    Date date = DATE_NONE;
    assert_int_equal(date_parse(str_from_c(text), &date), OK);
    return date;
}
