-- Whether there is a schema: each engine has its own catalogue. And the lock that keeps two programs
-- from migrating at once; it is let go at the end of the transaction.

-- name: migration_has_schema_postgres :one
-- out: n integer
SELECT count(*) AS n FROM pg_catalog.pg_class c
WHERE c.oid = pg_catalog.to_regclass('schema_migration') AND c.relkind = 'r';

-- name: migration_lock :one
-- out: n integer
SELECT 1 AS n FROM (SELECT pg_catalog.pg_advisory_xact_lock(4413220001)) AS locked;
