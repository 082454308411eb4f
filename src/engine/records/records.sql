-- Records: headers, how they end, and the registry of columns. The statements of answer tables are
-- written by form/answers_sql.

-- Of whom a record with this id is to be written, and whether the id is taken.
-- name: record_subject :maybe
-- ahead: a submission
-- in: place text, subject uuid, id uuid
-- out: sex text, birth_date date?, area_code text, registered_on date, died_on date?, left_on date?
-- out: merged_into uuid?, known_rev integer?
SELECT person.sex, person.birth_date, person.area_code, person.registered_on, person.died_on,
    person.left_on, person.merged_into,
    (SELECT k.rev FROM record k WHERE k.place = :place AND k.id = :id) AS known_rev
FROM resident person
WHERE person.place = :place AND person.id = :subject AND {scope:resident person};

-- name: record_insert :later
-- in: place text, id uuid, rev integer, form text, form_version text, subject_kind text
-- in: subject_id uuid, facility text, performed_by uuid, recorded_by uuid, happened_on date
-- in: recorded_on date, recorded_at instant, amends uuid?, content_hash bytes, written_for uuid?
-- unscoped: writes the record of a subject whom record_subject has just found in scope
INSERT INTO record (place, id, rev, form, form_version, subject_kind, subject_id, facility,
    performed_by, recorded_by, happened_on, recorded_on, recorded_at, amends, content_hash, written_for)
VALUES (:place, :id, :rev, :form, :form_version, :subject_kind, :subject_id, :facility,
    :performed_by, :recorded_by, :happened_on, :recorded_on, :recorded_at, :amends, :content_hash,
    :written_for);

-- name: record_end_insert :run
-- in: place text, record_id uuid, rev integer, ended_on date, ended_at instant, amended_by uuid?
-- in: reason text, ended_by uuid
INSERT INTO record_end (place, record_id, rev, ended_on, ended_at, amended_by, reason, ended_by)
VALUES (:place, :record_id, :rev, :ended_on, :ended_at, :amended_by, :reason, :ended_by)
ON CONFLICT (place, record_id) DO NOTHING;

-- name: record_reason_insert :run
-- in: place text, record_id uuid, reason text
INSERT INTO record_reason (place, record_id, reason)
VALUES (:place, :record_id, :reason);

-- name: record_reason_of :maybe
-- in: place text, record_id uuid
-- out: reason text
-- unscoped: asked of a record that was read in scope
SELECT n.reason
FROM record_reason n
WHERE n.place = :place AND n.record_id = :record_id;

-- name: record_end_known :maybe
-- in: place text, record_id uuid
-- out: amended_by uuid?, reason text, ended_by uuid
-- unscoped: asked of a record that record_header_by_id has just found in scope
SELECT e.amended_by, e.reason, e.ended_by
FROM record_end e
WHERE e.place = :place AND e.record_id = :record_id;

-- name: record_known :maybe
-- in: place text, id uuid
-- out: rev integer, form_version text, content_hash bytes, recorded_at instant
-- unscoped: tells a repeated submission from a new one; nothing of it is shown
SELECT r.rev, r.form_version, r.content_hash, r.recorded_at
FROM record r
WHERE r.place = :place AND r.id = :id;

-- Its newest name. Apart from the headers: those of a person name few facilities.
-- name: record_facility_name :maybe
-- in: place text, facility text
-- out: name text, name_en text
SELECT f.name, f.name_en
FROM v_facility f
WHERE f.place = :place AND f.code = :facility
ORDER BY f.valid_from DESC
LIMIT 1;

-- name: record_header_by_id :maybe
-- in: place text, id uuid, known_on date
-- out: id uuid, subject_id uuid, happened_on date, rev integer, form_version text, facility text
-- out: performed_by uuid, recorded_by uuid, recorded_at instant, amends uuid?, form text
-- out: is_ended integer, amended_by uuid?, reason text?, ended_at instant?
SELECT r.id, r.subject_id, r.happened_on, r.rev, r.form_version, r.facility, r.performed_by,
       r.recorded_by, r.recorded_at, r.amends, r.form,
       CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS is_ended, e.amended_by, e.reason, e.ended_at
FROM record r
JOIN resident person ON person.place = r.place AND person.id = r.subject_id
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id AND e.ended_on <= :known_on
WHERE r.place = :place AND r.id = :id AND r.recorded_on <= :known_on AND {scope:resident person}
  AND {scope:form r};

