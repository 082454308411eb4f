-- Why somebody is logged in, records opened in an emergency, and reading the audit by day.

-- One of the purposes of the account's role; empty: its first.
ALTER TABLE access_session ADD COLUMN purpose {text} NOT NULL DEFAULT '';

-- A person opened by the exact number, with a reason; subject_id is NULL when nobody has the number.
-- Reviewed once: verdict and note.
CREATE TABLE access_emergency (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    account {uuid} NOT NULL,
    facility {text} NOT NULL,
    subject_id {uuid},
    reason {text} NOT NULL,
    opened_at {instant} NOT NULL,
    ends_on {date} NOT NULL,
    reviewed_at {instant},
    reviewed_by {uuid},
    verdict {text} NOT NULL,
    note {text} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
CREATE INDEX access_emergency_by_account ON access_emergency (place, account, opened_at);
CREATE INDEX access_emergency_by_time ON access_emergency (place, opened_at, id);

CREATE INDEX audit_entry_by_time ON audit_entry (place, at, writer, seq);
