/* Unit tests of engines on SQLite and PostgreSQL: one group of tests run on both, and an empty
 * database of the engine that is being tested. Failures end the test, as assertions do. Include
 * cmocka before. */
#pragma once

#include "core/cx.h"
#include "pack/pack.h"

/* Runs the tests on SQLite, then on a temporary PostgreSQL; how many failed. */
int both_engines_run(const char *name, const struct CMUnitTest *tests, size_t n);
#define BOTH_ENGINES_RUN(name, tests)                                                              \
 both_engines_run((name), (tests), sizeof(tests) / sizeof *(tests))
/* Of the group that is running. */
bool both_engines_is_postgres(void);
/* A migrated database of its own (`database` names it on PostgreSQL), and a cx of the system in the
 * place 000000 on no day yet, without packs. Close with db_close. */
void both_engines_open(const char *database, Arena *arena, Db **ret_db, Cx *ret_cx);
/* The same in a folder that the caller removes, with a second connection, as another process has.
 */
void both_engines_open_twice(const char *database, Arena *arena, Str *ret_folder, Db **ret_db,
                             Db **ret_other, Cx *ret_cx);
/* The packs of this source tree; pack_set_close ends it. */
PackSet *both_engines_packs(Arena *arena);
/* Packs that stand in the test. */
PackSet *both_engines_pack_files(Arena *arena, const PackFile *files, size_t n);
Date test_day(const char *text);