-- The same of records about others than residents.
-- name: record_header_of_other_by_id :maybe
-- in: place text, id uuid, known_on date, sees_persons integer
-- out: id uuid, subject_id uuid, happened_on date, rev integer, form_version text, facility text
-- out: performed_by uuid, recorded_by uuid, recorded_at instant, amends uuid?, form text
-- out: is_ended integer, amended_by uuid?, reason text?, ended_at instant?
SELECT r.id, r.subject_id, r.happened_on, r.rev, r.form_version, r.facility, r.performed_by,
       r.recorded_by, r.recorded_at, r.amends, r.form,
       CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS is_ended, e.amended_by, e.reason, e.ended_at
FROM record r
JOIN v_subject_other s ON s.place = r.place AND s.id = r.subject_id
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id AND e.ended_on <= :known_on
WHERE r.place = :place AND r.id = :id AND r.recorded_on <= :known_on AND {scope:subject s}
  AND (r.subject_kind <> 'household' OR :sees_persons = 1)
  AND {scope:form r};

-- CROSS JOIN: the person first, in SQLite too, so that the scope is asked once and not for each record.
-- name: record_header_of_subject :many
-- ahead: a resident's page
-- in: place text, subject uuid, known_on date
-- out: id uuid, subject_id uuid, happened_on date, rev integer, form_version text, facility text
-- out: performed_by uuid, recorded_by uuid, recorded_at instant, amends uuid?, form text
-- out: is_ended integer, amended_by uuid?, reason text?, ended_at instant?
SELECT r.id, r.subject_id, r.happened_on, r.rev, r.form_version, r.facility, r.performed_by,
       r.recorded_by, r.recorded_at, r.amends, r.form,
       CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS is_ended, e.amended_by, e.reason, e.ended_at
FROM resident person
CROSS JOIN record r
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id AND e.ended_on <= :known_on
WHERE person.place = :place AND person.id = :subject AND {scope:resident person}
  AND r.place = :place AND r.subject_id = :subject AND r.recorded_on <= :known_on AND {scope:form r};

-- A page of it. forms: ids between commas, with one before and behind; empty: all.
-- name: record_header_page :many
-- in: place text, subject uuid, known_on date, after_day date, after_id uuid, forms text
-- in: with_ended integer, most integer
-- out: id uuid, subject_id uuid, happened_on date, rev integer, form_version text, facility text
-- out: performed_by uuid, recorded_by uuid, recorded_at instant, amends uuid?, form text
-- out: is_ended integer, amended_by uuid?, reason text?, ended_at instant?
SELECT r.id, r.subject_id, r.happened_on, r.rev, r.form_version, r.facility, r.performed_by,
       r.recorded_by, r.recorded_at, r.amends, r.form,
       CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS is_ended, e.amended_by, e.reason, e.ended_at
