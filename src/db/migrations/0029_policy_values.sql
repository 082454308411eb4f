-- What places say about the parameters of the packs.

-- Rows are only added. value: from from_on on; NULL: as the packs say again. set_on is the day on which it
-- became known, always before from_on, so that no day that has begun changes.
CREATE TABLE policy_value (
    place {text} NOT NULL,
    seq {integer} NOT NULL,
    parameter {text} NOT NULL,
    from_on {date} NOT NULL,
    value {text},
    source {text} NOT NULL,
    set_on {date} NOT NULL,
    set_at {instant} NOT NULL,
    set_by {uuid},
    PRIMARY KEY (place, seq)
) {clustered};
-- {sqlite}
CREATE TRIGGER policy_value_no_update BEFORE UPDATE ON policy_value BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER policy_value_no_delete BEFORE DELETE ON policy_value BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_value
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
