/* A facility named on the command line. */
#include "cli/facility.h"

#include "engine/subjects/subjects.h"

Err facility_require(Cx *cx, Str code)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return OK;
    }
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("--facility"), 1, code);
}
