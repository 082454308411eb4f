SELECT p.subject_id, p.period, p.area_code AS unit, i.record_id AS counted, 1 AS in_denominator,
    CASE WHEN i.id_type IS NOT NULL AND i.blood_abo <> '5' AND i.blood_rh <> '3' AND i.education <> '10'
          AND i.marital_status <> '5'
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_personal_information i ON i.place = :place AND i.subject_id = p.subject_id AND i.happened_on <= p.ends_on
WHERE p.is_here = 1
