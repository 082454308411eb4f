WITH people AS NOT MATERIALIZED (
    SELECT DISTINCT p.subject_id FROM person p
), service AS (
    SELECT f.subject_id, f.record_id, f.happened_on, f.recorded_on
    FROM people w JOIN v_hypertension_followup f ON f.place = :place AND f.subject_id = w.subject_id
    UNION ALL
    SELECT d.subject_id, d.record_id, d.happened_on, d.recorded_on
    FROM people w JOIN v_diabetes_followup d ON d.place = :place AND d.subject_id = w.subject_id
    UNION ALL
    SELECT x.subject_id, x.record_id, x.happened_on, x.recorded_on
    FROM people w JOIN v_health_exam x ON x.place = :place AND x.subject_id = w.subject_id
)
SELECT p.subject_id, p.period, p.area_code AS unit, s.record_id AS counted, 1 AS in_denominator,
    CASE WHEN days_between(s.happened_on, s.recorded_on) > :quality_late_days THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN service s ON s.subject_id = p.subject_id AND s.happened_on >= p.period AND s.happened_on <= p.ends_on
