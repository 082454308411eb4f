-- Measures: whom each counts, kept up to date, and the sums of that. This folder alone writes these tables.

-- The frame of every measure: the relations that its SELECT reads, and what is taken of its rows. In place
-- of the text of `measured`, which counts everybody, the measure's own is put in (text.c).
-- period: one row a period. person: one row for each of those asked and each period on whose last day he
-- stood in the register. Nothing here but is_permanent depends on the day of asking.
-- name: measure_frame :many
-- in: place text, run_first date, run_last date, run_months integer, run_day date, run_residence integer
-- in: run_known instant, run_from uuid, run_upto uuid, run_stale integer, run_cause integer, run_known_on date
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer
-- scan: asked for everybody only by whoever proves the stored rows, page by page by whoever makes them
-- unscoped: counts; whoever lists the rows is scoped
WITH RECURSIVE period_start (starts_on) AS (
    SELECT CAST(:run_first AS text)
    UNION ALL
    SELECT add_months(s.starts_on, :run_months) FROM period_start s
    WHERE add_months(s.starts_on, :run_months) <= :run_last
), period (starts_on, ends_on) AS MATERIALIZED (
    SELECT s.starts_on, add_days(add_months(s.starts_on, :run_months), -1) FROM period_start s
), span (starts_on, ends_on, last_day, settled_by) AS MATERIALIZED (
    SELECT t.starts_on, t.ends_on, t.last_day, add_months(t.last_day, -:run_residence)
    FROM (SELECT q.starts_on, q.ends_on, CASE WHEN q.ends_on < :run_day THEN q.ends_on ELSE :run_day END AS last_day
          FROM period q) t
), event (resident_id, rev, kind, happened_on, area_code) AS NOT MATERIALIZED (
    SELECT e.resident_id, e.rev, e.kind, e.happened_on, e.area_code
    FROM v_resident_event e
    WHERE e.place = :place AND (e.kind = 'registered' OR e.recorded_at < :run_known)
      AND (e.ended_at IS NULL OR e.ended_at >= :run_known)
), asked (id, events) AS (
    SELECT r.id, (SELECT count(*) FROM event e WHERE e.resident_id = r.id)
    FROM v_resident r
    WHERE :run_stale = 0 AND r.place = :place AND r.id >= :run_from AND r.id <= :run_upto
    UNION ALL
    SELECT s.subject_id, (SELECT count(*) FROM event e WHERE e.resident_id = s.subject_id)
    FROM measure_stale s
    WHERE :run_stale = 1 AND s.place = :place AND s.cause = :run_cause AND s.subject_id >= :run_from
      AND s.subject_id <= :run_upto
), life (id, starts_on, ends_on, last_day, settled_by, sex, birth_date, registered_on, area_code, is_here, since) AS (
    -- nearly everybody was registered once, and that is all: read once, not for each period
    SELECT r.id, q.starts_on, q.ends_on, q.last_day, q.settled_by, r.sex, r.birth_date, r.registered_on,
        CASE WHEN e.happened_on <= q.ends_on AND e.kind NOT IN ('left', 'died')
            THEN coalesce(e.area_code, r.area_code) ELSE r.area_code END,
        CASE WHEN e.happened_on <= q.ends_on THEN CASE WHEN e.kind IN ('left', 'died') THEN 0 ELSE 1 END
            WHEN r.died_on <= q.ends_on OR r.left_on <= q.ends_on THEN 0 ELSE 1 END,
        CASE WHEN e.kind = 'returned' AND e.happened_on <= q.ends_on AND e.happened_on > r.registered_on
            THEN e.happened_on ELSE r.registered_on END
    FROM asked a
    CROSS JOIN v_resident r
    CROSS JOIN event e
    CROSS JOIN span q
    WHERE a.events = 1 AND r.place = :place AND r.id = a.id AND e.resident_id = a.id
      AND r.registered_on <= q.ends_on AND r.registered_on <= :run_known_on
    UNION ALL
    SELECT r.id, q.starts_on, q.ends_on, q.last_day, q.settled_by, r.sex, r.birth_date, r.registered_on,
        coalesce((SELECT e.area_code FROM event e
                  WHERE e.resident_id = r.id AND e.happened_on <= q.ends_on AND e.kind NOT IN ('left', 'died')
                  ORDER BY e.happened_on DESC, e.rev DESC LIMIT 1), r.area_code),
        coalesce((SELECT CASE WHEN e.kind IN ('left', 'died') THEN 0 ELSE 1 END FROM event e
                  WHERE e.resident_id = r.id AND e.happened_on <= q.ends_on
                  ORDER BY e.happened_on DESC, e.rev DESC LIMIT 1),
                 CASE WHEN r.died_on <= q.ends_on OR r.left_on <= q.ends_on THEN 0 ELSE 1 END),
        (SELECT coalesce(max(CASE WHEN e.happened_on > r.registered_on THEN e.happened_on END), r.registered_on)
         FROM event e
         WHERE e.resident_id = r.id AND e.happened_on <= q.ends_on AND e.kind = 'returned')
    FROM asked a
    CROSS JOIN v_resident r
    CROSS JOIN span q
    WHERE a.events <> 1 AND r.place = :place AND r.id = a.id
      AND r.registered_on <= q.ends_on AND r.registered_on <= :run_known_on
), person (subject_id, period, ends_on, area_code, sex, birth_date, registered_on, is_here, is_permanent) AS (
    SELECT l.id, l.starts_on, l.ends_on, l.area_code, l.sex, l.birth_date, l.registered_on, l.is_here,
        -- months are of different lengths: only who came around that day has to be reckoned
        CASE WHEN l.is_here = 0 THEN 0 WHEN l.since <= l.settled_by THEN 1
            WHEN l.since > add_days(l.settled_by, 4) THEN 0
            WHEN add_months(l.since, :run_residence) <= l.last_day THEN 1 ELSE 0 END
    FROM life l
), measured AS (
    SELECT p.subject_id, p.period, p.subject_id AS counted, p.area_code AS unit, p.is_here AS in_denominator,
        p.is_permanent AS in_numerator
    FROM person p
)
SELECT m.subject_id, m.period, m.counted, m.unit AS area_code,
    CASE WHEN m.in_numerator = 1 THEN 1 ELSE 0 END AS in_numerator
