SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN EXISTS (SELECT 1 FROM v_facility_capability a
                      WHERE a.place = :place AND a.subject_id = f.subject_id AND a.happened_on <= f.last_on
                        AND a.level = 'recommended' AND a.evaluated_on >= f.period AND a.evaluated_on <= f.last_on)
          AND NOT EXISTS (SELECT 1 FROM v_facility_capability b
                          WHERE b.place = :place AND b.subject_id = f.subject_id AND b.happened_on <= f.last_on
                            AND b.level = 'recommended' AND coalesce(b.evaluated_on, b.happened_on) < f.period)
        THEN 1 ELSE 0 END AS in_numerator
FROM facility f
WHERE f.status = 'active' AND f.kind IN {facility_kind.primary}
