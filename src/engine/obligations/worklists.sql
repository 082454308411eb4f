-- Worklists at a desk: what is owed, spared and done in the areas in sight, filtered, sorted and paged, and
-- counted by area and rule. Views are filters that somebody keeps under a name.

-- kind: 0 unmet, 1 spared, 2 met. Each is asked area by area through its own index, and only when it is
-- wanted. facility, doctor: keys of v_access_area, or empty; team_areas: codes, a comma before and behind
-- each, or empty. A person is looked up when the order is that of ages.
-- name: worklist_rows :many
-- in: place text, on_day date, since date, area text, program text, rule text, facility text, doctor text
-- in: team_areas text, with_overdue integer, with_due integer, with_open integer, with_unmet integer
-- in: with_waived integer, with_done integer, sort text, most integer, skip integer
-- out: kind integer, subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date
-- out: due_on date, due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?
-- out: met_on date?, waived_on date?, spared_on date?
SELECT x.kind, x.subject_id, x.rule_key, x.item, x.closes_on, x.opens_on, x.due_on, x.due_minute,
    x.area_code, x.done, x.needed, x.met_by, x.met_on, x.waived_on, x.spared_on
FROM (
    SELECT 0 AS kind, o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
        o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
    FROM {scope:areas v_obligation_unmet} s
    CROSS JOIN obligation o
    WHERE :with_unmet = 1 AND o.place = :place AND o.area_code = s.area_code
      AND o.met_by IS NULL AND o.waived_on IS NULL
      AND o.closes_on >= :on_day AND o.opens_on <= :on_day
      AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
    UNION ALL
    SELECT 1 AS kind, o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
        o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
    FROM {scope:areas v_obligation_spared} s
    CROSS JOIN obligation o
    WHERE :with_waived = 1 AND o.place = :place AND o.area_code = s.area_code
      AND o.met_by IS NULL AND o.spared_on IS NOT NULL
      AND o.closes_on >= :on_day AND o.spared_on <= :on_day
      AND (o.waived_on IS NOT NULL OR o.opens_on > :on_day)
      AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
    UNION ALL
    SELECT 2 AS kind, o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
        o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
    FROM {scope:areas v_obligation_met} s
    CROSS JOIN obligation o
    WHERE :with_done = 1 AND o.place = :place AND o.area_code = s.area_code
      AND o.met_by IS NOT NULL AND o.met_on >= :since AND o.met_on <= :on_day
      AND (:area = '' OR substr(s.area_code, 1, length(:area)) = :area)
) x
CROSS JOIN obligation_rule g
LEFT JOIN v_resident r ON r.place = g.place
  AND r.id = CASE WHEN :sort IN ('age', '-age') THEN x.subject_id END
WHERE g.place = :place AND g.rule_key = x.rule_key AND {scope:class g}
  AND (:program = '' OR g.program = :program)
  AND (:rule = '' OR g.rule = :rule)
  AND (x.kind > 0
    OR (:with_overdue = 1 AND x.due_on < :on_day)
    OR (:with_due = 1 AND x.due_on >= :on_day AND days_between(:on_day, x.due_on) <= g.notice_days)
    OR (:with_open = 1 AND x.due_on >= :on_day AND days_between(:on_day, x.due_on) > g.notice_days))
  AND (:facility = '' OR EXISTS (SELECT 1 FROM v_access_area k WHERE k.place = g.place
    AND k.facility = :facility AND k.area_code = x.area_code))
  AND (:doctor = '' OR EXISTS (SELECT 1 FROM v_access_area k WHERE k.place = g.place
    AND k.facility = :doctor AND k.area_code = x.area_code))
  AND (:team_areas = ''
    OR replace(:team_areas, ',' || x.area_code || ',', '') <> :team_areas)
ORDER BY
    CASE :sort WHEN 'area' THEN x.area_code WHEN 'service' THEN g.program END NULLS FIRST,
    CASE :sort WHEN '-area' THEN x.area_code WHEN '-service' THEN g.program END DESC NULLS LAST,
    CASE :sort WHEN 'service' THEN g.rule END NULLS FIRST,
    CASE :sort WHEN '-service' THEN g.rule END DESC NULLS LAST,
    CASE :sort WHEN 'age' THEN r.birth_date END DESC NULLS LAST,
    CASE :sort WHEN '-age' THEN r.birth_date END NULLS LAST,
    CASE :sort WHEN '-due' THEN x.due_on END DESC NULLS LAST,
    CASE :sort WHEN 'done' THEN x.met_on END NULLS LAST,
    CASE :sort WHEN '-done' THEN x.met_on END DESC NULLS LAST,
    x.due_on, g.program, g.rule, x.subject_id, x.item, x.closes_on
