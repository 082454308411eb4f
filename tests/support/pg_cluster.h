/* A temporary PostgreSQL for unit tests, by script/support/pg-cluster. A test never skips because
 * there is none: PostgreSQL belongs to what script/bootstrap installs. */
#pragma once

#include "base/str.h"

typedef struct PgCluster {
    Str url;
    Str folder; /* empty when the cluster is not ours */
} PgCluster;

/* The cluster of the environment variable CATCHMENT_TEST_PG, or one of our own, which does not sync
 * to disk. Ends the test program when there is none. */
PgCluster pg_cluster_start(Arena *arena);
/* Always one of our own, which syncs as a server does: for tests that crash it, for measurements.
 */
PgCluster pg_cluster_start_durable(Arena *arena);
/* Stops and removes our own; leaves another alone. */
void pg_cluster_stop(PgCluster *cluster, Arena *arena);
/* Stops it without a checkpoint, as when the power fails; and starts it again. */
void pg_cluster_crash(const PgCluster *cluster, Arena *arena);
void pg_cluster_resume(const PgCluster *cluster, Arena *arena);
/* Makes an empty database (dropping what had its name) and gives its URL. The name is unique to the
 * process. */
Str pg_cluster_database(const PgCluster *cluster, Arena *arena, const char *name);
/* Drops it again: needed only in a cluster that is not ours. */
void pg_cluster_drop(const PgCluster *cluster, Arena *arena, const char *name);
