-- Obligations: rules, evidence, stored rows, lists.

-- name: obligation_rule_all :many
-- in: place text
-- out: rule_key integer, program text, rule text, notice_days integer, signature text, class text
SELECT g.rule_key, g.program, g.rule, g.notice_days, g.signature, g.class
FROM obligation_rule g
WHERE g.place = :place
ORDER BY g.rule_key;

-- name: obligation_rule_write :run
-- in: place text, rule_key integer, program text, rule text, notice_days integer, signature text
-- in: class text
INSERT INTO obligation_rule (place, rule_key, program, rule, notice_days, signature, class)
VALUES (:place, :rule_key, :program, :rule, :notice_days, :signature, :class)
ON CONFLICT (place, rule_key) DO UPDATE SET notice_days = :notice_days, signature = :signature,
    class = :class;

-- name: obligation_evidence_insert :later
-- in: place text, subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- in: is_counted integer, is_capped integer, next_on date?, recorded_on date, ended_on date?
-- in: detail integer, amount decimal, unit text
INSERT INTO obligation_evidence (place, subject_id, rule_key, happened_on, record_id, kind,
    is_counted, is_capped, next_on, recorded_on, ended_on, detail, amount, unit)
VALUES (:place, :subject_id, :rule_key, :happened_on, :record_id, :kind, :is_counted, :is_capped,
    :next_on, :recorded_on, :ended_on, :detail, :amount, :unit);

-- name: obligation_evidence_all :stream
-- scan: proves every row
-- unscoped: proves that evidence follows from records; nobody reads the rows
-- in: place text
-- out: subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- out: is_counted integer, is_capped integer, next_on date?, recorded_on date, ended_on date?
-- out: detail integer, amount decimal
SELECT e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted, e.is_capped,
    e.next_on, e.recorded_on, e.ended_on, e.detail, e.amount
FROM obligation_evidence e
WHERE e.place = :place;

-- name: obligation_evidence_end :later
-- in: place text, subject_id uuid, record_id uuid, ended_on date
UPDATE obligation_evidence SET ended_on = :ended_on
WHERE place = :place AND subject_id = :subject_id AND record_id = :record_id AND ended_on IS NULL;

-- Evidence stands under the person under whom its record is filed.
-- name: obligation_evidence_file :run
-- in: place text, filed_from uuid, person uuid
-- unscoped: follows a merge of two whom the caller has found in scope
UPDATE obligation_evidence SET subject_id = :person
WHERE place = :place AND subject_id = :filed_from
  AND record_id IN (SELECT f.record_id FROM v_record_filed f
                    WHERE f.place = :place AND f.subject_id = :person);

-- The evidence of waivers stands under the person too for whom each was given, or who he is now.
-- name: obligation_evidence_file_waivers :run
-- in: place text, filed_from uuid, person uuid
-- unscoped: follows a merge of two whom the caller has found in scope
UPDATE obligation_evidence SET subject_id = :person
WHERE place = :place AND subject_id = :filed_from AND kind = 4
  AND record_id IN (
    SELECT w.id FROM obligation_waiver w
    WHERE w.place = :place AND w.subject_id = :person
    UNION
    SELECT w.id FROM v_resident_merged m
    JOIN obligation_waiver w ON w.place = m.place AND w.subject_id = m.id
    WHERE m.place = :place AND m.person_id = :person);

-- name: obligation_evidence_of_subject :many
-- ahead: a resident's page
-- in: place text, subject_id uuid, known_on date, rule_from integer, rule_until integer
-- out: rule_key integer, happened_on date, record_id uuid, kind integer, is_counted integer
-- out: is_capped integer, next_on date?, detail integer, amount decimal, spares_on date?, unit text
SELECT e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted, e.is_capped, e.next_on, e.detail,
    e.amount, e.spares_on, e.unit
FROM obligation_evidence e
WHERE e.place = :place AND e.subject_id = :subject_id AND e.recorded_on <= :known_on
  AND e.rule_key >= :rule_from AND e.rule_key <= :rule_until
  AND (e.ended_on IS NULL OR e.ended_on > :known_on)
ORDER BY e.rule_key, e.happened_on, e.record_id, e.kind;

-- The people of a page, in the order of the evidence.
-- name: obligation_people_page :many
-- in: place text, after_id uuid, most integer
-- out: id uuid, area_code text, sex text, birth_date date?, registered_on date, died_on date?
-- out: left_on date?
-- unscoped: recomputes what is owed to everybody; nobody reads the rows
SELECT r.id, r.area_code, r.sex, r.birth_date, r.registered_on, r.died_on, r.left_on
FROM v_resident r
WHERE r.place = :place AND r.id > :after_id
ORDER BY r.id
LIMIT :most;

-- name: obligation_evidence_page :many
-- in: place text, after_id uuid, until_id uuid
-- out: subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- out: is_counted integer, is_capped integer, next_on date?, detail integer, amount decimal
-- out: spares_on date?, unit text
SELECT e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted, e.is_capped, e.next_on, e.detail,
    e.amount, e.spares_on, e.unit
FROM obligation_evidence e
WHERE e.place = :place AND e.subject_id > :after_id AND e.subject_id <= :until_id
  AND e.ended_on IS NULL
ORDER BY e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind;

