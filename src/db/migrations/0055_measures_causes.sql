-- Why somebody's rows are to be made anew: a form of which he has a new record, or another cause than records (0).
-- Then only the measures that read the form are made anew.
CREATE TABLE measure_stale_of_cause (
    place {text} NOT NULL,
    cause {integer} NOT NULL,
    subject_id {uuid} NOT NULL,
    is_taken {integer} NOT NULL,
    PRIMARY KEY (place, cause, subject_id)
) {clustered};
INSERT INTO measure_stale_of_cause (place, cause, subject_id, is_taken)
SELECT s.place, 0, s.subject_id, 0 FROM measure_stale s;
-- A form of organisations was an id of its own until now: all of them.
-- {sqlite}
INSERT INTO measure_stale_of_cause (place, cause, subject_id, is_taken)
SELECT DISTINCT s.place, 0, zeroblob(16), 0 FROM measure_stale s WHERE true
ON CONFLICT (place, cause, subject_id) DO NOTHING;
-- {postgres}
INSERT INTO measure_stale_of_cause (place, cause, subject_id, is_taken)
SELECT DISTINCT s.place, 0, '00000000-0000-0000-0000-000000000000'::uuid, 0 FROM measure_stale s
ON CONFLICT (place, cause, subject_id) DO NOTHING;
-- {both}
DROP TABLE measure_stale;
ALTER TABLE measure_stale_of_cause RENAME TO measure_stale;
