WITH clinic AS (
    SELECT c.period, c.area_code,
        max(CASE WHEN f.kind = 'village_clinic' THEN 1 ELSE 0 END) AS has_clinic,
        max(CASE WHEN f.kind = 'village_clinic' AND p.property = 'public'
            AND b.level IN ('basic', 'recommended') THEN 1 ELSE 0 END) AS is_met
    FROM catchment c
    JOIN facility f ON f.period = c.period AND f.code = c.facility
    LEFT JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'facility_premises'
    LEFT JOIN v_facility_premises p ON p.place = :place AND p.record_id = n.record_id
    LEFT JOIN newest m ON m.subject_id = f.subject_id AND m.period = f.period AND m.form = 'facility_capability'
    LEFT JOIN v_facility_capability b ON b.place = :place AND b.record_id = m.record_id
    WHERE f.status = 'active' AND f.kind IN {facility_kind.clinic}
    GROUP BY c.period, c.area_code
), seat AS (
    SELECT f.period, f.area_code
    FROM facility f
    WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
    GROUP BY f.period, f.area_code
)
SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted,
    CASE WHEN k.is_met = 1 OR (coalesce(k.has_clinic, 1) = 1 AND e.area_code IS NULL) THEN 1 ELSE 0 END AS in_denominator,
    CASE WHEN k.is_met = 1 THEN 1 ELSE 0 END AS in_numerator
FROM area a
LEFT JOIN clinic k ON k.period = a.period AND k.area_code = a.code
LEFT JOIN seat e ON e.period = a.period AND e.area_code = a.code
WHERE a.level = 5