FROM resident person
CROSS JOIN record r
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id AND e.ended_on <= :known_on
WHERE person.place = :place AND person.id = :subject AND {scope:resident person}
  AND r.place = :place AND r.subject_id = :subject AND r.recorded_on <= :known_on AND {scope:form r}
  AND (r.happened_on < :after_day OR (r.happened_on = :after_day AND r.id < :after_id))
  AND (:forms = '' OR :forms LIKE '%,' || replace(r.form, '_', '\_') || ',%' ESCAPE '\')
  AND (:with_ended = 1 OR e.record_id IS NULL)
ORDER BY r.happened_on DESC, r.id DESC
LIMIT :most;

-- The same of a subject that is no resident.
-- name: record_header_of_other :many
-- in: place text, subject uuid, known_on date, after_day date, after_id uuid, forms text
-- in: with_ended integer, most integer, sees_persons integer
-- out: id uuid, subject_id uuid, happened_on date, rev integer, form_version text, facility text
-- out: performed_by uuid, recorded_by uuid, recorded_at instant, amends uuid?, form text
-- out: is_ended integer, amended_by uuid?, reason text?, ended_at instant?
SELECT r.id, r.subject_id, r.happened_on, r.rev, r.form_version, r.facility, r.performed_by,
       r.recorded_by, r.recorded_at, r.amends, r.form,
       CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS is_ended, e.amended_by, e.reason, e.ended_at
FROM v_subject_other s
CROSS JOIN record r
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id AND e.ended_on <= :known_on
WHERE s.place = :place AND s.id = :subject AND {scope:subject s}
  AND (r.subject_kind <> 'household' OR :sees_persons = 1)
  AND r.place = :place AND r.subject_id = :subject AND r.recorded_on <= :known_on AND {scope:form r}
  AND (r.happened_on < :after_day OR (r.happened_on = :after_day AND r.id < :after_id))
  AND (:forms = '' OR :forms LIKE '%,' || replace(r.form, '_', '\_') || ',%' ESCAPE '\')
  AND (:with_ended = 1 OR e.record_id IS NULL)
ORDER BY r.happened_on DESC, r.id DESC
LIMIT :most;

-- Of some people the newest current records of each form, without forms of a closed class.
-- name: record_newest_of_people :many
-- in: place text, each integer
-- in: id01 uuid, id02 uuid, id03 uuid, id04 uuid, id05 uuid, id06 uuid, id07 uuid, id08 uuid, id09 uuid, id10 uuid
-- in: id11 uuid, id12 uuid, id13 uuid, id14 uuid, id15 uuid, id16 uuid, id17 uuid, id18 uuid, id19 uuid, id20 uuid
-- in: id21 uuid, id22 uuid, id23 uuid, id24 uuid, id25 uuid, id26 uuid, id27 uuid, id28 uuid, id29 uuid, id30 uuid
-- in: id31 uuid, id32 uuid, id33 uuid, id34 uuid, id35 uuid, id36 uuid, id37 uuid, id38 uuid, id39 uuid, id40 uuid
-- in: id41 uuid, id42 uuid, id43 uuid, id44 uuid, id45 uuid, id46 uuid, id47 uuid, id48 uuid, id49 uuid, id50 uuid
-- out: id uuid, subject_id uuid, form text, form_version text, happened_on date, recorded_at instant
-- out: facility text, performed_by uuid, amends uuid?
-- unscoped: the ids come from a list whose own query is scoped
SELECT n.id, n.subject_id, n.form, n.form_version, n.happened_on, n.recorded_at, n.facility,
    n.performed_by, n.amends
FROM (SELECT r.id, r.subject_id, r.form, r.form_version, r.happened_on, r.recorded_at, r.facility,
          r.performed_by, r.amends,
          row_number() OVER (PARTITION BY r.subject_id, r.form
                             ORDER BY r.happened_on DESC, r.id DESC) AS number
      FROM (VALUES (:id01), (:id02), (:id03), (:id04), (:id05), (:id06), (:id07), (:id08), (:id09), (:id10),
                   (:id11), (:id12), (:id13), (:id14), (:id15), (:id16), (:id17), (:id18), (:id19), (:id20),
                   (:id21), (:id22), (:id23), (:id24), (:id25), (:id26), (:id27), (:id28), (:id29), (:id30),
                   (:id31), (:id32), (:id33), (:id34), (:id35), (:id36), (:id37), (:id38), (:id39), (:id40),
                   (:id41), (:id42), (:id43), (:id44), (:id45), (:id46), (:id47), (:id48), (:id49), (:id50)) asked
      CROSS JOIN record r
      WHERE r.place = :place AND r.subject_id = asked.column1
        AND r.form NOT IN (SELECT closed.form FROM form_class closed WHERE NOT {scope:class closed})
        AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id)) n
WHERE n.number <= :each
ORDER BY n.subject_id, n.form, n.happened_on DESC, n.id DESC;

-- name: draft_write :run
-- in: place text, account uuid, subject_id uuid, form text, amends uuid, record_id uuid
-- in: saved_at instant, content bytes
INSERT INTO record_draft (place, account, subject_id, form, amends, record_id, saved_at, content)
VALUES (:place, :account, :subject_id, :form, :amends, :record_id, :saved_at, :content)
ON CONFLICT (place, account, subject_id, form, amends)
DO UPDATE SET record_id = :record_id, saved_at = :saved_at, content = :content;

-- name: draft_count :one
-- in: place text, account uuid
-- out: n integer
SELECT count(*) AS n
FROM record_draft d
WHERE d.place = :place AND d.account = :account;

-- name: draft_kept :maybe
-- in: place text, account uuid, subject_id uuid, form text, amends uuid, oldest instant
-- out: record_id uuid, saved_at instant, content bytes
SELECT d.record_id, d.saved_at, d.content
FROM record_draft d
JOIN resident person ON person.place = d.place AND person.id = d.subject_id
WHERE d.place = :place AND d.account = :account AND d.subject_id = :subject_id AND d.form = :form
  AND d.amends = :amends AND d.saved_at >= :oldest AND {scope:resident person} AND {scope:form d}
  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.place = d.place AND r.id = d.record_id);

