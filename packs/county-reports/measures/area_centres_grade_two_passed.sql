SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (h.grade_target = 'area_two_a' AND h.grade_stage IN ('two_a', 'three'))
        OR (r.grade_target = 'area_two_a' AND r.grade_stage IN ('two_a', 'three')) THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'centre_progress'
LEFT JOIN v_centre_progress r ON r.place = :place AND r.record_id = n.record_id
LEFT JOIN newest o ON o.subject_id = f.subject_id AND o.period = f.period AND o.form = 'hospital_progress'
LEFT JOIN v_hospital_progress h ON h.place = :place AND h.record_id = o.record_id
WHERE f.status = 'active'
