-- Areas, facilities, catchments over time.

-- name: area_in_force :many
-- in: place text, day date
-- out: code text, parent text, level integer, name text, name_en text, kind text, valid_from date
-- out: valid_to date?
SELECT a.code, a.parent, a.level, a.name, a.name_en, a.kind, a.valid_from, a.valid_to
FROM area_spell a
WHERE a.place = :place AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day)
ORDER BY a.code;

-- Each area that there was by the day, as it was last.
-- name: area_known :many
-- in: place text, day date
-- out: code text, parent text, level integer, name text, name_en text, kind text, valid_from date
-- out: valid_to date?
SELECT a.code, a.parent, a.level, a.name, a.name_en, a.kind, a.valid_from, a.valid_to
FROM v_area a
WHERE a.place = :place AND a.valid_from <= :day AND (a.next_from IS NULL OR a.next_from > :day)
ORDER BY a.code;

-- name: area_by_code :maybe
-- in: place text, code text, day date
-- out: name text, name_en text
SELECT a.name, a.name_en
FROM area_spell a
WHERE a.place = :place AND a.code = :code AND a.valid_from <= :day
ORDER BY a.valid_from DESC
LIMIT 1;

-- Ten at a time, for lists; NULL where there are fewer.
-- name: area_name_batch :many
-- in: place text, day date, code01 text?, code02 text?, code03 text?, code04 text?, code05 text?
-- in: code06 text?, code07 text?, code08 text?, code09 text?, code10 text?
-- out: code text, name text, name_en text
SELECT a.code, a.name, a.name_en
FROM (VALUES (:code01), (:code02), (:code03), (:code04), (:code05), (:code06), (:code07), (:code08),
             (:code09), (:code10)) asked
CROSS JOIN area_spell a
WHERE a.place = :place AND a.code = asked.column1 AND a.valid_from <= :day
  AND NOT EXISTS (SELECT 1 FROM area_spell n
                  WHERE n.place = a.place AND n.code = a.code AND n.valid_from > a.valid_from
                    AND n.valid_from <= :day);

-- name: area_spell_all :many
-- in: place text
-- out: code text, parent text, level integer, name text, name_en text, kind text, valid_from date
-- out: valid_to date?
SELECT a.code, a.parent, a.level, a.name, a.name_en, a.kind, a.valid_from, a.valid_to
FROM area_spell a
WHERE a.place = :place
ORDER BY a.code, a.valid_from;

-- name: area_write :run
-- in: place text, code text, parent text, level integer, name text, name_en text, kind text
-- in: valid_from date, valid_to date?
INSERT INTO area_spell (place, code, parent, level, name, name_en, kind, valid_from, valid_to)
VALUES (:place, :code, :parent, :level, :name, :name_en, :kind, :valid_from, :valid_to)
ON CONFLICT (place, code, valid_from)
DO UPDATE SET parent = :parent, level = :level, name = :name, name_en = :name_en, kind = :kind,
              valid_to = :valid_to;

-- The spells before one end the day before it.
-- name: area_close_before :run
-- in: place text, code text, valid_from date
UPDATE area_spell SET valid_to = add_days(:valid_from, -1)
WHERE place = :place AND code = :code AND valid_from < :valid_from
  AND (valid_to IS NULL OR valid_to >= :valid_from);

-- name: area_successor_write :run
-- in: place text, code text, successor text, valid_from date
INSERT INTO area_successor (place, code, successor, valid_from)
VALUES (:place, :code, :successor, :valid_from)
ON CONFLICT (place, code, successor) DO UPDATE SET valid_from = :valid_from;

-- name: area_successor_all :many
-- in: place text, day date
-- out: code text, successor text, valid_from date
SELECT s.code, s.successor, s.valid_from
FROM area_successor s
WHERE s.place = :place AND s.valid_from <= :day
ORDER BY s.code, s.successor;

-- name: area_people :many
-- in: place text
-- out: area_code text, people integer
-- unscoped: counts by area, of no person
-- scan: the check of all areas, and gaps of the grid
SELECT r.area_code, count(*) AS people
FROM resident r
WHERE r.place = :place AND r.died_on IS NULL AND r.left_on IS NULL
GROUP BY r.area_code
ORDER BY r.area_code;

