-- Records: one header a record, how records end, and which columns the answer tables have.

-- recorded_on is the day in China on which the record was known; recorded_at the instant.
CREATE TABLE record (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    rev {integer} NOT NULL,
    form {text} NOT NULL,
    form_version {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    facility {text} NOT NULL,
    performed_by {uuid} NOT NULL,
    recorded_by {uuid} NOT NULL,
    happened_on {date} NOT NULL,
    recorded_on {date} NOT NULL,
    recorded_at {instant} NOT NULL,
    amends {uuid},
    content_hash {bytes} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
-- A subject's records by form and day: timeline, the previous one, rebuilding in subject order.
CREATE INDEX record_by_subject ON record (place, subject_id, form, happened_on, id);
CREATE UNIQUE INDEX record_by_rev ON record (place, rev);

-- A record ends once: amended by another (whose rev this is), or voided.
CREATE TABLE record_end (
    place {text} NOT NULL,
    record_id {uuid} NOT NULL,
    rev {integer} NOT NULL,
    ended_on {date} NOT NULL,
    ended_at {instant} NOT NULL,
    amended_by {uuid},
    reason {text} NOT NULL,
    ended_by {uuid} NOT NULL,
    PRIMARY KEY (place, record_id)
) {clustered};
CREATE INDEX record_end_by_rev ON record_end (place, rev);

-- The columns that forms have been given; of the database, whatever place. field: "sbp", "drugs.name".
CREATE TABLE form_field (
    form {text} NOT NULL,
    field {text} NOT NULL,
    type {text} NOT NULL,
    unit {text} NOT NULL,
    first_version {text} NOT NULL,
    PRIMARY KEY (form, field)
) {clustered};

CREATE VIEW v_record AS
SELECT r.place, r.id AS record_id, r.rev, r.form_version, r.subject_id, r.facility, r.performed_by,
       r.recorded_by, r.happened_on, r.recorded_on, r.recorded_at, r.form, r.amends
FROM record r
WHERE NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id);

-- {sqlite}
CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_end_no_update BEFORE UPDATE ON record_end BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER record_end_no_delete BEFORE DELETE ON record_end BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE FUNCTION record_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME;
END
$body$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_end
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- The published views of a past day; a connection puts this schema in front and sets the day.
CREATE SCHEMA as_of;
CREATE VIEW as_of.v_record AS
SELECT r.place, r.id AS record_id, r.rev, r.form_version, r.subject_id, r.facility, r.performed_by,
       r.recorded_by, r.happened_on, r.recorded_on, r.recorded_at, r.form, r.amends
FROM record r
WHERE r.recorded_on <= current_setting('catchment.as_of')
  AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = r.place AND e.record_id = r.id
                  AND e.ended_on <= current_setting('catchment.as_of'));
-- {both}
