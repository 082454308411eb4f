-- Places and people who work, over time: areas that split, merge and change their names, facilities
-- that move and merge, catchments with team and doctors, staff, leave; accounts that must change
-- their password.

-- An area as it was over a span of days, both inclusive; no end: in force. Codes are prefixes (see
-- 0004; a grid has 15 digits), so what gets another parent gets another code and a successor row.
DROP VIEW v_area;
CREATE TABLE area_spell (
    place {text} NOT NULL,
    code {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    parent {text} NOT NULL,
    level {integer} NOT NULL,
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    kind {text} NOT NULL,
    PRIMARY KEY (place, code, valid_from)
) {clustered};
CREATE INDEX area_spell_by_parent ON area_spell (place, parent);
INSERT INTO area_spell (place, code, valid_from, valid_to, parent, level, name, name_en, kind)
SELECT a.place, a.code, '1900-01-01', NULL, a.parent, a.level, a.name, a.name_en, a.kind FROM area a;
DROP TABLE area;

-- From the day on, the area is (a part of) its successor: a split has several, a merger one.
CREATE TABLE area_successor (
    place {text} NOT NULL,
    code {text} NOT NULL,
    successor {text} NOT NULL,
    valid_from {date} NOT NULL,
    PRIMARY KEY (place, code, successor)
) {clustered};
CREATE INDEX area_successor_of ON area_successor (place, successor);

-- A facility as it was over a span of days. merged_into: what it became when the span ended.
DROP VIEW v_facility;
CREATE TABLE facility_spell (
    place {text} NOT NULL,
    code {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    kind {text} NOT NULL,
    level {integer} NOT NULL,
    parent {text} NOT NULL,
    area_code {text} NOT NULL,
    ownership {text} NOT NULL,
    status {text} NOT NULL,
    licence_no {text} NOT NULL,
    licence_to {date},
    merged_into {text} NOT NULL,
    PRIMARY KEY (place, code, valid_from)
) {clustered};
CREATE INDEX facility_spell_by_parent ON facility_spell (place, parent);
INSERT INTO facility_spell (place, code, valid_from, valid_to, name, name_en, kind, level, parent,
                            area_code, ownership, status, licence_no, licence_to, merged_into)
SELECT f.place, f.code, f.valid_from, f.valid_to, f.name, f.name_en, f.kind, f.level, f.parent,
       '', '', 'active', '', NULL, ''
FROM facility f;
DROP TABLE facility;

ALTER TABLE catchment ADD COLUMN team {text} NOT NULL DEFAULT '';

-- The doctors who answer for an area of their facility's catchment; several may share it.
CREATE TABLE catchment_doctor (
    place {text} NOT NULL,
    area_code {text} NOT NULL,
    facility {text} NOT NULL,
    staff_id {uuid} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    PRIMARY KEY (place, area_code, facility, staff_id, valid_from)
) {clustered};
CREATE INDEX catchment_doctor_by_staff ON catchment_doctor (place, staff_id);

-- Who works here. phone and id_number are sealed. An account of a member of staff has the same id.
CREATE TABLE staff (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    sex {text} NOT NULL,
    birth_date {date},
    qualification {text} NOT NULL,
    licence_no {text} NOT NULL,
    licence_to {date},
    title {text} NOT NULL,
    education {text} NOT NULL,
    phone {bytes},
    id_number {bytes},
    PRIMARY KEY (place, id)
) {clustered};
CREATE UNIQUE INDEX staff_by_code ON staff (place, code);

-- Spells of work: where, in which post, employed how.
CREATE TABLE staff_post (
    place {text} NOT NULL,
    staff_id {uuid} NOT NULL,
    facility {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    post {text} NOT NULL,
    employment {text} NOT NULL,
    PRIMARY KEY (place, staff_id, facility, valid_from)
) {clustered};
CREATE INDEX staff_post_by_facility ON staff_post (place, facility);

-- While somebody is away, the substitute sees the areas that the absent one answers for.
CREATE TABLE staff_leave (
    place {text} NOT NULL,
    staff_id {uuid} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date} NOT NULL,
    substitute_id {uuid},
    PRIMARY KEY (place, staff_id, valid_from)
) {clustered};

-- must_change: the password was set by somebody else, and opens nothing but its own change.
ALTER TABLE access_account ADD COLUMN must_change {integer} NOT NULL DEFAULT 0;
CREATE INDEX access_session_by_account ON access_session (place, account);

-- next_from: when the area's next spell begins. The row of a day also when the area has ended:
-- valid_from <= day AND (next_from IS NULL OR next_from > day).
CREATE VIEW v_area AS
SELECT a.place, a.code, a.valid_from, a.valid_to, a.parent, a.level, a.name, a.name_en, a.kind,
       (SELECT min(n.valid_from) FROM area_spell n
        WHERE n.place = a.place AND n.code = a.code AND n.valid_from > a.valid_from) AS next_from
FROM area_spell a;

CREATE VIEW v_area_successor AS
SELECT s.place, s.code, s.successor, s.valid_from
FROM area_successor s;

-- A row a spell: always asked with a day.
CREATE VIEW v_facility AS
SELECT f.place, f.code, f.name, f.name_en, f.kind, f.level, f.parent, f.valid_from, f.valid_to,
       f.area_code, f.ownership, f.status, f.merged_into
FROM facility_spell f;

CREATE VIEW v_catchment_doctor AS
SELECT d.place, d.area_code, d.facility, d.staff_id, d.valid_from, d.valid_to
FROM catchment_doctor d;

CREATE VIEW v_staff AS
SELECT s.place, s.id, s.code, s.name, s.sex, s.qualification, s.licence_to, s.title, s.education
FROM staff s;

CREATE VIEW v_staff_post AS
SELECT p.place, p.staff_id, p.facility, p.valid_from, p.valid_to, p.post, p.employment
FROM staff_post p;

CREATE VIEW v_staff_leave AS
SELECT l.place, l.staff_id, l.valid_from, l.valid_to, l.substitute_id
FROM staff_leave l;
