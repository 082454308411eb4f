SELECT s.subject_id, s.period, s.unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.paid >= :clinic_running_subsidy THEN 1 ELSE 0 END AS in_numerator,
    :clinic_running_subsidy AS required, s.paid AS actual
FROM (
    SELECT f.subject_id, f.period, f.code AS unit,
        coalesce((SELECT sum(r.paid) FROM v_facility_fund r WHERE r.place = :place AND r.subject_id = f.subject_id AND r.kind = 'running' AND r.happened_on >= f.period AND r.happened_on <= f.last_on), 0) AS paid
    FROM facility f
    WHERE f.status = 'active' AND f.kind = 'village_clinic'
) s
