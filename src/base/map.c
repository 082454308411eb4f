/* Open addressing with linear probing, at most half full. */
#include "base/map.h"

void map_init(Map *map, Arena *arena)
{
    *map = (Map){.arena = arena};
}

static size_t slot_of(const Map *map, Str key)
{
    size_t slot = (size_t)str_hash(key) & (map->slot_count - 1);
    while (map->slots[slot] != 0 && !str_equals(map->entries[map->slots[slot] - 1].key, key))
        slot = (slot + 1) & (map->slot_count - 1);
    return slot;
}

static void grow(Map *map)
{
    size_t old = map->capacity;
    map->capacity = old == 0 ? 8 : old * 2;
    map->entries = arena_grow(map->arena, map->entries, old * sizeof *map->entries,
                              map->capacity * sizeof *map->entries);
    map->slot_count = map->capacity * 2;
    map->slots = arena_array(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->n; i++)
        map->slots[slot_of(map, map->entries[i].key)] = (uint32_t)(i + 1);
}

void map_put(Map *map, Str key, void *value)
{
    if (map->n == map->capacity)
        grow(map);
    size_t slot = slot_of(map, key);
    if (map->slots[slot] != 0) {
        map->entries[map->slots[slot] - 1].value = value;
        return;
    }
    map->entries[map->n] = (MapEntry){key, value};
    map->slots[slot] = (uint32_t)++map->n;
}

void *map_get(const Map *map, Str key)
{
    if (map->n == 0)
        return NULL;
    size_t slot = slot_of(map, key);
    return map->slots[slot] == 0 ? NULL : map->entries[map->slots[slot] - 1].value;
}

bool map_has(const Map *map, Str key)
{
    return map->n > 0 && map->slots[slot_of(map, key)] != 0;
}
