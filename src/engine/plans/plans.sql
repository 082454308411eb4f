-- Entries of units about clauses of plans. entries.c alone writes.

-- name: plan_entry_put :run
-- in: place text, id uuid, plan text, clause text, kind text, milestone text, happened_on date, note text
-- in: evidence text, facility text, written_by uuid?, written_on date, written_at instant
INSERT INTO plan_entry (place, id, plan, clause, kind, milestone, happened_on, note, evidence, facility,
    written_by, written_on, written_at)
VALUES (:place, :id, :plan, :clause, :kind, :milestone, :happened_on, :note, :evidence, :facility,
    :written_by, :written_on, :written_at);

-- name: plan_entry_end_put :run
-- in: place text, id uuid, reason text, ended_by uuid?, ended_on date, ended_at instant
INSERT INTO plan_entry_end (place, id, reason, ended_by, ended_on, ended_at)
VALUES (:place, :id, :reason, :ended_by, :ended_on, :ended_at);

-- name: plan_entry_by_id :maybe
-- in: place text, id uuid
-- out: plan text, clause text, kind text, milestone text, happened_on date, note text, evidence text
-- out: ended_on date?
SELECT e.plan, e.clause, e.kind, e.milestone, e.happened_on, e.note, e.evidence, n.ended_on
FROM plan_entry e
LEFT JOIN plan_entry_end n ON n.place = e.place AND n.id = e.id
WHERE e.place = :place AND e.id = :id;

-- Of a plan, or (clause not empty) of a clause; newest first.
-- name: plan_entry_rows :many
-- in: place text, plan text, clause text
-- out: id uuid, clause text, kind text, milestone text, happened_on date, note text, evidence text
-- out: facility text, written_by text?, written_on date, ended_on date?, reason text?
SELECT e.id, e.clause, e.kind, e.milestone, e.happened_on, e.note, e.evidence, e.facility,
    a.name AS written_by, e.written_on, n.ended_on, n.reason
FROM plan_entry e
LEFT JOIN plan_entry_end n ON n.place = e.place AND n.id = e.id
LEFT JOIN access_account a ON a.place = e.place AND a.id = e.written_by
WHERE e.place = :place AND e.plan = :plan AND (:clause = '' OR e.clause = :clause)
ORDER BY e.happened_on DESC, e.written_at DESC, e.id DESC;

-- How much stands in each register on the day, of what is in sight.
-- name: plan_register_counts :many
-- in: place text, on date
-- out: kind text, n integer
SELECT s.kind, count(*) AS n
FROM v_subject s
WHERE s.place = :place AND s.valid_from <= :on AND (s.valid_to IS NULL OR s.valid_to >= :on)
  AND {scope:subject s}
GROUP BY s.kind
ORDER BY s.kind;

-- How much stood in each register on a past day, as it was known in its evening, of what is in sight now.
-- name: plan_register_counts_known :many
-- in: place text, on date
-- out: kind text, n integer
SELECT s.kind, count(*) AS n
FROM v_subject s
JOIN v_subject_entry e ON e.place = s.place AND e.subject_id = s.id
WHERE s.place = :place AND e.happened_on <= :on AND e.recorded_on <= :on
  AND (e.ended_on IS NULL OR e.ended_on > :on)
  AND e.valid_from <= :on AND (e.valid_to IS NULL OR e.valid_to >= :on)
  AND NOT EXISTS (SELECT 1 FROM v_subject_entry n
                  WHERE n.place = e.place AND n.subject_id = e.subject_id AND n.happened_on <= :on
                    AND n.recorded_on <= :on AND (n.ended_on IS NULL OR n.ended_on > :on)
                    AND (n.happened_on > e.happened_on
                      OR (n.happened_on = e.happened_on AND n.record_id > e.record_id)))
  AND {scope:subject s}
GROUP BY s.kind
ORDER BY s.kind;

-- ---- kept numbers of past days: days.c alone writes them ----

-- name: plan_day_want :later
-- in: place text, day date, source text, is_asked integer, retry_at instant
INSERT INTO plan_day (place, day, source, is_asked, period_kind, after_key, is_done, retry_at)
VALUES (:place, :day, :source, :is_asked, 0, '', 0, :retry_at)
ON CONFLICT (place, day, source) DO NOTHING;

-- The ends of months first, then what somebody waits for; the newest day of each. A day is made when it is over.
-- name: plan_day_next :maybe
-- in: place text, today date, now instant
-- out: day date, source text, after_key text, period_kind integer
SELECT d.day, d.source, d.after_key, d.period_kind
FROM plan_day d
WHERE d.place = :place AND d.is_done = 0 AND d.day < :today AND d.retry_at <= :now
ORDER BY d.is_asked, d.day DESC, d.source DESC
LIMIT 1;

-- name: plan_day_unfinished :one
-- in: place text, today date
-- out: n integer
SELECT count(DISTINCT d.day) AS n
FROM plan_day d
WHERE d.place = :place AND d.is_done = 0 AND d.is_asked = 1 AND d.day < :today;

-- The newest month whose end is kept.
-- name: plan_day_last_kept :maybe
-- in: place text
-- out: day date
SELECT d.day
FROM plan_day d
WHERE d.place = :place AND d.is_asked = 0
ORDER BY d.day DESC
LIMIT 1;

-- Rules are made together, step by step.
-- name: plan_day_rules :many
-- in: place text, day date, after_key text, now instant
-- out: source text
SELECT d.source
FROM plan_day d
WHERE d.place = :place AND d.is_done = 0 AND d.day = :day AND d.after_key = :after_key AND d.source LIKE '%/%'
  AND d.retry_at <= :now
