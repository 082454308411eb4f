SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN r.grade_target = 'two_begun' AND r.grade_stage <> 'none' THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'centre_progress'
LEFT JOIN v_centre_progress r ON r.place = :place AND r.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
