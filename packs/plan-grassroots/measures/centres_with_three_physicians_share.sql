SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN coalesce(a.general_practitioners, 0) >= :centre_general_practitioners
        AND coalesce(a.tcm_physicians, 0) >= :centre_tcm_physicians
        AND coalesce(a.public_health_physicians, 0) >= :centre_public_health_physicians THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_staffing'
LEFT JOIN v_facility_staffing a ON a.place = :place AND a.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.township}
