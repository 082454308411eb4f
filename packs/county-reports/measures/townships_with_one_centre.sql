SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT count(*) FROM facility f
               WHERE f.period = a.period AND substr(f.area_code, 1, 9) = a.code AND f.status = 'active'
                 AND f.ownership = 'government'
                 AND f.kind IN {facility_kind.township}
                 AND NOT EXISTS (SELECT 1 FROM newest o
                                 JOIN v_centre_condition k ON k.place = :place AND k.record_id = o.record_id
                                 WHERE o.subject_id = f.subject_id AND o.period = f.period
                                   AND o.form = 'centre_condition' AND k.is_kept = '1'))
            = :township_centres_per_township THEN 1 ELSE 0 END AS in_numerator
FROM area a
LEFT JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'township_progress'
LEFT JOIN v_township_progress r ON r.place = :place AND r.record_id = n.record_id
WHERE a.level = 4 AND substr(a.code, 7, 1) <> '0' AND r.centre_exception IS NULL
