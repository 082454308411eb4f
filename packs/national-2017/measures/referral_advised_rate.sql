SELECT p.subject_id, p.period, p.area_code AS unit, f.record_id AS counted, 1 AS in_denominator,
    CASE WHEN f.referral_reason IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_hypertension_followup f ON f.place = :place AND f.subject_id = p.subject_id AND f.happened_on >= p.period
    AND f.happened_on <= p.ends_on AND f.bp_control = '2' AND f.last_bp_control = '2'
    AND add_months(f.last_bp_on, :hypertension_consecutive_months) >= f.happened_on
UNION ALL
SELECT p.subject_id, p.period, p.area_code AS unit, d.record_id AS counted, 1 AS in_denominator,
    CASE WHEN d.referral_reason IS NOT NULL THEN 1 ELSE 0 END AS in_numerator
FROM person p
JOIN v_diabetes_followup d ON d.place = :place AND d.subject_id = p.subject_id AND d.happened_on >= p.period
    AND d.happened_on <= p.ends_on AND d.glucose_control = '2' AND d.last_glucose_control = '2'
    AND add_months(d.last_glucose_on, :diabetes_consecutive_months) >= d.happened_on
