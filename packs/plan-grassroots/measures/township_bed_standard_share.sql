WITH due AS (
    SELECT f.subject_id, f.period, f.code, coalesce(a.beds, 0) AS beds,
        round_to(a.served_population * :township_beds_per_thousand / 1000.0, 0) AS required
    FROM facility f
    JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
    JOIN v_facility_premises a ON a.place = :place AND a.record_id = n.record_id
    WHERE f.status = 'active' AND f.kind IN {facility_kind.township} AND a.served_population > 0
)
SELECT d.subject_id, d.period, d.code AS unit, d.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN d.beds >= d.required THEN 1 ELSE 0 END AS in_numerator, d.required AS required, d.beds AS actual
FROM due d
