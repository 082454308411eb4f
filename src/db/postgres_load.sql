-- Filling a database: see load.h.

-- For the transaction.
-- name: postgres_load_memory :run
SET LOCAL maintenance_work_mem = '512MB';

-- Indexes that stand for no constraint.
-- name: postgres_load_indexes :many
-- in: table text
-- out: drops text, makes text
SELECT 'DROP INDEX ' || i.indexname || ';' AS drops, i.indexdef || ';' AS makes
FROM pg_indexes i
WHERE i.schemaname = current_schema()
  AND i.tablename = :table
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
ORDER BY i.indexname;
