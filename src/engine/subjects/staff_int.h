/* What the files of staff share. */
#pragma once

#include "engine/subjects/places.h"

/* Inside a write: the member of staff and the spell of work. */
Err staff_store(Cx *cx, const Staff *staff) MUST_CHECK;
