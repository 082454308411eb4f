WITH enrolled AS (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, max(g.happened_on) AS since
    FROM person p
    JOIN v_diabetes_registration g ON g.place = :place AND g.subject_id = p.subject_id
        AND g.happened_on <= p.ends_on AND g.diabetes_kind = '2'
    WHERE p.is_here = 1
    GROUP BY p.subject_id, p.period, p.ends_on, p.area_code
), managed AS (
    SELECT n.subject_id, n.period, n.ends_on, n.area_code, n.since
    FROM enrolled n
    WHERE NOT EXISTS (SELECT 1 FROM v_diabetes_leave l
                      WHERE l.place = :place AND l.subject_id = n.subject_id
                        AND l.happened_on >= n.since AND l.happened_on <= n.ends_on)
)
SELECT m.subject_id, m.period, m.area_code AS unit, m.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT count(*) FROM v_diabetes_followup f
               WHERE f.place = :place AND f.subject_id = m.subject_id AND f.mode IN ('1', '2')
                 AND f.lost_reason IS NULL AND f.happened_on >= m.period AND f.happened_on <= m.ends_on)
              -- whoever was enrolled during the year: one for each quarter after that of the enrolment
              >= CASE WHEN m.since < m.period THEN :diabetes_visits_a_year
                     ELSE :diabetes_visits_a_year * (4 - (CAST(substr(m.since, 6, 2) AS integer) + 2) / 3) / 4 END
          AND EXISTS (SELECT 1 FROM v_health_exam x
                      WHERE x.place = :place AND x.subject_id = m.subject_id AND x.undone IS NULL
                        AND x.happened_on >= m.period AND x.happened_on <= m.ends_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM managed m
