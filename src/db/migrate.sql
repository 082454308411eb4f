-- Which migrations were run.

-- name: migration_list :many
-- out: version integer, name text, hash bytes
SELECT version, name, hash FROM schema_migration ORDER BY version;

-- name: migration_insert :run
-- in: version integer, name text, hash bytes
INSERT INTO schema_migration (version, name, hash) VALUES (:version, :name, :hash);
