/* What lists of persons share: numbers shown only in part. */
#pragma once

#include "engine/subjects/subjects.h"

/* "441322********1234"; what is too short to hide four characters is all stars. */
Str id_number_masked(Arena *arena, Str number);
Str phone_masked(Arena *arena, Str phone); /* "138****5678" */
