/* The composition root: opens what a command or the server needs and closes it again. Nothing
 * outside app/ includes this.
 *
 * Opening an App opens the database, names the place and loads the packs: those that the database
 * holds, or a directory's, which are then applied: schema, form tables and rules are brought up to
 * date. What it opened it holds until app_close. */
#pragma once

#include "core/cx.h"
#include "core/keys.h"
#include "engine/policy/policy_values.h"
#include "engine/records/records.h"
#include "engine/subjects/registers.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"

typedef enum {
    APP_PACKS_HELD, /* what the database holds; nothing is applied, also no migration. A directory
                       that is named must hold the same */
    APP_PACKS_APPLIED, /* the directory's, applied for the one place: refused when they are others
                          than those that further places of the database share */
    APP_PACKS_APPLIED_TO_ALL, /* for every place; App.place stays empty */
    APP_PACKS_COMPARED,       /* the directory's; the database is open for reading only, with
                                 whatever schema it has; App.place stays empty */
} AppPacks;

typedef struct AppOptions {
    Str db_url;
    AppPacks packs;
    Str packs_directory; /* empty: what the database holds, or found by app_packs_directory */
    Str keys_file;       /* empty: beside the SQLite file */
    Str db_where,
        keys_where;      /* what named them, for messages: "--db", file:line:column; or empty */
    Str place;           /* empty: the only one in the database */
    bool takes_several;  /* without a name, all of several: App.place stays empty */
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
    Date fixed_day;     /* DATE_NONE: live by the clock */
    bool is_day_chosen; /* by whoever started the process, for every place */
    /* Those to work in: the one, or all of several. */
    const Str *places;
    const Date *fixed_days;
    size_t place_n;
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
/* After a command that made its place: names the place and applies the packs to it. */
Err app_made(App *app, Date on) MUST_CHECK;
/* How the packs of cx differ from those that the database holds. */
typedef struct AppPackChange {
    Str pack;
    Str from, to; /* versions; empty: the pack is new, or gone */
} AppPackChange;
Err app_packs_pending(Cx *cx, const AppPackChange **ret_changes, size_t *ret_n) MUST_CHECK;
/* The packs that the database of cx holds, by the texts kept for cx->place. ERR_CONFLICT when it
 * has never had any. */
Err app_load_held(Cx *cx, Arena *arena, PackSet **ret_packs) MUST_CHECK;
/* What somebody names: a folder of packs; the folder of one pack, or PACK@VERSION that was kept for
 * cx->place: that pack in place of the one that the database holds; or "installed". */
Err app_load_named(Cx *cx, Str named, Arena *arena, PackSet **ret_packs) MUST_CHECK;
/* A set of texts, prepared; says the mistakes. from: where they are, for messages. */
Err app_open_pack_files(Str from, const PackFile *files, size_t n, Arena *arena,
                        PackSet **ret_packs) MUST_CHECK;
/* The key file: the one given, else the one beside the SQLite file. */
Str app_keys_file(Str given, Str db_url, Arena *arena);
bool app_is_file(Str db_url); /* an SQLite file */
/* Parts of app_open. They say what is wrong. */
Err app_packs_apply(App *app) MUST_CHECK;
Err app_packs_apply_to_all(App *app) MUST_CHECK;
Err app_packs_take_held(App *app, Str given_directory) MUST_CHECK;
/* Whether SQLite takes the measures of the packs, and none would be slow; says what is wrong. */
Err app_packs_check(const PackSet *packs) MUST_CHECK;
/* The language of the environment. */
Lang app_lang(void);

/* The hooks of records and residents, in the order in which they run. */
extern const RecordHook app_record_hooks[];
extern const ResidentHook app_resident_hooks[];
extern const PolicyHook app_policy_hooks[];
extern const SubjectHook app_subject_hooks[];
extern const DeviceHook app_device_hooks[];