FROM measured m
WHERE m.in_denominator = 1;

-- The people of the frame above, written down once for all measures that are asked of them: its relation
-- `person` goes into the table of that name of this connection (run.c, db_scratch). The
-- relations of the frame take the place of `person`.
-- name: measure_people_write :run
-- in: place text
-- unscoped: the frame of measures; whoever lists the rows is scoped
INSERT INTO measure_person (subject_id, period, ends_on, area_code, sex, birth_date, registered_on, is_here,
                            is_permanent)
WITH person AS (
    SELECT w.subject_id, w.period, w.ends_on, w.area_code, w.sex, w.birth_date, w.registered_on, w.is_here,
        w.is_permanent
    FROM measure_person w
    WHERE :place <> ''
), measured AS (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, p.sex, p.birth_date, p.registered_on, p.is_here,
        p.is_permanent
    FROM person p
)
SELECT m.subject_id, m.period, m.ends_on, m.area_code, m.sex, m.birth_date, m.registered_on, m.is_here,
    m.is_permanent
FROM measured m;

-- The frame of a measure that is asked of the people written down, with the same relations. Who runs it leaves
-- out what it gives of other periods: a condition here would make PostgreSQL believe that hardly anybody is asked.
-- name: measure_written_frame :many
-- in: place text, run_first date, run_last date, run_months integer
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer
-- unscoped: counts; whoever lists the rows is scoped
WITH RECURSIVE period_start (starts_on) AS (
    SELECT CAST(:run_first AS text)
    UNION ALL
    SELECT add_months(s.starts_on, :run_months) FROM period_start s
    WHERE add_months(s.starts_on, :run_months) <= :run_last
), period (starts_on, ends_on) AS MATERIALIZED (
    SELECT s.starts_on, add_days(add_months(s.starts_on, :run_months), -1) FROM period_start s
), person (subject_id, period, ends_on, area_code, sex, birth_date, registered_on, is_here, is_permanent)
AS NOT MATERIALIZED (
    SELECT w.subject_id, w.period, w.ends_on, w.area_code, w.sex, w.birth_date, w.registered_on, w.is_here,
        w.is_permanent
    FROM measure_person w
), measured AS (
    SELECT p.subject_id, p.period, p.subject_id AS counted, p.area_code AS unit, p.is_here AS in_denominator,
        p.is_permanent AS in_numerator
    FROM person p
    WHERE :place <> ''
)
SELECT m.subject_id, m.period, m.counted, m.unit AS area_code,
    CASE WHEN m.in_numerator = 1 THEN 1 ELSE 0 END AS in_numerator
FROM measured m
WHERE m.in_denominator = 1;

