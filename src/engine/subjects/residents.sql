-- Residents over time: events, merges, households, blocking keys of duplicates.

-- name: resident_in_sight :maybe
-- in: place text, id uuid
-- out: id uuid
SELECT r.id
FROM resident r
WHERE r.place = :place AND r.id = :id AND {scope:resident r};

-- name: resident_state :maybe
-- ahead: a resident's page
-- in: place text, id uuid
-- out: area_code text, household_id uuid?, relation text?, birth_date date?, registered_on date
-- out: died_on date?, left_on date?, merged_into uuid?, record_number text?
-- unscoped: read inside a write about somebody whom the write has found in scope, or to find under whom
-- an entry of the register is kept; nothing of it is shown
SELECT r.area_code, r.household_id, r.relation, r.birth_date, r.registered_on, r.died_on, r.left_on,
       r.merged_into, r.record_number
FROM resident r
WHERE r.place = :place AND r.id = :id;

-- name: resident_state_put :run
-- in: place text, id uuid, area_code text, household_id uuid?, relation text?, died_on date?
-- in: left_on date?, merged_into uuid?, rev integer
UPDATE resident SET area_code = :area_code, household_id = :household_id, relation = :relation,
                    died_on = :died_on, left_on = :left_on, merged_into = :merged_into, rev = :rev
WHERE place = :place AND id = :id;

-- name: resident_merged_with :many
-- in: place text, person uuid
-- out: id uuid
-- unscoped: entries kept under a person whom the caller has found in scope
SELECT r.id
FROM resident r
WHERE r.place = :place AND r.merged_into = :person
ORDER BY r.id;

-- name: resident_number_last :one
-- in: place text, number_from text, number_after text
-- out: number text?
-- unscoped: the next number of a committee; nobody's
SELECT max(r.record_number) AS number
FROM resident r
WHERE r.place = :place AND r.record_number >= :number_from AND r.record_number < :number_after;

-- name: resident_event_insert :run
-- in: place text, id uuid, resident_id uuid, rev integer, kind text, happened_on date, area_code text
-- in: household_id uuid?, relation text?, note bytes?, recorded_at instant, recorded_by uuid
INSERT INTO resident_event (place, id, resident_id, rev, kind, happened_on, area_code, household_id,
                            relation, note, recorded_at, recorded_by)
VALUES (:place, :id, :resident_id, :rev, :kind, :happened_on, :area_code, :household_id, :relation,
        :note, :recorded_at, :recorded_by);

-- name: resident_event_of :many
-- in: place text, resident_id uuid
-- out: id uuid, kind text, happened_on date, area_code text, household_id uuid?, relation text?
-- out: note bytes?, recorded_at instant, recorded_by uuid, ended_at instant?, ended_by uuid?
-- out: reason text?
SELECT e.id, e.kind, e.happened_on, e.area_code, e.household_id, e.relation, e.note, e.recorded_at,
       e.recorded_by, x.ended_at, x.ended_by, x.reason
FROM resident_event e
LEFT JOIN resident_event_end x ON x.place = e.place AND x.event_id = e.id
WHERE e.place = :place AND e.resident_id = :resident_id
ORDER BY e.happened_on, e.rev;

-- name: resident_event_known :maybe
-- in: place text, id uuid
-- out: resident_id uuid, kind text, happened_on date, area_code text, household_id uuid?
-- out: relation text?, note bytes?
SELECT e.resident_id, e.kind, e.happened_on, e.area_code, e.household_id, e.relation, e.note
FROM resident_event e
WHERE e.place = :place AND e.id = :id;

-- name: resident_event_end_insert :run
-- in: place text, event_id uuid, ended_at instant, ended_by uuid, reason text
INSERT INTO resident_event_end (place, event_id, ended_at, ended_by, reason)
VALUES (:place, :event_id, :ended_at, :ended_by, :reason)
ON CONFLICT (place, event_id) DO NOTHING;

-- name: resident_merge_insert :run
-- in: place text, id uuid, merged_id uuid, survivor_id uuid, merged_at instant, merged_by uuid
-- in: reason text
INSERT INTO resident_merge (place, id, merged_id, survivor_id, merged_at, merged_by, reason)
VALUES (:place, :id, :merged_id, :survivor_id, :merged_at, :merged_by, :reason);

