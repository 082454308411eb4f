SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_personal_information i
                      WHERE i.place = :place AND i.subject_id = p.subject_id AND i.happened_on <= p.ends_on)
           OR (age_years(p.birth_date, p.ends_on) < :adult_forms_age
               AND EXISTS (SELECT 1 FROM v_newborn_visit n
                           WHERE n.place = :place AND n.subject_id = p.subject_id
                             AND n.happened_on <= p.ends_on))
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_permanent = 1
