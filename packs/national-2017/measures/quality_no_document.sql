SELECT p.subject_id, p.period, p.area_code AS unit, i.record_id AS counted, 1 AS in_denominator,
    CASE WHEN i.id_type IS NULL THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_personal_information i ON i.place = :place AND i.subject_id = p.subject_id AND i.happened_on <= p.ends_on
WHERE p.is_here = 1
