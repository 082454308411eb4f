WITH checked AS (
    SELECT p.subject_id, p.period, p.area_code, b.happened_on, b.record_id, b.weight_growth, b.weight_level,
        b.length_growth, b.length_level
    FROM person p
    JOIN v_infant_exam b ON b.place = :place AND b.subject_id = p.subject_id AND b.happened_on >= p.period
        AND b.happened_on <= p.ends_on
    WHERE p.is_here = 1 AND age_years(p.birth_date, p.ends_on) < :adult_forms_age
    UNION ALL
    SELECT p.subject_id, p.period, p.area_code, t.happened_on, t.record_id, t.weight_growth, t.weight_level,
        t.length_growth, t.length_level
    FROM person p
    JOIN v_toddler_exam t ON t.place = :place AND t.subject_id = p.subject_id AND t.happened_on >= p.period
        AND t.happened_on <= p.ends_on
    WHERE p.is_here = 1 AND age_years(p.birth_date, p.ends_on) < :adult_forms_age
    UNION ALL
    SELECT p.subject_id, p.period, p.area_code, c.happened_on, c.record_id, c.weight_growth, c.weight_level,
        c.length_growth, c.length_level
    FROM person p
    JOIN v_preschool_exam c ON c.place = :place AND c.subject_id = p.subject_id AND c.happened_on >= p.period
        AND c.happened_on <= p.ends_on
    WHERE p.is_here = 1 AND age_years(p.birth_date, p.ends_on) < :adult_forms_age
), newest AS (
    SELECT k.subject_id, k.period, k.area_code, k.weight_growth, k.weight_level, k.length_growth, k.length_level,
        row_number() OVER (PARTITION BY k.subject_id, k.period ORDER BY k.happened_on DESC, k.record_id DESC) AS nth
    FROM checked k
)
SELECT w.subject_id, w.period, w.area_code AS unit, w.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN coalesce(w.weight_growth, w.weight_level) = '3' OR coalesce(w.length_growth, w.length_level) = '3'
        THEN 1 ELSE 0 END AS in_numerator
FROM newest w
WHERE w.nth = 1
