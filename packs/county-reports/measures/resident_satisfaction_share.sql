SELECT f.subject_id, f.period, f.code AS unit, r.record_id AS counted, r.residents_asked AS in_denominator,
    r.residents_satisfied AS in_numerator
FROM facility f
JOIN v_institution_check r ON r.place = :place AND r.subject_id = f.subject_id
    AND r.happened_on >= f.period AND r.happened_on <= f.last_on
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
