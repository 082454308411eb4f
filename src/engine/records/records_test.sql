-- What the tests of records look at, and what must be refused.

-- name: test_record_count :one
-- in: place text
-- out: records integer, ends integer, answers integer, codes integer, drugs integer, sealed integer
-- unscoped: counts rows in a test
SELECT (SELECT COUNT(*) FROM record r WHERE r.place = :place) AS records,
       (SELECT COUNT(*) FROM record_end e WHERE e.place = :place) AS ends,
       (SELECT COUNT(*) FROM answer_visit a WHERE a.place = :place) AS answers,
       (SELECT COUNT(*) FROM answer_visit__symptoms c WHERE c.place = :place) AS codes,
       (SELECT COUNT(*) FROM answer_visit__drugs d WHERE d.place = :place) AS drugs,
       (SELECT COUNT(*) FROM record_sealed s WHERE s.place = :place) AS sealed;

-- name: test_record_update :run
-- in: place text
-- unscoped: must be refused
UPDATE record SET facility = 'X' WHERE place = :place;

-- name: test_record_delete :run
-- in: place text
-- unscoped: must be refused
DELETE FROM record WHERE place = :place;

-- name: test_record_end_update :run
-- in: place text
UPDATE record_end SET reason = 'X' WHERE place = :place;

-- name: test_record_end_delete :run
-- in: place text
DELETE FROM record_end WHERE place = :place;

-- name: test_answer_update :run
-- in: place text
UPDATE answer_visit SET sbp = 1 WHERE place = :place;

-- name: test_answer_delete :run
-- in: place text
DELETE FROM answer_visit__symptoms WHERE place = :place;

-- name: test_sealed_update :run
-- in: place text, from_id uuid, to_id uuid
UPDATE record_sealed SET content = (SELECT s.content FROM record_sealed s WHERE s.record_id = :from_id)
WHERE place = :place AND record_id = :to_id;

-- name: test_sealed_delete :run
-- in: place text
DELETE FROM record_sealed WHERE place = :place;

-- name: test_sealed_raw :many
-- in: place text
-- out: content bytes
SELECT s.content FROM record_sealed s WHERE s.place = :place ORDER BY s.record_id;

-- name: test_fact_raw :run
-- in: place text, resident_id uuid, fact text, content bytes
INSERT INTO resident_fact (place, resident_id, fact, content)
VALUES (:place, :resident_id, :fact, :content);

-- name: test_setting_forget :run
-- in: setting_key text
DELETE FROM place_setting WHERE setting_key = :setting_key;

-- name: test_view_visit :many
-- in: place text
-- out: record_id uuid, happened_on date, sbp integer?, symptoms integer
SELECT v.record_id, v.happened_on, v.sbp,
       (SELECT COUNT(*) FROM v_visit__symptoms s WHERE s.place = v.place
        AND s.record_id = v.record_id) AS symptoms
FROM v_visit v
WHERE v.place = :place
ORDER BY v.happened_on, v.record_id;

-- name: test_view_record :one
-- in: place text
-- out: n integer
SELECT COUNT(*) AS n FROM v_record r WHERE r.place = :place;

-- name: test_added_column :many
-- in: place text
-- out: waist decimal?
SELECT v.waist FROM v_visit v WHERE v.place = :place;
