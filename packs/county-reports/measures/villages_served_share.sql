SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, r.villages AS in_denominator,
    r.villages_served AS in_numerator
FROM area a
JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'township_progress'
JOIN v_township_progress r ON r.place = :place AND r.record_id = n.record_id
WHERE a.level = 4 AND r.happened_on >= a.period
