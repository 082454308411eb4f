/* The wrapper keeps, for each file, an image of what is synced and the list of writes since. */
#include "support/test_vfs.h"

#include <sqlite3.h>
#include <string.h>

#include "base/buf.h"
#include "base/os_file.h"
#include "base/os_thread.h"
#include "base/vec.h"

enum {
    IMAGE_MOST = 256 << 20,
    FILES_MOST = 16,
};

/* A write, or, without bytes, a truncation to `at`. */
typedef struct {
    size_t at;
    Str bytes;
    bool is_truncation;
} Write;

typedef struct {
    Str path;
    Buf synced;
    VEC(Write) pending;
    bool exists;
} Image;

typedef struct {
    sqlite3_file base;
    Image *image; /* NULL for temporary files */
    sqlite3_file *real;
} File;

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    sqlite3_io_methods methods;
    Mutex mutex; /* of all below */
    Arena arena;
    Image images[FILES_MOST];
    size_t image_n;
    uint64_t syncs, writes, full_from;
    bool is_cut;
} disk;

static Image *find_image(Str path)
{
    for (size_t i = 0; i < disk.image_n; i++) {
        if (str_equals(disk.images[i].path, path))
            return &disk.images[i];
    }
    return NULL;
}

static void put_at(Buf *buf, size_t at, Str bytes)
{
    while (buf->n < at + bytes.n)
        buf_put_char(buf, '\0');
    ENSURE(!buf->is_over);
    if (bytes.n > 0)
        memcpy(buf->p + at, bytes.p, bytes.n);
}

static void apply(Image *image, const Write *write)
{
    if (!write->is_truncation)
        put_at(&image->synced, write->at, write->bytes);
    else if (image->synced.n > write->at)
        image->synced.n = write->at;
}