-- name: draft_mine :many
-- in: place text, account uuid, oldest instant, most integer
-- out: subject_id uuid, form text, amends uuid, record_id uuid, saved_at instant
SELECT d.subject_id, d.form, d.amends, d.record_id, d.saved_at
FROM record_draft d
JOIN resident person ON person.place = d.place AND person.id = d.subject_id
WHERE d.place = :place AND d.account = :account AND d.saved_at >= :oldest
  AND {scope:resident person} AND {scope:form d}
  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.place = d.place AND r.id = d.record_id)
ORDER BY d.saved_at DESC, d.record_id
LIMIT :most;

-- name: draft_remove :run
-- in: place text, account uuid, subject_id uuid, form text, amends uuid
DELETE FROM record_draft
WHERE place = :place AND account = :account AND subject_id = :subject_id AND form = :form
  AND amends = :amends;

-- Too old, or sent.
-- name: draft_ended :one
-- in: place text, oldest instant
-- out: n integer
-- unscoped: a number; nobody reads the rows
SELECT count(*) AS n
FROM record_draft d
WHERE d.place = :place
  AND (d.saved_at < :oldest
       OR EXISTS (SELECT 1 FROM record r WHERE r.place = d.place AND r.id = d.record_id));

-- name: draft_remove_ended :run
-- in: place text, oldest instant
-- unscoped: takes away what nobody reads any more
DELETE FROM record_draft
WHERE place = :place
  AND (saved_at < :oldest
       OR EXISTS (SELECT 1 FROM record r WHERE r.place = :place AND r.id = record_draft.record_id));

-- name: record_sealed_write :run
-- in: place text, subject_id uuid, record_id uuid, content bytes
INSERT INTO record_sealed (place, subject_id, record_id, content)
VALUES (:place, :subject_id, :record_id, :content)
ON CONFLICT (place, subject_id, record_id) DO NOTHING;

-- name: record_sealed_of_record :maybe
-- in: place text, record_id uuid
-- out: subject_id uuid, content bytes
-- unscoped: asked of a record that was read in scope
SELECT s.subject_id, s.content
FROM record r
CROSS JOIN record_sealed s
WHERE r.place = :place AND r.id = :record_id AND s.place = r.place
  AND s.subject_id = coalesce(r.written_for, r.subject_id) AND s.record_id = r.id;

-- The first day of service that a form's records tell of.
-- name: record_first_day :maybe
-- in: place text, form text
-- out: happened_on date
-- unscoped: a day, of the whole place
SELECT r.happened_on
FROM record r
WHERE r.place = :place AND r.form = :form
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id)
ORDER BY r.happened_on, r.id
LIMIT 1;

-- Whom a record was written for.
-- name: record_whom :maybe
-- in: place text, id uuid
-- out: subject_id uuid, whom uuid
-- unscoped: asked of a record that was read in scope
SELECT r.subject_id, coalesce(r.written_for, r.subject_id) AS whom
FROM record r
WHERE r.place = :place AND r.id = :id;

-- Records filed under one person that are another's now: merged, or taken apart again.
-- name: record_file :run
-- in: place text, filed_from uuid, person uuid
-- unscoped: follows a merge of two whom the caller has found in scope
UPDATE record SET subject_id = :person,
    written_for = CASE WHEN coalesce(written_for, subject_id) = :person THEN NULL
                       ELSE coalesce(written_for, subject_id) END
WHERE place = :place AND subject_id = :filed_from
  AND coalesce(written_for, subject_id) IN
      (SELECT :person UNION SELECT m.id FROM v_resident_merged m
       WHERE m.place = :place AND m.person_id = :person);

-- name: record_sealed_of_subject :many
-- in: place text, subject uuid
-- out: subject_id uuid, record_id uuid, content bytes
-- unscoped: asked of a subject whose records were read in scope
SELECT s.subject_id, s.record_id, s.content
FROM record_sealed s
WHERE s.place = :place
  AND s.subject_id IN (SELECT :subject UNION ALL SELECT m.id FROM v_resident_merged m
                       WHERE m.place = :place AND m.person_id = :subject);

