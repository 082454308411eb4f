-- Settings of a connection that writes: a commit that has returned survives loss of power; a
-- checkpoint comes every 16 MB, and the log gives back what a large transaction made it grow.

-- name: sqlite_set_journal :run
PRAGMA journal_mode = WAL;

-- name: sqlite_set_synchronous :run
PRAGMA synchronous = FULL;

-- name: sqlite_set_checkpoint :run
PRAGMA wal_autocheckpoint = 4000;

-- name: sqlite_set_journal_limit :run
PRAGMA journal_size_limit = 67108864;
