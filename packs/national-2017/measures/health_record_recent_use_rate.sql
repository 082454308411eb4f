SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_hypertension_followup f
                      WHERE f.place = :place AND f.subject_id = p.subject_id AND f.lost_reason IS NULL
                        AND f.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND f.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_health_exam x
                      WHERE x.place = :place AND x.subject_id = p.subject_id
                        AND x.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND x.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_diabetes_followup d
                      WHERE d.place = :place AND d.subject_id = p.subject_id AND d.lost_reason IS NULL
                        AND d.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND d.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_hypertension_screening s
                      WHERE s.place = :place AND s.subject_id = p.subject_id
                        AND s.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND s.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_preschool_exam c
                      WHERE c.place = :place AND c.subject_id = p.subject_id
                        AND c.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND c.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_toddler_exam t
                      WHERE t.place = :place AND t.subject_id = p.subject_id
                        AND t.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND t.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_infant_exam b
                      WHERE b.place = :place AND b.subject_id = p.subject_id
                        AND b.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND b.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_newborn_visit n
                      WHERE n.place = :place AND n.subject_id = p.subject_id
                        AND n.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND n.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_pregnancy_registration r
                      WHERE r.place = :place AND r.subject_id = p.subject_id
                        AND r.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND r.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_pregnancy_handbook h
                      WHERE h.place = :place AND h.subject_id = p.subject_id
                        AND h.happened_on > add_months(p.ends_on, -:record_use_months)
                        AND h.happened_on <= p.ends_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_here = 1
  AND (EXISTS (SELECT 1 FROM v_personal_information i
               WHERE i.place = :place AND i.subject_id = p.subject_id AND i.happened_on <= p.ends_on)
       OR (age_years(p.birth_date, p.ends_on) < :adult_forms_age
           AND EXISTS (SELECT 1 FROM v_newborn_visit o
                       WHERE o.place = :place AND o.subject_id = p.subject_id AND o.happened_on <= p.ends_on)))
