SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_newborn_visit n
                      WHERE n.place = :place AND n.subject_id = p.subject_id AND n.newborn_period = '1')
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_here = 1 AND p.birth_date >= p.period AND p.birth_date <= p.ends_on
