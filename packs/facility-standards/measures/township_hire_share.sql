SELECT s.subject_id, s.period, s.facility AS unit, s.subject_id AS counted, 1 AS in_denominator,
    CASE WHEN s.employment = 'township_hired' THEN 1 ELSE 0 END AS in_numerator
FROM staff s
WHERE s.post = 'village_doctor' AND s.qualification IN ('physician', 'assistant_physician', 'rural_assistant')
