-- Accounts, sessions, failed log-ins, what each facility sees, and the audit chain.

CREATE TABLE access_account (
    place {text} NOT NULL,
    id {uuid} NOT NULL,
    login {text} NOT NULL,
    name {text} NOT NULL,
    role {text} NOT NULL,
    facility {text} NOT NULL,
    password_hash {text} NOT NULL,
    is_disabled {integer} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (place, id)
) {clustered};
-- A login is unique in the database: who logs in names no place.
CREATE UNIQUE INDEX access_account_by_login ON access_account (login);

-- Only the SHA-256 of the token is kept.
CREATE TABLE access_session (
    place {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    account {uuid} NOT NULL,
    opened_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    PRIMARY KEY (place, token_hash)
) {clustered};
CREATE INDEX access_session_by_expiry ON access_session (place, expires_at);

-- subject_token: keyed hash of the login that was typed, or of the peer's address.
CREATE TABLE access_failure (
    place {text} NOT NULL,
    subject_token {bytes} NOT NULL,
    failures {integer} NOT NULL,
    last_at {instant} NOT NULL,
    locked_until {instant} NOT NULL,
    PRIMARY KEY (place, subject_token)
) {clustered};

-- Derived from the catchments in force and the facility tree. facility is a code (its own areas and those
-- of every facility below it) or a code followed by "/own" (its own areas only).
CREATE TABLE access_area (
    place {text} NOT NULL,
    facility {text} NOT NULL,
    area_code {text} NOT NULL,
    PRIMARY KEY (place, facility, area_code)
) {clustered};

-- One chain a writer; hash is SHA-256 over the canonical text of the entry, which holds previous_hash.
CREATE TABLE audit_entry (
    place {text} NOT NULL,
    writer {uuid} NOT NULL,
    seq {integer} NOT NULL,
    at {instant} NOT NULL,
    account {uuid},
    action {text} NOT NULL,
    subject_id {uuid},
    object_id {uuid},
    detail {text} NOT NULL,
    previous_hash {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (place, writer, seq)
) {table};
-- Who looked at a person's record.
CREATE INDEX audit_entry_by_subject ON audit_entry (place, subject_id, at);

-- The newest entry of each chain, under a keyed hash, so that cutting off its end shows.
CREATE TABLE audit_head (
    place {text} NOT NULL,
    writer {uuid} NOT NULL,
    seq {integer} NOT NULL,
    hash {bytes} NOT NULL,
    head_token {bytes} NOT NULL,
    PRIMARY KEY (place, writer)
) {clustered};

-- What a writer signed: all heads at one moment; each checkpoint continues that writer's one before.
CREATE TABLE audit_checkpoint (
    place {text} NOT NULL,
    writer {uuid} NOT NULL,
    number {integer} NOT NULL,
    at {instant} NOT NULL,
    signature {bytes} NOT NULL,
    PRIMARY KEY (place, writer, number)
) {clustered};

CREATE TABLE audit_checkpoint_head (
    place {text} NOT NULL,
    writer {uuid} NOT NULL,
    number {integer} NOT NULL,
    head_writer {uuid} NOT NULL,
    seq {integer} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (place, writer, number, head_writer)
) {clustered};

-- {sqlite}
CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
-- {postgres}
CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit entries are never changed or removed'; END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse();
-- {both}