ORDER BY d.source;

-- Whether the place has any record.
-- name: plan_day_any_record :maybe
-- in: place text
-- out: recorded_on date
-- scan: ends at the first
-- unscoped: a day, of nobody
SELECT r.recorded_on
FROM v_record r
WHERE r.place = :place
LIMIT 1;

-- When the place began to keep records.
-- name: plan_day_first_record :maybe
-- in: place text
-- out: recorded_on date
-- scan: once a place, by its job
-- unscoped: a day, of nobody
SELECT r.recorded_on
FROM v_record r
WHERE r.place = :place
ORDER BY r.recorded_on
LIMIT 1;

-- name: plan_day_drop_before :later
-- in: place text, day date
DELETE FROM plan_day
WHERE place = :place AND is_done = 0 AND day < :day;

-- How many people live in each area from one on.
-- name: plan_day_areas :many
-- in: place text, after_key text
-- out: area_code text, n integer
-- unscoped: counts everybody; nobody reads the rows
SELECT r.area_code, count(*) AS n
FROM v_resident r
WHERE r.place = :place AND r.area_code >= :after_key
GROUP BY r.area_code
ORDER BY r.area_code;

-- name: plan_day_advance :run
-- in: place text, day date, source text, after_key text, next_key text, is_done integer, period_kind integer
UPDATE plan_day
SET after_key = :next_key, is_done = :is_done, period_kind = :period_kind
WHERE place = :place AND day = :day AND source = :source AND after_key = :after_key AND is_done = 0;

-- name: plan_day_put_off :later
-- in: place text, day date, source text, retry_at instant
UPDATE plan_day
SET retry_at = :retry_at
WHERE place = :place AND day = :day AND source = :source AND is_done = 0;

-- What no pack can make any more, or not as it was begun: it is wanted anew by whoever still needs it.
-- name: plan_day_drop :later
-- in: place text, day date, source text
DELETE FROM plan_day
WHERE place = :place AND day = :day AND source = :source AND is_done = 0;

-- name: plan_day_number_drop :later
-- in: place text, day date, source text
DELETE FROM plan_day_number
WHERE place = :place AND day = :day AND source = :source;

-- name: plan_day_number_add :later
-- in: place text, day date, source text, period date, area_code text, denominator integer, numerator integer
INSERT INTO plan_day_number (place, day, source, period, area_code, denominator, numerator)
VALUES (:place, :day, :source, :period, :area_code, :denominator, :numerator)
ON CONFLICT (place, day, source, period, area_code)
DO UPDATE SET denominator = plan_day_number.denominator + excluded.denominator,
    numerator = plan_day_number.numerator + excluded.numerator;

-- days: ten characters each.
-- name: plan_day_states :many
-- in: place text, days text
-- out: day date, source text, is_done integer, period_kind integer, after_key text
WITH RECURSIVE asked (day, rest) AS (
    SELECT substr(CAST(:days AS text), 1, 10), substr(CAST(:days AS text), 11)
    UNION ALL
    SELECT substr(a.rest, 1, 10), substr(a.rest, 11) FROM asked a WHERE a.rest <> ''
)
SELECT d.day, d.source, d.is_done, d.period_kind, d.after_key
FROM asked a
JOIN plan_day d ON d.place = :place AND d.day = a.day
ORDER BY d.day, d.source;

-- What is kept of these days, of all in sight together: of measures, or of rules.
-- name: plan_day_sums :many
-- in: place text, days text, of_rules integer
-- out: day date, source text, period date, denominator integer, numerator integer
WITH RECURSIVE asked (day, rest) AS (
    SELECT substr(CAST(:days AS text), 1, 10), substr(CAST(:days AS text), 11)
    UNION ALL
    SELECT substr(a.rest, 1, 10), substr(a.rest, 11) FROM asked a WHERE a.rest <> ''
)
SELECT v.day, v.source, v.period, sum(v.denominator) AS denominator, sum(v.numerator) AS numerator
FROM asked a
JOIN plan_day_number v ON v.place = :place AND v.day = a.day
WHERE (CASE WHEN v.source LIKE '%/%' THEN 1 ELSE 0 END) = :of_rules AND {scope:area v}
GROUP BY v.day, v.source, v.period
ORDER BY v.day, v.source, v.period;

-- What is kept of one source, by area or desk in sight.
-- name: plan_day_areas_known :many
-- in: place text, day date, source text
-- out: period date, area_code text, denominator integer, numerator integer
SELECT v.period, v.area_code, v.denominator, v.numerator
FROM plan_day_number v
WHERE v.place = :place AND v.day = :day AND v.source = :source AND {scope:area v}
ORDER BY v.period, v.area_code;

-- Where the others live: of a unit that has some of them the asking one sees a part only.
-- name: plan_day_areas_beyond :many
-- in: place text, day date, source text
-- out: period date, area_code text
SELECT v.period, v.area_code
FROM plan_day_number v
WHERE v.place = :place AND v.day = :day AND v.source = :source AND v.denominator > 0 AND NOT ({scope:area v})
ORDER BY v.period, v.area_code;

-- How many people a measure has been asked of, while it is being made.
-- name: plan_day_people :one
-- in: place text, upto uuid
-- out: counted integer, people integer
-- scan: counts everybody by the index, while a past day is made
-- unscoped: two numbers, of nobody
SELECT coalesce(sum(CASE WHEN r.id <= :upto THEN 1 ELSE 0 END), 0) AS counted, count(*) AS people
FROM v_resident r
WHERE r.place = :place;
