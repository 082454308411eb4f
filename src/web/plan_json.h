/* What several areas write of a clause of a plan. */
#pragma once

#include "pack/plan.h"
#include "web/route.h"

/* "owners": [{id, title}]: the units that answer for it. */
void plan_json_owners(JsonOut *out, const PlanClause *clause);
