-- Statements for the tests of db.

-- name: item_insert :run
-- in: id uuid, place text, n integer?, x decimal?, day date?
-- in: made_at instant?, raw bytes?
INSERT INTO item (id, place, n, x, day, made_at, raw)
VALUES (:id, :place, :n, :x, :day, :made_at, :raw);

-- name: item_returning :one
-- in: id uuid, place text, n integer
-- out: place text, twice integer
INSERT INTO item (id, place, n) VALUES (:id, :place, :n) RETURNING place, n * 2 AS twice;

-- name: item_by_id :one
-- in: id uuid
-- out: id uuid, place text, n integer?, x decimal?, day date?, made_at instant?, raw bytes?
SELECT id, place, n, x, day, made_at, raw FROM item WHERE id = :id;

-- name: item_find :maybe
-- ahead: tests
-- in: id uuid
-- out: place text
SELECT place FROM item WHERE id = :id;

-- name: item_list :many
-- out: place text, n integer?
SELECT place, n FROM item ORDER BY place, n NULLS LAST;

-- name: item_by_place :many
-- ahead: tests
-- in: place text
-- out: n integer
SELECT n FROM item WHERE place = :place AND n IS NOT NULL ORDER BY n;

-- name: item_wrong_null :many
-- out: n integer
SELECT n FROM item;

-- name: pair_stream :stream
-- in: place text
-- out: place text, n integer
SELECT place, n FROM pair WHERE place = :place ORDER BY n;

-- name: pair_insert :run
-- in: place text, n integer
INSERT INTO pair (place, n) VALUES (:place, :n);

-- name: pair_put :later
-- in: place text, n integer
INSERT INTO pair (place, n) VALUES (:place, :n);

-- name: pair_move :run
-- in: place text, by integer, most integer
UPDATE pair SET n = n + :by WHERE place = :place AND n < :most AND :by > 0;

-- name: pair_count :one
-- out: n integer
SELECT count(*) AS n FROM pair;

-- name: pair_scoped :many
-- in: least integer
-- out: place text, n integer
SELECT p.place, p.n FROM pair p
WHERE p.n >= :least AND {scope:test p}
ORDER BY p.place, p.n;

-- name: item_sums :one
-- out: total integer?, mean decimal?, small decimal
SELECT sum(n) AS total, avg(n) AS mean, 0.0625 AS small FROM item;

-- name: engine_name :one
-- out: name text
SELECT name FROM engine_name;

-- name: echo :one
-- in: t text?, n integer?, x decimal?
-- out: t text?, n integer?, x decimal?
SELECT CAST(:t AS text) AS t, :n AS n, :x AS x;

-- name: function_dates :one
-- in: birth date?, other date?, n integer?
-- out: years integer?, months integer?, days integer?, later date?, month_later date?
SELECT age_years(:birth, :other) AS years, age_months(:birth, :other) AS months,
    days_between(:birth, :other) AS days, add_days(:birth, :n) AS later,
    add_months(:birth, :n) AS month_later;

-- name: function_period :one
-- in: kind text?, day date?
-- out: first date?
SELECT period_start(:kind, :day) AS first;

-- name: function_numbers :one
-- in: x decimal?, places integer?, y decimal?
-- out: rounded decimal?, quotient decimal?, whole integer?, flag integer?
SELECT round_to(:x, :places) AS rounded, ratio(:x, :y) AS quotient, int_of(:x) AS whole,
    int_of(:x > :y) AS flag;

-- name: function_text_day :one
-- ahead: tests
-- in: t text
-- out: days integer?
SELECT days_between(:t, :t) AS days;
