WITH need AS (
    SELECT n.subject_id, n.period, (p.served_population + 999) / 1000 * :clinic_staff_per_thousand AS required
    FROM newest n
    JOIN v_facility_premises p ON p.place = :place AND p.record_id = n.record_id
    WHERE n.form = 'facility_premises' AND p.served_population > 0
), there AS (
    SELECT n.subject_id, n.period, s.workers
    FROM newest n
    JOIN v_facility_staffing s ON s.place = :place AND s.record_id = n.record_id
    WHERE n.form = 'facility_staffing'
)
SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN coalesce(t.workers, 0) >= d.required THEN 1 ELSE 0 END AS in_numerator,
    d.required AS required, coalesce(t.workers, 0) AS actual
FROM facility f
JOIN need d ON d.subject_id = f.subject_id AND d.period = f.period
LEFT JOIN there t ON t.subject_id = f.subject_id AND t.period = f.period
WHERE f.status = 'active' AND f.kind = 'village_clinic'
