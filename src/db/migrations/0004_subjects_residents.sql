-- What records are about, and where it belongs: areas, facilities, catchments, households, residents.

-- Division codes are prefixes: county 6 digits, township 9, village 12.
CREATE TABLE area (
    place {text} NOT NULL,
    code {text} NOT NULL,
    parent {text} NOT NULL,
    level {integer} NOT NULL,
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    kind {text} NOT NULL,
    PRIMARY KEY (place, code)
) {clustered};

CREATE TABLE facility (
    place {text} NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    kind {text} NOT NULL,
    level {integer} NOT NULL,
    parent {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    PRIMARY KEY (place, code)
) {clustered};
CREATE INDEX facility_by_parent ON facility (place, parent);

CREATE TABLE catchment (
    place {text} NOT NULL,
    facility {text} NOT NULL,
    area_code {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    PRIMARY KEY (place, facility, area_code, valid_from)
) {clustered};
CREATE INDEX catchment_by_area ON catchment (place, area_code);

CREATE TABLE household (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    area_code {text} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX household_by_area ON household (place, area_code);

-- name, id_type, id_number, phone and address are sealed; nothing else holds them.
CREATE TABLE resident (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    area_code {text} NOT NULL,
    household_id {uuid},
    sex {text} NOT NULL,
    birth_date {date},
    record_number {text},
    registered_on {date} NOT NULL,
    died_on {date},
    left_on {date},
    rev {integer} NOT NULL,
    name {bytes} NOT NULL,
    id_type {bytes},
    id_number {bytes},
    phone {bytes},
    address {bytes},
    PRIMARY KEY (place, id)
) {table};
CREATE INDEX resident_by_area ON resident (place, area_code, id);
CREATE INDEX resident_by_rev ON resident (place, rev);
CREATE INDEX resident_by_household ON resident (place, household_id);
CREATE UNIQUE INDEX resident_by_record_number ON resident (place, record_number);

-- Other facts that forms keep for a resident: contact_phone, registered_address ... Sealed as well.
CREATE TABLE resident_fact (
    place {text} NOT NULL,
    resident_id {uuid} NOT NULL,
    fact {text} NOT NULL,
    content {bytes} NOT NULL,
    PRIMARY KEY (place, resident_id, fact)
) {clustered};

-- Keyed hashes by which sealed columns are searched. The area stands before the resident, so that a
-- search reads only what lies within the caller's sight.
CREATE TABLE resident_token (
    place {text} NOT NULL,
    token {bytes} NOT NULL,
    area_code {text} NOT NULL,
    resident_id {uuid} NOT NULL,
    PRIMARY KEY (place, token, area_code, resident_id)
) {clustered};

-- Published views hold no sealed column.
CREATE VIEW v_area AS
SELECT a.place, a.code, a.parent, a.level, a.name, a.name_en, a.kind
FROM area a;

CREATE VIEW v_facility AS
SELECT f.place, f.code, f.name, f.name_en, f.kind, f.level, f.parent, f.valid_from, f.valid_to
FROM facility f;

CREATE VIEW v_catchment AS
SELECT c.place, c.facility, c.area_code, c.valid_from, c.valid_to
FROM catchment c;

CREATE VIEW v_resident AS
SELECT r.place, r.id, r.area_code, r.household_id, r.sex, r.birth_date, r.record_number,
       r.registered_on, r.died_on, r.left_on, r.rev
FROM resident r;