-- name: obligation_people_in_scope :many
-- in: place text, known_on date
-- out: id uuid, area_code text, sex text, birth_date date?, registered_on date, died_on date?
-- out: left_on date?
SELECT r.id, r.area_code, r.sex, r.birth_date, r.registered_on, r.died_on, r.left_on
FROM v_resident r
WHERE r.place = :place AND {scope:area r} AND r.registered_on <= :known_on
ORDER BY r.id;

-- CROSS JOIN: the people in sight first, in SQLite too, which would else read everybody's evidence to
-- save the sorting.
-- name: obligation_evidence_in_scope :many
-- in: place text, known_on date
-- out: subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- out: is_counted integer, is_capped integer, next_on date?, detail integer, amount decimal
-- out: spares_on date?, unit text
SELECT e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted, e.is_capped, e.next_on, e.detail,
    e.amount, e.spares_on, e.unit
FROM v_resident r
CROSS JOIN obligation_evidence e
WHERE r.place = :place AND {scope:area r} AND e.place = r.place AND e.subject_id = r.id
  AND e.recorded_on <= :known_on
  AND (e.ended_on IS NULL OR e.ended_on > :known_on)
ORDER BY e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind;

-- Of people who are merged with others, or were: each row with the entry for which its record was
-- written, or for which its waiver was given.
-- name: obligation_evidence_by_entry :many
-- in: place text, known_on date
-- out: entry_id uuid, subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- out: is_counted integer, is_capped integer, next_on date?, detail integer, amount decimal
-- out: spares_on date?, unit text
SELECT coalesce(f.entry_id, w.subject_id, e.subject_id) AS entry_id, e.subject_id, e.rule_key, e.happened_on,
    e.record_id, e.kind, e.is_counted, e.is_capped, e.next_on, e.detail, e.amount, e.spares_on,
    e.unit
FROM v_resident r
CROSS JOIN obligation_evidence e
LEFT JOIN v_record_filed f ON f.place = e.place AND f.record_id = e.record_id
LEFT JOIN obligation_waiver w ON w.place = e.place AND w.id = e.record_id
WHERE r.place = :place AND {scope:area r}
  AND r.id IN (SELECT m.survivor_id FROM v_resident_merge m WHERE m.place = :place
               UNION SELECT n.merged_id FROM v_resident_merge n WHERE n.place = :place)
  AND e.place = r.place AND e.subject_id = r.id AND e.recorded_on <= :known_on
  AND (e.ended_on IS NULL OR e.ended_on > :known_on)
ORDER BY e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind;

-- name: obligation_subject_facts :maybe
-- ahead: a resident's page
-- in: place text, subject_id uuid
-- out: area_code text, sex text, birth_date date?, registered_on date, died_on date?, left_on date?
-- unscoped: recomputes the subject whose record the caller has just been allowed to write
SELECT r.area_code, r.sex, r.birth_date, r.registered_on, r.died_on, r.left_on
FROM v_resident r
WHERE r.place = :place AND r.id = :subject_id;

-- The register entry of a subject of a declared kind that was the newest on the day.
-- name: obligation_other_entry :maybe
-- in: place text, subject_id uuid, known_on date
-- out: record_id uuid, kind text, valid_from date, valid_to date?
SELECT e.record_id, e.kind, e.valid_from, e.valid_to
FROM v_subject_entry e
WHERE e.place = :place AND e.subject_id = :subject_id AND e.recorded_on <= :known_on
  AND (e.ended_on IS NULL OR e.ended_on > :known_on)
ORDER BY e.happened_on DESC, e.record_id DESC
LIMIT 1;

-- name: obligation_other_entry_parties :many
-- in: place text, record_id uuid
-- out: field text, facility text
SELECT p.field, p.facility
FROM v_subject_entry_party p
WHERE p.place = :place AND p.record_id = :record_id
ORDER BY p.field;

-- A facility, an area, a member of staff.
-- name: obligation_other_facts :maybe
-- in: place text, subject_id uuid
-- out: kind text, code text, valid_from date, valid_to date?
SELECT s.kind, s.code, s.valid_from, s.valid_to
FROM v_subject s
WHERE s.place = :place AND s.id = :subject_id;

-- name: obligation_other_parties :many
-- in: place text, subject_id uuid
-- out: field text, facility text, area_code text
SELECT p.field, p.facility, p.area_code
FROM v_subject_party p
WHERE p.place = :place AND p.subject_id = :subject_id
ORDER BY p.field;

-- Units of coverage: townships and villages, and facilities (level 0), every spell.
-- name: obligation_units :many
-- scan: the whole tree, for rules of coverage
-- in: place text
-- out: code text, name text, name_en text, kind text, level integer, valid_from date, valid_to date?
SELECT a.code, a.name, a.name_en, '' AS kind, a.level, a.valid_from, a.valid_to
FROM v_area a
WHERE a.place = :place AND a.level IN (4, 5)
UNION ALL
SELECT f.code, f.name, f.name_en, f.kind, 0 AS level, f.valid_from, f.valid_to
FROM v_facility f
WHERE f.place = :place
ORDER BY 1, 6;

