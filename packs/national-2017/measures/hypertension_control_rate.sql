WITH enrolled AS (
    SELECT p.subject_id, p.period, p.ends_on, p.area_code, max(g.happened_on) AS since
    FROM person p
    JOIN v_hypertension_registration g ON g.place = :place AND g.subject_id = p.subject_id
        AND g.happened_on <= p.ends_on AND g.hypertension_kind = '1'
    WHERE p.is_here = 1
    GROUP BY p.subject_id, p.period, p.ends_on, p.area_code
), managed AS (
    SELECT n.subject_id, n.period, n.ends_on, n.area_code, n.since
    FROM enrolled n
    WHERE NOT EXISTS (SELECT 1 FROM v_hypertension_leave l
                      WHERE l.place = :place AND l.subject_id = n.subject_id
                        AND l.happened_on >= n.since AND l.happened_on <= n.ends_on)
)
SELECT m.subject_id, m.period, m.area_code AS unit, m.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT f.bp_control FROM v_hypertension_followup f
               WHERE f.place = :place AND f.subject_id = m.subject_id
                 AND (f.sbp IS NOT NULL OR f.lost_reason IS NOT NULL)
                 AND f.happened_on >= m.period AND f.happened_on <= m.ends_on
               ORDER BY f.happened_on DESC, f.record_id DESC LIMIT 1) = '1'
        THEN 1 ELSE 0 END AS in_numerator
FROM managed m
