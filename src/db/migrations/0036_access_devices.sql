-- Phones that keep a copy of whom their account sees, and what each was sent.

-- sequence: of the last copy that was sent whole, 0 for none; the phone says which one it stored.
CREATE TABLE access_device (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    account {uuid} NOT NULL,
    name {text} NOT NULL,
    registered_at {instant} NOT NULL,
    sequence {integer} NOT NULL,
    synced_at {instant},
    revoked_at {instant},
    revoked_by {uuid},
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX access_device_by_account ON access_device (place, account);

-- The phone on which the session is open; NULL: none is known.
ALTER TABLE access_session ADD COLUMN device {uuid};

-- Whom the phone holds: a keyed hash of what it was sent of each, and where the person lived then.
CREATE TABLE sync_held (
    place {text} NOT NULL,
    device {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    digest {bytes} NOT NULL,
    area_code {text} NOT NULL,
    PRIMARY KEY (place, device, subject_id)
) {clustered};