static void remember(Image *image, Write write)
{
    if (image == NULL)
        return;
    write.bytes = str_copy(&disk.arena, write.bytes);
    VEC_PUSH(&disk.arena, &image->pending, write);
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((File *)file)->real;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    mutex_lock(&disk.mutex);
    bool is_cut = disk.is_cut;
    mutex_unlock(&disk.mutex);
    return is_cut ? SQLITE_IOERR_READ : real_of(file)->pMethods->xRead(real_of(file), out, n, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    MUTEX_HOLD(&disk.mutex);
    disk.writes++;
    if (disk.is_cut)
        return SQLITE_IOERR_WRITE;
    if (disk.full_from != 0 && disk.writes >= disk.full_from)
        return SQLITE_FULL;
    int code = real_of(file)->pMethods->xWrite(real_of(file), bytes, n, at);
    if (code == SQLITE_OK)
        remember(((File *)file)->image, (Write){(size_t)at, {bytes, (size_t)n}, false});
    return code;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    MUTEX_HOLD(&disk.mutex);
    if (disk.is_cut)
        return SQLITE_IOERR_TRUNCATE;
    remember(((File *)file)->image, (Write){(size_t)size, {NULL, 0}, true});
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    MUTEX_HOLD(&disk.mutex);
    if (disk.is_cut)
        return SQLITE_IOERR_FSYNC;
    disk.syncs++;
    Image *image = ((File *)file)->image;
    for (size_t i = 0; image != NULL && i < image->pending.n; i++)
        apply(image, &image->pending.items[i]);
    if (image != NULL) {
        image->pending.n = 0;
        image->exists = true;
    }
    return SQLITE_OK; /* what is synced is what we say: the real disk need not turn */
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_reserved(sqlite3_file *file, int *held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int file_control(sqlite3_file *file, int what, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int file_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static Image *image_for(const char *path, int flags)
{
    if (path == NULL || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
        return NULL;
    MUTEX_HOLD(&disk.mutex);
    Image *image = find_image(str_from_c(path));
    if (image != NULL)
        return image;
    ENSURE(disk.image_n < FILES_MOST);
    image = &disk.images[disk.image_n++];
    *image = (Image){.path = str_copy(&disk.arena, str_from_c(path))};
    buf_init(&image->synced, &disk.arena, IMAGE_MOST);
    return image;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *out, int flags,
                    int *out_flags)
{
    (void)vfs;
    File *file = (File *)out;
    *file = (File){.image = image_for(path, flags)};
    file->real = (sqlite3_file *)(void *)(file + 1);
    int code = disk.real->xOpen(disk.real, path, file->real, flags, out_flags);
    if (code == SQLITE_OK)
        file->base.pMethods = &disk.methods;
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    MUTEX_HOLD(&disk.mutex);
    if (disk.is_cut)
        return SQLITE_IOERR_DELETE;
    Image *image = find_image(str_from_c(path));
    if (image != NULL) {
        image->exists = false;
        image->pending.n = 0;
        buf_clear(&image->synced);
    }
    return disk.real->xDelete(disk.real, path, sync_folder);
}

void test_vfs_install(void)
{
    mutex_init(&disk.mutex);
    arena_init(&disk.arena, (size_t)1 << 30);
    disk.real = sqlite3_vfs_find(NULL);
    ENSURE(disk.real != NULL);
    disk.methods = (sqlite3_io_methods){
        .iVersion = 2, /* no memory mapping: it would go past us */
        .xClose = file_close,
        .xRead = file_read,
        .xWrite = file_write,
        .xTruncate = file_truncate,
        .xSync = file_sync,
        .xFileSize = file_size,
        .xLock = file_lock,
        .xUnlock = file_unlock,
        .xCheckReservedLock = file_check_reserved,
        .xFileControl = file_control,
        .xSectorSize = file_sector_size,
        .xDeviceCharacteristics = file_traits,
        .xShmMap = file_shm_map,
        .xShmLock = file_shm_lock,
        .xShmBarrier = file_shm_barrier,
        .xShmUnmap = file_shm_unmap,
    };
    disk.vfs = *disk.real;
    disk.vfs.pNext = NULL;
    disk.vfs.zName = "test-disk";
    disk.vfs.szOsFile = (int)sizeof(File) + disk.real->szOsFile;
    disk.vfs.xOpen = vfs_open;
    disk.vfs.xDelete = vfs_delete;
    ENSURE(sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK);
}

void test_vfs_clear(void)
{
    MUTEX_HOLD(&disk.mutex);
    arena_reset(&disk.arena);
    disk.image_n = 0;
    disk.is_cut = false;
    disk.full_from = 0;
}

uint64_t test_vfs_syncs(void)
{
    MUTEX_HOLD(&disk.mutex);
    return disk.syncs;
}

void test_vfs_cut_power(void)
{
    MUTEX_HOLD(&disk.mutex);
    disk.is_cut = true;
}

void test_vfs_fill_after(uint64_t nth)
{
    MUTEX_HOLD(&disk.mutex);
    disk.full_from = nth == 0 ? 0 : disk.writes + nth;
}

static uint64_t next_chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* Each unsynced write may have reached the disk, or half of it, or not. */
static void decide_pending(Image *image, uint64_t *seed)
{
    for (size_t i = 0; i < image->pending.n; i++) {
        Write write = image->pending.items[i];
        uint64_t chance = next_chance(seed) % 3;
        if (chance == 0)
            continue;
        if (chance == 1)
            write.bytes.n /= 2;
        apply(image, &write);
        image->exists = true;
    }
    image->pending.n = 0;
}

void test_vfs_restart(uint64_t seed)
{
    MUTEX_HOLD(&disk.mutex);
    for (size_t i = 0; i < disk.image_n; i++) {
        Image *image = &disk.images[i];
        decide_pending(image, &seed);
        if (image->exists)
            ENSURE(os_file_write(image->path, buf_str(&image->synced), 0600) == OK);
        else if (os_file_exists(image->path))
            ENSURE(os_file_remove(image->path) == OK);
        Str shm = str_printf(&disk.arena, "%.*s-shm", STR_ARG(image->path));
        if (os_file_exists(shm))
            ENSURE(os_file_remove(shm) == OK);
    }
    disk.is_cut = false;
}
