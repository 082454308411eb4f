WITH held AS (
    SELECT s.facility, s.period,
        sum(CASE WHEN s.post = 'general_practitioner' AND s.qualification = 'physician'
            AND s.education IN {staff_education.full_time} THEN 1 ELSE 0 END) AS general,
        sum(CASE WHEN s.post = 'tcm_physician' AND s.qualification = 'physician' THEN 1 ELSE 0 END) AS tcm,
        sum(CASE WHEN s.post = 'public_health' AND s.qualification IN {staff_qualification.licensed} THEN 1 ELSE 0 END) AS health
    FROM staff s
    GROUP BY s.facility, s.period
)
SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN h.general >= :centre_general_practitioners AND h.tcm >= :centre_tcm_physicians
        AND h.health >= :centre_public_health_physicians THEN 1 ELSE 0 END AS in_numerator
FROM facility f
LEFT JOIN held h ON h.facility = f.code AND h.period = f.period
WHERE f.status = 'active' AND f.kind IN {facility_kind.township}