-- name: resident_merge_undo :run
-- in: place text, merged_id uuid, undone_at instant, undone_by uuid, undo_reason text
UPDATE resident_merge SET undone_at = :undone_at, undone_by = :undone_by, undo_reason = :undo_reason
WHERE place = :place AND merged_id = :merged_id AND undone_at IS NULL;

-- The entry itself and those that were merged into it, and into these.
-- name: resident_merge_below :many
-- in: place text, id uuid
-- out: id uuid
WITH RECURSIVE below (id) AS (
    SELECT m.merged_id FROM resident_merge m
    WHERE m.place = :place AND m.survivor_id = :id AND m.undone_at IS NULL
    UNION
    SELECT m.merged_id
    FROM below b
    JOIN resident_merge m ON m.survivor_id = b.id
    WHERE m.place = :place AND m.undone_at IS NULL
)
SELECT b.id FROM below b ORDER BY b.id;

-- name: resident_entry_rows :many
-- in: place text, person uuid
-- out: id uuid, name bytes?, sex text, birth_date date?, registered_on date, merged_at instant
-- out: merged_by uuid, reason text
-- unscoped: entries kept under a person whom the caller has found in scope
SELECT r.id, r.name, r.sex, r.birth_date, r.registered_on, m.merged_at, m.merged_by, m.reason
FROM resident r
JOIN resident_merge m ON m.place = r.place AND m.merged_id = r.id AND m.undone_at IS NULL
WHERE r.place = :place AND r.merged_into = :person
ORDER BY m.merged_at, r.id;

-- A household that nobody registered is where its members are.
-- name: resident_household_of :maybe
-- in: place text, id uuid
-- out: area_code text
-- unscoped: where a household lives; nothing of a person
SELECT h.area_code FROM household h WHERE h.place = :place AND h.id = :id
UNION ALL
SELECT min(r.area_code) AS area_code
FROM resident r
WHERE r.place = :place AND r.household_id = :id
  AND NOT EXISTS (SELECT 1 FROM household k WHERE k.place = :place AND k.id = :id)
HAVING min(r.area_code) IS NOT NULL;

-- name: resident_household_member :many
-- in: place text, household_id uuid
-- out: id uuid, relation text?
SELECT r.id, r.relation
FROM resident r
WHERE r.place = :place AND r.household_id = :household_id AND r.merged_into IS NULL
  AND r.died_on IS NULL AND r.left_on IS NULL AND {scope:resident r}
ORDER BY r.relation NULLS LAST, r.id;

-- How many there are, in sight or not: a household moves as a whole or not at all.
-- name: resident_household_size :one
-- in: place text, household_id uuid
-- out: members integer
-- unscoped: a number that nobody is shown
SELECT count(*) AS members
FROM resident r
WHERE r.place = :place AND r.household_id = :household_id AND r.merged_into IS NULL
  AND r.died_on IS NULL AND r.left_on IS NULL;

-- In force on the day, a village or a grid.
-- name: resident_area_there :maybe
-- in: place text, code text, day date
-- out: code text
SELECT a.code
FROM v_area a
WHERE a.place = :place AND a.code = :code AND a.level >= 5 AND a.valid_from <= :day
  AND (a.valid_to IS NULL OR a.valid_to >= :day)
LIMIT 1;

-- In no village or grid that there is, or in one that became several, or in a village that is divided
-- into grids.
-- name: resident_unplaced :many
-- scan: reads everybody in sight
-- in: place text, day date, most integer
-- out: id uuid
SELECT r.id
FROM resident r
WHERE r.place = :place AND r.merged_into IS NULL AND r.died_on IS NULL AND r.left_on IS NULL
  AND {scope:resident r}
  AND ((NOT EXISTS (SELECT 1 FROM v_area a
                    WHERE a.place = r.place AND a.code = r.area_code AND a.level >= 5
                      AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day))
        AND 1 <> (SELECT count(*) FROM v_area_successor f
                  WHERE f.place = r.place AND f.code = r.area_code AND f.valid_from <= :day))
    OR EXISTS (SELECT 1 FROM v_area g
               WHERE g.place = r.place AND g.code > r.area_code AND g.code < r.area_code || ':'
                 AND g.valid_from <= :day AND (g.valid_to IS NULL OR g.valid_to >= :day)))
ORDER BY r.area_code, r.id
LIMIT :most;

-- name: resident_match_due :many
-- in: place text, rev integer, most integer
-- out: id uuid, rev integer
-- unscoped: derives the keys of those changed since; nobody reads the rows
SELECT r.id, r.rev
FROM resident r
WHERE r.place = :place AND r.rev > :rev
ORDER BY r.rev
LIMIT :most;

