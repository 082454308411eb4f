SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, 1 AS in_denominator,
    coalesce(r.fund_overseas, 0) + coalesce(r.fund_society, 0) + coalesce(r.fund_finance, 0) AS in_numerator
FROM area a
JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'county_report'
JOIN v_county_report r ON r.place = :place AND r.record_id = n.record_id
WHERE a.level = 3 AND r.happened_on >= a.period AND coalesce(r.fund_overseas, r.fund_society, r.fund_finance) IS NOT NULL