-- The frame of a measure about organisations, in the same way. moment: each period with the day as on which
-- organisations stand in it, the last one or, in the running period, today. What is in force on that day, but
-- for `registered`, where those that have ended stand too.
-- name: measure_unit_frame :many
-- in: place text, run_first date, run_last date, run_months integer, run_day date, run_known date, run_kind text
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer
-- unscoped: counts organisations
WITH RECURSIVE period_start (starts_on) AS (
    SELECT CAST(:run_first AS text)
    UNION ALL
    SELECT add_months(s.starts_on, :run_months) FROM period_start s
    WHERE add_months(s.starts_on, :run_months) <= :run_last
), period (starts_on, ends_on) AS (
    SELECT s.starts_on, add_days(add_months(s.starts_on, :run_months), -1) FROM period_start s
), moment (period, ends_on, last_on) AS (
    SELECT q.starts_on, q.ends_on, CASE WHEN q.ends_on < :run_day THEN q.ends_on ELSE :run_day END FROM period q
), facility AS (
    SELECT s.id AS subject_id, m.period, m.ends_on, m.last_on, f.code, f.kind, f.level, f.parent, f.area_code, f.ownership,
        f.status, l.licence_no, l.licence_to
    FROM moment m
    CROSS JOIN v_facility f
    JOIN v_facility_licence l ON l.place = f.place AND l.code = f.code AND l.valid_from = f.valid_from
    JOIN v_subject s ON s.place = f.place AND s.kind = 'facility' AND s.code = f.code
    WHERE f.place = :place AND f.valid_from <= m.last_on AND (f.valid_to IS NULL OR f.valid_to >= m.last_on)
), staff AS (
    SELECT s.id AS subject_id, m.period, m.ends_on, m.last_on, s.code, t.facility, t.post, t.employment, s.qualification,
        s.licence_to, s.title, s.education
    FROM moment m
    CROSS JOIN v_staff_post t
    JOIN v_staff s ON s.place = t.place AND s.id = t.staff_id
    WHERE t.place = :place AND t.valid_from <= m.last_on AND (t.valid_to IS NULL OR t.valid_to >= m.last_on)
), area AS (
    SELECT s.id AS subject_id, m.period, m.ends_on, m.last_on, a.code, a.level
    FROM moment m
    CROSS JOIN v_area a
    JOIN v_subject s ON s.place = a.place AND s.kind = 'area' AND s.code = a.code
    WHERE a.place = :place AND a.valid_from <= m.last_on AND (a.valid_to IS NULL OR a.valid_to >= m.last_on)
), catchment (period, facility, area_code, has_doctor) AS (
    SELECT m.period, c.facility, c.area_code,
        CASE WHEN EXISTS (SELECT 1 FROM v_catchment_doctor d
                          WHERE d.place = c.place AND d.facility = c.facility AND d.area_code = c.area_code
                            AND d.valid_from <= m.last_on AND (d.valid_to IS NULL OR d.valid_to >= m.last_on))
            THEN 1 ELSE 0 END
    FROM moment m
    CROSS JOIN v_catchment c
    WHERE c.place = :place AND c.valid_from <= m.last_on AND (c.valid_to IS NULL OR c.valid_to >= m.last_on)
), entry (subject_id, period, ends_on, last_on, record_id, code, valid_from, valid_to) AS (
    SELECT e.subject_id, m.period, m.ends_on, m.last_on, e.record_id, e.code, e.valid_from, e.valid_to
    FROM moment m
    CROSS JOIN v_subject_entry e
    WHERE e.place = :place AND e.kind = :run_kind AND e.happened_on <= m.last_on AND e.recorded_on <= :run_known
      AND (e.ended_on IS NULL OR e.ended_on > :run_known) AND e.valid_from <= m.last_on
      AND NOT EXISTS (SELECT 1 FROM v_subject_entry n
                      WHERE n.place = e.place AND n.subject_id = e.subject_id AND n.happened_on <= m.last_on
                        AND n.recorded_on <= :run_known AND (n.ended_on IS NULL OR n.ended_on > :run_known)
                        AND (n.happened_on > e.happened_on
                          OR (n.happened_on = e.happened_on AND n.record_id > e.record_id)))
), registered (subject_id, period, ends_on, last_on, code, facility, valid_from, valid_to, is_in_force) AS (
    SELECT e.subject_id, e.period, e.ends_on, e.last_on, e.code, p.facility, e.valid_from, e.valid_to,
        CASE WHEN e.valid_to < e.last_on THEN 0 ELSE 1 END
    FROM entry e
    JOIN v_subject_entry_party p ON p.place = :place AND p.record_id = e.record_id AND p.field = ''
), newest (subject_id, period, form, record_id) AS (
    SELECT r.subject_id, m.period, r.form, r.record_id
    FROM moment m
    CROSS JOIN v_subject s
    CROSS JOIN v_record r
    WHERE s.place = :place AND r.place = :place AND r.subject_id = s.id AND r.happened_on <= m.last_on
      AND NOT EXISTS (SELECT 1 FROM v_record n
                      WHERE n.place = :place AND n.subject_id = r.subject_id AND n.form = r.form
                        AND n.happened_on <= m.last_on
                        AND (n.happened_on > r.happened_on
                          OR (n.happened_on = r.happened_on AND n.record_id > r.record_id)))
), measured AS (
    SELECT f.subject_id, f.period, f.subject_id AS counted, f.code AS unit, 1 AS in_denominator,
        f.level AS in_numerator
    FROM facility f
)
SELECT m.subject_id, m.period, m.counted, m.unit AS area_code,
    CASE WHEN m.in_numerator = 1 THEN 1 ELSE 0 END AS in_numerator
FROM measured m
WHERE m.in_denominator = 1;

-- What measures about organisations join, written down once for those that are asked in a transaction, as people are:
-- each relation goes into the table of its name. (`entry` and `registered` follow from the measure.)
-- name: measure_facility_write :run
-- in: place text
-- unscoped: the frame of measures about organisations
INSERT INTO measure_facility (subject_id, period, ends_on, last_on, code, kind, level, parent, area_code,
                              ownership, status, licence_no, licence_to)
WITH facility AS (
    SELECT w.subject_id, w.period, w.ends_on, w.last_on, w.code, w.kind, w.level, w.parent, w.area_code,
        w.ownership, w.status, w.licence_no, w.licence_to
    FROM measure_facility w
    WHERE :place <> ''
), measured AS (
    SELECT x.subject_id, x.period, x.ends_on, x.last_on, x.code, x.kind, x.level, x.parent, x.area_code,
        x.ownership, x.status, x.licence_no, x.licence_to
    FROM facility x
)
SELECT m.subject_id, m.period, m.ends_on, m.last_on, m.code, m.kind, m.level, m.parent, m.area_code,
    m.ownership, m.status, m.licence_no, m.licence_to
FROM measured m;

-- name: measure_staff_write :run
-- in: place text
-- unscoped: the frame of measures about organisations
INSERT INTO measure_staff (subject_id, period, ends_on, last_on, code, facility, post, employment,
                           qualification, licence_to, title, education)
WITH staff AS (
    SELECT w.subject_id, w.period, w.ends_on, w.last_on, w.code, w.facility, w.post, w.employment,
        w.qualification, w.licence_to, w.title, w.education
    FROM measure_staff w
    WHERE :place <> ''
), measured AS (
    SELECT x.subject_id, x.period, x.ends_on, x.last_on, x.code, x.facility, x.post, x.employment,
        x.qualification, x.licence_to, x.title, x.education
    FROM staff x
)
SELECT m.subject_id, m.period, m.ends_on, m.last_on, m.code, m.facility, m.post, m.employment, m.qualification,
    m.licence_to, m.title, m.education
