-- What the PostgreSQL driver itself says. It takes these texts, not the functions made of them.

-- name: postgres_begin :run
BEGIN;

-- name: postgres_begin_state :run
BEGIN ISOLATION LEVEL REPEATABLE READ;

-- name: postgres_commit :run
COMMIT;

-- name: postgres_rollback :run
ROLLBACK;

-- name: postgres_savepoint :run
SAVEPOINT work;

-- name: postgres_release :run
RELEASE work;

-- name: postgres_rollback_to :run
ROLLBACK TO work;

-- Many rows: table and columns are filled in.
-- name: postgres_bulk :run
COPY bulk_table (bulk_columns) FROM STDIN (FORMAT binary);

-- The server's writer, which everybody waits for. Commands may take as long as they need.
-- name: postgres_limit_time :run
SET statement_timeout = '60s';

-- Connections that write run the same small statements again and again, by keys: each is planned once.
-- Where the values decide, among lists, those that only read may plan anew.
-- name: postgres_plan_once :run
SET plan_cache_mode = force_generic_plan;

-- A plan that was made while its table was small does not fit it for ever.
-- name: postgres_plan_again :run
DISCARD PLANS;

-- Connections that only read see one state of the database through a transaction, as with SQLite.
-- name: postgres_refuse_writes :run
SET default_transaction_read_only = on;

-- name: postgres_read_one_state :run
SET default_transaction_isolation = 'repeatable read';

-- name: postgres_description :one
-- out: version text, bytes integer
SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes;

-- Whether this server writes values into its own log: the details of a failure show whole rows.
-- name: postgres_log_details :one
-- out: is_told integer
SELECT CASE WHEN current_setting('log_error_verbosity') = 'terse' THEN 0 ELSE 1 END AS is_told;
