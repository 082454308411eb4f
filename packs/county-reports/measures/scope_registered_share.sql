SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN r.record_id IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'practice_scope'
LEFT JOIN v_practice_scope r ON r.place = :place AND r.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.primary}
