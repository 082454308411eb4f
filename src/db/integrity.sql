-- What an engine says of its own files.

-- name: sqlite_integrity :many
-- out: integrity_check text
PRAGMA integrity_check(3);
