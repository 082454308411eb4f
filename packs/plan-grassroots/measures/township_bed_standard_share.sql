SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN coalesce(a.beds, 0) >= coalesce(a.served_population, 0) * :township_beds_per_thousand / 1000.0 THEN 1 ELSE 0 END AS in_numerator,
    coalesce(a.served_population, 0) * :township_beds_per_thousand / 1000.0 AS required, coalesce(a.beds, 0) AS actual
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
JOIN v_facility_premises a ON a.place = :place AND a.record_id = n.record_id
WHERE f.status = 'active' AND f.kind IN {facility_kind.township} AND a.served_population > 0
