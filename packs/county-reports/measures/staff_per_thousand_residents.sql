SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted, r.residents AS in_denominator,
    coalesce((SELECT sum(p.workers) FROM facility f
              JOIN newest m ON m.subject_id = f.subject_id AND m.period = f.period AND m.form = 'facility_staffing'
              JOIN v_facility_staffing p ON p.place = :place AND p.record_id = m.record_id
              WHERE f.period = a.period AND f.status = 'active' AND substr(f.area_code, 1, 9) = a.code
                AND (f.kind IN {facility_kind.primary} OR f.kind IN ('township_branch', 'medical_point'))), 0) AS in_numerator
FROM area a
JOIN newest n ON n.subject_id = a.subject_id AND n.period = a.period AND n.form = 'visit_report'
JOIN v_visit_report r ON r.place = :place AND r.record_id = n.record_id
WHERE a.level = 4 AND r.happened_on >= a.period
