/* What a phone is sent, as JSON: members that are empty are left out. */
#pragma once

#include "base/vec.h"
#include "engine/sync/sync.h"
#include "web/route.h"

/* Names that bundles of one run share: each is looked up once. In an arena that outlives the run.
 */
typedef struct SyncNames {
    Arena *arena;
    VEC(Account) performers;
    AreaNames areas;
} SyncNames;
Err sync_names_begin(Cx *cx, const SyncRun *run, SyncNames *ret_names) MUST_CHECK;

/* What all bundles refer to: the run, forms, programs, rules. */
Err sync_write_head(Cx *cx, JsonOut *out, const SyncRun *run) MUST_CHECK;
/* A person's line; its text is what sync_take is given. */
Err sync_write_bundle(Cx *cx, JsonOut *out, const SyncBundle *bundle, SyncNames *names) MUST_CHECK;
