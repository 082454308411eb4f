/* Invented names: common surnames by their approximate frequency, common characters of given names,
 * and a few names of the kinds that break software: with a middle dot, with rare characters, very
 * long. */
#pragma once

#include "demo/rng.h"

typedef struct {
    Str surname, given;
} PersonName;

/* is_male decides the given name. surname: NULL draws one. */
PersonName name_draw(Rng *rng, bool is_male, const Str *surname, Arena *arena);
/* A code of GB/T 3304: names with a middle dot are Uygur or Zang, all others Han. */
Str name_ethnic_group(Str whole);
/* As long as names are. */
Str name_longest(void);
Str name_whole(PersonName name, Arena *arena);
