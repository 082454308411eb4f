SELECT s.subject_id, s.period, s.unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.days >= :village_doctor_training_days THEN 1 ELSE 0 END AS in_numerator, :village_doctor_training_days AS required, s.days AS actual
FROM (
    SELECT t.subject_id, t.period, t.facility AS unit,
        coalesce((SELECT sum(r.days) FROM v_training_attendance r WHERE r.place = :place AND r.subject_id = t.subject_id AND r.mode = 'central' AND r.happened_on >= t.period AND r.happened_on <= t.last_on), 0) AS days
    FROM staff t
    WHERE t.post = 'village_doctor'
) s
