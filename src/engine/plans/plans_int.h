/* Inside of engine/plans. */
#pragma once

#include "base/vec.h"
#include "engine/plans/plans.h"
#include "engine/plans/plans_sql.h"