-- name: obligation_unit_successors :many
-- scan: the whole tree, for rules of coverage
-- in: place text
-- out: code text, successor text, valid_from date
SELECT s.code, s.successor, s.valid_from
FROM v_area_successor s
WHERE s.place = :place
UNION ALL
SELECT f.code, f.merged_into AS successor, add_days(f.valid_to, 1) AS valid_from
FROM v_facility f
WHERE f.place = :place AND f.merged_into <> '' AND f.valid_to IS NOT NULL
ORDER BY 1, 2;

-- Catchments of a facility and of those that stood below it, whenever; the days decide.
-- name: obligation_catchments_below :many
-- in: place text, facility text
-- out: facility text, area_code text, valid_from date, valid_to date?
WITH RECURSIVE below (code) AS (
    SELECT f.code FROM v_facility f WHERE f.place = :place AND f.code = :facility
    UNION
    SELECT f.code FROM below b JOIN v_facility f ON f.parent = b.code WHERE f.place = :place
)
SELECT c.facility, c.area_code, c.valid_from, c.valid_to
FROM below b
JOIN v_catchment c ON c.facility = b.code
WHERE c.place = :place
UNION ALL
SELECT f.code AS facility, '' AS area_code, f.valid_from, f.valid_to
FROM below b
JOIN v_facility f ON f.code = b.code
WHERE f.place = :place
ORDER BY 1, 2, 3;

-- Under the desks of whoever has part in it, where some rule has evidence of it.
-- name: obligation_stale_mark_other :run
-- in: place text, subject_id uuid
INSERT INTO obligation_stale (place, area_code, subject_id)
SELECT p.place, p.area_code, p.subject_id
FROM v_subject_party p
WHERE p.place = :place AND p.subject_id = :subject_id
  AND EXISTS (SELECT 1 FROM obligation_evidence e WHERE e.place = :place AND e.subject_id = :subject_id)
UNION
SELECT o.place, o.area_code, o.subject_id
FROM obligation o
WHERE o.place = :place AND o.subject_id = :subject_id
ON CONFLICT (place, area_code, subject_id) DO NOTHING;

-- Whose coverage an area, a facility or a catchment changes: subjects with evidence of the rule.
-- name: obligation_stale_mark_covered :run
-- scan: a place has changed
-- in: place text, rule_key integer
INSERT INTO obligation_stale (place, area_code, subject_id)
SELECT DISTINCT e.place, p.area_code, e.subject_id
FROM obligation_evidence e
JOIN v_subject_party p ON p.place = e.place AND p.subject_id = e.subject_id
WHERE e.place = :place AND e.rule_key = :rule_key AND e.kind = 0
ON CONFLICT (place, area_code, subject_id) DO NOTHING;

-- name: obligation_of_subject :many
-- in: place text, subject_id uuid
-- out: rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?, met_on date?
-- out: waived_on date?, spared_on date?
SELECT o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute, o.area_code, o.done,
    o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
FROM obligation o
WHERE o.place = :place AND o.subject_id = :subject_id
ORDER BY o.rule_key, o.item, o.closes_on;

-- name: obligation_page :many
-- in: place text, after_id uuid, until_id uuid
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?, met_on date?
-- out: waived_on date?, spared_on date?
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
FROM obligation o
WHERE o.place = :place AND o.subject_id > :after_id AND o.subject_id <= :until_id
ORDER BY o.subject_id, o.rule_key, o.item, o.closes_on;

-- name: obligation_any :maybe
-- scan: the first row will do
-- in: place text
-- out: rule_key integer
SELECT o.rule_key FROM obligation o WHERE o.place = :place LIMIT 1;

-- name: obligation_any_place :maybe
-- scan: the first row will do
-- out: place text
SELECT o.place FROM obligation o LIMIT 1;

-- name: obligation_write :later
-- in: place text, subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date
-- in: due_on date, due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?
-- in: met_on date?, waived_on date?, spared_on date?
INSERT INTO obligation (place, subject_id, rule_key, item, closes_on, opens_on, due_on, due_minute,
    area_code, done, needed, met_by, met_on, waived_on, spared_on)
VALUES (:place, :subject_id, :rule_key, :item, :closes_on, :opens_on, :due_on, :due_minute,
    :area_code, :done, :needed, :met_by, :met_on, :waived_on, :spared_on)
ON CONFLICT (place, subject_id, rule_key, item, closes_on) DO UPDATE SET opens_on = :opens_on,
    due_on = :due_on, due_minute = :due_minute, area_code = :area_code, done = :done,
    needed = :needed, met_by = :met_by, met_on = :met_on, waived_on = :waived_on,
    spared_on = :spared_on;

-- name: obligation_delete :later
-- in: place text, subject_id uuid, rule_key integer, item integer, closes_on date
DELETE FROM obligation
WHERE place = :place AND subject_id = :subject_id AND rule_key = :rule_key AND item = :item
  AND closes_on = :closes_on;

-- name: obligation_stale_mark :run
-- in: place text, subject_id uuid
-- unscoped: notes whose obligations are to be computed anew; nobody reads the rows
INSERT INTO obligation_stale (place, area_code, subject_id)
SELECT :place, coalesce((SELECT r.area_code FROM v_resident r
                         WHERE r.place = :place AND r.id = :subject_id), ''), :subject_id
UNION
SELECT o.place, o.area_code, o.subject_id
FROM obligation o
WHERE o.place = :place AND o.subject_id = :subject_id
ON CONFLICT (place, area_code, subject_id) DO NOTHING;

