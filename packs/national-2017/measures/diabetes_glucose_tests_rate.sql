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
), tested AS (
    SELECT m.subject_id, m.period, f.happened_on
    FROM managed m
    JOIN v_diabetes_followup f ON f.place = :place AND f.subject_id = m.subject_id
        AND f.fasting_glucose IS NOT NULL AND f.happened_on >= m.period AND f.happened_on <= m.ends_on
    UNION
    SELECT m.subject_id, m.period, x.happened_on
    FROM managed m
    JOIN v_health_exam x ON x.place = :place AND x.subject_id = m.subject_id
        AND x.fasting_glucose IS NOT NULL AND x.happened_on >= m.period AND x.happened_on <= m.ends_on
), tests AS (
    SELECT t.subject_id, t.period, count(*) AS n FROM tested t GROUP BY t.subject_id, t.period
)
SELECT m.subject_id, m.period, m.area_code AS unit, m.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN coalesce(n.n, 0)
              >= CASE WHEN m.since < m.period THEN :diabetes_glucose_tests_a_year
                     ELSE :diabetes_glucose_tests_a_year * (4 - (CAST(substr(m.since, 6, 2) AS integer) + 2) / 3) / 4
                     END
        THEN 1 ELSE 0 END AS in_numerator
FROM managed m
LEFT JOIN tests n ON n.subject_id = m.subject_id AND n.period = m.period
