SELECT s.subject_id, s.period, s.unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.n >= :reward_years THEN 1 ELSE 0 END AS in_numerator, :reward_years AS required, s.n AS actual
FROM (
    SELECT a.subject_id, a.period, a.code AS unit,
        (SELECT count(DISTINCT r.assessed_year) FROM v_township_assessment r
         WHERE r.place = :place AND r.subject_id = a.subject_id AND r.is_met = '1'
           AND r.assessed_year > CAST(substr(a.period, 1, 4) AS integer) - :reward_years AND r.assessed_year <= CAST(substr(a.period, 1, 4) AS integer)
           AND NOT EXISTS (SELECT 1 FROM v_township_assessment x
                           WHERE x.place = :place AND x.subject_id = r.subject_id AND x.assessed_year = r.assessed_year
                             AND (x.happened_on > r.happened_on OR (x.happened_on = r.happened_on AND x.record_id > r.record_id)))) AS n
    FROM area a
    WHERE a.level = 4
) s