-- name: obligation_stale_mark_rule :run
-- scan: a rule of the packs has changed
-- in: place text, rule_key integer
-- unscoped: notes whose obligations are to be computed anew; nobody reads the rows
INSERT INTO obligation_stale (place, area_code, subject_id)
SELECT DISTINCT e.place, coalesce(r.area_code, ''), e.subject_id
FROM obligation_evidence e
LEFT JOIN v_resident r ON r.place = e.place AND r.id = e.subject_id
WHERE e.place = :place AND e.rule_key = :rule_key
UNION
SELECT p.place, p.area_code, p.subject_id
FROM obligation_evidence e
JOIN v_subject_party p ON p.place = e.place AND p.subject_id = e.subject_id
WHERE e.place = :place AND e.rule_key = :rule_key
UNION
SELECT o.place, o.area_code, o.subject_id
FROM obligation o
WHERE o.place = :place AND o.rule_key = :rule_key
ON CONFLICT (place, area_code, subject_id) DO NOTHING;

-- name: obligation_stale_mark_people :run
-- scan: a rule that reads facts of everybody has changed
-- in: place text
-- unscoped: notes whose obligations are to be computed anew; nobody reads the rows
INSERT INTO obligation_stale (place, area_code, subject_id)
SELECT r.place, r.area_code, r.id
FROM v_resident r
WHERE r.place = :place
ON CONFLICT (place, area_code, subject_id) DO NOTHING;

-- name: obligation_stale_some :many
-- in: place text, most integer
-- out: area_code text, subject_id uuid
SELECT s.area_code, s.subject_id
FROM obligation_stale s
WHERE s.place = :place
ORDER BY s.area_code, s.subject_id
LIMIT :most;

-- name: obligation_stale_in_sight :many
-- ahead: the due list
-- in: place text, area text, most integer
-- out: area_code text, subject_id uuid
SELECT s.area_code, s.subject_id
FROM {scope:areas v_obligation_stale} a
CROSS JOIN obligation_stale s
WHERE s.place = :place AND s.area_code = a.area_code
  AND (:area = '' OR substr(a.area_code, 1, length(:area)) = :area)
LIMIT :most;

-- name: obligation_stale_clear :run
-- in: place text, area_code text, subject_id uuid
DELETE FROM obligation_stale
WHERE place = :place AND area_code = :area_code AND subject_id = :subject_id;

-- name: obligation_stale_clear_all :run
-- in: place text
DELETE FROM obligation_stale WHERE place = :place;

-- name: obligation_evidence_clear_rule :run
-- scan: a rule of the packs has changed
-- in: place text, rule_key integer
DELETE FROM obligation_evidence WHERE place = :place AND rule_key = :rule_key;

-- Whoever has evidence of a rule, or a current record of a form that it reads; of a rule that reads
-- facts, everybody.
-- name: obligation_rule_subjects :one
-- scan: told before a rule of the packs changes
-- unscoped: a number; nobody reads the rows
-- in: place text, rule_key integer, entry_form text, leave_form text, evidence_form text
-- in: anchor_form text, with_people integer
-- out: n integer
SELECT count(*) AS n FROM (
    SELECT e.subject_id
    FROM obligation_evidence e
    WHERE e.place = :place AND e.rule_key = :rule_key
    UNION
    SELECT r.subject_id
    FROM v_record r
    WHERE r.place = :place AND r.form IN (:entry_form, :leave_form, :evidence_form, :anchor_form)
    UNION
    SELECT r.id
    FROM v_resident r
    WHERE r.place = :place AND :with_people = 1
) s;

-- Others than residents in sight that some rule has evidence of.
-- name: obligation_others_in_scope :many
-- in: place text
-- out: id uuid
SELECT s.id
FROM v_subject s
WHERE s.place = :place AND {scope:subject s}
  AND EXISTS (SELECT 1 FROM obligation_evidence e WHERE e.place = s.place AND e.subject_id = s.id)
ORDER BY s.id;

-- What organisations in sight owe by the day that it is due on, without what they are spared; closed: not done, and its time is over.
-- name: obligation_dues_of_others :many
-- in: place text, first date, last date, on_day date
-- out: rule_key integer, due_on date, owed integer, done integer, closed integer
SELECT o.rule_key, o.due_on, count(*) AS owed,
    sum(CASE WHEN o.met_by IS NOT NULL THEN 1 ELSE 0 END) AS done,
    sum(CASE WHEN o.met_by IS NULL AND o.closes_on < :on_day THEN 1 ELSE 0 END) AS closed
FROM v_subject s
CROSS JOIN obligation o
WHERE s.place = :place AND {scope:subject s}
  AND o.place = s.place AND o.subject_id = s.id AND o.due_on >= :first AND o.due_on <= :last
  AND (o.met_by IS NOT NULL OR o.spared_on IS NULL)
GROUP BY o.rule_key, o.due_on
ORDER BY o.due_on, o.rule_key;

-- What is open of others than residents in sight, at whichever desk.
-- name: obligation_open_of_others :many
-- in: place text, on_day date
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed
FROM v_subject s
CROSS JOIN obligation o
WHERE s.place = :place AND {scope:subject s}
  AND o.place = s.place AND o.subject_id = s.id
  AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day;

