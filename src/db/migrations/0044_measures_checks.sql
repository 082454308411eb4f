-- Hits of data-quality rules that somebody has looked at and found right as they are. Rows are only added.
CREATE TABLE measure_check (
    place {text} NOT NULL,
    measure {text} NOT NULL,
    record_id {uuid} NOT NULL,
    checked_on {date} NOT NULL,
    checked_at {instant} NOT NULL,
    checked_by {uuid} NOT NULL,
    reason {text} NOT NULL,
    PRIMARY KEY (place, measure, record_id)
) {clustered};
-- {sqlite}
CREATE TRIGGER measure_check_no_update BEFORE UPDATE ON measure_check BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER measure_check_no_delete BEFORE DELETE ON measure_check BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON measure_check
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
