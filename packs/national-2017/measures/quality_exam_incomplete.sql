SELECT p.subject_id, p.period, p.area_code AS unit, x.record_id AS counted, 1 AS in_denominator,
    CASE WHEN x.undone IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_health_exam x ON x.place = :place AND x.subject_id = p.subject_id AND x.happened_on >= p.period
    AND x.happened_on <= p.ends_on
