SELECT s.subject_id, s.period, s.unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.days >= :staff_training_months * :staff_training_month_days THEN 1 ELSE 0 END AS in_numerator, :staff_training_months * :staff_training_month_days AS required, s.days AS actual
FROM (
    SELECT t.subject_id, t.period, t.facility AS unit,
        coalesce((SELECT sum(r.days) FROM v_training_attendance r WHERE r.place = :place AND r.subject_id = t.subject_id AND r.happened_on >= t.period AND r.happened_on <= t.last_on), 0) AS days
    FROM staff t
    WHERE t.qualification IS NOT NULL AND t.qualification <> ''
) s
