/* Look-ups over errors.def, and the end of the process when an invariant of ours is broken. */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const char *name;
    int http_status;
    int exit_code;
    const char *zh;
    const char *en;
} ErrEntry;

static const ErrEntry entries[ERR_COUNT] = {
    [OK] = {"OK", 200, 0, "成功", "OK"},
#define ERR(name, http, exit, zh, en) [name] = {#name, http, exit, zh, en},
#include "base/errors.def"
#undef ERR
};

static const ErrEntry *entry_of(Err err)
{
    ENSURE(err < ERR_COUNT);
    return &entries[err];
}

void err_ensure_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);
    abort();
}

const char *err_name(Err err)
{
    return entry_of(err)->name;
}

int err_http_status(Err err)
{
    return entry_of(err)->http_status;
}

int err_exit_code(Err err)
{
    return entry_of(err)->exit_code;
}

const char *err_title_zh(Err err)
{
    return entry_of(err)->zh;
}

const char *err_title_en(Err err)
{
    return entry_of(err)->en;
}
