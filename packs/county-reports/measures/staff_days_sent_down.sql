SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator, r.days_down AS in_numerator
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'hospital_report'
JOIN v_hospital_report r ON r.place = :place AND r.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.hospital}
