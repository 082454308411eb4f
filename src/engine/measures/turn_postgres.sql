-- Whose turn it is to make rows, until the transaction ends: on PostgreSQL, where several processes write at a time.

-- Nobody waits here who holds rows that the other needs.
-- name: turn_postgres_try :one
-- in: place text
-- out: is_mine integer
SELECT CASE WHEN pg_try_advisory_xact_lock(hashtextextended('measures.turn ' || :place, 0)) THEN 1 ELSE 0 END AS is_mine;

-- name: turn_postgres_wait :one
-- in: place text
-- out: is_mine integer
SELECT 1 AS is_mine FROM (SELECT pg_advisory_xact_lock(hashtextextended('measures.turn ' || :place, 0))) t;
