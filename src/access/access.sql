-- Accounts, sessions, failed log-ins, and what each facility sees.

-- name: access_account_insert :run
-- in: place text, id uuid, login text, name text, role text, facility text, password_hash text
-- in: is_disabled integer, created_at instant
INSERT INTO access_account (place, id, login, name, role, facility, password_hash, is_disabled, created_at)
VALUES (:place, :id, :login, :name, :role, :facility, :password_hash, :is_disabled, :created_at);

-- name: access_account_by_login :maybe
-- in: login text
-- out: place text, id uuid, login text, name text, role text, facility text, password_hash text
-- out: is_disabled integer
SELECT a.place, a.id, a.login, a.name, a.role, a.facility, a.password_hash, a.is_disabled
FROM access_account a
WHERE a.login = :login;

-- name: access_account_by_id :maybe
-- in: place text, id uuid
-- out: id uuid, login text, name text, role text, facility text, is_disabled integer
SELECT a.id, a.login, a.name, a.role, a.facility, a.is_disabled
FROM access_account a
WHERE a.place = :place AND a.id = :id;

-- name: access_account_all :many
-- in: place text
-- out: id uuid, login text, name text, role text, facility text, is_disabled integer
SELECT a.id, a.login, a.name, a.role, a.facility, a.is_disabled
FROM access_account a
WHERE a.place = :place
ORDER BY a.login;

-- name: access_account_set_password :run
-- in: place text, id uuid, password_hash text
UPDATE access_account SET password_hash = :password_hash WHERE place = :place AND id = :id;

-- name: access_session_insert :run
-- in: place text, token_hash bytes, account uuid, opened_at instant, expires_at instant
INSERT INTO access_session (place, token_hash, account, opened_at, expires_at)
VALUES (:place, :token_hash, :account, :opened_at, :expires_at);

-- name: access_session_by_token :maybe
-- in: place text, token_hash bytes
-- out: expires_at instant, account uuid, login text, name text, role text, facility text
-- out: is_disabled integer
SELECT s.expires_at, s.account, a.login, a.name, a.role, a.facility, a.is_disabled
FROM access_session s
JOIN access_account a ON a.place = s.place AND a.id = s.account
WHERE s.place = :place AND s.token_hash = :token_hash;

-- name: access_session_extend :run
-- in: place text, token_hash bytes, expires_at instant
UPDATE access_session SET expires_at = :expires_at
WHERE place = :place AND token_hash = :token_hash;

-- name: access_session_remove :run
-- in: place text, token_hash bytes
DELETE FROM access_session WHERE place = :place AND token_hash = :token_hash;

-- name: access_session_remove_expired :run
-- in: place text, now instant
DELETE FROM access_session WHERE place = :place AND expires_at <= :now;

-- name: access_failure_by_token :maybe
-- in: place text, subject_token bytes
-- out: failures integer, last_at instant, locked_until instant
SELECT f.failures, f.last_at, f.locked_until
FROM access_failure f
WHERE f.place = :place AND f.subject_token = :subject_token;

-- name: access_failure_write :run
-- in: place text, subject_token bytes, failures integer, last_at instant, locked_until instant
INSERT INTO access_failure (place, subject_token, failures, last_at, locked_until)
VALUES (:place, :subject_token, :failures, :last_at, :locked_until)
ON CONFLICT (place, subject_token)
DO UPDATE SET failures = :failures, last_at = :last_at, locked_until = :locked_until;

-- name: access_failure_remove :run
-- in: place text, subject_token bytes
DELETE FROM access_failure WHERE place = :place AND subject_token = :subject_token;

-- name: access_area_clear :run
-- in: place text
DELETE FROM access_area WHERE place = :place;

-- The areas of a facility and of every facility below it, under the facility's code.
-- name: access_area_fill :run
-- in: place text, day date
INSERT INTO access_area (place, facility, area_code)
WITH RECURSIVE below (top, code) AS (
    SELECT f.code, f.code
    FROM v_facility f
    WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
    UNION
    SELECT b.top, f.code
    FROM below b
    JOIN v_facility f ON f.parent = b.code
    WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
)
SELECT DISTINCT c.place, b.top, c.area_code
FROM below b
JOIN v_catchment c ON c.facility = b.code
WHERE c.place = :place AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day);

-- Only the facility's own areas, under its code followed by "/own".
-- name: access_area_fill_own :run
-- in: place text, day date
INSERT INTO access_area (place, facility, area_code)
SELECT DISTINCT c.place, c.facility || '/own', c.area_code
FROM v_catchment c
JOIN v_facility f ON f.place = c.place AND f.code = c.facility
WHERE c.place = :place AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day)
  AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day);

-- name: access_area_bounds :one
-- in: place text, facility text
-- out: areas integer, first_code text?, last_code text?
SELECT count(*) AS areas, min(a.area_code) AS first_code, max(a.area_code) AS last_code
FROM access_area a
WHERE a.place = :place AND a.facility = :facility;

-- name: access_account_counts :many
-- in: place text
-- out: role text, accounts integer, disabled integer
SELECT a.role, count(*) AS accounts, sum(a.is_disabled) AS disabled
FROM access_account a
WHERE a.place = :place
GROUP BY a.role
ORDER BY a.role;

-- name: access_session_count :one
-- in: place text, now instant
-- out: sessions integer
SELECT count(*) AS sessions FROM access_session s WHERE s.place = :place AND s.expires_at > :now;
