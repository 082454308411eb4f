SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN r.is_legal_person = '1' AND r.own_accounts = '1' THEN 1 ELSE 0 END AS in_numerator
FROM facility f
JOIN newest m ON m.subject_id = f.subject_id AND m.period = f.period AND m.form = 'centre_condition'
JOIN v_centre_condition k ON k.place = :place AND k.record_id = m.record_id
LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'centre_progress'
LEFT JOIN v_centre_progress r ON r.place = :place AND r.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre} AND k.is_kept = '1'
