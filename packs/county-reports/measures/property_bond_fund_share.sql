SELECT f.subject_id, f.period, f.code AS unit, r.record_id AS counted, r.paid AS in_denominator,
    CASE WHEN r.origin = 'bond' THEN r.paid ELSE 0 END AS in_numerator
FROM facility f
JOIN v_facility_fund r ON r.place = :place AND r.subject_id = f.subject_id
    AND r.happened_on >= f.period AND r.happened_on <= f.last_on
WHERE r.kind = 'property' AND r.origin IS NOT NULL
