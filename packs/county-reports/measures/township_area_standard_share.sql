WITH built AS (
    SELECT f.subject_id, f.period, f.code, coalesce(p.building_area, 0) AS area,
        round_to(p.served_population * :township_beds_per_thousand / 1000.0, 0) AS beds
    FROM facility f
    JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
    JOIN v_facility_premises p ON p.place = :place AND p.record_id = n.record_id
    WHERE f.status = 'active' AND f.kind IN {facility_kind.township} AND p.served_population > 0
), standard AS (
    SELECT b.subject_id, b.period, b.code, b.area,
        round_to(CASE WHEN b.beds = 0 THEN :township_area_without_beds
            WHEN b.beds <= :township_beds_small
                THEN :township_area_one_bed + (b.beds - 1) * (:township_area_small - :township_area_one_bed) / (:township_beds_small - 1.0)
            WHEN b.beds < :township_beds_large THEN b.beds * :township_area_per_bed
            ELSE b.beds * :township_area_per_bed_large END, 1) AS required
    FROM built b
)
SELECT s.subject_id, s.period, s.code AS unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.area >= s.required THEN 1 ELSE 0 END AS in_numerator, s.required AS required, s.area AS actual
FROM standard s
