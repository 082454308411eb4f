SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM catchment c
                      JOIN facility f ON f.period = c.period AND f.code = c.facility
                      WHERE c.period = a.period AND c.area_code = a.code AND c.has_doctor = 1 AND f.status = 'active')
        THEN 1 ELSE 0 END AS in_numerator
FROM area a
WHERE a.level = 5
