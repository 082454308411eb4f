/* Kept policies: a list behind a mutex; all in one arena. */
#include "pack/policy_cache.h"

#include "base/os_thread.h"

enum { CACHE_CEILING_MIB = 256 };

typedef struct Kept {
    Str place;
    int64_t newest;
    const Policy *policy;
    const struct Kept *older;
} Kept;

struct PolicyCache {
    Mutex mutex;
    Arena arena;
    const Kept *kept;
};

PolicyCache *policy_cache_open(Arena *arena)
{
    PolicyCache *cache = arena_new(arena, PolicyCache);
    mutex_init(&cache->mutex);
    arena_init(&cache->arena, MIB(CACHE_CEILING_MIB));
    return cache;
}

void policy_cache_close(PolicyCache *cache)
{
    if (cache == NULL)
        return;
    arena_done(&cache->arena);
    mutex_done(&cache->mutex);
}

static const Policy *find(const PolicyCache *cache, Str place, int64_t newest)
{
    for (const Kept *kept = cache->kept; kept != NULL; kept = kept->older) {
        if (kept->newest == newest && str_equals(kept->place, place))
            return kept->policy;
    }
    return NULL;
}

const Policy *policy_cache_find(PolicyCache *cache, Str place, int64_t newest)
{
    MUTEX_HOLD(&cache->mutex);
    return find(cache, place, newest);
}

const Policy *policy_cache_keep(PolicyCache *cache, const PackSet *set, Str place, int64_t newest,
                                const PolicyEntry *entries, size_t n)
{
    MUTEX_HOLD(&cache->mutex);
    const Policy *policy = find(cache, place, newest);
    if (policy != NULL)
        return policy;
    PolicyEntry *own = arena_array(&cache->arena, PolicyEntry, n + 1);
    for (size_t i = 0; i < n; i++) {
        own[i] = entries[i];
        if (own[i].value.type == EXPR_TEXT)
            own[i].value.as.text = str_copy(&cache->arena, own[i].value.as.text);
    }
    Kept *kept = arena_new(&cache->arena, Kept);
    *kept = (Kept){.place = str_copy(&cache->arena, place),
                   .newest = newest,
                   .policy = policy_build(set, own, n, &cache->arena),
                   .older = cache->kept};
    cache->kept = kept;
    return kept->policy;
}
