SELECT p.subject_id, p.period, p.area_code AS unit, p.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN (SELECT count(DISTINCT b.which) FROM v_infant_exam b
               WHERE b.place = :place AND b.subject_id = p.subject_id
                 AND b.happened_on < add_months(p.birth_date, 12)) = 4
        THEN 1 ELSE 0 END AS in_numerator
FROM person p
WHERE p.is_here = 1 AND add_months(p.birth_date, 12) >= p.period AND add_months(p.birth_date, 12) <= p.ends_on
  AND p.registered_on <= add_days(p.birth_date, :newborn_days)