FROM measured m;

-- name: measure_area_write :run
-- in: place text
-- unscoped: the frame of measures about organisations
INSERT INTO measure_area (subject_id, period, ends_on, last_on, code, level)
WITH area AS (
    SELECT w.subject_id, w.period, w.ends_on, w.last_on, w.code, w.level
    FROM measure_area w
    WHERE :place <> ''
), measured AS (
    SELECT x.subject_id, x.period, x.ends_on, x.last_on, x.code, x.level
    FROM area x
)
SELECT m.subject_id, m.period, m.ends_on, m.last_on, m.code, m.level
FROM measured m;

-- name: measure_catchment_write :run
-- in: place text
-- unscoped: the frame of measures about organisations
INSERT INTO measure_catchment (period, facility, area_code, has_doctor)
WITH catchment AS (
    SELECT w.period, w.facility, w.area_code, w.has_doctor
    FROM measure_catchment w
    WHERE :place <> ''
), measured AS (
    SELECT x.period, x.facility, x.area_code, x.has_doctor
    FROM catchment x
)
SELECT m.period, m.facility, m.area_code, m.has_doctor
FROM measured m;

-- name: measure_newest_write :run
-- in: place text
-- unscoped: the frame of measures about organisations
INSERT INTO measure_newest (subject_id, period, form, record_id)
WITH newest AS (
    SELECT w.subject_id, w.period, w.form, w.record_id
    FROM measure_newest w
    WHERE :place <> ''
), measured AS (
    SELECT x.subject_id, x.period, x.form, x.record_id
    FROM newest x
)
SELECT m.subject_id, m.period, m.form, m.record_id
FROM measured m;

-- The same frame over the relations written down.
-- name: measure_written_unit_frame :many
-- in: place text, run_first date, run_last date, run_months integer, run_day date, run_known date, run_kind text
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer
-- unscoped: counts organisations
WITH RECURSIVE period_start (starts_on) AS (
    SELECT CAST(:run_first AS text)
    UNION ALL
    SELECT add_months(s.starts_on, :run_months) FROM period_start s
    WHERE add_months(s.starts_on, :run_months) <= :run_last
), period (starts_on, ends_on) AS (
    SELECT s.starts_on, add_days(add_months(s.starts_on, :run_months), -1) FROM period_start s
), moment (period, ends_on, last_on) AS (
    SELECT q.starts_on, q.ends_on, CASE WHEN q.ends_on < :run_day THEN q.ends_on ELSE :run_day END FROM period q
), facility (subject_id, period, ends_on, last_on, code, kind, level, parent, area_code, ownership, status,
             licence_no, licence_to) AS NOT MATERIALIZED (
    SELECT w.subject_id, w.period, w.ends_on, w.last_on, w.code, w.kind, w.level, w.parent, w.area_code,
        w.ownership, w.status, w.licence_no, w.licence_to
    FROM measure_facility w
), staff (subject_id, period, ends_on, last_on, code, facility, post, employment, qualification, licence_to,
          title, education) AS NOT MATERIALIZED (
    SELECT w.subject_id, w.period, w.ends_on, w.last_on, w.code, w.facility, w.post, w.employment,
        w.qualification, w.licence_to, w.title, w.education
    FROM measure_staff w
), area (subject_id, period, ends_on, last_on, code, level) AS NOT MATERIALIZED (
    SELECT w.subject_id, w.period, w.ends_on, w.last_on, w.code, w.level
    FROM measure_area w
), catchment (period, facility, area_code, has_doctor) AS NOT MATERIALIZED (
    SELECT w.period, w.facility, w.area_code, w.has_doctor
    FROM measure_catchment w
), newest (subject_id, period, form, record_id) AS NOT MATERIALIZED (
    SELECT w.subject_id, w.period, w.form, w.record_id
    FROM measure_newest w
), entry (subject_id, period, ends_on, last_on, record_id, code, valid_from, valid_to) AS (
    SELECT e.subject_id, m.period, m.ends_on, m.last_on, e.record_id, e.code, e.valid_from, e.valid_to
    FROM moment m
    CROSS JOIN v_subject_entry e
    WHERE e.place = :place AND e.kind = :run_kind AND e.happened_on <= m.last_on AND e.recorded_on <= :run_known
      AND (e.ended_on IS NULL OR e.ended_on > :run_known) AND e.valid_from <= m.last_on
      AND NOT EXISTS (SELECT 1 FROM v_subject_entry n
                      WHERE n.place = e.place AND n.subject_id = e.subject_id AND n.happened_on <= m.last_on
                        AND n.recorded_on <= :run_known AND (n.ended_on IS NULL OR n.ended_on > :run_known)
                        AND (n.happened_on > e.happened_on
                          OR (n.happened_on = e.happened_on AND n.record_id > e.record_id)))
), registered (subject_id, period, ends_on, last_on, code, facility, valid_from, valid_to, is_in_force) AS (
    SELECT e.subject_id, e.period, e.ends_on, e.last_on, e.code, p.facility, e.valid_from, e.valid_to,
        CASE WHEN e.valid_to < e.last_on THEN 0 ELSE 1 END
    FROM entry e
    JOIN v_subject_entry_party p ON p.place = :place AND p.record_id = e.record_id AND p.field = ''
), measured AS (
    SELECT f.subject_id, f.period, f.subject_id AS counted, f.code AS unit, 1 AS in_denominator,
        f.level AS in_numerator
    FROM facility f
)
SELECT m.subject_id, m.period, m.counted, m.unit AS area_code,
    CASE WHEN m.in_numerator = 1 THEN 1 ELSE 0 END AS in_numerator
