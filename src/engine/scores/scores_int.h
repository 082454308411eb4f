/* Inside of engine/scores. */
#pragma once

#include "base/vec.h"
#include "engine/scores/scores.h"
#include "engine/scores/scores_sql.h"
