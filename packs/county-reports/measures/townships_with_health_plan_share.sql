SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN r.has_plan = '1' THEN 1 ELSE 0 END AS in_numerator
FROM area a
LEFT JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'township_report'
LEFT JOIN v_township_report r ON r.place = :place AND r.record_id = n.record_id
WHERE a.level = 4