FROM measured m
WHERE m.in_denominator = 1;

-- What is taken of the rows of a standard: it takes the place of the end of the frame.
-- name: measure_standard_frame :many
-- in: place text
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer, required decimal?
-- out: actual decimal?
WITH measured AS (
    SELECT s.id AS subject_id, s.valid_from AS period, s.id AS counted, s.code AS unit, 1 AS in_denominator,
        1 AS in_numerator, 1 AS required, 1 AS actual
    FROM v_subject s
    WHERE s.place = :place
)
SELECT m.subject_id, m.period, m.counted, m.unit AS area_code,
    CASE WHEN m.in_numerator = 1 THEN 1 ELSE 0 END AS in_numerator,
    CAST(m.required AS double precision) AS required, CAST(m.actual AS double precision) AS actual
FROM measured m
WHERE m.in_denominator = 1;

-- In the same way of the rows of a measure that adds amounts up: whole ones, kept as what is required and there.
-- An amount that nobody wrote down is not nought: its row is left out.
-- name: measure_amount_frame :many
-- in: place text
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer, required decimal?
-- out: actual decimal?
WITH measured AS (
    SELECT s.id AS subject_id, s.valid_from AS period, s.id AS counted, s.code AS unit, 1 AS in_denominator,
        1 AS in_numerator
    FROM v_subject s
    WHERE s.place = :place
)
SELECT m.subject_id, m.period, m.counted, m.unit AS area_code,
    CASE WHEN m.in_numerator > 0 THEN 1 ELSE 0 END AS in_numerator,
    CAST(round_to(m.in_denominator, 0) AS double precision) AS required,
    CAST(round_to(m.in_numerator, 0) AS double precision) AS actual
FROM measured m
WHERE m.in_denominator > 0 AND m.in_numerator IS NOT NULL;

-- name: measure_states :many
-- in: place text
-- out: measure_key integer, measure text, kind text, signature text, first_on date, last_on date
-- out: done_first date?, done_last date?, after_id uuid, retry_at instant
SELECT s.measure_key, s.measure, s.kind, s.signature, s.first_on, s.last_on, s.done_first, s.done_last,
    s.after_id, s.retry_at
FROM measure_state s
WHERE s.place = :place
ORDER BY s.measure_key;

-- name: measure_state_add :run
-- in: place text, measure text, kind text, signature text, first_on date, last_on date, after_id uuid
INSERT INTO measure_state (place, measure_key, measure, kind, signature, first_on, last_on, done_first,
    done_last, after_id, retry_at)
VALUES (:place, (SELECT coalesce(max(s.measure_key), 0) + 1 FROM measure_state s WHERE s.place = :place),
    :measure, :kind, :signature, :first_on, :last_on, NULL, NULL, :after_id, 0);

-- name: measure_state_put :run
-- in: place text, measure_key integer, signature text, first_on date, last_on date, done_first date?
-- in: done_last date?, after_id uuid, retry_at instant
UPDATE measure_state
SET signature = :signature, first_on = :first_on, last_on = :last_on, done_first = :done_first,
    done_last = :done_last, after_id = :after_id, retry_at = :retry_at
WHERE place = :place AND measure_key = :measure_key;

-- name: measure_state_delete :run
-- in: place text, measure_key integer
DELETE FROM measure_state WHERE place = :place AND measure_key = :measure_key;

-- name: measure_rows_delete :run
-- in: place text, measure_key integer
-- scan: a measure of the packs is gone
DELETE FROM measure_row WHERE place = :place AND measure_key = :measure_key;

-- name: measure_values_delete :run
-- in: place text, measure_key integer
DELETE FROM measure_value WHERE place = :place AND measure_key = :measure_key;

-- The day on which the first of the register came into it.
-- name: measure_register_began :maybe
-- in: place text
-- out: registered_on date
-- unscoped: a day, of nobody
SELECT r.registered_on
FROM v_resident r
WHERE r.place = :place AND r.registered_on >= '0001-01-01'
ORDER BY r.registered_on
LIMIT 1;

-- The last of the next people of the register.
-- name: measure_page_end :maybe
-- in: place text, after_id uuid, skip integer
-- out: id uuid
-- unscoped: an id, for the walk through everybody
SELECT r.id
FROM v_resident r
WHERE r.place = :place AND r.id > :after_id
ORDER BY r.id
LIMIT 1 OFFSET :skip;

-- What is stored of those that the frame is asked for: of a stretch of people ...
-- name: measure_rows_stored :many
-- in: place text, measure_key integer, run_from uuid, run_upto uuid
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer
-- out: required decimal?, actual decimal?
SELECT w.subject_id, w.period, w.counted, w.area_code, w.in_numerator, w.required, w.actual
FROM measure_row w
WHERE w.place = :place AND w.measure_key = :measure_key AND w.subject_id >= :run_from
  AND w.subject_id <= :run_upto
ORDER BY w.subject_id, w.period, w.counted;

