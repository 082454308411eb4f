/* The composition root: opens what a command or the server needs and closes it again. Nothing
 * outside app/ includes this.
 *
 * Opening an App loads the packs, opens the database, brings its schema, form tables and rules up
 * to date, and names the place. What it opened it holds until app_close. */
#pragma once

#include "core/cx.h"
#include "core/keys.h"
#include "engine/records/records.h"
#include "pack/pack.h"

typedef struct AppOptions {
    Str db_url;
    Str packs_directory; /* empty: found by app_packs_directory */
    Str keys_file;       /* empty: beside the SQLite file */
    Str place;           /* empty: the only one in the database */
    Date on;             /* DATE_NONE: the database's fixed day, else the clock */
    bool makes_database; /* a missing database and key file are made */
} AppOptions;

typedef struct App {
    Arena arena;
    PackSet *packs;
    const Keys *keys;
    Db *db;         /* of the thread that opened the App */
    Writer *writer; /* NULL until app_start_writer */
    DbOptions db_options;
    Str place;
    Date fixed_day; /* DATE_NONE: live by the clock */
    Lang lang;
} App;

/* Says on standard error what is wrong. */
Err app_open(const AppOptions *options, App *ret_app) MUST_CHECK;
void app_close(App *app); /* accepts a zeroed App */
Err app_load_packs(Str directory, Arena *arena, PackSet **ret_packs) MUST_CHECK;
/* The server's writer thread; without it writes run on the context's own connection. */
Err app_start_writer(App *app) MUST_CHECK;
/* --packs, else CATCHMENT_PACKS, else "packs" here, else beside the installed program. */
Str app_packs_directory(Str given, Arena *arena);
/* A context on app->db that acts as the system and sees everything. */
Cx app_system_cx(App *app, Arena *arena);
/* Keeps the text of the packs with every place of the database: what a record was judged by can be
 * read later. Only looks when nothing is new. app_open does it; so does a command that made a
 * place. */
Err app_keep_packs(Cx *cx) MUST_CHECK;
/* The instant to live in: the clock's, moved to the fixed day when there is one. */
Instant app_now(Date fixed_day);

/* The record hooks, in the order in which they run. */
extern const RecordHook app_record_hooks[];
