-- What units have said about the clauses of plans: progress, decisions, milestones reached.

-- Rows are only added. kind: progress, decision, milestone. milestone: its id in the pack, or empty. What was
-- said in error has a row of plan_entry_end.
CREATE TABLE plan_entry (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    plan {text} NOT NULL,
    clause {text} NOT NULL,
    kind {text} NOT NULL,
    milestone {text} NOT NULL,
    happened_on {date} NOT NULL,
    note {text} NOT NULL,
    evidence {text} NOT NULL,
    facility {text} NOT NULL,
    written_by {uuid},
    written_on {date} NOT NULL,
    written_at {instant} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX plan_entry_of ON plan_entry (place, plan, clause, happened_on);

CREATE TABLE plan_entry_end (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    reason {text} NOT NULL,
    ended_by {uuid},
    ended_on {date} NOT NULL,
    ended_at {instant} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
-- {sqlite}
CREATE TRIGGER plan_entry_no_update BEFORE UPDATE ON plan_entry BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER plan_entry_no_delete BEFORE DELETE ON plan_entry BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER plan_entry_end_no_update BEFORE UPDATE ON plan_entry_end BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER plan_entry_end_no_delete BEFORE DELETE ON plan_entry_end BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_entry
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_entry_end
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
