/* Arena: all memory of the program. Memory belongs to a lifetime, not to an object.
 *
 * Invariants
 *  1. malloc and its kin are called in arena.c only.
 *  2. Nothing is freed alone: an arena is reset to a mark or ended as a whole.
 *  3. Past the soft ceiling `is_over` is set and stays set until a reset: row loops and parsers
 * test it and answer ERR_LIMIT. Past the hard ceiling (8 times the soft one) the process ends with
 * a report; sizes are refused at the border first, so only a bug of ours gets there.
 *  4. Returned memory is aligned for any type, and zeroed but for what arena_grow_bytes adds.
 * Not thread-safe: an arena belongs to one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *chunk; /* newest first */
    ArenaChunk *spare; /* given back by arena_reset_to, for what comes next */
    size_t used;       /* bytes handed out */
    size_t ceiling;    /* soft ceiling in bytes */
    bool is_over;
} Arena;

typedef struct {
    ArenaChunk *chunk;
    size_t chunk_used;
    size_t used;
} ArenaMark;

#define KIB(n) ((size_t)(n)*1024)
#define MIB(n) ((size_t)(n)*1024 * 1024)

void arena_init(Arena *arena, size_t ceiling);
/* Accepts a zeroed arena; leaves it ready for another arena_init. */
void arena_done(Arena *arena);
/* Forgets everything but keeps one chunk for reuse. */
void arena_reset(Arena *arena);

__attribute__((returns_nonnull, malloc)) void *arena_alloc(Arena *arena, size_t n);
/* count * size with overflow checked. */
__attribute__((returns_nonnull, malloc)) void *arena_alloc_array(Arena *arena, size_t count,
                                                                 size_t size);
/* Grows the newest allocation in place when it can, else copies. old_n bytes are kept. */
__attribute__((returns_nonnull)) void *arena_grow(Arena *arena, void *old, size_t old_n,
                                                  size_t new_n);
/* The same for bytes that are written before they are read: what it adds is not zeroed. */
__attribute__((returns_nonnull)) void *arena_grow_bytes(Arena *arena, void *old, size_t old_n,
                                                        size_t new_n);

ArenaMark arena_mark(const Arena *arena);
/* Keeps the chunks for what is asked next: a loop that begins each round at the same mark takes its
 * memory from the system once. arena_reset and arena_done give them back. */
void arena_reset_to(Arena *arena, ArenaMark mark);

#define arena_new(arena, Type)      ((Type *)arena_alloc((arena), sizeof(Type)))
#define arena_array(arena, Type, n) ((Type *)arena_alloc_array((arena), (n), sizeof(Type)))
