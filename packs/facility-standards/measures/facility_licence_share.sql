SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN f.licence_no <> '' AND (f.licence_to IS NULL OR f.licence_to >= f.last_on) THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE (f.kind = 'village_clinic' OR f.kind IN {facility_kind.community}) AND f.status = 'active'
