SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, r.tuberculosis AS in_denominator,
    r.tuberculosis_managed AS in_numerator
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'public_health_report'
JOIN v_public_health_report r ON r.place = :place AND r.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre} AND r.happened_on >= f.period
