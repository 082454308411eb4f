/* What lists of persons share: names of areas, and numbers shown only in part. */
#pragma once

#include "base/map.h"
#include "engine/subjects/subjects.h"

/* Names of areas by code: one read for a whole answer. */
typedef struct AreaNames {
    Map names; /* code -> const Area * */
} AreaNames;
Err area_names_read(Cx *cx, AreaNames *ret_names) MUST_CHECK;
Str area_name(const AreaNames *names, Str code);    /* the code itself when it is unknown */
Str area_name_en(const AreaNames *names, Str code); /* empty when it has none */

/* "441322********1234"; what is too short to hide four characters is all stars. */
Str id_number_masked(Arena *arena, Str number);
Str phone_masked(Arena *arena, Str phone); /* "138****5678" */
