/* Chunks double from 4 KiB up to 1 MiB; a larger request gets a chunk of its own size. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_FIRST = 4096,
    CHUNK_MOST = 1048576,
    HARD_CEILING_FACTOR = 8,
};

struct ArenaChunk {
    ArenaChunk *older;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

/* Under the sanitizer chunks are given back at once, so that it sees who still reads them. */
#if defined(__SANITIZE_ADDRESS__)
static const bool keeps_spare = false;
#else
static const bool keeps_spare = true;
#endif

static size_t aligned(size_t n)
{
    size_t a = alignof(max_align_t);
    ENSURE(n <= SIZE_MAX - a);
    return (n + a - 1) / a * a;
}

void arena_init(Arena *arena, size_t ceiling)
{
    *arena = (Arena){.ceiling = ceiling};
}

static void free_chunks(ArenaChunk *chunk)
{
    while (chunk != NULL) {
        ArenaChunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

void arena_done(Arena *arena)
{
    free_chunks(arena->chunk);
    free_chunks(arena->spare);
    *arena = (Arena){.ceiling = arena->ceiling};
}

void arena_reset(Arena *arena)
{
    ArenaChunk *chunk = arena->chunk;
    while (chunk != NULL && chunk->older != NULL) {
        ArenaChunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    if (chunk != NULL)
        chunk->used = 0;
    free_chunks(arena->spare);
    *arena = (Arena){.chunk = chunk, .ceiling = arena->ceiling};
}

static ArenaChunk *make_chunk(size_t size)
{
    ArenaChunk *chunk = malloc(sizeof(ArenaChunk) + size);
    if (chunk == NULL) {
        fprintf(stderr, "out of memory: %zu bytes wanted\n", size);
        abort();
    }
    chunk->size = size;
    return chunk;
}

/* The smallest spare chunk that is large enough, taken out; NULL: there is none. */
static ArenaChunk *take_spare(Arena *arena, size_t size)
{
    ArenaChunk **best = NULL;
    for (ArenaChunk **at = &arena->spare; *at != NULL; at = &(*at)->older) {
        if ((*at)->size >= size && (best == NULL || (*at)->size < (*best)->size))
            best = at;
    }
    if (best == NULL)
        return NULL;
    ArenaChunk *chunk = *best;
    *best = chunk->older;
    return chunk;
}

static void add_chunk(Arena *arena, size_t need)
{
    size_t size = arena->chunk == NULL ? CHUNK_FIRST : arena->chunk->size * 2;
    if (size > CHUNK_MOST)
        size = CHUNK_MOST;
    if (size < need)
        size = need;
    ArenaChunk *chunk = take_spare(arena, size);
    if (chunk == NULL)
        chunk = make_chunk(size);
    chunk->older = arena->chunk;
    chunk->used = 0;
    arena->chunk = chunk;
}

static void *take(Arena *arena, size_t need)
{
    arena->used += need;
    if (arena->used > arena->ceiling) {
        arena->is_over = true;
        ENSURE(arena->used / HARD_CEILING_FACTOR <= arena->ceiling);
    }
    if (arena->chunk == NULL || arena->chunk->size - arena->chunk->used < need)
        add_chunk(arena, need);
    void *p = arena->chunk->bytes + arena->chunk->used;
    arena->chunk->used += need;
    return p;
}

void *arena_alloc(Arena *arena, size_t n)
{
    size_t need = aligned(n == 0 ? 1 : n);
    return memset(take(arena, need), 0, need);
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size)
{
    ENSURE(size == 0 || count <= SIZE_MAX / size);
    return arena_alloc(arena, count * size);
}

/* In place, when the old allocation is the newest. */
static bool extends(Arena *arena, const void *old, size_t old_need, size_t new_need)
{
    ArenaChunk *chunk = arena->chunk;
    if (old == NULL || chunk == NULL || chunk->used < old_need
        || (const unsigned char *)old != chunk->bytes + chunk->used - old_need
        || new_need < old_need || chunk->size - chunk->used < new_need - old_need)
        return false;
    chunk->used += new_need - old_need;
    arena->used += new_need - old_need;
    if (arena->used > arena->ceiling)
        arena->is_over = true;
    return true;
}

void *arena_grow_bytes(Arena *arena, void *old, size_t old_n, size_t new_n)
{
    size_t old_need = aligned(old_n == 0 ? 1 : old_n);
    size_t new_need = aligned(new_n == 0 ? 1 : new_n);
    if (extends(arena, old, old_need, new_need))
        return old;
    void *grown = take(arena, new_need);
    if (old_n > 0)
        memcpy(grown, old, old_n < new_n ? old_n : new_n);
    return grown;
}

void *arena_grow(Arena *arena, void *old, size_t old_n, size_t new_n)
{
    unsigned char *grown = arena_grow_bytes(arena, old, old_n, new_n);
    if (new_n > old_n)
        memset(grown + old_n, 0, new_n - old_n);
    return grown;
}

ArenaMark arena_mark(const Arena *arena)
{
    size_t chunk_used = arena->chunk == NULL ? 0 : arena->chunk->used;
    return (ArenaMark){arena->chunk, chunk_used, arena->used};
}

void arena_reset_to(Arena *arena, ArenaMark mark)
{
    while (arena->chunk != mark.chunk && arena->chunk->older != NULL) {
        ArenaChunk *chunk = arena->chunk;
        arena->chunk = chunk->older;
        if (keeps_spare && chunk->size >= CHUNK_MOST) {
            chunk->older = arena->spare;
            arena->spare = chunk;
        } else {
            free(chunk);
        }
    }
    if (arena->chunk != NULL)
        arena->chunk->used = mark.chunk == NULL ? 0 : mark.chunk_used;
    arena->used = mark.used;
    arena->is_over = arena->used > arena->ceiling;
}
