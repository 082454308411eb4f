SELECT p.subject_id, p.period, p.area_code AS unit, f.record_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_diabetes_followup n
                      WHERE n.place = :place AND n.subject_id = p.subject_id AND n.lost_reason IS NULL
                        AND n.happened_on > f.happened_on
                        AND n.happened_on <= add_days(f.happened_on, :diabetes_followup_days))
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_diabetes_followup f ON f.place = :place AND f.subject_id = p.subject_id
    AND f.happened_on >= add_days(p.period, -:diabetes_followup_days)
    AND f.happened_on <= add_days(p.ends_on, -:diabetes_followup_days)
    AND (f.class IN ('2', '3', '4') OR f.emergency = '1')
WHERE p.is_here = 1
