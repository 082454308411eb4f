-- What the SQLite driver itself says. It takes these texts, not the functions made of them.

-- name: sqlite_begin :run
BEGIN IMMEDIATE;

-- name: sqlite_begin_read :run
BEGIN;

-- name: sqlite_commit :run
COMMIT;

-- name: sqlite_rollback :run
ROLLBACK;

-- name: sqlite_savepoint :run
SAVEPOINT work;

-- name: sqlite_release :run
RELEASE work;

-- name: sqlite_rollback_to :run
ROLLBACK TO work;

-- Many rows: table, columns and values are filled in.
-- name: sqlite_bulk :run
INSERT INTO bulk_table (bulk_columns) VALUES (bulk_values);

-- name: sqlite_refuse_writes :run
PRAGMA query_only = 1;

-- name: sqlite_description :one
-- out: version text, bytes integer
SELECT sqlite_version() AS version, c.page_count * s.page_size AS bytes
FROM pragma_page_count() c, pragma_page_size() s;
