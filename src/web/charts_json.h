/* Pieces of charts that answers and copies of phones share. */
#pragma once

#include "pack/policy.h"
#include "web/route.h"

/* id, title, unit. */
void chart_write_head(JsonOut *out, const Chart *chart);
/* "limits": those of an age, or all with their ages (age < 0), as the policy has them on a day. */
void chart_write_limits(JsonOut *out, const Chart *chart, const Policy *policy, Date on, int age);
