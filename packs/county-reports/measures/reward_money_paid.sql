SELECT f.subject_id, f.period, f.code AS unit, r.record_id AS counted, 1 AS in_denominator, r.paid AS in_numerator
FROM facility f
JOIN v_facility_fund r ON r.place = :place AND r.subject_id = f.subject_id
    AND r.happened_on >= f.period AND r.happened_on <= f.last_on
WHERE r.kind = 'reward'
