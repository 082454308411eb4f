-- Statistics of PostgreSQL.

-- name: plan_learn :run
ANALYZE;
