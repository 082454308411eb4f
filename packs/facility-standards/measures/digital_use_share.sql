SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_facility_capability__services x WHERE x.place = :place AND x.record_id = a.record_id AND x.code = 'information_system') THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_capability'
LEFT JOIN v_facility_capability a ON a.place = :place AND a.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.primary}
