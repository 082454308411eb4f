SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM newest n
                      JOIN v_discipline r ON r.place = :place AND r.record_id = n.record_id
                      WHERE n.period = f.period AND n.form = 'discipline' AND r.unit = f.code AND r.discipline_class = 'featured'
                        AND r.starts_on <= f.last_on AND (r.ends_on IS NULL OR r.ends_on >= f.last_on)) THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind IN {facility_kind.hospital}
