-- Records: why one was made (later than the form allows), and what was begun and not yet sent.

-- The reason that came with an original; that of an amendment stands where the amended record ended.
CREATE TABLE record_reason (
    place {text} NOT NULL,
    record_id {uuid} NOT NULL,
    reason {text} NOT NULL,
    PRIMARY KEY (place, record_id)
) {clustered};

-- A form being filled in by an account: no evidence, nobody else's, gone when it is sent, dropped or old.
-- amends: the record to be amended; the nil id for a new one. record_id: of the record to be. content is
-- sealed as a whole.
CREATE TABLE record_draft (
    place {text} NOT NULL,
    account {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    form {text} NOT NULL,
    amends {uuid} NOT NULL,
    record_id {uuid} NOT NULL,
    saved_at {instant} NOT NULL,
    content {bytes} NOT NULL,
    PRIMARY KEY (place, account, subject_id, form, amends)
) {clustered};
CREATE INDEX record_draft_by_age ON record_draft (place, saved_at);

-- {sqlite}
CREATE TRIGGER record_reason_no_update BEFORE UPDATE ON record_reason BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_reason_no_delete BEFORE DELETE ON record_reason BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_reason
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