-- Of a kind of subjects in sight: what each desk owes of each now, and of what its time ended for since a day, how much
-- was done.
-- name: obligation_sides :many
-- in: place text, kind text, on_day date, since date
-- out: subject_id uuid, area_code text, overdue integer, open integer, ended integer, done integer
SELECT o.subject_id, o.area_code,
    sum(CASE WHEN o.met_by IS NULL AND o.waived_on IS NULL AND o.opens_on <= :on_day AND o.closes_on >= :on_day
        AND o.due_on < :on_day THEN 1 ELSE 0 END) AS overdue,
    sum(CASE WHEN o.met_by IS NULL AND o.waived_on IS NULL AND o.opens_on <= :on_day AND o.closes_on >= :on_day
        AND o.due_on >= :on_day THEN 1 ELSE 0 END) AS open,
    sum(CASE WHEN o.due_on >= :since AND o.due_on < :on_day AND (o.met_by IS NOT NULL OR o.spared_on IS NULL)
        THEN 1 ELSE 0 END) AS ended,
    sum(CASE WHEN o.due_on >= :since AND o.due_on < :on_day AND o.met_by IS NOT NULL THEN 1 ELSE 0 END) AS done
FROM v_subject s
CROSS JOIN obligation o
WHERE s.place = :place AND s.kind = :kind AND {scope:subject s}
  AND o.place = s.place AND o.subject_id = s.id
GROUP BY o.subject_id, o.area_code
ORDER BY o.subject_id, o.area_code;

-- When something but its entry was last done about each of a kind in sight.
-- name: obligation_last_of_kind :many
-- in: place text, kind text, register_form text
-- out: subject_id uuid, happened_on date
SELECT s.id AS subject_id, max(r.happened_on) AS happened_on
FROM v_subject s
CROSS JOIN v_record r
WHERE s.place = :place AND s.kind = :kind AND {scope:subject s}
  AND r.place = s.place AND r.subject_id = s.id AND r.form <> :register_form
GROUP BY s.id
ORDER BY s.id;

-- Desks in sight: where organisations owe.
-- name: obligation_desks_in_scope :many
-- in: place text
-- out: area_code text
SELECT a.area_code
FROM {scope:areas v_subject_desk} a
WHERE substr(a.area_code, 1, length(:place) + 1) = :place || '/'
ORDER BY a.area_code;

-- The areas lead, so that the index is asked with closes_on area by area: what was missed in other
-- years is not read. CROSS JOIN keeps this order in SQLite.
-- name: obligation_list_rows :many
-- in: place text, on_day date, area text, program text, with_overdue integer, with_due integer
-- in: with_open integer, after_due date?, after_program text, after_rule text, after_id uuid
-- in: after_item integer, after_closes date?, most integer
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed
FROM {scope:areas v_obligation_unmet} s
CROSS JOIN obligation o
CROSS JOIN obligation_rule g
WHERE o.place = :place AND o.area_code = s.area_code
  AND g.place = o.place AND g.rule_key = o.rule_key AND {scope:class g}
  AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day
  AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
  AND (:program = '' OR g.program = :program)
  AND ((:with_overdue = 1 AND o.due_on < :on_day)
    OR (:with_due = 1 AND o.due_on >= :on_day AND days_between(:on_day, o.due_on) <= g.notice_days)
    OR (:with_open = 1 AND o.due_on >= :on_day AND days_between(:on_day, o.due_on) > g.notice_days))
  AND (:after_due IS NULL OR o.due_on > :after_due
    OR (o.due_on = :after_due AND (g.program > :after_program
      OR (g.program = :after_program AND (g.rule > :after_rule
        OR (g.rule = :after_rule AND (o.subject_id > :after_id
          OR (o.subject_id = :after_id AND (o.item > :after_item
            OR (o.item = :after_item AND o.closes_on > :after_closes))))))))))
ORDER BY o.due_on, g.program, g.rule, o.subject_id, o.item, o.closes_on
LIMIT :most;

-- All that a list and its counts are made of, in no order, where it is not too much. Rules of a closed
-- class are found once, not for each row.
-- name: obligation_open_rows :many
-- ahead: the due list
-- in: place text, on_day date, area text, most integer
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed
FROM {scope:areas v_obligation_unmet} s
CROSS JOIN obligation o
WHERE o.place = :place AND o.area_code = s.area_code
  AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day
  AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
  AND o.rule_key NOT IN (SELECT g.rule_key FROM obligation_rule g
                         WHERE g.place = :place AND NOT {scope:class g})
LIMIT :most;

-- What is open of some people.
-- name: obligation_open_of_people :many
-- in: place text, on_day date
-- in: id01 uuid, id02 uuid, id03 uuid, id04 uuid, id05 uuid, id06 uuid, id07 uuid, id08 uuid, id09 uuid, id10 uuid
-- in: id11 uuid, id12 uuid, id13 uuid, id14 uuid, id15 uuid, id16 uuid, id17 uuid, id18 uuid, id19 uuid, id20 uuid
-- in: id21 uuid, id22 uuid, id23 uuid, id24 uuid, id25 uuid, id26 uuid, id27 uuid, id28 uuid, id29 uuid, id30 uuid
-- in: id31 uuid, id32 uuid, id33 uuid, id34 uuid, id35 uuid, id36 uuid, id37 uuid, id38 uuid, id39 uuid, id40 uuid
-- in: id41 uuid, id42 uuid, id43 uuid, id44 uuid, id45 uuid, id46 uuid, id47 uuid, id48 uuid, id49 uuid, id50 uuid
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed
FROM (VALUES (:id01), (:id02), (:id03), (:id04), (:id05), (:id06), (:id07), (:id08), (:id09), (:id10),
             (:id11), (:id12), (:id13), (:id14), (:id15), (:id16), (:id17), (:id18), (:id19), (:id20),
             (:id21), (:id22), (:id23), (:id24), (:id25), (:id26), (:id27), (:id28), (:id29), (:id30),
             (:id31), (:id32), (:id33), (:id34), (:id35), (:id36), (:id37), (:id38), (:id39), (:id40),
             (:id41), (:id42), (:id43), (:id44), (:id45), (:id46), (:id47), (:id48), (:id49), (:id50)) asked
