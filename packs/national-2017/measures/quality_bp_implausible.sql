WITH people AS (
    SELECT DISTINCT p.subject_id FROM person p
), visit AS (
    SELECT f.subject_id, f.record_id, f.happened_on, f.sbp, f.dbp, f.weight,
        lag(f.weight, 1) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS weight_1
    FROM people w
    JOIN v_hypertension_followup f ON f.place = :place AND f.subject_id = w.subject_id
    WHERE f.sbp IS NOT NULL AND f.dbp IS NOT NULL
)
SELECT p.subject_id, p.period, p.area_code AS unit, v.record_id AS counted, 1 AS in_denominator,
    CASE WHEN v.sbp - v.dbp < :quality_pulse_pressure_least OR v.sbp - v.dbp > :quality_pulse_pressure_most
          OR abs(v.weight - v.weight_1) * 100 > v.weight_1 * :quality_weight_change
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN visit v ON v.subject_id = p.subject_id AND v.happened_on >= p.period AND v.happened_on <= p.ends_on
