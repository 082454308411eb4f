SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN g.is_improved = '1' THEN 1 ELSE 0 END AS in_numerator
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'centre_condition'
JOIN v_centre_condition r ON r.place = :place AND r.record_id = n.record_id
JOIN newest m ON m.subject_id = f.subject_id AND m.period = f.period AND m.form = 'facility_premises'
JOIN v_facility_premises p ON p.place = :place AND p.record_id = m.record_id
LEFT JOIN newest w ON w.subject_id = f.subject_id AND w.period = f.period AND w.form = 'centre_progress'
LEFT JOIN v_centre_progress g ON g.place = :place AND g.record_id = w.record_id AND g.happened_on >= f.period
WHERE f.status = 'active' AND f.kind IN {facility_kind.leading} AND p.building_area >= r.area_required
