SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted,
    r.inpatients * 1.0 * b.cost / b.inpatients AS in_denominator, r.cost AS in_numerator
FROM area a
JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'insurance_report'
JOIN v_insurance_report r ON r.place = :place AND r.record_id = n.record_id
JOIN v_insurance_report b ON b.place = :place AND b.subject_id = a.subject_id AND b.inpatients > 0
    AND b.happened_on < a.period AND b.happened_on >= add_months(a.period, -12)
WHERE a.level = 4 AND r.happened_on >= a.period
  AND NOT EXISTS (SELECT 1 FROM v_insurance_report l WHERE l.place = :place AND l.subject_id = a.subject_id
                  AND l.happened_on < a.period AND l.inpatients > 0
                  AND (l.happened_on > b.happened_on OR (l.happened_on = b.happened_on AND l.record_id > b.record_id)))
