-- Which migrations were run.

-- name: migration_list :many
-- out: version integer, name text, hash bytes
SELECT version, name, hash FROM schema_migration ORDER BY version;

-- name: migration_insert :run
-- in: version integer, name text, hash bytes
INSERT INTO schema_migration (version, name, hash) VALUES (:version, :name, :hash);

-- name: migration_last :one
-- out: version integer
SELECT coalesce(max(version), 0) AS version FROM schema_migration;