-- Newest first. CROSS JOIN: the few that say something, then their headers. What a sensitive form says of a
-- person stands in its record alone: the register is read by whoever sees the person.
-- name: record_sealed_current :many
-- in: place text, subject uuid
-- out: subject_id uuid, record_id uuid, content bytes
-- unscoped: asked of a subject whom the write has found in scope
SELECT s.subject_id, s.record_id, s.content
FROM record_sealed s
CROSS JOIN record r
WHERE s.place = :place
  AND s.subject_id IN (SELECT :subject UNION ALL SELECT m.id FROM v_resident_merged m
                       WHERE m.place = :place AND m.person_id = :subject)
  AND r.place = s.place AND r.id = s.record_id AND r.subject_id = :subject
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id)
  AND r.form NOT IN (SELECT closed.form FROM form_class closed)
ORDER BY r.happened_on DESC, r.id DESC;

-- Of whom some record keeps facts.
-- name: record_sealed_subjects :many
-- scan: proves every fact
-- in: place text
-- out: subject_id uuid
-- unscoped: proves that facts follow from records; nobody reads them
SELECT DISTINCT r.subject_id
FROM record_sealed s
CROSS JOIN record r
WHERE s.place = :place AND r.place = s.place AND r.id = s.record_id
ORDER BY r.subject_id;

-- Of each subject the newest current record of the form, where its sealed answers are not kept.
-- name: record_sealed_missing :many
-- in: place text, form text, after uuid, most integer
-- out: id uuid, subject_id uuid
-- unscoped: a database of an earlier version is brought up to this one
SELECT r.id, r.subject_id
FROM record r
WHERE r.place = :place AND r.subject_id > :after AND r.form = :form
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id)
  AND NOT EXISTS (SELECT 1 FROM record_sealed s
                  WHERE s.place = r.place AND s.subject_id = coalesce(r.written_for, r.subject_id)
                    AND s.record_id = r.id)
  AND NOT EXISTS (SELECT 1 FROM record n
                  WHERE n.place = r.place AND n.subject_id = r.subject_id AND n.form = r.form
                    AND n.happened_on >= r.happened_on
                    AND (n.happened_on > r.happened_on OR n.id > r.id)
                    AND NOT EXISTS (SELECT 1 FROM record_end f
                                    WHERE f.place = n.place AND f.record_id = n.id))
ORDER BY r.subject_id
LIMIT :most;

-- name: form_field_all :many
-- out: form text, field text, type text, unit text, is_computed integer?
SELECT f.form, f.field, f.type, f.unit, f.is_computed
FROM form_field f
ORDER BY f.form, f.field;

-- name: form_field_insert :run
-- in: form text, field text, type text, unit text, first_version text, is_computed integer
INSERT INTO form_field (form, field, type, unit, first_version, is_computed)
VALUES (:form, :field, :type, :unit, :first_version, :is_computed);

-- name: form_field_note :run
-- in: form text, field text, is_computed integer
UPDATE form_field SET is_computed = :is_computed WHERE form = :form AND field = :field AND is_computed IS NULL;

-- What proves the records of a form, in the order of a stream of them (each.c). The reason that was
-- sent stands where the amended record ended, or with the original.
-- name: record_proof_each :stream
-- scan: proves every record
-- unscoped: proves what is stored; nobody reads the rows
-- in: place text, form text
-- out: id uuid, subject_id uuid, happened_on date, content_hash bytes, reason text
SELECT r.id, r.subject_id, r.happened_on, r.content_hash,
    coalesce(CASE WHEN r.amends IS NULL THEN n.reason ELSE e.reason END, '') AS reason
FROM record r
LEFT JOIN record_reason n ON n.place = r.place AND n.record_id = r.id
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.amends
WHERE r.place = :place AND r.form = :form
ORDER BY r.subject_id, r.happened_on, r.id;

-- name: form_class_write :run
-- in: form text, class text
INSERT INTO form_class (form, class) VALUES (:form, :class)
ON CONFLICT (form) DO UPDATE SET class = :class WHERE form_class.class <> :class;

-- name: form_class_remove :run
-- in: form text
DELETE FROM form_class WHERE form = :form;

