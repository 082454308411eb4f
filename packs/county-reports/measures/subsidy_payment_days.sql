SELECT a.subject_id, a.period, a.code AS unit, r.record_id AS counted, 1 AS in_denominator,
    days_between(r.received_on, CASE WHEN r.paid_on <= a.last_on THEN r.paid_on ELSE a.last_on END) AS in_numerator
FROM area a
JOIN v_subsidy_tranche r ON r.place = :place AND r.subject_id = a.subject_id
    AND r.received_on <= a.last_on AND (r.paid_on IS NULL OR r.paid_on >= a.period)
