SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_hypertension_screening s
                      WHERE s.place = :place AND s.subject_id = p.subject_id AND s.sbp IS NOT NULL
                        AND s.happened_on >= p.period AND s.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_health_exam x
                      WHERE x.place = :place AND x.subject_id = p.subject_id AND x.sbp_left IS NOT NULL
                        AND x.happened_on >= p.period AND x.happened_on <= p.ends_on)
           OR EXISTS (SELECT 1 FROM v_diabetes_followup d
                      WHERE d.place = :place AND d.subject_id = p.subject_id AND d.sbp IS NOT NULL
                        AND d.happened_on >= p.period AND d.happened_on <= p.ends_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_permanent = 1 AND age_years(p.birth_date, p.ends_on) >= :hypertension_age
  AND NOT EXISTS (SELECT 1 FROM v_hypertension_registration g
                  WHERE g.place = :place AND g.subject_id = p.subject_id AND g.happened_on < p.period)
