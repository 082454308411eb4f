WITH diabetic AS (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, min(k.happened_on) AS diabetes_since
    FROM person p
    JOIN v_diabetes_registration k ON k.place = :place AND k.subject_id = p.subject_id
        AND k.happened_on <= p.ends_on AND k.diabetes_kind = '2'
    WHERE p.is_here = 1
      AND NOT EXISTS (SELECT 1 FROM v_diabetes_leave o
                      WHERE o.place = :place AND o.subject_id = p.subject_id
                        AND o.happened_on >= k.happened_on AND o.happened_on <= p.ends_on)
    GROUP BY p.subject_id, p.period, p.ends_on, p.area_code
), patient AS MATERIALIZED (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, p.diabetes_since,
        (SELECT min(g.happened_on) FROM v_hypertension_registration g
         WHERE g.place = :place AND g.subject_id = p.subject_id AND g.happened_on <= p.ends_on
           AND g.hypertension_kind = '1'
           AND NOT EXISTS (SELECT 1 FROM v_hypertension_leave l
                           WHERE l.place = :place AND l.subject_id = p.subject_id
                             AND l.happened_on >= g.happened_on AND l.happened_on <= p.ends_on)) AS hypertension_since
    FROM diabetic p
)
SELECT t.subject_id, t.period, t.area_code AS unit, f.record_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_diabetes_followup d
                      WHERE d.place = :place AND d.subject_id = t.subject_id AND d.mode IN ('1', '2')
                        AND d.lost_reason IS NULL AND d.happened_on = f.happened_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM patient t
CROSS JOIN v_hypertension_followup f
WHERE f.place = :place AND f.subject_id = t.subject_id AND f.mode IN ('1', '2')
  AND f.lost_reason IS NULL AND f.happened_on >= t.period AND f.happened_on <= t.ends_on
  AND f.happened_on >= t.diabetes_since AND f.happened_on >= t.hypertension_since
