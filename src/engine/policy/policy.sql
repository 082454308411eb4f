-- What places say about the parameters of the packs. policy.c alone writes.

-- The number of the newest row that was known at the end of a day; 0: none.
-- name: policy_newest :one
-- ahead: a resident's page
-- in: place text, known_on date
-- out: newest integer
SELECT coalesce(max(v.seq), 0) AS newest
FROM policy_value v
WHERE v.place = :place AND v.set_on <= :known_on;

-- name: policy_values :many
-- in: place text, newest integer
-- out: seq integer, parameter text, from_on date, value text?, source text, set_on date, set_at instant
-- out: set_by uuid?, set_by_name text?
SELECT v.seq, v.parameter, v.from_on, v.value, v.source, v.set_on, v.set_at, v.set_by,
    a.name AS set_by_name
FROM policy_value v
LEFT JOIN access_account a ON a.place = v.place AND a.id = v.set_by
WHERE v.place = :place AND v.seq <= :newest
ORDER BY v.seq;

-- name: policy_add :run
-- in: place text, seq integer, parameter text, from_on date, value text?, source text, set_on date
-- in: set_at instant, set_by uuid?
INSERT INTO policy_value (place, seq, parameter, from_on, value, source, set_on, set_at, set_by)
VALUES (:place, :seq, :parameter, :from_on, :value, :source, :set_on, :set_at, :set_by);
