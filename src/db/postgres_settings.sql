-- Settings of every connection. Streams are read to their end, so plans favour the whole.

-- name: postgres_set_encoding :run
SET client_encoding = 'UTF8';

-- name: postgres_set_messages :run
SET client_min_messages = warning;

-- name: postgres_set_path :run
SET search_path = public;

-- name: postgres_set_synchronous :run
SET synchronous_commit = on;

-- name: postgres_set_strings :run
SET standard_conforming_strings = on;

-- name: postgres_set_jit :run
SET jit = off;

-- name: postgres_set_cursors :run
SET cursor_tuple_fraction = 1.0;

-- name: postgres_set_waiting :run
SET lock_timeout = '10s';

-- What is asked for lies in memory or on a solid disk, where a row found by its key costs hardly more than the next one.
-- name: postgres_set_random_reads :run
SET random_page_cost = 1.1;