-- name: facility_in_force :many
-- in: place text, day date
-- out: code text, name text, name_en text, kind text, level integer, parent text, valid_from date
-- out: valid_to date?, area_code text, ownership text, status text, licence_no text, licence_to date?
-- out: merged_into text
SELECT f.code, f.name, f.name_en, f.kind, f.level, f.parent, f.valid_from, f.valid_to, f.area_code,
       f.ownership, f.status, f.licence_no, f.licence_to, f.merged_into
FROM facility_spell f
WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
ORDER BY f.code;

-- name: facility_spell_all :many
-- in: place text
-- out: code text, name text, name_en text, kind text, level integer, parent text, valid_from date
-- out: valid_to date?, area_code text, ownership text, status text, licence_no text, licence_to date?
-- out: merged_into text
SELECT f.code, f.name, f.name_en, f.kind, f.level, f.parent, f.valid_from, f.valid_to, f.area_code,
       f.ownership, f.status, f.licence_no, f.licence_to, f.merged_into
FROM facility_spell f
WHERE f.place = :place
ORDER BY f.code, f.valid_from;

-- name: facility_write :run
-- in: place text, code text, name text, name_en text, kind text, level integer, parent text
-- in: valid_from date, valid_to date?, area_code text, ownership text, status text, licence_no text
-- in: licence_to date?, merged_into text
INSERT INTO facility_spell (place, code, name, name_en, kind, level, parent, valid_from, valid_to,
                            area_code, ownership, status, licence_no, licence_to, merged_into)
VALUES (:place, :code, :name, :name_en, :kind, :level, :parent, :valid_from, :valid_to,
        :area_code, :ownership, :status, :licence_no, :licence_to, :merged_into)
ON CONFLICT (place, code, valid_from)
DO UPDATE SET name = :name, name_en = :name_en, kind = :kind, level = :level, parent = :parent,
              valid_to = :valid_to, area_code = :area_code, ownership = :ownership,
              status = :status, licence_no = :licence_no, licence_to = :licence_to,
              merged_into = :merged_into;

-- name: facility_close_before :run
-- in: place text, code text, valid_from date
UPDATE facility_spell SET valid_to = add_days(:valid_from, -1)
WHERE place = :place AND code = :code AND valid_from < :valid_from
  AND (valid_to IS NULL OR valid_to >= :valid_from);

-- name: catchment_write :run
-- in: place text, facility text, area_code text, valid_from date, valid_to date?, team text
INSERT INTO catchment (place, facility, area_code, valid_from, valid_to, team)
VALUES (:place, :facility, :area_code, :valid_from, :valid_to, :team)
ON CONFLICT (place, facility, area_code, valid_from) DO UPDATE SET valid_to = :valid_to, team = :team;

-- Whoever answers for the area from the day on does so no longer.
-- name: catchment_close :run
-- in: place text, area_code text, valid_from date
UPDATE catchment SET valid_to = add_days(:valid_from, -1)
WHERE place = :place AND area_code = :area_code
  AND (valid_to IS NULL OR valid_to >= :valid_from);

-- name: catchment_doctor_close :run
-- in: place text, area_code text, valid_from date
UPDATE catchment_doctor SET valid_to = add_days(:valid_from, -1)
WHERE place = :place AND area_code = :area_code
  AND (valid_to IS NULL OR valid_to >= :valid_from);

-- name: catchment_doctor_write :run
-- in: place text, area_code text, facility text, staff_id uuid, valid_from date, valid_to date?
INSERT INTO catchment_doctor (place, area_code, facility, staff_id, valid_from, valid_to)
VALUES (:place, :area_code, :facility, :staff_id, :valid_from, :valid_to)
ON CONFLICT (place, area_code, facility, staff_id, valid_from) DO UPDATE SET valid_to = :valid_to;

