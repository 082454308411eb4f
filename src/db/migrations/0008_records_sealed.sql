-- Sealed answers: what a record says of its subject (name, numbers, addresses ...), sealed as one text
-- a record. The subject stands in the key, so that what is known of a person now is read from his
-- records that say something of him, and from no other.
CREATE TABLE record_sealed (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    record_id {uuid} NOT NULL,
    content {bytes} NOT NULL,
    PRIMARY KEY (place, subject_id, record_id)
) {clustered};

-- {sqlite}
CREATE TRIGGER record_sealed_no_update BEFORE UPDATE ON record_sealed BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_sealed_no_delete BEFORE DELETE ON record_sealed BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_sealed
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
