SELECT g.subject_id, g.period, g.facility AS unit, g.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_assistance_posting r WHERE r.place = :place AND r.subject_id = g.subject_id
                      AND r.happened_on >= g.period AND r.happened_on <= g.last_on
                      AND days_between(r.began_on, r.finished_on) + 1 >= :posting_days) THEN 1 ELSE 0 END AS in_numerator
FROM registered g
WHERE g.is_in_force = 1