-- ... and of the stale ones, each by his key: what lies between them may be a county. Materialized, or SQLite takes
-- the bounds of the stale ones for those of the rows, and reads the county.
-- name: measure_rows_stale :many
-- in: place text, measure_key integer, run_from uuid, run_upto uuid, run_cause integer
-- out: subject_id uuid, period date, counted uuid, area_code text, in_numerator integer
-- out: required decimal?, actual decimal?
WITH asked AS MATERIALIZED (
    SELECT s.subject_id
    FROM measure_stale s
    WHERE s.place = :place AND s.cause = :run_cause AND s.subject_id >= :run_from AND s.subject_id <= :run_upto
)
SELECT w.subject_id, w.period, w.counted, w.area_code, w.in_numerator, w.required, w.actual
FROM asked s
CROSS JOIN measure_row w
WHERE w.place = :place AND w.measure_key = :measure_key AND w.subject_id = s.subject_id
ORDER BY w.subject_id, w.period, w.counted;

-- name: measure_row_put :later
-- in: place text, measure_key integer, subject_id uuid, period date, counted uuid, area_code text
-- in: in_numerator integer, required decimal?, actual decimal?
INSERT INTO measure_row (place, measure_key, subject_id, period, counted, area_code, in_numerator, required,
                         actual)
VALUES (:place, :measure_key, :subject_id, :period, :counted, :area_code, :in_numerator, :required, :actual)
ON CONFLICT (place, measure_key, subject_id, period, counted)
DO UPDATE SET area_code = excluded.area_code, in_numerator = excluded.in_numerator,
    required = excluded.required, actual = excluded.actual;

-- name: measure_row_delete :later
-- in: place text, measure_key integer, subject_id uuid, period date, counted uuid
DELETE FROM measure_row
WHERE place = :place AND measure_key = :measure_key AND subject_id = :subject_id AND period = :period
  AND counted = :counted;

-- name: measure_value_change :later
-- in: place text, measure_key integer, period date, area_code text, denominator integer, numerator integer
INSERT INTO measure_value (place, measure_key, period, area_code, denominator, numerator)
VALUES (:place, :measure_key, :period, :area_code, :denominator, :numerator)
ON CONFLICT (place, measure_key, period, area_code)
DO UPDATE SET denominator = measure_value.denominator + excluded.denominator,
    numerator = measure_value.numerator + excluded.numerator;

-- name: measure_values_of :many
-- in: place text, measure_key integer, run_first date, run_last date
-- out: period date, area_code text, denominator integer, numerator integer
SELECT v.period, v.area_code, v.denominator, v.numerator
FROM measure_value v
WHERE v.place = :place AND v.measure_key = :measure_key AND v.period >= :run_first AND v.period <= :run_last
  AND v.denominator > 0 AND {scope:area v}
ORDER BY v.period, v.area_code;

-- The sums of all in sight, of every measure, in periods from a first to a last one: their first days, by kind.
-- name: measure_totals_of :many
-- in: place text, year_first date, year_last date, half_first date, half_last date, quarter_first date
-- in: quarter_last date, month_first date, month_last date
-- out: measure_key integer, period date, denominator integer, numerator integer
SELECT v.measure_key, v.period, sum(v.denominator) AS denominator, sum(v.numerator) AS numerator
FROM measure_state s
JOIN measure_value v ON v.place = s.place AND v.measure_key = s.measure_key
  AND v.period >= CASE s.kind WHEN 'year' THEN :year_first WHEN 'half' THEN :half_first
      WHEN 'quarter' THEN :quarter_first ELSE :month_first END
  AND v.period <= CASE s.kind WHEN 'year' THEN :year_last WHEN 'half' THEN :half_last
      WHEN 'quarter' THEN :quarter_last ELSE :month_last END
WHERE s.place = :place AND {scope:area v}
GROUP BY v.measure_key, v.period
ORDER BY v.measure_key, v.period;

-- Where the others live: of a unit that has some of them the asking one sees a part only.
-- name: measure_values_beyond :many
-- in: place text, measure_key integer, run_first date, run_last date
-- out: period date, area_code text
SELECT v.period, v.area_code
FROM measure_value v
WHERE v.place = :place AND v.measure_key = :measure_key AND v.period >= :run_first AND v.period <= :run_last
  AND v.denominator > 0 AND NOT ({scope:area v})
ORDER BY v.period, v.area_code;

-- How many sums are not those of their rows.
-- name: measure_sums_wrong :one
-- in: place text, measure_key integer, has_amounts integer
-- out: n integer
-- scan: proves the sums
SELECT count(*) AS n
FROM (SELECT w.period, w.area_code,
          sum(CASE WHEN :has_amounts = 1 THEN CAST(w.required AS bigint) ELSE 1 END) AS denominator,
          sum(CASE WHEN :has_amounts = 1 THEN CAST(w.actual AS bigint) ELSE w.in_numerator END) AS numerator
      FROM measure_row w
      WHERE w.place = :place AND w.measure_key = :measure_key
      GROUP BY w.period, w.area_code) r
LEFT JOIN measure_value v ON v.place = :place AND v.measure_key = :measure_key AND v.period = r.period
  AND v.area_code = r.area_code
WHERE v.area_code IS NULL OR v.denominator <> r.denominator OR v.numerator <> r.numerator;

-- name: measure_value_total :one
-- in: place text, measure_key integer
-- out: denominator integer
SELECT coalesce(sum(v.denominator), 0) AS denominator
FROM measure_value v
WHERE v.place = :place AND v.measure_key = :measure_key;

