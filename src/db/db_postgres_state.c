/* What PostgreSQL's codes of failures (SQLSTATE) mean to us. */
#include <string.h>

#include "db/db_postgres_int.h"

Err db_postgres_err(const char *state)
{
    static const struct {
        const char *prefix;
        Err err;
    } states[] = {
        {"23505", ERR_CONFLICT}, {"23503", ERR_CONFLICT},  {"23502", ERR_INVALID},
        {"23514", ERR_INVALID},  {"22021", ERR_INVALID},   {"22P05", ERR_INVALID},
        {"22008", ERR_INVALID},  {"22P02", ERR_INVALID},   {"53100", ERR_FULL},
        {"53", ERR_BUSY},        {"40001", ERR_BUSY},      {"40P01", ERR_BUSY},
        {"55P03", ERR_BUSY},     {"25006", ERR_FORBIDDEN}, {"42501", ERR_FORBIDDEN},
        {"57014", ERR_TIMEOUT},  {"54", ERR_LIMIT},        {"58030", ERR_IO},
    };
    for (size_t i = 0; state != NULL && i < sizeof states / sizeof *states; i++) {
        if (strncmp(state, states[i].prefix, strlen(states[i].prefix)) == 0)
            return states[i].err;
    }
    return ERR_DB;
}

bool db_postgres_is_safe(const char *state)
{
    static const char *const classes[] = {"08", "25", "28", "3D", "3F", "40",
                                          "42", "53", "55", "57", "58", "XX"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strncmp(state, classes[i], 2) == 0)
            return true;
    }
    return false;
}
