-- The tables of a PostgreSQL database.

-- name: backup_columns :many
-- out: table_name text, column_name text, type_name text, is_nullable integer
SELECT CAST(c.relname AS text) AS table_name, CAST(a.attname AS text) AS column_name,
    CAST(t.typname AS text) AS type_name, CASE WHEN a.attnotnull THEN 0 ELSE 1 END AS is_nullable
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname <> 'schema_migration'
ORDER BY c.relname, a.attnum;