-- name: measure_row_total :one
-- in: place text, measure_key integer, has_amounts integer
-- out: denominator integer
-- scan: proves the sums
SELECT coalesce(sum(CASE WHEN :has_amounts = 1 THEN CAST(w.required AS bigint) ELSE 1 END), 0) AS denominator
FROM measure_row w
WHERE w.place = :place AND w.measure_key = :measure_key;

-- name: measure_stale_mark :later
-- in: place text, cause integer, subject_id uuid
INSERT INTO measure_stale (place, cause, subject_id, is_taken) VALUES (:place, :cause, :subject_id, 0)
ON CONFLICT (place, cause, subject_id) DO UPDATE SET is_taken = 0;

-- Who has lived here for so long on one of these days, a few days around them included.
-- name: measure_stale_mark_settled :run
-- in: place text, since_first date, since_last date
-- scan: once a day
-- unscoped: notes whose rows are to be made anew; nobody reads them
INSERT INTO measure_stale (place, cause, subject_id, is_taken)
SELECT r.place, 0, r.id, 0 FROM v_resident r
WHERE r.place = :place AND r.registered_on >= :since_first AND r.registered_on <= :since_last
UNION
SELECT e.place, 0, e.resident_id, 0 FROM v_resident_event e
WHERE e.place = :place AND e.kind = 'returned' AND e.happened_on >= :since_first AND e.happened_on <= :since_last
ON CONFLICT (place, cause, subject_id) DO UPDATE SET is_taken = 0;

-- The next stale ones, those of one cause together.
-- name: measure_stale_page :many
-- in: place text, most integer
-- out: cause integer, subject_id uuid
SELECT s.cause, s.subject_id
FROM measure_stale s
WHERE s.place = :place
ORDER BY s.cause, s.subject_id
LIMIT :most;

-- Before anything of them is read: who changes one of them from now on waits, and is marked again.
-- name: measure_stale_take :run
-- in: place text, cause integer, run_from uuid, run_upto uuid
UPDATE measure_stale SET is_taken = 1
WHERE place = :place AND cause = :cause AND subject_id >= :run_from AND subject_id <= :run_upto;

-- name: measure_stale_taken :many
-- in: place text, cause integer, run_from uuid, run_upto uuid
-- out: subject_id uuid
SELECT s.subject_id
FROM measure_stale s
WHERE s.place = :place AND s.cause = :cause AND s.subject_id >= :run_from AND s.subject_id <= :run_upto
  AND s.is_taken = 1
ORDER BY s.subject_id;

-- name: measure_stale_clear :run
-- in: place text, cause integer, run_from uuid, run_upto uuid
DELETE FROM measure_stale
WHERE place = :place AND cause = :cause AND subject_id >= :run_from AND subject_id <= :run_upto AND is_taken = 1;

-- name: measure_stale_count :one
-- in: place text
-- out: n integer
SELECT count(*) AS n FROM measure_stale s WHERE s.place = :place;

-- The drill-down: a page of the rows behind a number, of whom the asking one sees rows of; with the record
-- where records are counted, and who found it right. areas: codes of villages, sixteen characters each.
-- name: measure_rows_listed :many
-- in: place text, measure_key integer, measure text, period date, areas text, only_numerator integer
-- in: only_rest integer, only_open integer, only_checked integer, after_area text
-- in: after_subject uuid, after_counted uuid, most integer
-- out: subject_id uuid, counted uuid, area_code text, in_numerator integer, sex text, birth_date date?
-- out: form text?, facility text?, performed_by uuid?, happened_on date?, recorded_on date?, checked_on date?
-- out: reason text?
WITH RECURSIVE listed (code, rest) AS (
    SELECT rtrim(substr(CAST(:areas AS text), 1, 16)), substr(CAST(:areas AS text), 17)
    UNION ALL
    SELECT rtrim(substr(l.rest, 1, 16)), substr(l.rest, 17) FROM listed l WHERE l.rest <> ''
)
SELECT w.subject_id, w.counted, w.area_code, w.in_numerator, r.sex, r.birth_date, d.form, d.facility,
    d.performed_by, d.happened_on, d.recorded_on, k.checked_on, k.reason
FROM measure_row w
JOIN v_resident r ON r.place = w.place AND r.id = w.subject_id
LEFT JOIN v_record d ON d.place = w.place AND d.record_id = w.counted
LEFT JOIN measure_check k ON k.place = w.place AND k.measure = :measure AND k.record_id = w.counted
WHERE w.place = :place AND w.measure_key = :measure_key AND w.period = :period
  AND w.area_code IN (SELECT l.code FROM listed l)
  AND (:only_numerator = 0 OR w.in_numerator = 1) AND (:only_rest = 0 OR w.in_numerator = 0)
  AND (:only_open = 0 OR k.record_id IS NULL) AND (:only_checked = 0 OR k.record_id IS NOT NULL)
  AND (w.area_code > :after_area OR (w.area_code = :after_area AND (w.subject_id > :after_subject
       OR (w.subject_id = :after_subject AND w.counted > :after_counted))))
  AND {scope:area r}
ORDER BY w.area_code, w.subject_id, w.counted
LIMIT :most;

-- The drill-down of organisations: all rows of a period in sight; they are few. What is left of a share of amounts
-- are those whose part falls short of the whole.
-- name: measure_units_listed :many
-- in: place text, measure_key integer, measure text, period date, only_numerator integer, only_rest integer
-- in: is_share_of_amounts integer, only_open integer, only_checked integer
-- out: subject_id uuid, counted uuid, area_code text, in_numerator integer, required decimal?, actual decimal?
-- out: code text, name text, name_en text, form text?, facility text?, performed_by uuid?
-- out: happened_on date?, recorded_on date?, checked_on date?, reason text?
SELECT w.subject_id, w.counted, w.area_code, w.in_numerator, w.required, w.actual, s.code, s.name, s.name_en,
    d.form, d.facility, d.performed_by, d.happened_on, d.recorded_on, k.checked_on, k.reason
