/* Files and folders, whole at a time.
 *
 * Paths are UTF-8 without NUL (ERR_INVALID otherwise). Errors: ERR_NOT_FOUND, ERR_FORBIDDEN,
 * ERR_FULL (no space, over quota), ERR_LIMIT (larger than the ceiling given), ERR_IO (all else). */
#pragma once

#include "base/str.h"

typedef struct {
    Str name; /* in os_folder_list_all: the path below the folder, parts joined by '/' */
    bool is_folder;
} OsEntry;

typedef struct {
    OsEntry *items;
    size_t n;
} OsEntries;

/* The whole file, of at most `most` bytes. */
Err os_file_read(Arena *arena, Str path, size_t most, Str *ret_text) MUST_CHECK;
/* Readers see the old content or the new, never a part, also after a power cut: temporary file in
 * the same folder, fsync, rename, fsync of the folder. Mode bits as given (0644, 0600 for keys). */
Err os_file_write(Str path, Str text, unsigned mode) MUST_CHECK;
/* As os_file_write, but ERR_CONFLICT when the file exists already: for keys, which are never
 * written over. */
Err os_file_create(Str path, Str text, unsigned mode) MUST_CHECK;
bool os_file_exists(Str path); /* a file, not a folder */
Err os_file_size(Str path, uint64_t *ret_size) MUST_CHECK;
Err os_file_remove(Str path) MUST_CHECK;
/* What others wrote into the file survives a power cut; then it gets its name in the same folder,
 * with these mode bits: ERR_CONFLICT when there is a file of that name. */
Err os_file_finish(Str written, Str path, unsigned mode) MUST_CHECK;
/* Mode bits; ERR_NOT_FOUND, ERR_FORBIDDEN. */
Err os_file_mode(Str path, unsigned *ret_mode) MUST_CHECK;
/* Bytes that this process may still write on the file system of the path. */
Err os_file_space(Str path, uint64_t *ret_bytes) MUST_CHECK;

bool os_folder_exists(Str path);
/* With missing parents; no error when it is there already. */
Err os_folder_make(Str path) MUST_CHECK;
/* A new folder of our own below TMPDIR (default /tmp), readable by us only. */
Err os_folder_make_temporary(Arena *arena, Str prefix, Str *ret_path) MUST_CHECK;
/* The same in memory: what a library writes there never reaches a disk. */
Err os_folder_make_in_memory(Arena *arena, Str prefix, Str *ret_path) MUST_CHECK;
/* What is directly inside, in byte order of names; names that start with '.' are left out. */
Err os_folder_list(Arena *arena, Str path, OsEntries *ret_entries) MUST_CHECK;
/* The files at any depth, in byte order of their paths; does not follow symbolic links; at most
 * 32 folders deep (ERR_LIMIT). Names that start with '.' are left out. */
Err os_folder_list_all(Arena *arena, Str path, OsEntries *ret_entries) MUST_CHECK;
/* The folder and all in it. */
Err os_folder_remove(Arena *arena, Str path) MUST_CHECK;

/* folder + "/" + name, with exactly one slash between. */
Str os_path_join(Arena *arena, Str folder, Str name);
