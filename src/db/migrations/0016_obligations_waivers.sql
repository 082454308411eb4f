-- Waivers: somebody is spared what is owed, or it is put off, for a reason and until a day.

-- kind: 'waive' or 'postpone'. item: the window or dose, or empty. spares_on: closes_on of the one
-- obligation that it is about; NULL: all of the rule in its days. until: the last day spared, or the day
-- it is put off to; NULL: for good. note is sealed.
CREATE TABLE obligation_waiver (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    rev {integer} NOT NULL,
    subject_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    program {text} NOT NULL,
    rule {text} NOT NULL,
    item {text} NOT NULL,
    spares_on {date},
    valid_from {date} NOT NULL,
    valid_until {date},
    reason {text} NOT NULL,
    note {bytes},
    given_at {instant} NOT NULL,
    given_by {uuid} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX obligation_waiver_of ON obligation_waiver (place, subject_id);
CREATE INDEX obligation_waiver_by_rule ON obligation_waiver (place, program, rule);

-- A waiver that was taken back.
CREATE TABLE obligation_waiver_end (
    place {text} NOT NULL,
    waiver_id {uuid} NOT NULL,
    ended_at {instant} NOT NULL,
    ended_by {uuid} NOT NULL,
    reason {text} NOT NULL,
    PRIMARY KEY (place, waiver_id)
) {clustered};

-- Of a waiver, kind 4: closes_on of the one obligation that it spares. is_capped: it is put off.
ALTER TABLE obligation_evidence ADD COLUMN spares_on {date};

-- Spared from this day on: for good where waived_on says so too, else until the day before opens_on.
ALTER TABLE obligation ADD COLUMN spared_on {date};
CREATE INDEX obligation_spared ON obligation (place, area_code, closes_on)
    WHERE met_by IS NULL AND spared_on IS NOT NULL;
CREATE VIEW v_obligation_spared AS
SELECT o.place, o.area_code
FROM obligation o
WHERE o.met_by IS NULL AND o.spared_on IS NOT NULL;

-- {sqlite}
CREATE TRIGGER obligation_waiver_no_update BEFORE UPDATE ON obligation_waiver BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER obligation_waiver_no_delete BEFORE DELETE ON obligation_waiver BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER obligation_waiver_end_no_update BEFORE UPDATE ON obligation_waiver_end BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER obligation_waiver_end_no_delete BEFORE DELETE ON obligation_waiver_end BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON obligation_waiver
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON obligation_waiver_end
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
