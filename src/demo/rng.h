/* Random numbers of the demo county: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64.
 * A stream is named by the seed and a number, so that each person's life is the same whatever
 * happens to the others. Not for secrets. */
#pragma once

#include "base/date.h"
#include "base/uuid.h"

typedef struct Rng {
    uint64_t state[4];
} Rng;

Rng rng_stream(uint64_t seed, uint64_t kind, uint64_t number);
uint64_t rng_next(Rng *rng);
int64_t rng_between(Rng *rng, int64_t low, int64_t high); /* both included */
double rng_real(Rng *rng);                                /* [0, 1) */
bool rng_chance(Rng *rng, double probability);
double rng_normal(Rng *rng, double mean, double deviation);
/* Index by weight. */
size_t rng_weighted(Rng *rng, const double *weights, size_t n);
Uuid rng_uuid(Rng *rng, Instant at);
