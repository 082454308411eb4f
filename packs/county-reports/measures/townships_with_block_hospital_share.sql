SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM facility h WHERE h.period = a.period AND h.code = r.block_hospital AND h.status = 'active') THEN 1 ELSE 0 END AS in_numerator
FROM area a
LEFT JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'township_progress'
LEFT JOIN v_township_progress r ON r.place = :place AND r.record_id = n.record_id AND r.happened_on >= a.period
WHERE a.level = 4
