SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN NOT EXISTS (SELECT 1 FROM newest e
                          JOIN v_guidance_centre_end x ON x.place = :place AND x.record_id = e.record_id
                          WHERE e.subject_id = f.subject_id AND e.period = f.period AND e.form = 'guidance_centre_end'
                            AND x.happened_on >= g.happened_on)
         THEN 1 ELSE 0 END AS in_numerator
FROM facility f
JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period AND n.form = 'guidance_centre'
JOIN v_guidance_centre g ON g.place = :place AND g.record_id = n.record_id