-- The open catchments of a facility that ended, for its successor.
-- name: catchment_after :many
-- in: place text, facility text, day date
-- out: area_code text, team text
SELECT c.area_code, c.team
FROM catchment c
WHERE c.place = :place AND c.facility = :facility AND c.valid_from <= :day
  AND (c.valid_to IS NULL OR c.valid_to > :day)
ORDER BY c.area_code;

-- Who answers for an area on a day or later.
-- name: catchment_held :many
-- in: place text, area_code text, day date
-- out: facility text
SELECT c.facility
FROM catchment c
WHERE c.place = :place AND c.area_code = :area_code AND (c.valid_to IS NULL OR c.valid_to >= :day)
  AND (c.valid_to IS NULL OR c.valid_to >= c.valid_from)
ORDER BY c.facility;

-- Who answers on a day for areas of a township.
-- name: catchment_neighbour :many
-- in: place text, township text, day date
-- out: facility text
SELECT DISTINCT c.facility
FROM catchment c
WHERE c.place = :place AND substr(c.area_code, 1, 9) = :township
  AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day)
ORDER BY c.facility;

-- name: catchment_in_force :many
-- in: place text, day date
-- out: facility text, area_code text, valid_from date, valid_to date?, team text
SELECT c.facility, c.area_code, c.valid_from, c.valid_to, c.team
FROM catchment c
WHERE c.place = :place AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day)
ORDER BY c.facility, c.area_code;

-- name: catchment_doctor_in_force :many
-- in: place text, day date
-- out: facility text, area_code text, staff_id uuid, code text, name text, valid_from date
-- out: valid_to date?
SELECT d.facility, d.area_code, d.staff_id, s.code, s.name, d.valid_from, d.valid_to
FROM catchment_doctor d
JOIN staff s ON s.place = d.place AND s.id = d.staff_id
WHERE d.place = :place AND d.valid_from <= :day AND (d.valid_to IS NULL OR d.valid_to >= :day)
ORDER BY d.facility, d.area_code, s.code;

-- What every facility answers for: its catchments, the areas in them, and ended areas that became
-- them, unless somebody answers for those themselves (as in access.sql); each under the catchment's team.
-- name: catchment_covered :many
-- in: place text, day date
-- out: facility text, area_code text, team text
WITH RECURSIVE edge (up, down) AS MATERIALIZED (
    SELECT a.parent AS up, a.code AS down
    FROM v_area a
    WHERE a.place = :place AND a.valid_from <= :day AND (a.next_from IS NULL OR a.next_from > :day)
      AND (a.valid_to IS NULL OR a.valid_to >= :day
        OR NOT EXISTS (SELECT 1 FROM area_successor s WHERE s.place = a.place AND s.code = a.code))
      AND NOT EXISTS (SELECT 1 FROM catchment c WHERE c.place = a.place AND c.area_code = a.code
                      AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day))
    UNION
    SELECT s.successor AS up, s.code AS down
    FROM area_successor s
    WHERE s.place = :place AND s.valid_from <= :day
      AND NOT EXISTS (SELECT 1 FROM area_spell a WHERE a.place = s.place AND a.code = s.code
                      AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day))
      AND NOT EXISTS (SELECT 1 FROM catchment c WHERE c.place = s.place AND c.area_code = s.code
                      AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day))
),
covered (facility, area_code, team) AS (
    SELECT c.facility, c.area_code, c.team
    FROM catchment c
    WHERE c.place = :place AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day)
    UNION
    SELECT k.facility, e.down, k.team
    FROM covered k
    JOIN edge e ON e.up = k.area_code
)
SELECT k.facility, k.area_code, max(k.team) AS team
FROM covered k
GROUP BY k.area_code, k.facility
ORDER BY k.area_code, k.facility;

-- name: staff_write :run
-- in: place text, id uuid, code text, name text, sex text, birth_date date?, qualification text
-- in: licence_no text, licence_to date?, title text, education text, phone bytes?, id_number bytes?
INSERT INTO staff (place, id, code, name, sex, birth_date, qualification, licence_no, licence_to, title,
                   education, phone, id_number)