CROSS JOIN obligation o
WHERE o.place = :place AND o.subject_id = asked.column1
  AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day
  AND o.rule_key NOT IN (SELECT g.rule_key FROM obligation_rule g
                         WHERE g.place = :place AND NOT {scope:class g});

-- Everything of some people that closes on a day or later, met or not.
-- name: obligation_rows_of_people :many
-- in: place text, from_day date
-- in: id01 uuid, id02 uuid, id03 uuid, id04 uuid, id05 uuid, id06 uuid, id07 uuid, id08 uuid, id09 uuid, id10 uuid
-- in: id11 uuid, id12 uuid, id13 uuid, id14 uuid, id15 uuid, id16 uuid, id17 uuid, id18 uuid, id19 uuid, id20 uuid
-- in: id21 uuid, id22 uuid, id23 uuid, id24 uuid, id25 uuid, id26 uuid, id27 uuid, id28 uuid, id29 uuid, id30 uuid
-- in: id31 uuid, id32 uuid, id33 uuid, id34 uuid, id35 uuid, id36 uuid, id37 uuid, id38 uuid, id39 uuid, id40 uuid
-- in: id41 uuid, id42 uuid, id43 uuid, id44 uuid, id45 uuid, id46 uuid, id47 uuid, id48 uuid, id49 uuid, id50 uuid
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?, met_on date?
-- out: waived_on date?, spared_on date?
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
FROM (VALUES (:id01), (:id02), (:id03), (:id04), (:id05), (:id06), (:id07), (:id08), (:id09), (:id10),
             (:id11), (:id12), (:id13), (:id14), (:id15), (:id16), (:id17), (:id18), (:id19), (:id20),
             (:id21), (:id22), (:id23), (:id24), (:id25), (:id26), (:id27), (:id28), (:id29), (:id30),
             (:id31), (:id32), (:id33), (:id34), (:id35), (:id36), (:id37), (:id38), (:id39), (:id40),
             (:id41), (:id42), (:id43), (:id44), (:id45), (:id46), (:id47), (:id48), (:id49), (:id50)) asked
CROSS JOIN obligation o
WHERE o.place = :place AND o.subject_id = asked.column1 AND o.closes_on >= :from_day
  AND o.rule_key NOT IN (SELECT g.rule_key FROM obligation_rule g
                         WHERE g.place = :place AND NOT {scope:class g})
ORDER BY o.subject_id, o.rule_key, o.item, o.closes_on;

-- name: obligation_enrolment_rows_of_people :many
-- in: place text
-- in: id01 uuid, id02 uuid, id03 uuid, id04 uuid, id05 uuid, id06 uuid, id07 uuid, id08 uuid, id09 uuid, id10 uuid
-- in: id11 uuid, id12 uuid, id13 uuid, id14 uuid, id15 uuid, id16 uuid, id17 uuid, id18 uuid, id19 uuid, id20 uuid
-- in: id21 uuid, id22 uuid, id23 uuid, id24 uuid, id25 uuid, id26 uuid, id27 uuid, id28 uuid, id29 uuid, id30 uuid
-- in: id31 uuid, id32 uuid, id33 uuid, id34 uuid, id35 uuid, id36 uuid, id37 uuid, id38 uuid, id39 uuid, id40 uuid
-- in: id41 uuid, id42 uuid, id43 uuid, id44 uuid, id45 uuid, id46 uuid, id47 uuid, id48 uuid, id49 uuid, id50 uuid
-- out: subject_id uuid, rule_key integer, happened_on date, kind integer
SELECT e.subject_id, e.rule_key, e.happened_on, e.kind
FROM (VALUES (:id01), (:id02), (:id03), (:id04), (:id05), (:id06), (:id07), (:id08), (:id09), (:id10),
             (:id11), (:id12), (:id13), (:id14), (:id15), (:id16), (:id17), (:id18), (:id19), (:id20),
             (:id21), (:id22), (:id23), (:id24), (:id25), (:id26), (:id27), (:id28), (:id29), (:id30),
             (:id31), (:id32), (:id33), (:id34), (:id35), (:id36), (:id37), (:id38), (:id39), (:id40),
             (:id41), (:id42), (:id43), (:id44), (:id45), (:id46), (:id47), (:id48), (:id49), (:id50)) asked
CROSS JOIN obligation_evidence e
WHERE e.place = :place AND e.subject_id = asked.column1 AND e.kind < 2 AND e.ended_on IS NULL
ORDER BY e.subject_id, e.rule_key, e.happened_on, e.record_id;

