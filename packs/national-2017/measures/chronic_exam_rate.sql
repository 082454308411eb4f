WITH managed AS (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, g.happened_on AS since
    FROM person p
    JOIN v_hypertension_registration g ON g.place = :place AND g.subject_id = p.subject_id
        AND g.happened_on <= p.ends_on AND g.hypertension_kind = '1'
    WHERE p.is_here = 1
      AND NOT EXISTS (SELECT 1 FROM v_hypertension_leave l
                      WHERE l.place = :place AND l.subject_id = p.subject_id
                        AND l.happened_on >= g.happened_on AND l.happened_on <= p.ends_on)
    UNION ALL
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, g.happened_on AS since
    FROM person p
    JOIN v_diabetes_registration g ON g.place = :place AND g.subject_id = p.subject_id
        AND g.happened_on <= p.ends_on AND g.diabetes_kind = '2'
    WHERE p.is_here = 1
      AND NOT EXISTS (SELECT 1 FROM v_diabetes_leave l
                      WHERE l.place = :place AND l.subject_id = p.subject_id
                        AND l.happened_on >= g.happened_on AND l.happened_on <= p.ends_on)
), patient AS (
    SELECT m.subject_id, m.period, m.ends_on, m.area_code, min(m.since) AS since
    FROM managed m
    GROUP BY m.subject_id, m.period, m.ends_on, m.area_code
)
SELECT t.subject_id, t.period, t.area_code AS unit, t.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_health_exam x
                      WHERE x.place = :place AND x.subject_id = t.subject_id AND x.undone IS NULL
                        AND x.happened_on >= t.period AND x.happened_on <= t.ends_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM patient t
