-- Bulletins: rankings as they were said, never changed afterwards.

-- packs: name and version of the packs they were scored by. ranked: whether enough units could be scored.
CREATE TABLE score_bulletin (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    score {text} NOT NULL,
    period {text} NOT NULL,
    note {text} NOT NULL,
    packs {text} NOT NULL,
    is_ranked {integer} NOT NULL,
    frozen_by {uuid},
    frozen_on {date} NOT NULL,
    frozen_at {instant} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX score_bulletin_of ON score_bulletin (place, score, period, frozen_at);

-- total: points, not rounded; NULL where nothing could be scored, then rank is 0.
CREATE TABLE score_bulletin_unit (
    place {text} NOT NULL,
    bulletin_id {uuid} NOT NULL,
    unit {text} NOT NULL,
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    rank {integer} NOT NULL,
    total {decimal},
    PRIMARY KEY (place, bulletin_id, unit)
) {clustered};

-- points: NULL where the measure counts nobody of the unit, or says nothing of a period that is still running.
CREATE TABLE score_bulletin_item (
    place {text} NOT NULL,
    bulletin_id {uuid} NOT NULL,
    unit {text} NOT NULL,
    position {integer} NOT NULL,
    measure {text} NOT NULL,
    weight {decimal} NOT NULL,
    floor {decimal} NOT NULL,
    target {decimal} NOT NULL,
    denominator {integer} NOT NULL,
    numerator {integer} NOT NULL,
    points {decimal},
    PRIMARY KEY (place, bulletin_id, unit, position)
) {clustered};
-- {sqlite}
CREATE TRIGGER score_bulletin_no_update BEFORE UPDATE ON score_bulletin BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_no_delete BEFORE DELETE ON score_bulletin BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_unit_no_update BEFORE UPDATE ON score_bulletin_unit BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_unit_no_delete BEFORE DELETE ON score_bulletin_unit BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_item_no_update BEFORE UPDATE ON score_bulletin_item BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_item_no_delete BEFORE DELETE ON score_bulletin_item BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_bulletin
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_bulletin_unit
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_bulletin_item
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
