/* xoshiro256**. */
#include "demo/rng.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

Rng rng_stream(uint64_t seed, uint64_t kind, uint64_t number)
{
    uint64_t state = seed * 0x9e3779b97f4a7c15u + kind * 0xd1342543de82ef95u + number;
    Rng rng = {{0}};
    for (int i = 0; i < 4; i++)
        rng.state[i] = splitmix(&state);
    return rng;
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t rng_next(Rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

int64_t rng_between(Rng *rng, int64_t low, int64_t high)
{
    DCHECK(low <= high);
    return low + (int64_t)(rng_next(rng) % (uint64_t)(high - low + 1));
}

double rng_real(Rng *rng)
{
    return (double)(rng_next(rng) >> 11) / 9007199254740992.0;
}

bool rng_chance(Rng *rng, double probability)
{
    return rng_real(rng) < probability;
}

double rng_normal(Rng *rng, double mean, double deviation)
{
    double u = 1.0 - rng_real(rng), v = rng_real(rng);
    return mean + deviation * sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

size_t rng_weighted(Rng *rng, const double *weights, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += weights[i];
    double at = rng_real(rng) * total;
    for (size_t i = 0; i < n; i++) {
        at -= weights[i];
        if (at < 0)
            return i;
    }
    return n - 1;
}

Uuid rng_uuid(Rng *rng, Instant at)
{
    uint64_t high = rng_next(rng), low = rng_next(rng);
    uint8_t random[UUID_RANDOM_SIZE];
    for (int i = 0; i < UUID_RANDOM_SIZE; i++)
        random[i] = (uint8_t)((i < 8 ? high >> (8 * i) : low >> (8 * (i - 8))) & 0xff);
    return uuid_v7(at, random);
}