-- name: obligation_count_rows :many
-- in: place text, on_day date, area text
-- out: rule_key integer, program text, overdue integer, due integer, open integer
SELECT o.rule_key, g.program,
    sum(CASE WHEN o.due_on < :on_day THEN 1 ELSE 0 END) AS overdue,
    sum(CASE WHEN o.due_on >= :on_day AND days_between(:on_day, o.due_on) <= g.notice_days
        THEN 1 ELSE 0 END) AS due,
    sum(CASE WHEN o.due_on >= :on_day AND days_between(:on_day, o.due_on) > g.notice_days
        THEN 1 ELSE 0 END) AS open
FROM {scope:areas v_obligation_unmet} s
CROSS JOIN obligation o
CROSS JOIN obligation_rule g
WHERE o.place = :place AND o.area_code = s.area_code
  AND g.place = o.place AND g.rule_key = o.rule_key AND {scope:class g}
  AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day
  AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
GROUP BY o.rule_key, g.program
ORDER BY g.program, o.rule_key;

-- Who is spared what on the day: in the order of obligation_list_rows.
-- name: obligation_spared_rows :many
-- in: place text, on_day date, area text, program text, after_due date?, after_program text
-- in: after_rule text, after_id uuid, after_item integer, after_closes date?, most integer
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
-- out: due_minute integer, area_code text, done decimal, needed decimal, waived_on date?
-- out: spared_on date?
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed, o.waived_on, o.spared_on
FROM {scope:areas v_obligation_spared} s
CROSS JOIN obligation o
CROSS JOIN obligation_rule g
WHERE o.place = :place AND o.area_code = s.area_code
  AND g.place = o.place AND g.rule_key = o.rule_key AND {scope:class g}
  AND o.met_by IS NULL AND o.spared_on IS NOT NULL
  AND o.closes_on >= :on_day AND o.spared_on <= :on_day
  AND (o.waived_on IS NOT NULL OR o.opens_on > :on_day)
  AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
  AND (:program = '' OR g.program = :program)
  AND (:after_due IS NULL OR o.due_on > :after_due
    OR (o.due_on = :after_due AND (g.program > :after_program
      OR (g.program = :after_program AND (g.rule > :after_rule
        OR (g.rule = :after_rule AND (o.subject_id > :after_id
          OR (o.subject_id = :after_id AND (o.item > :after_item
            OR (o.item = :after_item AND o.closes_on > :after_closes))))))))))
ORDER BY o.due_on, g.program, g.rule, o.subject_id, o.item, o.closes_on
LIMIT :most;

-- name: obligation_spared_count :one
-- ahead: the due list
-- in: place text, on_day date, area text
-- out: n integer
SELECT count(*) AS n
FROM {scope:areas v_obligation_spared} s
CROSS JOIN obligation o
CROSS JOIN obligation_rule g
WHERE o.place = :place AND o.area_code = s.area_code
  AND g.place = o.place AND g.rule_key = o.rule_key AND {scope:class g}
  AND o.met_by IS NULL AND o.spared_on IS NOT NULL
  AND o.closes_on >= :on_day AND o.spared_on <= :on_day
  AND (o.waived_on IS NOT NULL OR o.opens_on > :on_day)
  AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area);

-- name: obligation_enrolment_rows :many
-- ahead: a resident's page
-- in: place text, subject_id uuid, known_on date
-- out: rule_key integer, happened_on date, kind integer
SELECT e.rule_key, e.happened_on, e.kind
FROM obligation_evidence e
WHERE e.place = :place AND e.subject_id = :subject_id AND e.kind < 2
  AND e.recorded_on <= :known_on AND (e.ended_on IS NULL OR e.ended_on > :known_on)
ORDER BY e.rule_key, e.happened_on, e.record_id;

-- Division codes are prefixes: within the county by township (9 digits), within a township by village. Days are reckoned
-- once a row: of what is not overdue, whether it is due soon; the longest wait follows from the earliest day.
-- name: obligation_area_count_rows :many
-- in: place text, on_day date, area text
-- out: area text, rule_key integer, owed integer, overdue integer, due integer, days_late integer
-- out: first_due_on date
SELECT substr(o.area_code, 1, CASE WHEN length(:area) < 9 THEN 9 ELSE 12 END) AS area, o.rule_key,
    count(*) AS owed,
    sum(CASE WHEN o.due_on < :on_day THEN 1 ELSE 0 END) AS overdue,
    sum(CASE WHEN o.due_on >= :on_day AND days_between(:on_day, o.due_on) <= g.notice_days
        THEN 1 ELSE 0 END) AS due,
    sum(CASE WHEN o.due_on < :on_day THEN days_between(o.due_on, :on_day) ELSE 0 END) AS days_late,
    min(o.due_on) AS first_due_on
FROM obligation o
JOIN obligation_rule g ON g.place = o.place AND g.rule_key = o.rule_key
WHERE o.place = :place AND {scope:area o} AND {scope:class g}
  AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day
  AND (:area = '' OR substr(o.area_code, 1, length(:area)) = :area)
GROUP BY 1, o.rule_key
ORDER BY 1, o.rule_key;

