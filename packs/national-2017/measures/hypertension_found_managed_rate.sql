SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_hypertension_registration g
                      WHERE g.place = :place AND g.subject_id = p.subject_id AND g.happened_on <= p.ends_on
                        AND g.hypertension_kind = '1')
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_here = 1
  AND EXISTS (SELECT 1 FROM v_hypertension_screening s
              WHERE s.place = :place AND s.subject_id = p.subject_id AND s.referral_result = '1'
                AND s.happened_on >= p.period AND s.happened_on <= p.ends_on)
