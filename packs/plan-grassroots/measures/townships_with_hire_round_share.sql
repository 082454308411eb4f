SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN r.hire_rounds >= :hire_rounds_per_year THEN 1 ELSE 0 END AS in_numerator,
    :hire_rounds_per_year AS required, coalesce(r.hire_rounds, 0) AS actual
FROM area a
LEFT JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'township_report'
LEFT JOIN v_township_report r ON r.place = :place AND r.record_id = n.record_id AND r.happened_on >= a.period
WHERE a.level = 4
