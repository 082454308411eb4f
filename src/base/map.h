/* Map: from text to pointer, in an arena. Keeps insertion order. Keys are borrowed, not copied. */
#pragma once

#include "base/str.h"

typedef struct {
    Str key;
    void *value;
} MapEntry;

typedef struct Map {
    Arena *arena;
    MapEntry *entries; /* in the order of insertion */
    size_t n;
    size_t capacity;
    uint32_t *slots; /* open addressing; entry index + 1, 0 is free */
    size_t slot_count;
} Map;

void map_init(Map *map, Arena *arena);
/* Puts or replaces. */
void map_put(Map *map, Str key, void *value);
/* NULL when absent. */
void *map_get(const Map *map, Str key);
bool map_has(const Map *map, Str key);
