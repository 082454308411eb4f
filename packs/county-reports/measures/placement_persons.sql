SELECT t.subject_id, t.period, t.facility AS unit, t.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_training_attendance r WHERE r.place = :place AND r.subject_id = t.subject_id
                      AND r.mode = 'placement' AND r.happened_on >= t.period AND r.happened_on <= t.last_on)
        THEN 1 ELSE 0 END AS in_numerator
FROM staff t
