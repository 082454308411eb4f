SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted,
    (r.people_30 + r.people_35 + r.people_40 + r.people_45 + r.people_50 + r.people_55 + r.people_60 + r.people_65) * 100 AS in_denominator,
    round_to((r.people_30 + r.people_35 + r.people_40 + r.people_45 + r.people_50 + r.people_55 + r.people_60 + r.people_65) * 100.0 * (1 - ((r.people_30 - 2.5 * r.deaths_30) / (r.people_30 + 2.5 * r.deaths_30))
        * ((r.people_35 - 2.5 * r.deaths_35) / (r.people_35 + 2.5 * r.deaths_35))
        * ((r.people_40 - 2.5 * r.deaths_40) / (r.people_40 + 2.5 * r.deaths_40))
        * ((r.people_45 - 2.5 * r.deaths_45) / (r.people_45 + 2.5 * r.deaths_45))
        * ((r.people_50 - 2.5 * r.deaths_50) / (r.people_50 + 2.5 * r.deaths_50))
        * ((r.people_55 - 2.5 * r.deaths_55) / (r.people_55 + 2.5 * r.deaths_55))
        * ((r.people_60 - 2.5 * r.deaths_60) / (r.people_60 + 2.5 * r.deaths_60))
        * ((r.people_65 - 2.5 * r.deaths_65) / (r.people_65 + 2.5 * r.deaths_65))), 0) AS in_numerator
FROM area a
JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'mortality_report'
JOIN v_mortality_report r ON r.place = :place AND r.record_id = n.record_id
WHERE a.level = 3 AND r.happened_on >= a.period AND r.people_30 > 0 AND r.people_35 > 0 AND r.people_40 > 0 AND r.people_45 > 0
  AND r.people_50 > 0 AND r.people_55 > 0 AND r.people_60 > 0 AND r.people_65 > 0
