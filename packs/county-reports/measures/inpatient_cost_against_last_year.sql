SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted,
    t.inpatients * 1.0 * b.cost / b.inpatients AS in_denominator, t.cost AS in_numerator
FROM area a
JOIN (SELECT v.period, substr(v.code, 1, 6) AS county, sum(r.inpatients) AS inpatients, sum(r.cost) AS cost
      FROM area v
      JOIN newest n ON n.subject_id = v.subject_id AND n.period = v.period AND n.form = 'insurance_report'
      JOIN v_insurance_report r ON r.place = :place AND r.record_id = n.record_id
      WHERE v.level = 4 AND r.happened_on >= v.period
      GROUP BY v.period, substr(v.code, 1, 6)) t ON t.period = a.period AND t.county = a.code
JOIN (SELECT v.period, substr(v.code, 1, 6) AS county, sum(r.inpatients) AS inpatients, sum(r.cost) AS cost
      FROM area v
      JOIN v_insurance_report r ON r.place = :place AND r.subject_id = v.subject_id
          AND r.happened_on < v.period AND r.happened_on >= add_months(v.period, -1)
      WHERE v.level = 4
        AND NOT EXISTS (SELECT 1 FROM v_insurance_report l WHERE l.place = :place AND l.subject_id = v.subject_id
                        AND l.happened_on < v.period
                        AND (l.happened_on > r.happened_on OR (l.happened_on = r.happened_on AND l.record_id > r.record_id)))
      GROUP BY v.period, substr(v.code, 1, 6)) b ON b.period = a.period AND b.county = a.code
WHERE a.level = 3 AND b.inpatients > 0
