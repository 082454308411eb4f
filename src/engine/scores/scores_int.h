/* Inside of engine/scores. */
#pragma once

#include "base/vec.h"
#include "engine/scores/scores.h"
#include "engine/scores/scores_sql.h"
#include "pack/policy.h"

/* As it is compared: with the decimals that are shown; -1 without a total. */
double score_shown(const ScoreUnit *unit);
/* A number of a score as it is on a day; false when its parameter has none. */
bool score_number(const Policy *policy, PlanNumber number, Date day, double *ret_value);
