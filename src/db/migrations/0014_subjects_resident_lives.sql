-- Lives of residents: what happened to them and when; who are one person; where records are filed.

-- merged_into: the person under whom this entry of the register is kept; NULL for a person of his own.
ALTER TABLE resident ADD COLUMN birth_year {integer};
ALTER TABLE resident ADD COLUMN relation {text};
ALTER TABLE resident ADD COLUMN merged_into {uuid};
CREATE INDEX resident_by_merged ON resident (place, merged_into) WHERE merged_into IS NOT NULL;

-- Where the resident lives and whether, dated. The columns of resident follow from these rows and can be
-- made anew from them; somebody with none is as he was registered. note is sealed.
CREATE TABLE resident_event (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    resident_id {uuid} NOT NULL,
    rev {integer} NOT NULL,
    kind {text} NOT NULL,
    happened_on {date} NOT NULL,
    area_code {text} NOT NULL,
    household_id {uuid},
    relation {text},
    note {bytes},
    recorded_at {instant} NOT NULL,
    recorded_by {uuid} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX resident_event_of ON resident_event (place, resident_id, happened_on, rev);

-- An event that was entered wrongly.
CREATE TABLE resident_event_end (
    place {text} NOT NULL,
    event_id {uuid} NOT NULL,
    ended_at {instant} NOT NULL,
    ended_by {uuid} NOT NULL,
    reason {text} NOT NULL,
    PRIMARY KEY (place, event_id)
) {clustered};

-- That two entries of the register are one person; a row is undone, not removed.
CREATE TABLE resident_merge (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    merged_id {uuid} NOT NULL,
    survivor_id {uuid} NOT NULL,
    merged_at {instant} NOT NULL,
    merged_by {uuid} NOT NULL,
    reason {text} NOT NULL,
    undone_at {instant},
    undone_by {uuid},
    undo_reason {text},
    PRIMARY KEY (place, id)
) {clustered};
CREATE UNIQUE INDEX resident_merge_active ON resident_merge (place, merged_id) WHERE undone_at IS NULL;
CREATE INDEX resident_merge_by_survivor ON resident_merge (place, survivor_id);

-- Keyed hashes of what two entries of one person have in common; derived from resident, by rev.
CREATE TABLE resident_match (
    place {text} NOT NULL,
    resident_id {uuid} NOT NULL,
    kind {integer} NOT NULL,
    token {bytes} NOT NULL,
    PRIMARY KEY (place, resident_id, kind)
) {clustered};
CREATE INDEX resident_match_by_token ON resident_match (place, token);

-- Entries kept under a person.
CREATE VIEW v_resident_merged AS
SELECT r.place, r.id, r.merged_into AS person_id
FROM resident r
WHERE r.merged_into IS NOT NULL;

-- Persons only: an entry kept under another is no second person.
DROP VIEW v_resident;
CREATE VIEW v_resident AS
SELECT r.place, r.id, r.area_code, r.household_id, r.sex, r.birth_date, r.record_number,
       r.registered_on, r.died_on, r.left_on, r.rev
FROM resident r
WHERE r.merged_into IS NULL;

-- subject_id: the person under whom the record is filed, which follows merges and their undoing.
-- written_for: the entry it was written for, where that is another; what was written does not change.
ALTER TABLE record ADD COLUMN written_for {uuid};

CREATE VIEW v_record_filed AS
SELECT r.place, r.id AS record_id, r.subject_id
FROM record r;

-- {sqlite}
DROP TRIGGER record_no_update;
CREATE TRIGGER record_no_update BEFORE UPDATE OF place, id, rev, form, form_version, subject_kind, facility,
    performed_by, recorded_by, happened_on, recorded_on, recorded_at, amends, content_hash ON record BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_keeps_whom BEFORE UPDATE OF subject_id, written_for ON record
WHEN coalesce(new.written_for, new.subject_id) <> coalesce(old.written_for, old.subject_id) BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER resident_event_no_update BEFORE UPDATE ON resident_event BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER resident_event_no_delete BEFORE DELETE ON resident_event BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER resident_merge_no_delete BEFORE DELETE ON resident_merge BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
DROP TRIGGER append_only ON record;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON record
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only_columns BEFORE UPDATE OF place, id, rev, form, form_version, subject_kind,
    facility, performed_by, recorded_by, happened_on, recorded_on, recorded_at, amends, content_hash ON record
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER keeps_whom BEFORE UPDATE ON record FOR EACH ROW
    WHEN (coalesce(NEW.written_for, NEW.subject_id) IS DISTINCT FROM coalesce(OLD.written_for, OLD.subject_id))
    EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON resident_event
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON resident_merge
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
