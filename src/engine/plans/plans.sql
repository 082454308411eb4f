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
