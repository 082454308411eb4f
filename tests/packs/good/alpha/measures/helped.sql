SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN h.days >= :followup_days THEN 1 ELSE 0 END AS in_numerator,
    :followup_days AS required, coalesce(h.days, 0) AS actual
FROM facility f
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'help'
LEFT JOIN v_help h ON h.place = :place AND h.record_id = n.record_id