-- Many that came with one rev. The plus keeps engines from collecting all of them for each step.
-- name: resident_match_due_together :many
-- in: place text, rev integer, after_id uuid, most integer
-- out: id uuid
-- unscoped: derives the keys of those changed since; nobody reads the rows
SELECT r.id
FROM resident r
WHERE r.place = :place AND r.id > :after_id AND +r.rev = :rev
ORDER BY r.id
LIMIT :most;

-- name: resident_match_clear :later
-- in: place text, resident_id uuid
DELETE FROM resident_match WHERE place = :place AND resident_id = :resident_id;

-- name: resident_match_insert :later
-- in: place text, resident_id uuid, kind integer, token bytes
INSERT INTO resident_match (place, resident_id, kind, token)
VALUES (:place, :resident_id, :kind, :token);

-- Pairs in sight that share a key; first_id < second_id.
-- name: resident_match_pair :many
-- scan: reads everybody in sight
-- in: place text, area text, most integer
-- out: first_id uuid, second_id uuid, kinds integer
SELECT a.resident_id AS first_id, b.resident_id AS second_id, sum(a.kind) AS kinds
FROM resident r
CROSS JOIN resident_match a
CROSS JOIN resident_match b
CROSS JOIN resident s
WHERE r.place = :place AND r.merged_into IS NULL AND {scope:resident r}
  AND a.place = r.place AND a.resident_id = r.id
  AND b.place = a.place AND b.token = a.token AND b.resident_id > a.resident_id
  AND s.place = b.place AND s.id = b.resident_id AND s.merged_into IS NULL AND {scope:resident s}
  AND (:area = '' OR substr(r.area_code, 1, length(:area)) = :area
    OR substr(s.area_code, 1, length(:area)) = :area)
GROUP BY a.resident_id, b.resident_id
ORDER BY kinds DESC, a.resident_id, b.resident_id
LIMIT :most;

-- name: resident_token_find_one :maybe
-- in: place text, token bytes
-- out: resident_id uuid
SELECT t.resident_id
FROM resident_token t
WHERE t.place = :place AND t.token = :token AND {scope:area t}
LIMIT 1;

-- A row an event, or one without: entries to which something happened since, and all that merges name.
-- name: resident_since :many
-- scan: what happened to anybody since
-- in: place text, since instant
-- out: id uuid, merged_into uuid?, area_code text, sex text, birth_date date?, registered_on date
-- out: died_on date?, left_on date?, kind text?, happened_on date?, event_area text?
-- out: recorded_at instant?, ended_at instant?
-- unscoped: engines that look back leave out whom the caller does not see
SELECT r.id, r.merged_into, r.area_code, r.sex, r.birth_date, r.registered_on, r.died_on, r.left_on,
       e.kind, e.happened_on, e.area_code AS event_area, e.recorded_at, x.ended_at
FROM resident r
LEFT JOIN resident_event e ON e.place = r.place AND e.resident_id = r.id
LEFT JOIN resident_event_end x ON x.place = e.place AND x.event_id = e.id
WHERE r.place = :place AND r.id IN (
    SELECT c.resident_id
    FROM resident_event c
    LEFT JOIN resident_event_end y ON y.place = c.place AND y.event_id = c.id
    WHERE c.place = :place AND c.kind <> 'registered'
      AND (c.recorded_at >= :since OR y.ended_at >= :since)
    UNION
    SELECT m.merged_id FROM resident_merge m WHERE m.place = :place
    UNION
    SELECT n.survivor_id FROM resident_merge n WHERE n.place = :place)
ORDER BY r.id, e.happened_on, e.rev;

-- name: resident_merge_before :many
-- scan: all merges that were in force
-- in: place text, since instant
-- out: merged_id uuid, survivor_id uuid
SELECT m.merged_id, m.survivor_id
FROM resident_merge m
WHERE m.place = :place AND m.merged_at < :since AND (m.undone_at IS NULL OR m.undone_at >= :since)
ORDER BY m.merged_id;

-- name: resident_registered_facts :many
-- scan: whatever records have changed
-- in: place text
-- out: resident_id uuid, fact text, content bytes
-- unscoped: engines that look back leave out whom the caller does not see
SELECT f.resident_id, f.fact, f.content
FROM resident_fact f
WHERE f.place = :place AND f.fact IN ('birth_date', 'sex')
ORDER BY f.resident_id, f.fact;
