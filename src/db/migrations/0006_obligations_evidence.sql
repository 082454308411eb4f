-- What is owed: the rules, the narrow evidence that they read, and the obligations that follow.

-- One row a rule of the packs. signature changes when the rule does: its evidence is then made anew.
CREATE TABLE obligation_rule (
    place {text} NOT NULL,
    rule_key {integer} NOT NULL,
    program {text} NOT NULL,
    rule {text} NOT NULL,
    notice_days {integer} NOT NULL,
    signature {text} NOT NULL,
    PRIMARY KEY (place, rule_key)
) {clustered};

-- kind: 0 enters the program, 1 leaves it, 2 a visit. recorded_on and ended_on are the days on which
-- the record became known and stopped being current, so that a past day reads the same table.
CREATE TABLE obligation_evidence (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    rule_key {integer} NOT NULL,
    happened_on {date} NOT NULL,
    record_id {uuid} NOT NULL,
    kind {integer} NOT NULL,
    is_counted {integer} NOT NULL,
    is_capped {integer} NOT NULL,
    next_on {date},
    recorded_on {date} NOT NULL,
    ended_on {date},
    PRIMARY KEY (place, subject_id, rule_key, happened_on, record_id, kind)
) {clustered};

-- Nothing here depends on the clock. area_code is where the subject lives: a move recomputes it.
CREATE TABLE obligation (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    rule_key {integer} NOT NULL,
    closes_on {date} NOT NULL,
    opens_on {date} NOT NULL,
    due_on {date} NOT NULL,
    area_code {text} NOT NULL,
    met_by {uuid},
    met_on {date},
    PRIMARY KEY (place, subject_id, rule_key, closes_on)
) {clustered};

-- The list of an area on a day: rows that closed before it are never read.
CREATE INDEX obligation_unmet ON obligation (place, area_code, closes_on, opens_on, due_on)
    WHERE met_by IS NULL;

-- Subjects whose obligations something else than their own record has touched.
CREATE TABLE obligation_stale (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    PRIMARY KEY (place, subject_id)
) {clustered};