-- By entry of the register. Whoever was registered after the day, or says nothing of himself, has none.
-- name: record_sealed_past :many
-- in: place text, day date
-- out: entry_id uuid, record_id uuid, content bytes, happened_on date, recorded_on date, ended_on date?
SELECT s.subject_id AS entry_id, s.record_id, s.content, r.happened_on, r.recorded_on, e.ended_on
FROM resident p
CROSS JOIN record_sealed s
CROSS JOIN record r
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id
WHERE p.place = :place AND {scope:area p} AND p.registered_on <= :day
  AND s.place = p.place AND s.subject_id = p.id AND r.place = s.place AND r.id = s.record_id
  AND r.form NOT IN (SELECT closed.form FROM form_class closed)
ORDER BY s.subject_id, s.record_id;

-- name: record_sealed_past_of :many
-- in: place text, person uuid
-- out: entry_id uuid, record_id uuid, content bytes, happened_on date, recorded_on date, ended_on date?
-- unscoped: asked of a person whom the caller has found in scope
SELECT s.subject_id AS entry_id, s.record_id, s.content, r.happened_on, r.recorded_on, e.ended_on
FROM record_sealed s
CROSS JOIN record r
LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id
WHERE s.place = :place
  AND s.subject_id IN (SELECT :person UNION ALL SELECT m.id FROM v_resident_merged m
                       WHERE m.place = :place AND m.person_id = :person)
  AND r.place = s.place AND r.id = s.record_id
  AND r.form NOT IN (SELECT closed.form FROM form_class closed)
ORDER BY s.subject_id, s.record_id;

-- How many of those in sight who live in an area have a current record of one of the forms; up to six
-- forms, NULL where there are fewer.
-- name: record_file_count :one
-- in: place text, area text, form1 text?, form2 text?, form3 text?, form4 text?, form5 text?, form6 text?
-- out: residents integer, files integer
-- scan: counts everybody in sight
SELECT count(*) AS residents,
       count(CASE WHEN EXISTS (
         SELECT 1 FROM record c
         WHERE c.place = p.place AND c.subject_id = p.id
           AND c.form IN (:form1, :form2, :form3, :form4, :form5, :form6)
           AND NOT EXISTS (SELECT 1 FROM record_end e
                           WHERE e.place = c.place AND e.record_id = c.id))
         THEN 1 END) AS files
FROM resident p
WHERE p.place = :place AND p.area_code >= :area AND p.area_code < :area || ':'
  AND p.merged_into IS NULL AND p.died_on IS NULL AND p.left_on IS NULL AND {scope:resident p};

-- The same by area, for numbers: within the county by township (9 digits), within a township by village.
-- name: record_file_by_area :many
-- in: place text, area text, form1 text?, form2 text?, form3 text?, form4 text?, form5 text?, form6 text?
-- out: area text, residents integer, files integer
-- scan: counts everybody in sight
SELECT substr(p.area_code, 1, CASE WHEN length(:area) < 9 THEN 9 ELSE 12 END) AS area,
       count(*) AS residents,
       count(CASE WHEN EXISTS (
         SELECT 1 FROM record c
         WHERE c.place = p.place AND c.subject_id = p.id
           AND c.form IN (:form1, :form2, :form3, :form4, :form5, :form6)
           AND NOT EXISTS (SELECT 1 FROM record_end e
                           WHERE e.place = c.place AND e.record_id = c.id))
         THEN 1 END) AS files
FROM resident p
WHERE p.place = :place AND p.area_code >= :area AND p.area_code < :area || ':'
  AND p.merged_into IS NULL AND p.died_on IS NULL AND p.left_on IS NULL AND {scope:area p}
GROUP BY 1
ORDER BY 1;

-- Those of them who have none.
-- name: record_file_missing :many
-- in: place text, area text, most integer
-- in: form1 text?, form2 text?, form3 text?, form4 text?, form5 text?, form6 text?
-- out: id uuid
-- scan: reads everybody in sight until enough are found
SELECT p.id
FROM resident p
WHERE p.place = :place AND p.area_code >= :area AND p.area_code < :area || ':'
  AND p.merged_into IS NULL AND p.died_on IS NULL AND p.left_on IS NULL AND {scope:resident p}
  AND NOT EXISTS (
    SELECT 1 FROM record c
    WHERE c.place = p.place AND c.subject_id = p.id
      AND c.form IN (:form1, :form2, :form3, :form4, :form5, :form6)
      AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = c.place AND e.record_id = c.id))
ORDER BY p.area_code, p.id
LIMIT :most;
