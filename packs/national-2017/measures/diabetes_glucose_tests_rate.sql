WITH managed AS (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, max(g.happened_on) AS since
    FROM person p
    JOIN v_diabetes_registration g ON g.place = :place AND g.subject_id = p.subject_id
        AND g.happened_on <= p.ends_on AND g.diabetes_kind = '2'
    WHERE p.is_here = 1
      AND NOT EXISTS (SELECT 1 FROM v_diabetes_leave l
                      WHERE l.place = :place AND l.subject_id = p.subject_id
                        AND l.happened_on >= g.happened_on AND l.happened_on <= p.ends_on)
    GROUP BY p.subject_id, p.period, p.ends_on, p.area_code
)
SELECT m.subject_id, m.period, m.area_code AS unit, m.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT count(*)
               FROM (SELECT f.happened_on FROM v_diabetes_followup f
                     WHERE f.place = :place AND f.subject_id = m.subject_id AND f.fasting_glucose IS NOT NULL
                       AND f.happened_on >= m.period AND f.happened_on <= m.ends_on
                     UNION
                     SELECT x.happened_on FROM v_health_exam x
                     WHERE x.place = :place AND x.subject_id = m.subject_id AND x.fasting_glucose IS NOT NULL
                       AND x.happened_on >= m.period AND x.happened_on <= m.ends_on) t)
              >= CASE WHEN m.since < m.period THEN :diabetes_glucose_tests_a_year
                     ELSE :diabetes_glucose_tests_a_year * (4 - (CAST(substr(m.since, 6, 2) AS integer) + 2) / 3) / 4
                     END
        THEN 1 ELSE 0 END AS in_numerator
FROM managed m
