SELECT p.subject_id, p.period, p.area_code AS unit, e.record_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_pregnancy_handbook h
                      JOIN v_pregnancy_registration r ON r.place = :place AND r.subject_id = h.subject_id
                      WHERE h.place = :place AND h.subject_id = p.subject_id
                        AND r.pregnancy_start <= e.delivered_on
                        AND days_between(r.pregnancy_start, e.delivered_on) <= 7 * :pregnancy_weeks_most
                        AND h.happened_on >= r.pregnancy_start
                        AND days_between(r.pregnancy_start, h.happened_on) < 7 * :pregnancy_early_weeks)
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_pregnancy_end e ON e.place = :place AND e.subject_id = p.subject_id AND e.reason = '1'
    AND e.delivered_on >= p.period AND e.delivered_on <= p.ends_on
WHERE p.is_here = 1