FROM measure_row w
JOIN v_subject s ON s.place = w.place AND s.id = w.subject_id
LEFT JOIN v_record d ON d.place = w.place AND d.record_id = w.counted
LEFT JOIN measure_check k ON k.place = w.place AND k.measure = :measure AND k.record_id = w.counted
WHERE w.place = :place AND w.measure_key = :measure_key AND w.period = :period
  AND (:only_numerator = 0 OR w.in_numerator = 1)
  AND (:only_rest = 0 OR (:is_share_of_amounts = 0 AND w.in_numerator = 0)
    OR (:is_share_of_amounts = 1 AND w.actual < w.required))
  AND (:only_open = 0 OR k.record_id IS NULL) AND (:only_checked = 0 OR k.record_id IS NOT NULL)
  AND {scope:area w}
ORDER BY w.area_code, w.subject_id, w.counted;

-- What measures say of one organisation in the period that a day lies in: the first day of each kind of period.
-- name: measure_rows_of_unit :many
-- in: place text, subject_id uuid, year_first date, half_first date, quarter_first date, month_first date
-- out: measure_key integer, in_numerator integer, required decimal?, actual decimal?
SELECT w.measure_key, w.in_numerator, w.required, w.actual
FROM measure_state s
CROSS JOIN measure_row w
WHERE s.place = :place AND w.place = s.place AND w.measure_key = s.measure_key AND w.subject_id = :subject_id
  AND w.period = CASE s.kind WHEN 'year' THEN :year_first WHEN 'half' THEN :half_first
      WHEN 'quarter' THEN :quarter_first ELSE :month_first END
  AND w.counted = w.subject_id AND {scope:area w}
ORDER BY w.measure_key;

-- name: measure_hit :maybe
-- in: place text, measure_key integer, subject_id uuid, counted uuid
-- out: period date
SELECT w.period
FROM measure_row w
WHERE w.place = :place AND w.measure_key = :measure_key AND w.subject_id = :subject_id
  AND w.counted = :counted AND w.in_numerator = 1
LIMIT 1;

-- name: measure_check_of :maybe
-- in: place text, measure text, record_id uuid
-- out: reason text
SELECT k.reason
FROM measure_check k
WHERE k.place = :place AND k.measure = :measure AND k.record_id = :record_id;

-- name: measure_check_add :run
-- in: place text, measure text, record_id uuid, checked_on date, checked_at instant, checked_by uuid
-- in: reason text
INSERT INTO measure_check (place, measure, record_id, checked_on, checked_at, checked_by, reason)
VALUES (:place, :measure, :record_id, :checked_on, :checked_at, :checked_by, :reason);

-- How many hits of each measure and period were found right, in sight: driven by what was checked.
-- name: measure_checked_counts :many
-- in: place text
-- out: measure_key integer, period date, checked integer
SELECT w.measure_key, w.period, count(*) AS checked
FROM measure_check k
CROSS JOIN measure_state s
CROSS JOIN v_record d
CROSS JOIN measure_row w
WHERE k.place = :place AND s.place = k.place AND s.measure = k.measure
  AND d.place = k.place AND d.record_id = k.record_id
  AND w.place = s.place AND w.measure_key = s.measure_key AND w.subject_id = d.subject_id
  AND w.counted = k.record_id AND w.in_numerator = 1 AND {scope:area w}
GROUP BY w.measure_key, w.period
ORDER BY w.measure_key, w.period;

-- The same of one measure, by area.
-- name: measure_checked_of :many
-- in: place text, measure_key integer, measure text, run_first date, run_last date
-- out: period date, area_code text, checked integer
SELECT w.period, w.area_code, count(*) AS checked
FROM measure_check k
CROSS JOIN v_record d
CROSS JOIN measure_row w
WHERE k.place = :place AND k.measure = :measure AND d.place = k.place AND d.record_id = k.record_id
  AND w.place = k.place AND w.measure_key = :measure_key AND w.subject_id = d.subject_id
  AND w.counted = k.record_id AND w.in_numerator = 1 AND w.period >= :run_first AND w.period <= :run_last
  AND {scope:area w}
GROUP BY w.period, w.area_code
ORDER BY w.period, w.area_code;

-- Who recorded the hits of a measure in a period, those with the most that are open first.
-- name: measure_hits_by_performer :many
-- in: place text, measure_key integer, measure text, period date
-- out: facility text, performed_by uuid, performed_by_name text?, hits integer, open_hits integer
SELECT d.facility, d.performed_by, a.name AS performed_by_name, count(*) AS hits,
    count(*) - count(k.record_id) AS open_hits
FROM measure_row w
JOIN v_record d ON d.place = w.place AND d.record_id = w.counted
LEFT JOIN measure_check k ON k.place = w.place AND k.measure = :measure AND k.record_id = w.counted
LEFT JOIN access_account a ON a.place = d.place AND a.id = d.performed_by
WHERE w.place = :place AND w.measure_key = :measure_key AND w.period = :period AND w.in_numerator = 1
  AND {scope:area w}
GROUP BY d.facility, d.performed_by, a.name
ORDER BY open_hits DESC, hits DESC, d.facility, d.performed_by;
