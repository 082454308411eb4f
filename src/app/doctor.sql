-- Rows that name what is not there, one line a kind.

-- name: doctor_references :many
-- scan: looks at every row
-- unscoped: numbers; nobody reads the rows
-- in: place text
-- out: what text, n integer
SELECT 'record.subject_id' AS what, count(*) AS n
FROM record r
WHERE r.place = :place AND r.subject_kind = 'resident'
  AND NOT EXISTS (SELECT 1 FROM resident p WHERE p.place = r.place AND p.id = r.subject_id)
UNION ALL
SELECT 'record.amends' AS what, count(*) AS n
FROM record r
WHERE r.place = :place AND r.amends IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM record a WHERE a.place = r.place AND a.id = r.amends)
UNION ALL
SELECT 'record_end.record_id' AS what, count(*) AS n
FROM record_end e
WHERE e.place = :place
  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.place = e.place AND r.id = e.record_id)
UNION ALL
SELECT 'obligation_evidence.record_id' AS what, count(*) AS n
FROM obligation_evidence e
WHERE e.place = :place AND e.kind <> 4
  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.place = e.place AND r.id = e.record_id)
UNION ALL
SELECT 'obligation_evidence.record_id of a waiver' AS what, count(*) AS n
FROM obligation_evidence e
WHERE e.place = :place AND e.kind = 4
  AND NOT EXISTS (SELECT 1 FROM obligation_waiver w WHERE w.place = e.place AND w.id = e.record_id)
UNION ALL
SELECT 'obligation.met_by' AS what, count(*) AS n
FROM obligation o
WHERE o.place = :place AND o.met_by IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.place = o.place AND r.id = o.met_by)
UNION ALL
SELECT 'resident.area_code' AS what, count(*) AS n
FROM resident p
WHERE p.place = :place
  AND NOT EXISTS (SELECT 1 FROM v_area a WHERE a.place = p.place AND a.code = p.area_code)
UNION ALL
SELECT 'record of a later rev than place.rev' AS what, count(*) AS n
FROM record r
WHERE r.place = :place AND r.rev > (SELECT p.rev FROM place p WHERE p.code = :place)
UNION ALL
SELECT 'record.amends without record_end' AS what, count(*) AS n
FROM record r
WHERE r.place = :place AND r.amends IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.amends)
UNION ALL
SELECT 'audit record.void without record_end' AS what, count(*) AS n
FROM audit_entry a
WHERE a.place = :place AND a.action = 'record.void'
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = a.place AND e.record_id = a.object_id)
UNION ALL
SELECT 'catchment.area_code' AS what, count(*) AS n
FROM catchment c
WHERE c.place = :place
  AND NOT EXISTS (SELECT 1 FROM v_area a WHERE a.place = c.place AND a.code = c.area_code)
UNION ALL
SELECT 'catchment.facility' AS what, count(*) AS n
FROM catchment c
WHERE c.place = :place
  AND NOT EXISTS (SELECT 1 FROM v_facility f WHERE f.place = c.place AND f.code = c.facility);

-- name: doctor_last_entry :one
-- scan: the whole audit, for its newest instant
-- in: place text
-- out: at instant?
SELECT max(e.at) AS at
FROM audit_entry e
WHERE e.place = :place;

-- name: doctor_stale :one
-- in: place text
-- out: n integer
SELECT count(*) AS n
FROM obligation_stale s
WHERE s.place = :place;

-- What the audit says of each submission, beside what the record's header holds now.
-- name: doctor_submissions :stream
-- scan: looks at every row
-- unscoped: hashes; nobody reads the rows
-- in: place text
-- out: record_id uuid, detail text, content_hash bytes?
SELECT a.object_id AS record_id, a.detail, r.content_hash
FROM audit_entry a
LEFT JOIN record r ON r.place = a.place AND r.id = a.object_id
WHERE a.place = :place AND a.action IN ('record.submit', 'record.amend');
