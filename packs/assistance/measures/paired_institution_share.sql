SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_assistance_agreement r
                      JOIN facility h ON h.code = r.receiving_hospital AND h.period = f.period
                          AND h.status = 'active' AND h.kind IN {facility_kind.leading}
                      WHERE r.place = :place AND r.supporting_hospital = f.code AND r.starts_on <= f.last_on
                        AND (r.ends_on IS NULL OR r.ends_on >= f.last_on))
        THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind IN {facility_kind.hospital}
