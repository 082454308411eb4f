-- 随访
WITH seen AS (
    SELECT v.subject_id, max(v.happened_on) AS last_on
    FROM v_visit v, period q
    WHERE v.place = :place AND v.mode IN {mode.spoken}
    GROUP BY v.subject_id
)
SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN days_between(s.last_on, p.ends_on) < :followup_days THEN 1 ELSE 0 END AS in_numerator
FROM person p
LEFT JOIN seen s ON s.subject_id = p.subject_id
