-- With how good data a bulletin was made: hits of data-quality rules, as they were counted together with its points.

ALTER TABLE score_bulletin ADD COLUMN has_quality {integer} NOT NULL DEFAULT 0;

-- One row a rule and unit; unit '' is the whole place. hits: records that the rule names; checked: of these, found right as they are.
CREATE TABLE score_bulletin_quality (
    place {text} NOT NULL,
    bulletin_id {uuid} NOT NULL,
    position {integer} NOT NULL,
    unit {text} NOT NULL,
    measure {text} NOT NULL,
    title {text} NOT NULL,
    title_en {text} NOT NULL,
    is_complete {integer} NOT NULL,
    records {integer} NOT NULL,
    hits {integer} NOT NULL,
    checked {integer} NOT NULL,
    PRIMARY KEY (place, bulletin_id, position, unit)
) {clustered};
-- {sqlite}
CREATE TRIGGER score_bulletin_quality_no_update BEFORE UPDATE ON score_bulletin_quality BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_quality_no_delete BEFORE DELETE ON score_bulletin_quality BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_bulletin_quality
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
