/* Files and folders of POSIX. A file is written beside its place and renamed into it. */
#include "base/os_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/os_random.h"
#include "base/vec.h"

enum {
    PATH_MOST = 4096,
    FOLDERS_DEEP = 32,
};

typedef struct {
    char c[PATH_MOST];
} PathText;

static Err path_text(Str path, PathText *ret_text)
{
    if (path.n == 0 || path.n >= PATH_MOST || memchr(path.p, '\0', path.n) != NULL)
        return ERR_INVALID;
    memcpy(ret_text->c, path.p, path.n);
    ret_text->c[path.n] = '\0';
    return OK;
}

static Err err_of(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR: return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS: return ERR_FORBIDDEN;
    case ENOSPC:
    case EDQUOT: return ERR_FULL;
    case EEXIST: return ERR_CONFLICT;
    default: return ERR_IO;
    }
}

/* For CLEANUP: -1 is nothing to close. */
static void close_file(int *file)
{
    if (*file >= 0)
        close(*file);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

static Err open_file(Str path, int flags, unsigned mode, int *ret_file)
{
    PathText text;
    TRY(path_text(path, &text));
    int file = -1;
    do
        file = open(text.c, flags | O_CLOEXEC, (mode_t)mode);
    while (file < 0 && errno == EINTR);
    if (file < 0)
        return err_of(errno);
    *ret_file = file;
    return OK;
}

static Err read_all(int file, char *to, size_t n, size_t *ret_n)
{
    size_t got = 0;
    while (got < n) {
        ssize_t part = read(file, to + got, n - got);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return errno == EISDIR ? ERR_NOT_FOUND : err_of(errno);
        if (part == 0)
            break;
        got += (size_t)part;
    }
    *ret_n = got;
    return OK;
}

/* Files of /proc say that they are empty and others may grow: reading goes on until the end. */
Err os_file_read(Arena *arena, Str path, size_t most, Str *ret_text)
{
    int file CLEANUP(close_file) = -1;
    TRY(open_file(path, O_RDONLY, 0, &file));
    struct stat about;
    if (fstat(file, &about) != 0)
        return err_of(errno);
    if (S_ISDIR(about.st_mode))
        return ERR_NOT_FOUND;
    if (about.st_size > 0 && (uint64_t)about.st_size > most)
        return ERR_LIMIT;
    size_t capacity = about.st_size > 0 ? (size_t)about.st_size + 1 : 4096;
    char *text = arena_array(arena, char, capacity);
    size_t n = 0;
    for (;;) {
        size_t got = 0;
        TRY(read_all(file, text + n, capacity - n, &got));
        n += got;
        if (n > most)
            return ERR_LIMIT;
        if (n < capacity)
            break;
        text = arena_grow(arena, text, capacity, capacity * 2);
        capacity *= 2;
    }
    *ret_text = (Str){text, n};
    return OK;
}

static Err write_all(int file, Str text)
{
    while (text.n > 0) {
        ssize_t part = write(file, text.p, text.n);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return err_of(errno);
        text = str_slice(text, (size_t)part, text.n);
    }
    return fsync(file) == 0 ? OK : err_of(errno);
}

static Str folder_of(Str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/')
            return i == 1 ? STR("/") : str_slice(path, 0, i - 1);
    return STR(".");
}

static Err sync_folder(Str path)
{
    int folder CLEANUP(close_file) = -1;
    TRY(open_file(path, O_RDONLY | O_DIRECTORY, 0, &folder));
    return fsync(folder) == 0 ? OK : err_of(errno);
}

/* link() refuses an existing name, rename() replaces it. */
static Err put_in_place(const char *temporary, const char *place, bool may_replace)
{
    if (may_replace)
        return rename(temporary, place) == 0 ? OK : err_of(errno);
    if (link(temporary, place) != 0)
        return err_of(errno);
    return unlink(temporary) == 0 ? OK : err_of(errno);
}

static Err write_in_place(Str path, Str text, unsigned mode, bool may_replace)
{
    PathText place, temporary;
    TRY(path_text(path, &place));
    uint64_t random = 0;
    os_random_bytes(&random, sizeof random);
    int n = snprintf(temporary.c, sizeof temporary.c, "%s.%016llx.part", place.c,
                     (unsigned long long)random);
    if (n < 0 || n >= PATH_MOST)
        return ERR_INVALID;
    int file CLEANUP(close_file) = -1;
    TRY(open_file((Str){temporary.c, (size_t)n}, O_WRONLY | O_CREAT | O_EXCL, mode, &file));
    Err err = write_all(file, text);
    if (err == OK)
        err = put_in_place(temporary.c, place.c, may_replace);
    if (err != OK) {
        unlink(temporary.c);
        return err;
    }
    return sync_folder(folder_of(path));
}

Err os_file_write(Str path, Str text, unsigned mode)
{
    return write_in_place(path, text, mode, true);
}

Err os_file_create(Str path, Str text, unsigned mode)
{
    return write_in_place(path, text, mode, false);
}

static Err path_status(Str path, struct stat *ret_about)
{
    PathText text;
    TRY(path_text(path, &text));
    return stat(text.c, ret_about) == 0 ? OK : err_of(errno);
}

bool os_file_exists(Str path)
{
    struct stat about;
    return path_status(path, &about) == OK && !S_ISDIR(about.st_mode);
}

bool os_folder_exists(Str path)
{
    struct stat about;
    return path_status(path, &about) == OK && S_ISDIR(about.st_mode);
}

Err os_file_size(Str path, uint64_t *ret_size)
{
    struct stat about;
    TRY(path_status(path, &about));
    if (S_ISDIR(about.st_mode))
        return ERR_NOT_FOUND;
    *ret_size = (uint64_t)about.st_size;
    return OK;
}

Err os_file_finish(Str written, Str path, unsigned mode)
{
    PathText from, to;
    TRY(path_text(written, &from));
    TRY(path_text(path, &to));
    {
        CLEANUP(close_file) int file = -1;
        TRY(open_file(written, O_RDONLY, 0, &file));
        if (fchmod(file, mode) != 0 || fsync(file) != 0)
            return err_of(errno);
    }
    TRY(put_in_place(from.c, to.c, false));
    return sync_folder(folder_of(path));
}

Err os_file_mode(Str path, unsigned *ret_mode)
{
    struct stat about;
    TRY(path_status(path, &about));
    *ret_mode = about.st_mode & 07777;
    return OK;
}

Err os_file_space(Str path, uint64_t *ret_bytes)
{
    PathText text;
    struct statvfs about;
    TRY(path_text(path, &text));
    if (statvfs(text.c, &about) != 0)
        return err_of(errno);
    *ret_bytes = (uint64_t)about.f_bavail * about.f_frsize;
    return OK;
}

Err os_file_remove(Str path)
{
    PathText text;
    TRY(path_text(path, &text));
    return unlink(text.c) == 0 ? OK : err_of(errno);
}

Err os_folder_make(Str path)
{
    PathText text;
    TRY(path_text(path, &text));
    for (size_t i = 1; i <= path.n; i++) {
        if (text.c[i] != '/' && text.c[i] != '\0')
            continue;
        char kept = text.c[i];
        text.c[i] = '\0';
        /* The answer of the last one counts: a parent may exist and yet not be writable. */
        Err err = mkdir(text.c, 0755) == 0 ? OK : err_of(errno);
        text.c[i] = kept;
        if (i == path.n && err != OK)
            return os_folder_exists(path) ? OK : err;
    }
    return OK;
}

static Err make_temporary(Arena *arena, const char *base, Str prefix, Str *ret_path)
{
    char *path = arena_array(arena, char, PATH_MOST);
    int n = snprintf(path, PATH_MOST, "%s/%.*s-XXXXXX", base, STR_ARG(prefix));
    if (n < 0 || n >= PATH_MOST)
        return ERR_INVALID;
    if (mkdtemp(path) == NULL)
        return err_of(errno);
    *ret_path = (Str){path, (size_t)n};
    return OK;
}

Err os_folder_make_temporary(Arena *arena, Str prefix, Str *ret_path)
{
    const char *base = getenv("TMPDIR");
    return make_temporary(arena, base == NULL || *base == '\0' ? "/tmp" : base, prefix, ret_path);
}

Err os_folder_make_in_memory(Arena *arena, Str prefix, Str *ret_path)
{
    return make_temporary(arena, "/dev/shm", prefix, ret_path);
}

Str os_path_join(Arena *arena, Str folder, Str name)
{
    while (folder.n > 1 && folder.p[folder.n - 1] == '/')
        folder.n--;
    if (folder.n == 0)
        return name;
    bool has_slash = folder.p[folder.n - 1] == '/';
    return str_printf(arena, "%.*s%s%.*s", STR_ARG(folder), has_slash ? "" : "/", STR_ARG(name));
}

typedef VEC(OsEntry) EntryList;

static int compare_entries(const void *a, const void *b)
{
    return str_compare(((const OsEntry *)a)->name, ((const OsEntry *)b)->name);
}

static OsEntries sorted(EntryList list)
{
    if (list.n > 0)
        qsort(list.items, list.n, sizeof *list.items, compare_entries);
    return (OsEntries){list.items, list.n};
}

/* Symbolic links count as what they are, not as what they point to. */
static Err list_into(Arena *arena, Str path, bool has_hidden, EntryList *list)
{
    PathText text;
    TRY(path_text(path, &text));
    DIR *folder CLEANUP(close_folder) = opendir(text.c);
    if (folder == NULL)
        return err_of(errno);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? OK : err_of(errno);
        Str name = str_from_c(entry->d_name);
        if (str_equals_c(name, ".") || str_equals_c(name, "..")
            || (!has_hidden && name.p[0] == '.'))
            continue;
        struct stat about;
        if (fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT)
                continue; /* gone meanwhile */
            return err_of(errno);
        }
        OsEntry found = {.name = str_copy(arena, name), .is_folder = S_ISDIR(about.st_mode)};
        VEC_PUSH(arena, list, found);
    }
}

