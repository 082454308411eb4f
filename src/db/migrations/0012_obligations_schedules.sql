-- Every kind of schedule: several windows or doses of one rule, amounts in a period, due times,
-- waivers.

-- detail: of a visit the kind of dose, of an event the minute of its day, of a waiver the item.
-- amount: what a visit adds to a sum; unit: what it covers. kind: 3 an event that windows are counted
-- from, 4 a waiver.
ALTER TABLE obligation_evidence ADD COLUMN detail {integer} NOT NULL DEFAULT 0;
ALTER TABLE obligation_evidence ADD COLUMN amount {decimal} NOT NULL DEFAULT 0;
ALTER TABLE obligation_evidence ADD COLUMN unit {text} NOT NULL DEFAULT '';

-- item: the window or dose of the rule, from 1; 0: the rule has none. due_minute: of due_on, or -1.
DROP VIEW v_obligation_unmet;
DROP INDEX obligation_unmet;
CREATE TABLE obligation_of_item (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    rule_key {integer} NOT NULL,
    item {integer} NOT NULL,
    closes_on {date} NOT NULL,
    opens_on {date} NOT NULL,
    due_on {date} NOT NULL,
    due_minute {integer} NOT NULL,
    area_code {text} NOT NULL,
    done {decimal} NOT NULL,
    needed {decimal} NOT NULL,
    met_by {uuid},
    met_on {date},
    waived_on {date},
    PRIMARY KEY (place, subject_id, rule_key, item, closes_on)
) {clustered};
INSERT INTO obligation_of_item (place, subject_id, rule_key, item, closes_on, opens_on, due_on,
    due_minute, area_code, done, needed, met_by, met_on, waived_on)
SELECT o.place, o.subject_id, o.rule_key, 0, o.closes_on, o.opens_on, o.due_on, -1, o.area_code,
    CASE WHEN o.met_by IS NULL THEN 0 ELSE 1 END, 1, o.met_by, o.met_on, NULL
FROM obligation o;
DROP TABLE obligation;
ALTER TABLE obligation_of_item RENAME TO obligation;

-- The list of an area on a day reads this index alone.
CREATE INDEX obligation_unmet ON obligation (place, area_code, closes_on, opens_on, due_on, met_by,
    waived_on, due_minute, done, needed) WHERE met_by IS NULL AND waived_on IS NULL;
CREATE VIEW v_obligation_unmet AS
SELECT o.place, o.area_code
FROM obligation o
WHERE o.met_by IS NULL AND o.waived_on IS NULL;

-- What rules by age and facts read of everybody, in the order of the evidence.
CREATE INDEX resident_facts_of_rules ON resident (place, id, area_code, sex, birth_date,
    registered_on, died_on, left_on);
