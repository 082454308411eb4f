SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN p.building_area >= r.area_required THEN 1 ELSE 0 END AS in_numerator
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'centre_condition'
JOIN v_centre_condition r ON r.place = :place AND r.record_id = n.record_id
LEFT JOIN newest m ON m.subject_id = f.subject_id AND m.period = f.period AND m.form = 'facility_premises'
LEFT JOIN v_facility_premises p ON p.place = :place AND p.record_id = m.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre} AND r.area_required > 0
