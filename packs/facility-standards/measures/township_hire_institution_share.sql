SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM staff s
                      JOIN facility c ON c.period = s.period AND c.code = s.facility
                      WHERE s.period = f.period AND s.employment = 'township_hired'
                        AND (c.parent = f.code OR c.code = f.code))
        THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
