SELECT a.subject_id, a.period, a.code AS unit, r.record_id AS counted, 1 AS in_denominator,
    CASE WHEN r.pass_score IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM area a
JOIN v_recruitment_round r ON r.place = :place AND r.subject_id = a.subject_id
    AND r.happened_on >= a.period AND r.happened_on <= a.last_on
WHERE r.ratio_kept = '2'
