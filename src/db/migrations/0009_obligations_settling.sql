-- What a list needs to read and to settle no more than lies in the reader's sight.

-- Where something is owed: lists go through these areas one by one.
CREATE VIEW v_obligation_unmet AS
SELECT o.place, o.area_code
FROM obligation o
WHERE o.met_by IS NULL;

-- Stale subjects by where they live, and by where their stored rows still say that they do: whoever
-- reads either area computes them first.
CREATE TABLE obligation_stale_in_area (
    place {text} NOT NULL,
    area_code {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    PRIMARY KEY (place, area_code, subject_id)
) {clustered};
INSERT INTO obligation_stale_in_area (place, area_code, subject_id)
SELECT s.place, coalesce(r.area_code, ''), s.subject_id
FROM obligation_stale s
LEFT JOIN resident r ON r.place = s.place AND r.id = s.subject_id;
DROP TABLE obligation_stale;
ALTER TABLE obligation_stale_in_area RENAME TO obligation_stale;

CREATE VIEW v_obligation_stale AS
SELECT s.place, s.area_code
FROM obligation_stale s;