VALUES (:place, :id, :code, :name, :sex, :birth_date, :qualification, :licence_no, :licence_to, :title,
        :education, :phone, :id_number)
ON CONFLICT (place, id)
DO UPDATE SET name = :name, sex = :sex, birth_date = :birth_date, qualification = :qualification,
              licence_no = :licence_no, licence_to = :licence_to, title = :title,
              education = :education, phone = :phone, id_number = :id_number;

-- name: staff_by_code :maybe
-- in: place text, code text
-- out: id uuid, name text
SELECT s.id, s.name
FROM staff s
WHERE s.place = :place AND s.code = :code;

-- name: staff_by_id :maybe
-- in: place text, id uuid
-- out: code text, name text
SELECT s.code, s.name
FROM staff s
WHERE s.place = :place AND s.id = :id;

-- name: staff_code_all :many
-- in: place text
-- out: id uuid, code text
SELECT s.id, s.code
FROM staff s
WHERE s.place = :place
ORDER BY s.code;

-- name: staff_post_write :run
-- in: place text, staff_id uuid, facility text, valid_from date, valid_to date?, post text
-- in: employment text
INSERT INTO staff_post (place, staff_id, facility, valid_from, valid_to, post, employment)
VALUES (:place, :staff_id, :facility, :valid_from, :valid_to, :post, :employment)
ON CONFLICT (place, staff_id, facility, valid_from)
DO UPDATE SET valid_to = :valid_to, post = :post, employment = :employment;

-- The posts in force on a day, with the leave of that day.
-- name: staff_in_force :many
-- in: place text, day date
-- out: id uuid, code text, name text, sex text, birth_date date?, qualification text, licence_no text
-- out: licence_to date?, title text, education text, facility text, post text, employment text
-- out: valid_from date, valid_to date?, away_from date?, away_to date?, substitute_id uuid?
SELECT s.id, s.code, s.name, s.sex, s.birth_date, s.qualification, s.licence_no, s.licence_to, s.title,
       s.education, p.facility, p.post, p.employment, p.valid_from, p.valid_to,
       l.valid_from AS away_from, l.valid_to AS away_to, l.substitute_id
FROM staff_post p
JOIN staff s ON s.place = p.place AND s.id = p.staff_id
LEFT JOIN staff_leave l ON l.place = s.place AND l.staff_id = s.id AND l.valid_from <= :day
  AND l.valid_to >= :day
WHERE p.place = :place AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)
ORDER BY p.facility, s.code;

-- name: staff_facility_of :many
-- in: place text, staff_id uuid, day date
-- out: facility text
SELECT p.facility
FROM staff_post p
WHERE p.place = :place AND p.staff_id = :staff_id
  AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)
ORDER BY p.facility;

-- Where somebody is at work on a day: in a post and not on leave.
-- name: staff_present_at :many
-- in: place text, staff_id uuid, day date
-- out: facility text
SELECT p.facility
FROM staff_post p
WHERE p.place = :place AND p.staff_id = :staff_id
  AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)
  AND NOT EXISTS (SELECT 1 FROM staff_leave l
                  WHERE l.place = p.place AND l.staff_id = p.staff_id
                    AND l.valid_from <= :day AND l.valid_to >= :day)
ORDER BY p.facility;

-- name: staff_leave_write :run
-- in: place text, staff_id uuid, valid_from date, valid_to date, substitute_id uuid?
INSERT INTO staff_leave (place, staff_id, valid_from, valid_to, substitute_id)
VALUES (:place, :staff_id, :valid_from, :valid_to, :substitute_id)
ON CONFLICT (place, staff_id, valid_from)
DO UPDATE SET valid_to = :valid_to, substitute_id = :substitute_id;

-- name: staff_leave_meeting :many
-- in: place text, staff_id uuid, valid_from date, valid_to date
-- out: valid_from date
SELECT l.valid_from
FROM staff_leave l
WHERE l.place = :place AND l.staff_id = :staff_id AND l.valid_from <> :valid_from
  AND l.valid_from <= :valid_to AND l.valid_to >= :valid_from
ORDER BY l.valid_from;