LIMIT :most OFFSET :skip;

-- name: worklist_unmet_counts :many
-- in: place text, on_day date
-- out: area_code text, rule_key integer, overdue integer, due integer, open integer
SELECT s.area_code, o.rule_key,
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
GROUP BY s.area_code, o.rule_key
ORDER BY s.area_code, o.rule_key;

-- name: worklist_spared_counts :many
-- in: place text, on_day date
-- out: area_code text, rule_key integer, n integer
SELECT s.area_code, o.rule_key, count(*) AS n
FROM {scope:areas v_obligation_spared} s
CROSS JOIN obligation o
CROSS JOIN obligation_rule g
WHERE o.place = :place AND o.area_code = s.area_code
  AND g.place = o.place AND g.rule_key = o.rule_key AND {scope:class g}
  AND o.met_by IS NULL AND o.spared_on IS NOT NULL
  AND o.closes_on >= :on_day AND o.spared_on <= :on_day
  AND (o.waived_on IS NOT NULL OR o.opens_on > :on_day)
GROUP BY s.area_code, o.rule_key
ORDER BY s.area_code, o.rule_key;

-- name: worklist_met_counts :many
-- in: place text, on_day date, since date
-- out: area_code text, rule_key integer, n integer
SELECT s.area_code, o.rule_key, count(*) AS n
FROM {scope:areas v_obligation_met} s
CROSS JOIN obligation o
CROSS JOIN obligation_rule g
WHERE o.place = :place AND o.area_code = s.area_code
  AND g.place = o.place AND g.rule_key = o.rule_key AND {scope:class g}
  AND o.met_by IS NOT NULL AND o.met_on >= :since AND o.met_on <= :on_day
GROUP BY s.area_code, o.rule_key
ORDER BY s.area_code, o.rule_key;

-- Who answers for what in sight: facilities by "code/own", members of staff by "@code/named".
-- name: worklist_answering :many
-- in: place text
-- out: answering text, area_code text
SELECT k.facility AS answering, k.area_code
FROM v_access_area k
WHERE k.place = :place AND {scope:area k}
  AND (substr(k.facility, length(k.facility) - 3) = '/own' OR substr(k.facility, length(k.facility) - 5) = '/named')
ORDER BY k.facility, k.area_code;

-- name: worklist_view_write :run
-- in: place text, id uuid, account uuid, facility text, is_shared integer, name text, filter text
-- in: saved_at instant
INSERT INTO worklist_view (place, id, account, facility, is_shared, name, filter, saved_at)
VALUES (:place, :id, :account, :facility, :is_shared, :name, :filter, :saved_at)
ON CONFLICT (place, id) DO UPDATE SET facility = :facility, is_shared = :is_shared, name = :name,
    filter = :filter, saved_at = :saved_at
WHERE worklist_view.account = :account;

-- name: worklist_view_count :one
-- in: place text, account uuid
-- out: n integer
SELECT count(*) AS n FROM worklist_view v WHERE v.place = :place AND v.account = :account;

-- name: worklist_view_drop :run
-- in: place text, id uuid, account uuid
DELETE FROM worklist_view WHERE place = :place AND id = :id AND account = :account;

-- One's own, and those that colleagues at the facility share; who has no facility has no colleagues.
-- name: worklist_view_rows :many
-- in: place text, account uuid, facility text
-- out: id uuid, account uuid, is_shared integer, name text, filter text
SELECT v.id, v.account, v.is_shared, v.name, v.filter
FROM worklist_view v
WHERE v.place = :place AND v.account = :account
UNION ALL
SELECT v.id, v.account, v.is_shared, v.name, v.filter
FROM worklist_view v
WHERE v.place = :place AND v.facility = :facility AND v.facility <> '' AND v.is_shared = 1
  AND v.account <> :account
ORDER BY 4, 1;
