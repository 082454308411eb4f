WITH people AS NOT MATERIALIZED (
    SELECT DISTINCT p.subject_id FROM person p
), visit AS (
    SELECT f.subject_id, f.record_id, f.happened_on,
        count(*) OVER (PARTITION BY f.subject_id, f.happened_on) AS n
    FROM people w CROSS JOIN v_hypertension_followup f
    WHERE f.place = :place AND f.subject_id = w.subject_id
    UNION ALL
    SELECT d.subject_id, d.record_id, d.happened_on,
        count(*) OVER (PARTITION BY d.subject_id, d.happened_on) AS n
    FROM people w CROSS JOIN v_diabetes_followup d
    WHERE d.place = :place AND d.subject_id = w.subject_id
)
SELECT p.subject_id, p.period, p.area_code AS unit, v.record_id AS counted, 1 AS in_denominator,
    CASE WHEN v.n > 1 THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN visit v ON v.subject_id = p.subject_id AND v.happened_on >= p.period AND v.happened_on <= p.ends_on
