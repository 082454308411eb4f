SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN coalesce(a.business_area, 0) >= (CASE WHEN a.served_population <= :community_area_band_first THEN :community_area_first
        WHEN a.served_population <= :community_area_band_second THEN :community_area_second
        ELSE :community_area_third END + coalesce(a.beds, 0) * :community_area_per_bed) THEN 1 ELSE 0 END AS in_numerator,
    (CASE WHEN a.served_population <= :community_area_band_first THEN :community_area_first
        WHEN a.served_population <= :community_area_band_second THEN :community_area_second
        ELSE :community_area_third END + coalesce(a.beds, 0) * :community_area_per_bed) AS required, coalesce(a.business_area, 0) AS actual
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
JOIN v_facility_premises a ON a.place = :place AND a.record_id = n.record_id
WHERE f.status = 'active' AND f.kind = 'community_centre' AND a.served_population > 0
