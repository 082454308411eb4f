-- A waiver of one obligation that was given before that opened spares it from its opening, also when that comes earlier
-- than it was then. Whoever has one is computed anew.
UPDATE obligation_evidence SET is_counted = 1
WHERE kind = 4 AND is_capped = 0 AND spares_on IS NOT NULL AND recorded_on < happened_on;
INSERT INTO obligation_stale (place, area_code, subject_id)
SELECT DISTINCT e.place, r.area_code, e.subject_id
FROM obligation_evidence e
JOIN resident r ON r.place = e.place AND r.id = e.subject_id
WHERE e.kind = 4 AND e.is_counted = 1
ON CONFLICT (place, area_code, subject_id) DO NOTHING;
