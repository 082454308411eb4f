-- The numbers that clauses of plans were judged by on past days, as they were known on their evenings.

-- What is asked of a day: a measure, or a rule ("program/rule"). is_asked: somebody's question, not the end of a
-- month. after_key: how far its making has come. period_kind: of a measure whose making has begun, the kind of period
-- that is kept of it. What failed is tried again from retry_at on.
CREATE TABLE plan_day (
    place {text} NOT NULL,
    day {date} NOT NULL,
    source {text} NOT NULL,
    is_asked {integer} NOT NULL,
    period_kind {integer} NOT NULL,
    after_key {text} NOT NULL,
    is_done {integer} NOT NULL,
    retry_at {instant} NOT NULL,
    PRIMARY KEY (place, day, source)
) {clustered};
CREATE INDEX plan_day_wanted ON plan_day (place, is_done, is_asked, day, source);

-- By area, or by desk of a facility where organisations are counted (see 0034). Of a measure, in the period
-- that begins on `period`; of a rule, on the day: denominator is what is owed, numerator what of it is overdue.
CREATE TABLE plan_day_number (
    place {text} NOT NULL,
    day {date} NOT NULL,
    source {text} NOT NULL,
    period {date} NOT NULL,
    area_code {text} NOT NULL,
    denominator {integer} NOT NULL,
    numerator {integer} NOT NULL,
    PRIMARY KEY (place, day, source, period, area_code)
) {clustered};
