-- What else than a resident records are about: one row a subject as it is now, with whoever has part in it.

-- Facilities whose row is not what the register of places says: one by its code, or (empty) all.
-- name: register_facility_changed :many
-- in: place text, code text
-- out: code text, name text, name_en text, valid_from date, valid_to date?
SELECT f.code, f.name, f.name_en, f.valid_from, f.valid_to
FROM (SELECT l.code, l.name, l.name_en, l.valid_to,
             (SELECT min(a.valid_from) FROM facility_spell a WHERE a.place = l.place AND a.code = l.code) AS valid_from
      FROM facility_spell l
      WHERE l.place = :place AND (:code = '' OR l.code = :code)
        AND NOT EXISTS (SELECT 1 FROM facility_spell n WHERE n.place = l.place AND n.code = l.code
                        AND n.valid_from > l.valid_from)) f
LEFT JOIN subject s ON s.place = :place AND s.kind = 'facility' AND s.code = f.code
WHERE s.id IS NULL OR s.name <> f.name OR s.name_en <> f.name_en OR s.valid_from <> f.valid_from
   OR s.valid_to IS DISTINCT FROM f.valid_to
ORDER BY f.code;

-- name: register_area_changed :many
-- in: place text, code text
-- out: code text, name text, name_en text, valid_from date, valid_to date?
SELECT f.code, f.name, f.name_en, f.valid_from, f.valid_to
FROM (SELECT l.code, l.name, l.name_en, l.valid_to,
             (SELECT min(a.valid_from) FROM area_spell a WHERE a.place = l.place AND a.code = l.code) AS valid_from
      FROM area_spell l
      WHERE l.place = :place AND (:code = '' OR l.code = :code)
        AND NOT EXISTS (SELECT 1 FROM area_spell n WHERE n.place = l.place AND n.code = l.code
                        AND n.valid_from > l.valid_from)) f
LEFT JOIN subject s ON s.place = :place AND s.kind = 'area' AND s.code = f.code
WHERE s.id IS NULL OR s.name <> f.name OR s.name_en <> f.name_en OR s.valid_from <> f.valid_from
   OR s.valid_to IS DISTINCT FROM f.valid_to
ORDER BY f.code;

-- Staff by their newest post.
-- name: register_staff_changed :many
-- in: place text, code text
-- out: id uuid, code text, name text, facility text, valid_from date, valid_to date?
SELECT f.id, f.code, f.name, f.facility, f.valid_from, f.valid_to
FROM (SELECT m.id, m.code, m.name, l.facility, l.valid_to,
             (SELECT min(a.valid_from) FROM staff_post a WHERE a.place = l.place AND a.staff_id = l.staff_id)
                 AS valid_from
      FROM staff m
      JOIN staff_post l ON l.place = m.place AND l.staff_id = m.id
      WHERE m.place = :place AND (:code = '' OR m.code = :code)
        AND NOT EXISTS (SELECT 1 FROM staff_post n WHERE n.place = l.place AND n.staff_id = l.staff_id
                        AND (n.valid_from > l.valid_from
                          OR (n.valid_from = l.valid_from AND n.facility > l.facility)))) f
LEFT JOIN subject s ON s.place = :place AND s.id = f.id
LEFT JOIN subject_party p ON p.place = :place AND p.subject_id = f.id AND p.field = ''
WHERE s.id IS NULL OR s.code <> f.code OR s.name <> f.name OR s.valid_from <> f.valid_from
   OR s.valid_to IS DISTINCT FROM f.valid_to OR p.facility IS DISTINCT FROM f.facility
ORDER BY f.code;

-- name: register_write :run
-- in: place text, id uuid, kind text, code text, name text, name_en text, valid_from date, valid_to date?
INSERT INTO subject (place, id, kind, code, name, name_en, valid_from, valid_to)
VALUES (:place, :id, :kind, :code, :name, :name_en, :valid_from, :valid_to)
ON CONFLICT (place, id) DO UPDATE SET kind = :kind, code = :code, name = :name, name_en = :name_en,
    valid_from = :valid_from, valid_to = :valid_to;

-- name: register_party_clear :run
-- in: place text, subject_id uuid
DELETE FROM subject_party WHERE place = :place AND subject_id = :subject_id;

-- name: register_party_write :run
-- in: place text, subject_id uuid, field text, facility text, area_code text
INSERT INTO subject_party (place, subject_id, field, facility, area_code)
VALUES (:place, :subject_id, :field, :facility, :area_code);

