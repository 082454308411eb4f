SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT count(*) FROM v_hospital_progress__partner_forms x WHERE x.place = :place AND x.record_id = r.record_id) >= :partner_forms THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'hospital_progress'
LEFT JOIN v_hospital_progress r ON r.place = :place AND r.record_id = n.record_id AND r.happened_on >= f.period
WHERE f.status = 'active' AND f.kind IN {facility_kind.hospital}
