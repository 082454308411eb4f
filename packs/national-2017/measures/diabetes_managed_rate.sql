SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_diabetes_registration g
                      WHERE g.place = :place AND g.subject_id = p.subject_id AND g.happened_on <= p.ends_on
                        AND g.diabetes_kind = '2'
                        AND NOT EXISTS (SELECT 1 FROM v_diabetes_leave l
                                        WHERE l.place = :place AND l.subject_id = p.subject_id
                                          AND l.happened_on >= g.happened_on AND l.happened_on <= p.ends_on))
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_permanent = 1 AND age_years(p.birth_date, p.ends_on) >= :diabetes_age
  AND (EXISTS (SELECT 1 FROM v_personal_information__past_diseases d
               WHERE d.place = :place AND d.subject_id = p.subject_id AND d.code = '3'
                 AND d.happened_on <= p.ends_on)
       OR EXISTS (SELECT 1 FROM v_diabetes_registration k
                  WHERE k.place = :place AND k.subject_id = p.subject_id AND k.happened_on <= p.ends_on
                    AND k.diabetes_kind = '2'))
