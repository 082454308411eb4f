SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_facility_acceptance r
                      WHERE r.place = :place AND r.subject_id = f.subject_id AND r.happened_on <= f.last_on AND r.ecg_upload = '1'
                        AND NOT EXISTS (SELECT 1 FROM v_facility_acceptance l
                                        WHERE l.place = :place AND l.subject_id = f.subject_id AND l.happened_on <= f.last_on
                                          AND l.ecg_upload IS NOT NULL
                                          AND (l.happened_on > r.happened_on OR (l.happened_on = r.happened_on AND l.record_id > r.record_id))))
        THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind = 'village_clinic'
