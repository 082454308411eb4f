-- Measures: whom each counts in which period, and the sums of these rows by village.

-- Which periods of a measure are kept, by the day on which they begin: those wanted, and those that are
-- complete. after_id: how far the walk through everybody has come; the nil id is its beginning. retry_at: the
-- database refused its SELECT, and until then it is not asked again.
CREATE TABLE measure_state (
    place {text} NOT NULL,
    measure_key {integer} NOT NULL,
    measure {text} NOT NULL,
    kind {text} NOT NULL,
    signature {text} NOT NULL,
    first_on {date} NOT NULL,
    last_on {date} NOT NULL,
    done_first {date},
    done_last {date},
    after_id {uuid} NOT NULL,
    retry_at {instant} NOT NULL,
    PRIMARY KEY (place, measure_key)
) {clustered};
CREATE UNIQUE INDEX measure_state_of ON measure_state (place, measure, kind);

-- One row of whom (or which record) a denominator counts. area_code: where the subject lived at the
-- period's end.
CREATE TABLE measure_row (
    place {text} NOT NULL,
    measure_key {integer} NOT NULL,
    subject_id {uuid} NOT NULL,
    period {date} NOT NULL,
    counted {uuid} NOT NULL,
    area_code {text} NOT NULL,
    in_numerator {integer} NOT NULL,
    PRIMARY KEY (place, measure_key, subject_id, period, counted)
) {clustered};
CREATE INDEX measure_row_of_area ON measure_row (place, measure_key, period, area_code, subject_id, counted);

CREATE TABLE measure_value (
    place {text} NOT NULL,
    measure_key {integer} NOT NULL,
    period {date} NOT NULL,
    area_code {text} NOT NULL,
    denominator {integer} NOT NULL,
    numerator {integer} NOT NULL,
    PRIMARY KEY (place, measure_key, period, area_code)
) {clustered};

-- Of whom something has changed since his rows were made. is_taken: his rows are being made; who marks him
-- again waits for that, so no mark is lost between two processes.
CREATE TABLE measure_stale (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    is_taken {integer} NOT NULL,
    PRIMARY KEY (place, subject_id)
) {clustered};

-- When the register begins, and who has lived here for so long.
CREATE INDEX resident_by_registered ON resident (place, registered_on);

-- What happened to residents and when it was known, without what is sealed.
CREATE VIEW v_resident_event AS
SELECT e.place, e.resident_id, e.rev, e.kind, e.happened_on, e.area_code, e.recorded_at, x.ended_at
FROM resident_event e
LEFT JOIN resident_event_end x ON x.place = e.place AND x.event_id = e.id;
