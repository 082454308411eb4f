SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted,
    1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_township_assessment r WHERE r.place = :place AND r.subject_id = a.subject_id
                      AND r.assessed_year = CAST(substr(a.period, 1, 4) AS integer) AND r.is_met = '2'
                      AND NOT EXISTS (SELECT 1 FROM v_township_assessment x
                                  WHERE x.place = :place AND x.subject_id = r.subject_id AND x.assessed_year = r.assessed_year
                                    AND (x.happened_on > r.happened_on OR (x.happened_on = r.happened_on AND x.record_id > r.record_id)))) THEN 1 ELSE 0 END AS in_numerator
FROM area a
WHERE a.level = 4
