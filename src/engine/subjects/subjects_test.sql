-- What stands in the raw tables: for the tests of subjects.

-- name: raw_resident :many
-- out: name bytes, id_type bytes?, id_number bytes?, phone bytes?, address bytes?
-- unscoped: the test looks for plain text in what is stored
SELECT r.name, r.id_type, r.id_number, r.phone, r.address
FROM resident r
ORDER BY r.id;

-- name: raw_token_count :one
-- out: tokens integer
SELECT count(*) AS tokens
FROM resident_token t;

-- name: raw_swap_names :run
-- in: from_id uuid, to_id uuid
UPDATE resident SET name = (SELECT x.name FROM resident x WHERE x.id = :from_id) WHERE id = :to_id;

-- name: raw_record_insert :run
-- in: place text, id uuid, subject_id uuid, day date, hash bytes
INSERT INTO record (place, id, rev, form, form_version, subject_kind, subject_id, facility, performed_by,
                    recorded_by, happened_on, recorded_on, recorded_at, amends, content_hash)
VALUES (:place, :id, 1, 'f', '1', 'resident', :subject_id, 'V01', :id, :id, :day, :day, 0, NULL, :hash);

-- name: record_in_scope :one
-- in: place text
-- out: records integer
SELECT count(*) AS records
FROM record t
WHERE t.place = :place AND {scope:record t};

-- name: resident_in_scope :many
-- in: place text
-- out: record_number text
SELECT r.record_number
FROM resident r
WHERE r.place = :place AND {scope:resident r}
ORDER BY r.record_number;
