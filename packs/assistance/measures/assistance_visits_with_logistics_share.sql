SELECT g.subject_id, g.period, g.facility AS unit, r.record_id AS counted, 1 AS in_denominator,
    CASE WHEN r.logistics = '1' THEN 1 ELSE 0 END AS in_numerator
FROM registered g
JOIN v_assistance_activity r ON r.place = :place AND r.subject_id = g.subject_id
    AND r.happened_on >= g.period AND r.happened_on <= g.last_on
