/* Runs script/support/pg-cluster, and makes databases through db. */
#include "support/pg_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"

static void run_script(Arena *arena, const char *command, Str folder, Str *ret_line)
{
    Str text = str_printf(arena, "%s/script/support/pg-cluster %s %.*s", CATCHMENT_SOURCE_DIR,
                          command, STR_ARG(folder));
    FILE *pipe = popen(str_to_c(arena, text), "r");
    ENSURE(pipe != NULL);
    char line[512] = "";
    size_t n = fread(line, 1, sizeof line - 1, pipe);
    ENSURE(pclose(pipe) == 0);
    if (ret_line != NULL)
        *ret_line = str_trim(str_copy(arena, (Str){line, n}));
}

static PgCluster make(Arena *arena, const char *command)
{
    static int count = 0;
    const char *temporary = getenv("TMPDIR");
    PgCluster cluster = {.folder = str_printf(arena, "%s/catchment-pg-%ld-%d",
                                              temporary == NULL ? "/tmp" : temporary,
                                              (long)getpid(), ++count)};
    run_script(arena, command, cluster.folder, &cluster.url);
    return cluster;
}

PgCluster pg_cluster_start_durable(Arena *arena)
{
    return make(arena, "durable");
}

PgCluster pg_cluster_start(Arena *arena)
{
    const char *url = getenv("CATCHMENT_TEST_PG");
    if (url != NULL && url[0] != '\0')
        return (PgCluster){.url = str_from_c(url)};
    return make(arena, "start");
}

void pg_cluster_stop(PgCluster *cluster, Arena *arena)
{
    if (cluster->folder.n > 0)
        run_script(arena, "stop", cluster->folder, NULL);
    *cluster = (PgCluster){0};
}

void pg_cluster_crash(const PgCluster *cluster, Arena *arena)
{
    run_script(arena, "crash", cluster->folder, NULL);
}

void pg_cluster_resume(const PgCluster *cluster, Arena *arena)
{
    run_script(arena, "resume", cluster->folder, NULL);
}

static Str database_name(Arena *arena, const char *name)
{
    return str_printf(arena, "test_%s_%ld", name, (long)getpid());
}

static void run_sql(const PgCluster *cluster, Arena *arena, Str sql)
{
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = cluster->url};
    Err err = db_open(&options, arena, &db, &message);
    if (err == OK)
        err = db_script(db, sql);
    if (err != OK)
        fprintf(stderr, "%.*s: %.*s\n", STR_ARG(sql),
                STR_ARG(db == NULL ? message : db_last_message(db)));
    ENSURE(err == OK);
    db_close(db);
}

void pg_cluster_drop(const PgCluster *cluster, Arena *arena, const char *name)
{
    run_sql(cluster, arena,
            str_printf(arena, "DROP DATABASE IF EXISTS %.*s WITH (FORCE)",
                       STR_ARG(database_name(arena, name))));
}

Str pg_cluster_database(const PgCluster *cluster, Arena *arena, const char *name)
{
    Str database = database_name(arena, name);
    pg_cluster_drop(cluster, arena, name);
    run_sql(cluster, arena, str_printf(arena, "CREATE DATABASE %.*s", STR_ARG(database)));
    Str url = cluster->url;
    size_t question = str_find_char(url, '?', 0);
    size_t end = question == SIZE_MAX ? url.n : question;
    size_t slash = end;
    while (slash > 0 && url.p[slash - 1] != '/')
        slash--;
    return str_printf(arena, "%.*s%.*s%.*s", STR_ARG(str_slice(url, 0, slash)), STR_ARG(database),
                      STR_ARG(str_slice(url, end, url.n)));
}
