-- What SQLite is told of the tables of one connection (scratch.c).

-- name: scratch_is_there :one
-- in: name text
-- out: n integer
SELECT count(*) AS n FROM temp.sqlite_schema s WHERE s.type = 'table' AND s.name = :name;

-- name: scratch_statistics_put :run
-- in: name text
INSERT INTO temp.sqlite_stat1 (tbl, idx, stat) VALUES (:name, NULL, '1000');

-- Makes their table of statistics, and reads what stands in it.
-- name: scratch_statistics_load :run
ANALYZE temp.sqlite_schema;