Err os_folder_list(Arena *arena, Str path, OsEntries *ret_entries)
{
    EntryList list = {0};
    TRY(list_into(arena, path, false, &list));
    *ret_entries = sorted(list);
    return OK;
}

Err os_folder_list_all(Arena *arena, Str path, OsEntries *ret_entries)
{
    EntryList files = {0};
    EntryList folders = {0}; /* a queue of folders below path, "" first */
    VEC_PUSH(arena, &folders, (OsEntry){0});
    for (size_t i = 0; i < folders.n; i++) {
        Str below = folders.items[i].name;
        size_t depth = 0;
        for (size_t at = 0; at < below.n; at++)
            depth += below.p[at] == '/';
        if (depth >= FOLDERS_DEEP)
            return ERR_LIMIT;
        EntryList entries = {0};
        TRY(list_into(arena, below.n == 0 ? path : os_path_join(arena, path, below), false,
                      &entries));
        for (size_t j = 0; j < entries.n; j++) {
            OsEntry entry = entries.items[j];
            entry.name = os_path_join(arena, below, entry.name);
            if (entry.is_folder)
                VEC_PUSH(arena, &folders, entry);
            else
                VEC_PUSH(arena, &files, entry);
        }
    }
    *ret_entries = sorted(files);
    return OK;
}

static Err remove_folder(Arena *arena, Str path, int depth)
{
    if (depth > FOLDERS_DEEP)
        return ERR_LIMIT;
    EntryList entries = {0};
    TRY(list_into(arena, path, true, &entries));
    for (size_t i = 0; i < entries.n; i++) {
        Str inner = os_path_join(arena, path, entries.items[i].name);
        if (entries.items[i].is_folder)
            TRY(remove_folder(arena, inner, depth + 1));
        else
            TRY(os_file_remove(inner));
    }
    PathText text;
    TRY(path_text(path, &text));
    return rmdir(text.c) == 0 ? OK : err_of(errno);
}

Err os_folder_remove(Arena *arena, Str path)
{
    return remove_folder(arena, path, 0);
}
