/* A facility named on the command line. */
#pragma once

#include "core/cx.h"

/* ERR_NOT_FOUND with a problem unless a facility in force has the code. */
Err facility_require(Cx *cx, Str code) MUST_CHECK;
