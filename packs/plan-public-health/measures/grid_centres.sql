SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM catchment c
                      WHERE c.period = f.period AND c.has_doctor = 1
                        AND (c.facility = f.code
                          OR c.facility IN (SELECT b.code FROM facility b
                                            WHERE b.period = f.period AND b.parent = f.code AND b.status = 'active')))
         THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
