WITH span AS MATERIALIZED (
    SELECT q.starts_on, q.ends_on, add_months(q.ends_on, -:record_use_months) AS before FROM period q
), people AS NOT MATERIALIZED (
    SELECT DISTINCT p.subject_id FROM person p
), used AS MATERIALIZED (
    SELECT f.subject_id, f.happened_on
    FROM people w CROSS JOIN v_hypertension_followup f
    WHERE f.place = :place AND f.subject_id = w.subject_id AND f.lost_reason IS NULL
    UNION ALL
    SELECT x.subject_id, x.happened_on
    FROM people w CROSS JOIN v_health_exam x
    WHERE x.place = :place AND x.subject_id = w.subject_id
    UNION ALL
    SELECT d.subject_id, d.happened_on
    FROM people w CROSS JOIN v_diabetes_followup d
    WHERE d.place = :place AND d.subject_id = w.subject_id AND d.lost_reason IS NULL
    UNION ALL
    SELECT g.subject_id, g.happened_on
    FROM people w CROSS JOIN v_hypertension_screening g
    WHERE g.place = :place AND g.subject_id = w.subject_id
    UNION ALL
    SELECT c.subject_id, c.happened_on
    FROM people w CROSS JOIN v_preschool_exam c
    WHERE c.place = :place AND c.subject_id = w.subject_id
    UNION ALL
    SELECT t.subject_id, t.happened_on
    FROM people w CROSS JOIN v_toddler_exam t
    WHERE t.place = :place AND t.subject_id = w.subject_id
    UNION ALL
    SELECT b.subject_id, b.happened_on
    FROM people w CROSS JOIN v_infant_exam b
    WHERE b.place = :place AND b.subject_id = w.subject_id
    UNION ALL
    SELECT n.subject_id, n.happened_on
    FROM people w CROSS JOIN v_newborn_visit n
    WHERE n.place = :place AND n.subject_id = w.subject_id
    UNION ALL
    SELECT r.subject_id, r.happened_on
    FROM people w CROSS JOIN v_pregnancy_registration r
    WHERE r.place = :place AND r.subject_id = w.subject_id
    UNION ALL
    SELECT h.subject_id, h.happened_on
    FROM people w CROSS JOIN v_pregnancy_handbook h
    WHERE h.place = :place AND h.subject_id = w.subject_id
), in_use AS (
    SELECT DISTINCT u.subject_id, s.starts_on
    FROM span s
    JOIN used u ON u.happened_on > s.before AND u.happened_on <= s.ends_on
)
SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN n.subject_id IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM person p
LEFT JOIN in_use n ON n.subject_id = p.subject_id AND n.starts_on = p.period
WHERE p.is_here = 1
  AND (EXISTS (SELECT 1 FROM v_personal_information i
               WHERE i.place = :place AND i.subject_id = p.subject_id AND i.happened_on <= p.ends_on)
       OR (age_years(p.birth_date, p.ends_on) < :adult_forms_age
           AND EXISTS (SELECT 1 FROM v_newborn_visit o
                       WHERE o.place = :place AND o.subject_id = p.subject_id AND o.happened_on <= p.ends_on)))
