/* Policies that were built, kept with the set that they belong to. What a place says only grows, so
 * the number of its newest entry tells which policy is meant, and one once kept is never wrong. */
#pragma once

#include "pack/policy.h"

typedef struct PolicyCache PolicyCache;

PolicyCache *policy_cache_open(Arena *arena);
void policy_cache_close(PolicyCache *cache); /* NULL: nothing */

/* NULL when it was not kept. */
const Policy *policy_cache_find(PolicyCache *cache, Str place, int64_t newest);
/* Builds it, unless another thread was faster, and keeps it until the set is closed. */
const Policy *policy_cache_keep(PolicyCache *cache, const PackSet *set, Str place, int64_t newest,
                                const PolicyEntry *entries, size_t n);
