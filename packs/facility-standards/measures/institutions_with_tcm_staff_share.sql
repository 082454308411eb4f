SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM staff s
                      WHERE s.facility = f.code AND s.period = f.period AND s.post = 'tcm_physician'
                        AND s.qualification IN {staff_qualification.licensed}) THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind IN {facility_kind.centre}
