-- What decides between equal totals of a bulletin, and how many years in a row its units have stood alike.

-- ties: measures, parted by blanks, whose points decide one after another.
ALTER TABLE score_bulletin ADD COLUMN ties {text} NOT NULL DEFAULT '';

-- One row a line of the score: what years alike are, up to which year, and what follows. is_complete: no number of these years was missing.
CREATE TABLE score_bulletin_line (
    place {text} NOT NULL,
    bulletin_id {uuid} NOT NULL,
    position {integer} NOT NULL,
    upto {text} NOT NULL,
    line {text} NOT NULL,
    line_at {decimal} NOT NULL,
    years {integer} NOT NULL,
    then_zh {text} NOT NULL,
    then_en {text} NOT NULL,
    is_complete {integer} NOT NULL,
    PRIMARY KEY (place, bulletin_id, position)
) {clustered};

-- gap: the year that ended the row for it says nothing of the unit, or empty.
CREATE TABLE score_bulletin_streak (
    place {text} NOT NULL,
    bulletin_id {uuid} NOT NULL,
    unit {text} NOT NULL,
    position {integer} NOT NULL,
    years {integer} NOT NULL,
    is_reached {integer} NOT NULL,
    gap {text} NOT NULL,
    PRIMARY KEY (place, bulletin_id, unit, position)
) {clustered};
-- {sqlite}
CREATE TRIGGER score_bulletin_line_no_update BEFORE UPDATE ON score_bulletin_line BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_line_no_delete BEFORE DELETE ON score_bulletin_line BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_streak_no_update BEFORE UPDATE ON score_bulletin_streak BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
CREATE TRIGGER score_bulletin_streak_no_delete BEFORE DELETE ON score_bulletin_streak BEGIN
    SELECT RAISE(ABORT, 'append only');
END;
-- {postgres}
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_bulletin_line
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_bulletin_streak
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
-- {both}
