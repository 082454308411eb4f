SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_personal_information i
                      WHERE i.place = :place AND i.subject_id = p.subject_id AND i.happened_on <= p.ends_on)
           OR (age_years(p.birth_date, p.ends_on) < :adult_forms_age
               AND EXISTS (SELECT 1 FROM v_newborn_visit n
                           WHERE n.place = :place AND n.subject_id = p.subject_id
                             AND n.happened_on <= p.ends_on))
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_here = 1
  AND (age_years(p.birth_date, p.ends_on) >= :elderly_age
       OR age_years(p.birth_date, p.ends_on) < :adult_forms_age
       OR EXISTS (SELECT 1 FROM v_hypertension_registration g
                  WHERE g.place = :place AND g.subject_id = p.subject_id AND g.happened_on <= p.ends_on
                    AND g.hypertension_kind = '1')
       OR EXISTS (SELECT 1 FROM v_diabetes_registration d
                  WHERE d.place = :place AND d.subject_id = p.subject_id AND d.happened_on <= p.ends_on
                    AND d.diabetes_kind = '2')
       OR EXISTS (SELECT 1 FROM v_pregnancy_registration r
                  WHERE r.place = :place AND r.subject_id = p.subject_id AND r.happened_on <= p.ends_on
                    AND NOT EXISTS (SELECT 1 FROM v_pregnancy_end e
                                    WHERE e.place = :place AND e.subject_id = p.subject_id
                                      AND e.happened_on >= r.happened_on AND e.happened_on <= p.ends_on)))
