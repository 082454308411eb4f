SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_health_exam x
                      WHERE x.place = :place AND x.subject_id = p.subject_id AND x.self_care_level IS NOT NULL
                        AND x.happened_on >= p.period AND x.happened_on <= p.ends_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_permanent = 1 AND age_years(p.birth_date, p.ends_on) >= :elderly_age
