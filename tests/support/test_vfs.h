/* A file system for SQLite that can lose its power or be full: for tests.
 *
 * It stands in front of the real one and remembers, for each database and WAL file, what has been
 * synced and what has only been written. When the power is cut, every later operation fails; the
 * restart leaves on disk what was synced, and of the rest a part that chance decides: dropped,
 * written, or torn. It becomes the default of the process. */
#pragma once

#include "base/str.h"

void test_vfs_install(void);
/* Forgets all files: before a new database. */
void test_vfs_clear(void);
uint64_t test_vfs_syncs(void); /* since the installation */

void test_vfs_cut_power(void);
/* All connections are closed. Rewrites the files as the power cut left them. */
void test_vfs_restart(uint64_t seed);

/* The nth write from now and all later ones find the disk full; 0: there is room again. */
void test_vfs_fill_after(uint64_t nth);
