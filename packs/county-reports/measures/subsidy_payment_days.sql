SELECT a.subject_id, a.period, a.code AS unit, r.record_id AS counted, 1 AS in_denominator,
    days_between(r.received_on, r.paid_on) AS in_numerator
FROM area a
JOIN v_subsidy_tranche r ON r.place = :place AND r.subject_id = a.subject_id
    AND r.happened_on >= a.period AND r.happened_on <= a.last_on
WHERE r.paid_on IS NOT NULL
