-- What stands in the table of obligations: for the test that derives it a second time.

-- name: model_stored :many
-- out: subject_id uuid, rule_key integer, item integer, opens_on date, due_on date, closes_on date
-- out: met_by uuid?, met_on date?, waived_on date?, spared_on date?, area_code text
-- out: done decimal, needed decimal
-- unscoped: the test compares what is stored
SELECT o.subject_id, o.rule_key, o.item, o.opens_on, o.due_on, o.closes_on, o.met_by, o.met_on,
       o.waived_on, o.spared_on, o.area_code, o.done, o.needed
FROM obligation o ORDER BY o.subject_id, o.rule_key, o.item, o.closes_on;
