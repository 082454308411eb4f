-- What records are about besides residents: facilities, areas, staff, households, and the kinds that packs
-- declare by a register form.

-- One row a subject as it is known now; derived from the registers of places and staff and from
-- subject_entry. code: its code there. A subject whose entry was voided ends before it begins.
CREATE TABLE subject (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    kind {text} NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX subject_by_code ON subject (place, kind, code, id);

-- Who has part in it, by the field of the register form that names the facility; field '' is whoever
-- answers for it. area_code: what sights and lists go by: a facility's desk (its place, '/', its code), or an
-- area.
CREATE TABLE subject_party (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    field {text} NOT NULL,
    facility {text} NOT NULL,
    area_code {text} NOT NULL,
    PRIMARY KEY (place, subject_id, field)
) {clustered};
CREATE INDEX subject_party_by_area ON subject_party (place, area_code, subject_id);

-- What each record of a register form says, so that a past day can be asked: recorded_on and ended_on as in
-- obligation_evidence.
CREATE TABLE subject_entry (
    place {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    happened_on {date} NOT NULL,
    record_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date},
    recorded_on {date} NOT NULL,
    ended_on {date},
    PRIMARY KEY (place, subject_id, happened_on, record_id)
) {clustered};

CREATE TABLE subject_entry_party (
    place {text} NOT NULL,
    record_id {uuid} NOT NULL,
    field {text} NOT NULL,
    facility {text} NOT NULL,
    PRIMARY KEY (place, record_id, field)
) {clustered};

CREATE VIEW v_subject AS
SELECT s.place, s.id, s.kind, s.code, s.name, s.name_en, s.valid_from, s.valid_to
FROM subject s;

-- Everything but residents that records can be about.
CREATE VIEW v_subject_other AS
SELECT s.place, s.id
FROM subject s
UNION ALL
SELECT h.place, h.id
FROM household h;

-- A household has its area and nothing else.
CREATE VIEW v_subject_party AS
SELECT p.place, p.subject_id, p.field, p.facility, p.area_code
FROM subject_party p
UNION ALL
SELECT h.place, h.id, '', '', h.area_code
FROM household h;

CREATE VIEW v_subject_entry AS
SELECT e.place, e.subject_id, e.happened_on, e.record_id, e.kind, e.code, e.name, e.valid_from, e.valid_to,
       e.recorded_on, e.ended_on
FROM subject_entry e;

CREATE VIEW v_subject_entry_party AS
SELECT p.place, p.record_id, p.field, p.facility
FROM subject_entry_party p;

-- The desks at which something may be owed.
CREATE VIEW v_subject_desk AS
SELECT p.place, p.area_code
FROM subject_party p;
