SELECT g.subject_id, g.period, g.facility AS unit, g.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT count(*) FROM v_assistance_report__improved x WHERE x.place = :place AND x.record_id = r.record_id) >= :assistance_dimensions THEN 1 ELSE 0 END AS in_numerator
FROM registered g
LEFT JOIN newest n ON n.subject_id = g.subject_id AND n.period = g.period AND n.form = 'assistance_report'
LEFT JOIN v_assistance_report r ON r.place = :place AND r.record_id = n.record_id AND r.happened_on >= g.period
WHERE g.is_in_force = 1 AND add_months(g.valid_from, 12 * :assistance_years) <= g.last_on
