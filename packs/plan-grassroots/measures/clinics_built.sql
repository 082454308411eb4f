SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_facility_premises a
                      WHERE a.place = :place AND a.subject_id = f.subject_id AND a.happened_on <= f.last_on
                        AND a.property = 'public'
                        AND cast(substr(a.built_on, 1, 4) AS integer) = :clinics_built_year)
        THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.kind = 'village_clinic'
