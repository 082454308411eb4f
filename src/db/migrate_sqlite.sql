-- Whether there is a schema: each engine has its own catalogue.

-- name: migration_has_schema_sqlite :one
-- out: n integer
SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration';
