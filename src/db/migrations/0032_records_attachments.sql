-- Attachments: photographs and documents that answers of records name by the SHA-256 of their bytes.

-- hash: 64 lower-case hexadecimal digits. touched_at: when somebody last sent it; a file that no record and
-- no upload names any more is taken away some time after.
CREATE TABLE attachment (
    place {text} NOT NULL,
    hash {text} NOT NULL,
    kind {text} NOT NULL,
    bytes {integer} NOT NULL,
    touched_at {instant} NOT NULL,
    PRIMARY KEY (place, hash)
) {clustered};

-- Its bytes in parts, each sealed and bound to file and number.
CREATE TABLE attachment_part (
    place {text} NOT NULL,
    hash {text} NOT NULL,
    part_no {integer} NOT NULL,
    content {bytes} NOT NULL,
    PRIMARY KEY (place, hash, part_no)
) {table};

-- Who sent which file for whom, and may put it into a record: gone some time after.
CREATE TABLE attachment_upload (
    place {text} NOT NULL,
    account {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    hash {text} NOT NULL,
    uploaded_at {instant} NOT NULL,
    PRIMARY KEY (place, account, subject_id, hash)
) {clustered};
CREATE INDEX attachment_upload_by_hash ON attachment_upload (place, hash);
CREATE INDEX attachment_upload_by_age ON attachment_upload (place, uploaded_at);

-- Which answers name which file: what keeps a file for good. Follows from the answers.
CREATE TABLE record_attachment (
    place {text} NOT NULL,
    record_id {uuid} NOT NULL,
    field {text} NOT NULL,
    hash {text} NOT NULL,
    PRIMARY KEY (place, record_id, field, hash)
) {clustered};
CREATE INDEX record_attachment_by_hash ON record_attachment (place, hash);

-- {sqlite}
CREATE TRIGGER attachment_no_change BEFORE UPDATE OF place, hash, kind, bytes ON attachment BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER attachment_no_delete BEFORE DELETE ON attachment
WHEN EXISTS (SELECT 1 FROM record_attachment a WHERE a.place = OLD.place AND a.hash = OLD.hash) BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER attachment_part_no_change BEFORE UPDATE ON attachment_part BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER attachment_part_no_delete BEFORE DELETE ON attachment_part
WHEN EXISTS (SELECT 1 FROM record_attachment a WHERE a.place = OLD.place AND a.hash = OLD.hash) BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_attachment_no_change BEFORE UPDATE ON record_attachment BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_attachment_no_delete BEFORE DELETE ON record_attachment BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE FUNCTION attachment_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT 1 FROM record_attachment a WHERE a.place = OLD.place AND a.hash = OLD.hash) THEN
        RAISE EXCEPTION '% is append only', TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END
$body$;
CREATE TRIGGER append_only BEFORE UPDATE OF place, hash, kind, bytes ON attachment
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON attachment
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON attachment
    FOR EACH ROW EXECUTE FUNCTION attachment_refuse_delete();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON attachment_part
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON attachment_part
    FOR EACH ROW EXECUTE FUNCTION attachment_refuse_delete();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