-- name: register_entry_write :run
-- in: place text, subject_id uuid, happened_on date, record_id uuid, kind text, code text, name text
-- in: valid_from date, valid_to date?, recorded_on date
INSERT INTO subject_entry (place, subject_id, happened_on, record_id, kind, code, name, valid_from, valid_to,
                           recorded_on)
VALUES (:place, :subject_id, :happened_on, :record_id, :kind, :code, :name, :valid_from, :valid_to,
        :recorded_on);

-- name: register_entry_end :run
-- in: place text, subject_id uuid, record_id uuid, ended_on date
UPDATE subject_entry SET ended_on = :ended_on
WHERE place = :place AND subject_id = :subject_id AND record_id = :record_id AND ended_on IS NULL;

-- name: register_entry_party_write :run
-- in: place text, record_id uuid, field text, facility text
INSERT INTO subject_entry_party (place, record_id, field, facility)
VALUES (:place, :record_id, :field, :facility);

-- What is said of the subject now: the newest record that has not ended.
-- name: register_entry_newest :maybe
-- in: place text, subject_id uuid
-- out: record_id uuid, kind text, code text, name text, valid_from date, valid_to date?
SELECT e.record_id, e.kind, e.code, e.name, e.valid_from, e.valid_to
FROM subject_entry e
WHERE e.place = :place AND e.subject_id = :subject_id AND e.ended_on IS NULL
ORDER BY e.happened_on DESC, e.record_id DESC
LIMIT 1;

-- name: register_entry_parties :many
-- in: place text, record_id uuid
-- out: field text, facility text
SELECT p.field, p.facility
FROM subject_entry_party p
WHERE p.place = :place AND p.record_id = :record_id
ORDER BY p.field;

-- Nothing says it any more: it ends before it begins.
-- name: register_close :run
-- in: place text, id uuid
UPDATE subject SET valid_to = add_days(valid_from, -1) WHERE place = :place AND id = :id;

-- Another subject of the kind that has the code.
-- name: register_code_taken :maybe
-- in: place text, kind text, code text, id uuid
-- out: id uuid
SELECT s.id
FROM subject s
WHERE s.place = :place AND s.kind = :kind AND s.code = :code AND s.id <> :id
  AND (s.valid_to IS NULL OR s.valid_to >= s.valid_from)
ORDER BY s.id
LIMIT 1;

-- What was known of every subject of a kind at the end of a day, by its newest entry; whoever sees it.
-- name: register_entries_known :many
-- in: place text, kind text, known date
-- out: subject_id uuid, record_id uuid, code text, name text, valid_from date, valid_to date?, owner text
SELECT e.subject_id, e.record_id, e.code, e.name, e.valid_from, e.valid_to, p.facility AS owner
FROM subject s
JOIN subject_entry e ON e.place = s.place AND e.subject_id = s.id
JOIN subject_entry_party p ON p.place = e.place AND p.record_id = e.record_id AND p.field = ''
WHERE s.place = :place AND s.kind = :kind AND e.recorded_on <= :known
  AND (e.ended_on IS NULL OR e.ended_on > :known)
  AND NOT EXISTS (SELECT 1 FROM subject_entry n
                  WHERE n.place = e.place AND n.subject_id = e.subject_id AND n.recorded_on <= :known
                    AND (n.ended_on IS NULL OR n.ended_on > :known)
                    AND (n.happened_on > e.happened_on
                      OR (n.happened_on = e.happened_on AND n.record_id > e.record_id)))
ORDER BY e.code, e.subject_id;

-- The kind of what has the id, whoever sees it.
-- name: register_kind :maybe
-- in: place text, id uuid
-- out: kind text
SELECT s.kind FROM subject s WHERE s.place = :place AND s.id = :id;

-- name: register_by_id :maybe
-- in: place text, id uuid
-- out: kind text, code text, name text, name_en text, valid_from date, valid_to date?
SELECT s.kind, s.code, s.name, s.name_en, s.valid_from, s.valid_to
FROM subject s
WHERE s.place = :place AND s.id = :id AND {scope:subject s};

-- A facility, whoever sees it: the caller asks for his own alone.
-- name: register_own :maybe
-- in: place text, id uuid
-- out: name text, name_en text, valid_from date, valid_to date?
SELECT s.name, s.name_en, s.valid_from, s.valid_to
FROM subject s
WHERE s.place = :place AND s.id = :id AND s.kind = 'facility';

