-- What stands in the raw tables: for the tests of residents over time.

-- name: raw_filed :many
-- out: id uuid, subject_id uuid, written_for uuid?
-- unscoped: the test compares what is stored
SELECT r.id, r.subject_id, r.written_for FROM record r ORDER BY r.id;

-- name: raw_register :many
-- out: id uuid, area_code text, household_id uuid?, died_on date?, left_on date?, merged_into uuid?
-- out: name bytes, id_number bytes?
-- unscoped: the test compares what is stored
SELECT r.id, r.area_code, r.household_id, r.died_on, r.left_on, r.merged_into, r.name, r.id_number
FROM resident r ORDER BY r.id;

-- name: raw_token :many
-- out: token bytes, area_code text, resident_id uuid
-- unscoped: the test compares what is stored
SELECT t.token, t.area_code, t.resident_id
FROM resident_token t ORDER BY t.token, t.area_code, t.resident_id;

-- name: raw_evidence :many
-- out: subject_id uuid, rule_key integer, record_id uuid, kind integer
SELECT e.subject_id, e.rule_key, e.record_id, e.kind
FROM obligation_evidence e ORDER BY e.subject_id, e.rule_key, e.record_id, e.kind;

-- name: raw_obligation :many
-- out: subject_id uuid, rule_key integer, closes_on date, opens_on date, due_on date, area_code text
-- out: met_by uuid?
SELECT o.subject_id, o.rule_key, o.closes_on, o.opens_on, o.due_on, o.area_code, o.met_by
FROM obligation o ORDER BY o.subject_id, o.rule_key, o.closes_on;
