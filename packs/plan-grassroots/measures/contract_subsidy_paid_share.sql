SELECT s.subject_id, s.period, s.unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.paid >= s.due THEN 1 ELSE 0 END AS in_numerator, s.due AS required, s.paid AS actual
FROM (
    SELECT f.subject_id, f.period, f.code AS unit, k.contracted * :contract_subsidy AS due,
        coalesce((SELECT sum(r.paid) FROM v_facility_fund r WHERE r.place = :place AND r.subject_id = f.subject_id AND r.kind = 'contract' AND r.happened_on >= f.period AND r.happened_on <= f.last_on), 0) AS paid
    FROM facility f
    JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'contract_report'
    JOIN v_contract_report k ON k.place = :place AND k.record_id = n.record_id
    WHERE f.status = 'active' AND k.happened_on >= f.period
) s
