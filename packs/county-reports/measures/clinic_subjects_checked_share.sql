SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN r.staff_checked = '1' AND r.equipment_checked = '1' THEN 1 ELSE 0 END AS in_numerator
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'practice_scope'
JOIN v_practice_scope r ON r.place = :place AND r.record_id = n.record_id
WHERE f.status = 'active' AND f.kind = 'village_clinic'
  AND EXISTS (SELECT 1 FROM v_practice_scope__matters x WHERE x.place = :place AND x.record_id = r.record_id AND x.code = 'subjects')
