SELECT f.subject_id, f.period, f.code AS unit, r.record_id AS counted, 1 AS in_denominator,
    CASE WHEN r.procurement_no IS NOT NULL AND r.delivered_on IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM facility f
JOIN v_equipment_purchase r ON r.place = :place AND r.subject_id = f.subject_id
    AND r.happened_on >= f.period AND r.happened_on <= f.last_on
