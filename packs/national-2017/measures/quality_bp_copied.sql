WITH people AS (
    SELECT DISTINCT p.subject_id FROM person p
), visit AS (
    SELECT f.subject_id, f.record_id, f.happened_on, f.sbp, f.dbp, f.heart_rate, f.weight,
        lag(f.sbp, 1) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS sbp_1,
        lag(f.dbp, 1) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS dbp_1,
        lag(f.heart_rate, 1) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS rate_1,
        lag(f.weight, 1) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS weight_1,
        lag(f.sbp, 2) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS sbp_2,
        lag(f.dbp, 2) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS dbp_2,
        lag(f.heart_rate, 2) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS rate_2,
        lag(f.weight, 2) OVER (PARTITION BY f.subject_id ORDER BY f.happened_on, f.record_id) AS weight_2
    FROM people w
    JOIN v_hypertension_followup f ON f.place = :place AND f.subject_id = w.subject_id
    WHERE f.sbp IS NOT NULL
)
SELECT p.subject_id, p.period, p.area_code AS unit, v.record_id AS counted, 1 AS in_denominator,
    CASE WHEN v.sbp = v.sbp_1 AND v.sbp = v.sbp_2 AND v.dbp = v.dbp_1 AND v.dbp = v.dbp_2
          AND v.heart_rate = v.rate_1 AND v.heart_rate = v.rate_2
          AND v.weight = v.weight_1 AND v.weight = v.weight_2
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN visit v ON v.subject_id = p.subject_id AND v.happened_on >= p.period AND v.happened_on <= p.ends_on
