-- Copies of whole databases. Table and columns of backup_read are filled in.

-- name: backup_into_file :run
-- in: path text
VACUUM INTO :path;

-- name: backup_read :run
SELECT bulk_columns FROM bulk_table;

-- name: backup_settle :run
PRAGMA journal_mode = DELETE;