-- Every township, or village, in sight, whether something is owed there or not.
-- name: obligation_area_rows :many
-- in: place text, area text
-- out: code text, level integer, name text, name_en text
SELECT t.code, t.level, t.name, t.name_en
FROM v_area t
WHERE t.place = :place AND t.code IN (
    SELECT substr(v.area_code, 1, CASE WHEN length(:area) < 9 THEN 9 ELSE 12 END)
    FROM (SELECT a.place, a.code AS area_code FROM v_area a) v
    WHERE v.place = :place AND length(v.area_code) = 12 AND {scope:area v}
      AND (:area = '' OR substr(v.area_code, 1, length(:area)) = :area))
ORDER BY t.code;

-- name: obligation_stale_count :one
-- in: place text
-- out: subjects integer
SELECT count(*) AS subjects FROM obligation_stale s WHERE s.place = :place;

-- name: obligation_subject_in_sight :maybe
-- in: place text, subject_id uuid
-- out: id uuid
SELECT r.id
FROM v_resident r
WHERE r.place = :place AND r.id = :subject_id AND {scope:resident r};

-- name: obligation_waiver_insert :run
-- in: place text, id uuid, rev integer, subject_id uuid, kind text, program text, rule text, item text
-- in: spares_on date?, valid_from date, valid_until date?, reason text, note bytes?, given_at instant
-- in: given_by uuid
INSERT INTO obligation_waiver (place, id, rev, subject_id, kind, program, rule, item, spares_on,
    valid_from, valid_until, reason, note, given_at, given_by)
VALUES (:place, :id, :rev, :subject_id, :kind, :program, :rule, :item, :spares_on, :valid_from,
    :valid_until, :reason, :note, :given_at, :given_by);

-- name: obligation_waiver_end_insert :run
-- in: place text, waiver_id uuid, ended_at instant, ended_by uuid, reason text
INSERT INTO obligation_waiver_end (place, waiver_id, ended_at, ended_by, reason)
VALUES (:place, :waiver_id, :ended_at, :ended_by, :reason)
ON CONFLICT (place, waiver_id) DO NOTHING;

-- name: obligation_waiver_by_id :maybe
-- in: place text, id uuid
-- out: subject_id uuid, kind text, program text, rule text, item text, spares_on date?
-- out: valid_from date, valid_until date?, reason text, note bytes?, given_at instant, given_by uuid
-- out: ended_at instant?, ended_by uuid?, end_reason text?
SELECT w.subject_id, w.kind, w.program, w.rule, w.item, w.spares_on, w.valid_from, w.valid_until,
    w.reason, w.note, w.given_at, w.given_by, x.ended_at, x.ended_by, x.reason AS end_reason
FROM obligation_waiver w
LEFT JOIN obligation_waiver_end x ON x.place = w.place AND x.waiver_id = w.id
WHERE w.place = :place AND w.id = :id;

-- Those given for the person, and for whoever is kept under it.
-- name: obligation_waiver_of_subject :many
-- in: place text, subject_id uuid
-- out: id uuid, subject_id uuid, kind text, program text, rule text, item text, spares_on date?
-- out: valid_from date, valid_until date?, reason text, note bytes?, given_at instant, given_by uuid
-- out: ended_at instant?, ended_by uuid?, end_reason text?
-- unscoped: the caller has opened the person
SELECT w.id, w.subject_id, w.kind, w.program, w.rule, w.item, w.spares_on, w.valid_from,
    w.valid_until, w.reason, w.note, w.given_at, w.given_by, x.ended_at, x.ended_by,
    x.reason AS end_reason
FROM obligation_waiver w
LEFT JOIN obligation_waiver_end x ON x.place = w.place AND x.waiver_id = w.id
WHERE w.place = :place AND w.subject_id IN (
    SELECT :subject_id
    UNION
    SELECT m.id FROM v_resident_merged m WHERE m.place = :place AND m.person_id = :subject_id)
ORDER BY w.given_at, w.id;

-- With the person under whom each stands now.
-- name: obligation_waiver_of_rule :many
-- in: place text, program text, rule text
-- out: id uuid, subject_id uuid, kind text, item text, spares_on date?, valid_from date
-- out: valid_until date?, given_at instant, ended_at instant?
-- unscoped: makes the evidence of a rule anew; nobody reads the rows
SELECT w.id, coalesce(m.person_id, w.subject_id) AS subject_id, w.kind, w.item, w.spares_on,
    w.valid_from, w.valid_until, w.given_at, x.ended_at
FROM obligation_waiver w
LEFT JOIN obligation_waiver_end x ON x.place = w.place AND x.waiver_id = w.id
LEFT JOIN v_resident_merged m ON m.place = w.place AND m.id = w.subject_id
WHERE w.place = :place AND w.program = :program AND w.rule = :rule
ORDER BY w.id;

-- name: obligation_evidence_insert_waiver :run
-- in: place text, subject_id uuid, rule_key integer, happened_on date, record_id uuid
-- in: is_counted integer, is_capped integer, next_on date?, recorded_on date, ended_on date?
-- in: detail integer, spares_on date?
INSERT INTO obligation_evidence (place, subject_id, rule_key, happened_on, record_id, kind,
    is_counted, is_capped, next_on, recorded_on, ended_on, detail, amount, spares_on)
VALUES (:place, :subject_id, :rule_key, :happened_on, :record_id, 4, :is_counted, :is_capped, :next_on,
    :recorded_on, :ended_on, :detail, 0, :spares_on);
