SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN c.leader IS NOT NULL OR h.leader IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'centre_progress'
LEFT JOIN v_centre_progress c ON c.place = :place AND c.record_id = n.record_id AND c.happened_on >= f.period
LEFT JOIN newest m ON m.subject_id = f.subject_id AND m.period = f.period AND m.form = 'hospital_progress'
LEFT JOIN v_hospital_progress h ON h.place = :place AND h.record_id = m.record_id AND h.happened_on >= f.period
WHERE f.status = 'active' AND (f.kind IN {facility_kind.centre} OR f.kind IN {facility_kind.hospital})
