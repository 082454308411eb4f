-- The day's work of who served: current records of days of service, with what they met. The forms come first, so that
-- each is read by its own stretch of days.

-- recorded_on: of an original; an amendment counts as recorded on its day, for it comes late by its nature.
-- name: work_counts :many
-- in: place text, since date, until date, area text, facility text
-- out: performed_by uuid, facility text, happened_on date, recorded_on date, form text, area_code text
-- out: n integer, met integer
SELECT r.performed_by, r.facility, r.happened_on,
    CASE WHEN r.amends IS NULL THEN r.recorded_on ELSE r.happened_on END AS recorded_on,
    r.form, person.area_code, count(*) AS n,
    sum((SELECT count(*) FROM obligation o
         WHERE o.place = r.place AND o.subject_id = r.subject_id AND o.met_by = r.id)) AS met
FROM (SELECT DISTINCT f.form FROM form_field f) known
CROSS JOIN record r
CROSS JOIN resident person
WHERE r.place = :place AND r.form = known.form AND r.happened_on >= :since AND r.happened_on <= :until
  AND person.place = r.place AND person.id = r.subject_id
  AND (:area = '' OR substr(person.area_code, 1, length(:area)) = :area)
  AND (:facility = '' OR r.facility = :facility)
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id)
  AND {scope:area person} AND {scope:form r}
GROUP BY r.performed_by, r.facility, r.happened_on,
    CASE WHEN r.amends IS NULL THEN r.recorded_on ELSE r.happened_on END, r.form, person.area_code
ORDER BY r.performed_by, r.facility, r.happened_on, r.form, person.area_code;

-- The same records: how many people, and who served. An account has its own name, others are of the staff.
-- name: work_people :many
-- in: place text, since date, until date, area text, facility text
-- out: performed_by uuid, facility text, happened_on date, people integer, name text?
SELECT x.performed_by, x.facility, x.happened_on, x.people, coalesce(a.name, s.name) AS name
FROM (
    SELECT r.performed_by, r.facility, r.happened_on, count(DISTINCT r.subject_id) AS people
    FROM (SELECT DISTINCT f.form FROM form_field f) known
    CROSS JOIN record r
    CROSS JOIN resident person
    WHERE r.place = :place AND r.form = known.form AND r.happened_on >= :since AND r.happened_on <= :until
      AND person.place = r.place AND person.id = r.subject_id
      AND (:area = '' OR substr(person.area_code, 1, length(:area)) = :area)
      AND (:facility = '' OR r.facility = :facility)
      AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id)
      AND {scope:area person} AND {scope:form r}
    GROUP BY r.performed_by, r.facility, r.happened_on
) x
LEFT JOIN access_account a ON a.place = :place AND a.id = x.performed_by
LEFT JOIN staff s ON s.place = :place AND s.id = x.performed_by
ORDER BY x.performed_by, x.facility, x.happened_on;
