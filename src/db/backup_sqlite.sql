-- The tables of an SQLite database.

-- name: backup_table_names :many
-- out: name text
SELECT s.name
FROM sqlite_schema s
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' AND s.name <> 'schema_migration'
ORDER BY s.name;
