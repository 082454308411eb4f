SELECT g.subject_id, g.period, g.facility AS unit, g.subject_id AS counted, r.visits_before AS in_denominator,
    r.visits AS in_numerator
FROM registered g
JOIN newest n ON n.subject_id = g.subject_id AND n.period = g.period AND n.form = 'assistance_report'
JOIN v_assistance_report r ON r.place = :place AND r.record_id = n.record_id
WHERE g.is_in_force = 1 AND r.happened_on >= g.period
