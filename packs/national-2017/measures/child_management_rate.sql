SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_newborn_visit n
                      WHERE n.place = :place AND n.subject_id = p.subject_id
                        AND n.happened_on >= p.period AND n.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_infant_exam b
                      WHERE b.place = :place AND b.subject_id = p.subject_id
                        AND b.happened_on >= p.period AND b.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_toddler_exam t
                      WHERE t.place = :place AND t.subject_id = p.subject_id
                        AND t.happened_on >= p.period AND t.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_preschool_exam c
                      WHERE c.place = :place AND c.subject_id = p.subject_id
                        AND c.happened_on >= p.period AND c.happened_on <= p.ends_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE age_years(p.birth_date, p.ends_on) < :adult_forms_age
  AND (p.is_permanent = 1 OR (p.is_here = 1 AND p.registered_on <= add_days(p.birth_date, :newborn_days)))
