-- What a past day needs: when entries were kept under whom, and for which entry a record was written.

CREATE VIEW v_resident_merge AS
SELECT m.place, m.merged_id, m.survivor_id, m.merged_at, m.undone_at
FROM resident_merge m;

DROP VIEW v_record_filed;
CREATE VIEW v_record_filed AS
SELECT r.place, r.id AS record_id, r.subject_id, coalesce(r.written_for, r.subject_id) AS entry_id
FROM record r;
