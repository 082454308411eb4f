SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN a.property = 'public' AND EXISTS (SELECT 1 FROM newest e
                  JOIN v_facility_capability k ON k.place = :place AND k.record_id = e.record_id
                  WHERE e.subject_id = f.subject_id AND e.period = f.period
                    AND e.form = 'facility_capability' AND k.level IN ('basic', 'recommended')) THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
LEFT JOIN v_facility_premises a ON a.place = :place AND a.record_id = n.record_id
WHERE f.status = 'active' AND f.kind = 'village_clinic'
