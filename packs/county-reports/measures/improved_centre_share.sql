WITH built AS (
    SELECT f.subject_id, f.period, f.code, coalesce(p.building_area, 0) AS area,
        round_to(p.served_population * :township_beds_per_thousand / 1000.0, 0) AS beds
    FROM facility f
    JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
    JOIN v_facility_premises p ON p.place = :place AND p.record_id = n.record_id
    WHERE f.status = 'active' AND f.kind IN {facility_kind.leading} AND p.served_population > 0
)
SELECT b.subject_id, b.period, b.code AS unit, b.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN g.is_improved = '1' THEN 1 ELSE 0 END AS in_numerator
FROM built b
LEFT JOIN newest w ON w.subject_id = b.subject_id AND w.period = b.period AND w.form = 'centre_progress'
LEFT JOIN v_centre_progress g ON g.place = :place AND g.record_id = w.record_id AND g.happened_on >= b.period
WHERE b.area >= round_to(CASE WHEN b.beds = 0 THEN :township_area_without_beds
        WHEN b.beds <= :township_beds_small
            THEN :township_area_one_bed + (b.beds - 1) * (:township_area_small - :township_area_one_bed) / (:township_beds_small - 1.0)
        WHEN b.beds < :township_beds_large THEN b.beds * :township_area_per_bed
        ELSE b.beds * :township_area_per_bed_large END, 1)