-- name: register_household :maybe
-- in: place text, id uuid
-- out: area_code text
SELECT s.area_code
FROM household s
WHERE s.place = :place AND s.id = :id AND {scope:subject s};

-- name: register_by_code :maybe
-- in: place text, kind text, code text
-- out: id uuid
SELECT s.id
FROM subject s
WHERE s.place = :place AND s.kind = :kind AND s.code = :code
ORDER BY s.id
LIMIT 1;

-- name: register_parties :many
-- in: place text, subject_id uuid
-- out: field text, facility text, area_code text
SELECT p.field, p.facility, p.area_code
FROM subject_party p
WHERE p.place = :place AND p.subject_id = :subject_id
ORDER BY p.field;

-- In force on the day and in sight (or anywhere), by code and id; query: a part of the name, or the head of the code;
-- at: the facility that has part in it, or empty.
-- name: register_list :many
-- in: place text, kind text, day date, query text, at text, anywhere integer, after_code text, after_id uuid
-- in: most integer
-- out: id uuid, code text, name text, name_en text, valid_from date, valid_to date?
SELECT s.id, s.code, s.name, s.name_en, s.valid_from, s.valid_to
FROM subject s
WHERE s.place = :place AND s.kind = :kind AND s.valid_from <= :day
  AND (s.valid_to IS NULL OR s.valid_to >= :day) AND (:anywhere = 1 OR {scope:subject s})
  AND (:query = '' OR replace(s.name, :query, '') <> s.name
    OR replace(lower(s.name_en), lower(:query), '') <> lower(s.name_en)
    OR substr(s.code, 1, length(:query)) = :query)
  AND (:at = '' OR EXISTS (SELECT 1 FROM subject_party p
                           WHERE p.place = s.place AND p.subject_id = s.id AND p.facility = :at))
  AND (s.code > :after_code OR (s.code = :after_code AND s.id > :after_id))
ORDER BY s.code, s.id
LIMIT :most;

-- What a facility has part in besides itself and its staff, of every kind.
-- name: register_parts :many
-- in: place text, day date, desk text, most integer
-- out: id uuid, kind text, code text, name text, name_en text, valid_from date, valid_to date?
SELECT s.id, s.kind, s.code, s.name, s.name_en, s.valid_from, s.valid_to
FROM (SELECT DISTINCT p.place, p.subject_id
      FROM subject_party p
      WHERE p.place = :place AND p.area_code = :desk) of_it
JOIN subject s ON s.place = of_it.place AND s.id = of_it.subject_id
WHERE s.kind <> 'facility' AND s.kind <> 'staff' AND s.valid_from <= :day
  AND (s.valid_to IS NULL OR s.valid_to >= :day) AND {scope:subject s}
ORDER BY s.kind, s.code, s.id
LIMIT :most;

-- The name of the one that had the code last.
-- name: register_name :maybe
-- in: place text, kind text, code text
-- out: name text, name_en text
SELECT s.name, s.name_en
FROM subject s
WHERE s.place = :place AND s.kind = :kind AND s.code = :code
ORDER BY s.valid_from DESC, s.id
LIMIT 1;

-- Whether something of the kind is in force on the day: what a form refers to by code.
-- name: register_in_force :maybe
-- in: place text, kind text, code text, day date
-- out: id uuid
SELECT s.id
FROM subject s
WHERE s.place = :place AND s.kind = :kind AND s.code = :code AND s.valid_from <= :day
  AND (s.valid_to IS NULL OR s.valid_to >= :day)
ORDER BY s.id
LIMIT 1;

-- Of ten ids those that are subjects, whoever sees them: asked for lines of a scoped list.
-- name: register_briefs :many
-- in: place text, id0 uuid, id1 uuid, id2 uuid, id3 uuid, id4 uuid, id5 uuid, id6 uuid, id7 uuid, id8 uuid
-- in: id9 uuid
-- out: id uuid, kind text, code text, name text, name_en text, valid_from date, valid_to date?
SELECT s.id, s.kind, s.code, s.name, s.name_en, s.valid_from, s.valid_to
FROM subject s
WHERE s.place = :place AND s.id IN (:id0, :id1, :id2, :id3, :id4, :id5, :id6, :id7, :id8, :id9);
