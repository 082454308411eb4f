SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN f.code IN (SELECT r.block_hospital FROM newest n
                         JOIN v_township_progress r ON r.place = :place AND r.record_id = n.record_id
                         WHERE n.period = f.period AND n.form = 'township_progress' AND r.happened_on >= f.period
                           AND r.block_hospital IS NOT NULL) THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active'
