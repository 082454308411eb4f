SELECT s.subject_id, s.period, s.unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.n >= :basic_package_items THEN 1 ELSE 0 END AS in_numerator, :basic_package_items AS required, s.n AS actual
FROM (
    SELECT f.subject_id, f.period, f.code AS unit, (SELECT count(x.code) FROM v_contract_report__items x WHERE x.place = :place AND x.record_id = r.record_id) AS n
    FROM facility f
    LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'contract_report'
    LEFT JOIN v_contract_report r ON r.place = :place AND r.record_id = n.record_id
    WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
) s
