-- Filling a database: see load.h.

-- name: sqlite_load_file :one
-- out: file text
SELECT l.file AS file
FROM pragma_database_list() l
WHERE l.name = 'main';

-- Up to half a gigabyte of pages.
-- name: sqlite_load_cache :run
PRAGMA cache_size = -524288;

-- Up to three gigabytes: on a machine that has four times as much.
-- name: sqlite_load_large_cache :run
PRAGMA cache_size = -3145728;

-- name: sqlite_load_without_log :run
PRAGMA journal_mode = DELETE;

-- name: sqlite_load_with_log :run
PRAGMA journal_mode = WAL;

-- name: sqlite_load_indexes :many
-- in: table text
-- out: drops text, makes text
SELECT 'DROP INDEX ' || s.name || ';' AS drops, s.sql || ';' AS makes
FROM sqlite_schema s
WHERE s.type = 'index' AND s.sql IS NOT NULL
  AND s.tbl_name = :table
ORDER BY s.name;
