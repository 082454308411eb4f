-- Worklists at a desk: what was done in an area, and views that somebody keeps under a name.

CREATE INDEX obligation_met ON obligation (place, area_code, met_on) WHERE met_by IS NOT NULL;
CREATE VIEW v_obligation_met AS
SELECT o.place, o.area_code
FROM obligation o
WHERE o.met_by IS NOT NULL;

-- What facilities and members of staff answer for, by the keys under which the sights of today keep it.
CREATE VIEW v_access_area AS
SELECT a.place, a.facility, a.area_code
FROM access_area a;

CREATE VIEW v_catchment_team AS
SELECT c.place, c.area_code, c.team, c.valid_from, c.valid_to
FROM catchment c
WHERE c.team <> '';

-- A filter under a name. facility: where its owner worked when it was kept; shared: whoever works there may
-- use it. filter: lines of key=value.
CREATE TABLE worklist_view (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    account {uuid} NOT NULL,
    facility {text} NOT NULL,
    is_shared {integer} NOT NULL,
    name {text} NOT NULL,
    filter {text} NOT NULL,
    saved_at {instant} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX worklist_view_of ON worklist_view (place, account);
CREATE INDEX worklist_view_at ON worklist_view (place, facility);
