-- Fixed statistics of SQLite: see plans.h. The numbers of a key are the rows of the table, then for
-- each column how many rows share the columns up to it.

-- name: plan_has_statistics :one
-- out: n integer
SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = 'sqlite_stat1';

-- Also makes the table of statistics. Reads no table.
-- name: plan_statistics_load :run
ANALYZE sqlite_schema;

-- name: plan_statistics_clear :run
DELETE FROM sqlite_stat1;

-- name: plan_statistic_insert :run
-- in: table_name text, key_name text, numbers text
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table_name, :key_name, :numbers);

-- Keys that begin with the place. Big tables grow with the people and their records; `shared` is how
-- many of a big table's rows have one value in the column after the place.
-- name: plan_statistic_wanted :many
-- out: table_name text, key_name text, numbers text, is_known integer
WITH key_column AS (
    SELECT t.name AS table_name,
        CASE WHEN l.origin = 'pk' AND t.wr = 1 THEN t.name ELSE l.name END AS key_name,
        l."unique" AS is_unique, c.seqno AS at, c.name AS column_name,
        count(*) OVER (PARTITION BY l.name) AS columns,
        t.name IN ('resident', 'resident_event', 'resident_match', 'resident_fact', 'resident_token', 'household', 'record', 'record_end',
            'record_sealed', 'obligation', 'obligation_evidence', 'obligation_stale', 'audit_entry',
            'access_relation', 'sync_held')
            OR t.name LIKE 'answer\_%' ESCAPE '\' AS is_big
    FROM pragma_table_list t
    JOIN pragma_index_list(t.name) l
    JOIN pragma_index_info(l.name) c
    WHERE t.schema = 'main' AND t.type = 'table'
),
second_column AS (
    SELECT k.key_name,
        CASE
            WHEN NOT k.is_big THEN 20
            WHEN k.column_name = 'writer' THEN 200000
            WHEN k.column_name IN ('area_code', 'form', 'rule_key', 'holder', 'device') THEN 2000
            WHEN k.column_name = 'token' THEN 200
            ELSE 20
        END AS shared
    FROM key_column k
    WHERE k.at = 1
),
number AS (
    SELECT k.table_name, k.key_name, k.at, k.is_big,
        CASE
            WHEN k.is_unique AND k.at = k.columns - 1 THEN 1
            WHEN k.at = 0 THEN CASE WHEN k.is_big THEN 1000000 ELSE 1000 END
            ELSE max(1, s.shared >> (2 * (k.at - 1)))
        END AS rows
    FROM key_column k
    LEFT JOIN second_column s ON s.key_name = k.key_name
    WHERE k.key_name IN (SELECT f.key_name FROM key_column f
                         WHERE f.at = 0 AND f.column_name = 'place')
),
wanted AS (
    SELECT DISTINCT n.table_name, n.key_name,
        CASE WHEN n.is_big THEN '1000000' ELSE '1000' END
            || (SELECT group_concat(' ' || o.rows, '')
                FROM (SELECT m.rows FROM number m WHERE m.key_name = n.key_name ORDER BY m.at) o)
            AS numbers
    FROM number n
)
SELECT w.table_name, w.key_name, w.numbers,
    EXISTS (SELECT 1 FROM sqlite_stat1 k
            WHERE k.tbl = w.table_name AND k.idx = w.key_name AND k.stat = w.numbers) AS is_known
FROM wanted w
ORDER BY w.table_name, w.key_name;

-- name: plan_view_text :maybe
-- in: name text
-- out: sql text
SELECT v.sql FROM sqlite_schema v WHERE v.type = 'view' AND v.name = :name;
