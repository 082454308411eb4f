-- Accounts, sessions, failed log-ins, and what each facility sees.

-- name: access_account_insert :run
-- in: place text, id uuid, login text, name text, role text, facility text, password_hash text
-- in: is_disabled integer, created_at instant, must_change integer
INSERT INTO access_account (place, id, login, name, role, facility, password_hash, is_disabled, created_at,
                            must_change)
VALUES (:place, :id, :login, :name, :role, :facility, :password_hash, :is_disabled, :created_at,
        :must_change);

-- name: access_account_by_login :maybe
-- in: login text
-- out: place text, id uuid, login text, name text, role text, facility text, password_hash text
-- out: is_disabled integer, must_change integer
SELECT a.place, a.id, a.login, a.name, a.role, a.facility, a.password_hash, a.is_disabled, a.must_change
FROM access_account a
WHERE a.login = :login;

-- name: access_account_by_id :maybe
-- in: place text, id uuid
-- out: id uuid, login text, name text, role text, facility text, is_disabled integer
-- out: must_change integer
SELECT a.id, a.login, a.name, a.role, a.facility, a.is_disabled, a.must_change
FROM access_account a
WHERE a.place = :place AND a.id = :id;

-- name: access_account_all :many
-- in: place text
-- out: id uuid, login text, name text, role text, facility text, is_disabled integer
-- out: must_change integer
SELECT a.id, a.login, a.name, a.role, a.facility, a.is_disabled, a.must_change
FROM access_account a
WHERE a.place = :place
ORDER BY a.login;

-- Those at a facility or below it, after a login; all of the place when facility is empty.
-- name: access_account_below :many
-- in: place text, facility text, day date, after text, most integer
-- out: id uuid, login text, name text, role text, facility text, is_disabled integer
-- out: must_change integer
WITH RECURSIVE below (code) AS (
    SELECT f.code
    FROM v_facility f
    WHERE f.place = :place AND f.code = :facility
    UNION
    SELECT f.code
    FROM below b
    JOIN v_facility f ON f.parent = b.code
    WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
)
SELECT a.id, a.login, a.name, a.role, a.facility, a.is_disabled, a.must_change
FROM access_account a
WHERE a.place = :place AND a.login > :after
  AND (:facility = '' OR a.facility IN (SELECT b.code FROM below b))
ORDER BY a.login
LIMIT :most;

-- name: access_account_set_password :run
-- in: place text, id uuid, password_hash text, must_change integer
UPDATE access_account SET password_hash = :password_hash, must_change = :must_change
WHERE place = :place AND id = :id;

-- name: access_account_rehash :run
-- in: place text, id uuid, password_hash text
UPDATE access_account SET password_hash = :password_hash WHERE place = :place AND id = :id;

-- name: access_account_set_disabled :run
-- in: place text, id uuid, is_disabled integer
UPDATE access_account SET is_disabled = :is_disabled WHERE place = :place AND id = :id;

-- name: access_account_set_post :run
-- in: place text, id uuid, role text, facility text
UPDATE access_account SET role = :role, facility = :facility WHERE place = :place AND id = :id;

-- name: access_session_of_account :many
-- in: place text, account uuid, now instant
-- out: token_hash bytes, opened_at instant, expires_at instant
SELECT s.token_hash, s.opened_at, s.expires_at
FROM access_session s
WHERE s.place = :place AND s.account = :account AND s.expires_at > :now
ORDER BY s.opened_at DESC, s.token_hash;

-- All of the account but one; an empty hash spares none.
-- name: access_session_remove_others :run
-- in: place text, account uuid, keep bytes
DELETE FROM access_session WHERE place = :place AND account = :account AND token_hash <> :keep;

-- name: access_session_insert :run
-- in: place text, token_hash bytes, account uuid, opened_at instant, expires_at instant
INSERT INTO access_session (place, token_hash, account, opened_at, expires_at)
VALUES (:place, :token_hash, :account, :opened_at, :expires_at);

-- name: access_session_by_token :maybe
-- in: place text, token_hash bytes
-- out: expires_at instant, account uuid, login text, name text, role text, facility text
-- out: is_disabled integer, must_change integer, purpose text, device uuid?
SELECT s.expires_at, s.account, a.login, a.name, a.role, a.facility, a.is_disabled, a.must_change,
       s.purpose, s.device
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

-- name: access_session_set_device :run
-- in: place text, token_hash bytes, device uuid
UPDATE access_session SET device = :device WHERE place = :place AND token_hash = :token_hash;

-- Where no phone is known yet.
-- name: access_session_take_device :run
-- in: place text, token_hash bytes, device uuid
UPDATE access_session SET device = :device
WHERE place = :place AND token_hash = :token_hash AND device IS NULL;

-- name: access_session_remove_of_device :run
-- in: place text, account uuid, device uuid
DELETE FROM access_session WHERE place = :place AND account = :account AND device = :device;

-- name: access_device_insert :run
-- in: place text, id uuid, account uuid, name text, registered_at instant
INSERT INTO access_device (place, id, account, name, registered_at, sequence)
VALUES (:place, :id, :account, :name, :registered_at, 0);

-- name: access_device_by_id :maybe
-- in: place text, id uuid
-- out: account uuid, name text, registered_at instant, sequence integer, synced_at instant?
-- out: revoked_at instant?
SELECT d.account, d.name, d.registered_at, d.sequence, d.synced_at, d.revoked_at
FROM access_device d
WHERE d.place = :place AND d.id = :id;

-- Of one account, or (nil) of the whole place; the newest first.
-- name: access_device_list :many
-- in: place text, account uuid, nobody uuid
-- out: id uuid, account uuid, login text, name text, registered_at instant, synced_at instant?
-- out: revoked_at instant?
SELECT d.id, d.account, a.login, d.name, d.registered_at, d.synced_at, d.revoked_at
FROM access_device d
JOIN access_account a ON a.place = d.place AND a.id = d.account
WHERE d.place = :place AND (:account = :nobody OR d.account = :account)
ORDER BY d.registered_at DESC, d.id DESC;

-- name: access_device_count_active :one
-- in: place text, account uuid
-- out: n integer
SELECT count(*) AS n
FROM access_device d
WHERE d.place = :place AND d.account = :account AND d.revoked_at IS NULL;

-- name: access_device_revoke :run
-- in: place text, id uuid, revoked_at instant, revoked_by uuid?
UPDATE access_device SET revoked_at = :revoked_at, revoked_by = :revoked_by
WHERE place = :place AND id = :id AND revoked_at IS NULL;

-- name: access_device_revoke_all :run
-- in: place text, account uuid, revoked_at instant, revoked_by uuid?
UPDATE access_device SET revoked_at = :revoked_at, revoked_by = :revoked_by
WHERE place = :place AND account = :account AND revoked_at IS NULL;

-- name: access_device_in_use :maybe
-- in: place text, id uuid
-- out: account uuid
SELECT d.account
FROM access_device d
JOIN access_account a ON a.place = d.place AND a.id = d.account
WHERE d.place = :place AND d.id = :id AND d.revoked_at IS NULL AND a.is_disabled = 0;

-- Only behind the copy before: of two at once one ends.
-- name: access_device_set_sequence :run
-- in: place text, id uuid, before integer, sequence integer, synced_at instant
UPDATE access_device SET sequence = :sequence, synced_at = :synced_at
WHERE place = :place AND id = :id AND sequence = :before AND revoked_at IS NULL;

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

-- Only the facility's own areas, under its code followed by "/own". An edge leads from an area to what is
-- answered for with it: the areas in it, and ended areas that became it; unless somebody answers for
-- those themselves.
-- name: access_area_fill_own :run
-- in: place text, day date
INSERT INTO access_area (place, facility, area_code)
WITH RECURSIVE edge (up, down) AS MATERIALIZED (
    SELECT a.parent AS up, a.code AS down
    FROM v_area a
    WHERE a.place = :place AND a.valid_from <= :day AND (a.next_from IS NULL OR a.next_from > :day)
      AND (a.valid_to IS NULL OR a.valid_to >= :day
        OR NOT EXISTS (SELECT 1 FROM v_area_successor s WHERE s.place = a.place AND s.code = a.code))
      AND NOT EXISTS (SELECT 1 FROM v_catchment c WHERE c.place = a.place AND c.area_code = a.code
                      AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day))
    UNION
    SELECT s.successor AS up, s.code AS down
    FROM v_area_successor s
    WHERE s.place = :place AND s.valid_from <= :day
      AND NOT EXISTS (SELECT 1 FROM v_area a WHERE a.place = s.place AND a.code = s.code
                      AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day))
      AND NOT EXISTS (SELECT 1 FROM v_catchment c WHERE c.place = s.place AND c.area_code = s.code
                      AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day))
),
covered (facility, area_code) AS (
    SELECT c.facility, c.area_code
    FROM v_catchment c
    JOIN v_facility f ON f.place = c.place AND f.code = c.facility
    WHERE c.place = :place AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day)
      AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
    UNION
    SELECT k.facility, e.down
    FROM covered k
    JOIN edge e ON e.up = k.area_code
)
SELECT :place, k.facility || '/own', k.area_code
FROM covered k;

-- A facility's own desk, and those of facilities that became it: where lists keep what organisations owe.
-- name: access_area_fill_desk :run
-- in: place text, day date
INSERT INTO access_area (place, facility, area_code)
SELECT f.place, f.code || '/own', f.place || '/' || f.code
FROM v_facility f
WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
UNION
SELECT f.place, f.merged_into || '/own', f.place || '/' || f.code
FROM v_facility f
WHERE f.place = :place AND f.merged_into <> '' AND f.valid_to < :day;

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
SELECT DISTINCT o.place, b.top, o.area_code
FROM below b
JOIN access_area o ON o.facility = b.code || '/own'
WHERE o.place = :place;

-- What a member of staff answers for by name, under "@", the staff code and "/named".
-- name: access_area_fill_named :run
-- in: place text, day date
INSERT INTO access_area (place, facility, area_code)
WITH RECURSIVE edge (up, down) AS MATERIALIZED (
    SELECT a.parent AS up, a.code AS down
    FROM v_area a
    WHERE a.place = :place AND a.valid_from <= :day AND (a.next_from IS NULL OR a.next_from > :day)
      AND (a.valid_to IS NULL OR a.valid_to >= :day
        OR NOT EXISTS (SELECT 1 FROM v_area_successor s WHERE s.place = a.place AND s.code = a.code))
      AND NOT EXISTS (SELECT 1 FROM v_catchment c WHERE c.place = a.place AND c.area_code = a.code
                      AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day))
    UNION
    SELECT s.successor AS up, s.code AS down
    FROM v_area_successor s
    WHERE s.place = :place AND s.valid_from <= :day
      AND NOT EXISTS (SELECT 1 FROM v_area a WHERE a.place = s.place AND a.code = s.code
                      AND a.valid_from <= :day AND (a.valid_to IS NULL OR a.valid_to >= :day))
      AND NOT EXISTS (SELECT 1 FROM v_catchment c WHERE c.place = s.place AND c.area_code = s.code
                      AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to >= :day))
),
covered (staff, area_code) AS (
    SELECT s.code, d.area_code
    FROM v_catchment_doctor d
    JOIN v_staff s ON s.place = d.place AND s.id = d.staff_id
    WHERE d.place = :place AND d.valid_from <= :day AND (d.valid_to IS NULL OR d.valid_to >= :day)
    UNION
    SELECT k.staff, e.down
    FROM covered k
    JOIN edge e ON e.up = k.area_code
)
SELECT :place, '@' || k.staff || '/named', k.area_code
FROM covered k;

-- While somebody is away, the substitute has what the absent one answers for: by name, and those areas of
-- the facility where the absent one works that no doctor is named for.
-- name: access_area_fill_substitute :run
-- in: place text, day date
INSERT INTO access_area (place, facility, area_code)
SELECT DISTINCT l.place, '@' || u.code || '/named', a.area_code
FROM v_staff_leave l
JOIN v_staff s ON s.place = l.place AND s.id = l.staff_id
JOIN v_staff u ON u.place = l.place AND u.id = l.substitute_id
JOIN access_area a ON a.place = l.place AND (a.facility = '@' || s.code || '/named'
    OR (NOT EXISTS (SELECT 1 FROM v_catchment_doctor d
                    WHERE d.place = l.place AND d.area_code = a.area_code
                      AND d.valid_from <= :day AND (d.valid_to IS NULL OR d.valid_to >= :day))
        AND EXISTS (SELECT 1 FROM v_staff_post p WHERE p.place = l.place AND p.staff_id = l.staff_id
                    AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)
                    AND a.facility = p.facility || '/own')))
WHERE l.place = :place AND l.valid_from <= :day AND l.valid_to >= :day
ON CONFLICT (place, facility, area_code) DO NOTHING;

-- Who answers for something by name sees it besides the areas of the own facility. suffix: "" or "/own".
-- name: access_area_fill_staff :run
-- in: place text, suffix text
INSERT INTO access_area (place, facility, area_code)
SELECT s.place, '@' || s.code || :suffix, a.area_code
FROM v_staff s
JOIN access_area a ON a.place = s.place AND a.facility = '@' || s.code || '/named'
WHERE s.place = :place
UNION
SELECT s.place, '@' || s.code || :suffix, a.area_code
FROM v_staff s
JOIN access_account c ON c.place = s.place AND c.id = s.id
JOIN access_area a ON a.place = s.place AND a.facility = c.facility || :suffix
WHERE s.place = :place AND EXISTS (SELECT 1 FROM access_area n WHERE n.place = s.place
                                   AND n.facility = '@' || s.code || '/named');

-- Whether the account has a sight of its own.
-- name: access_staff_sight :maybe
-- in: place text, account uuid
-- out: code text
SELECT s.code
FROM v_staff s
WHERE s.place = :place AND s.id = :account
  AND EXISTS (SELECT 1 FROM access_area a WHERE a.place = s.place AND a.facility = '@' || s.code || '/named');

-- Whether a facility is another one or stands below it.
-- name: access_facility_below :one
-- in: place text, facility text, top text, day date
-- out: n integer
WITH RECURSIVE above (code) AS (
    SELECT f.code
    FROM v_facility f
    WHERE f.place = :place AND f.code = :facility
    UNION
    SELECT f.parent
    FROM above u
    JOIN v_facility f ON f.code = u.code
    WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
)
SELECT count(*) AS n
FROM above u
WHERE u.code = :top;

-- The range of the areas of a sight; desks are in no range of areas.
-- name: access_area_bounds :one
-- in: place text, facility text
-- out: areas integer, first_code text?, last_code text?
SELECT count(*) AS areas,
    min(CASE WHEN substr(a.area_code, 7, 1) = '/' THEN NULL ELSE a.area_code END) AS first_code,
    max(CASE WHEN substr(a.area_code, 7, 1) = '/' THEN NULL ELSE a.area_code END) AS last_code
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

-- A relation is never shortened here, and not rewritten before a part of its time has passed.
-- name: access_relation_write :later
-- in: place text, holder text, subject_id uuid, kind integer, class text, source uuid, valid_from date
-- in: valid_to date, renew_before date
INSERT INTO access_relation (place, holder, subject_id, kind, class, source, valid_from, valid_to)
VALUES (:place, :holder, :subject_id, :kind, :class, :source, :valid_from, :valid_to)
ON CONFLICT (place, holder, subject_id, kind, class, source)
DO UPDATE SET valid_to = :valid_to
WHERE access_relation.valid_to < :valid_to AND access_relation.valid_to < :renew_before;

-- What began later than the last day is in force on no day.
-- name: access_relation_end :run
-- in: place text, source uuid, last_day date
UPDATE access_relation SET valid_to = :last_day
WHERE place = :place AND source = :source AND valid_to > :last_day;

-- Also what was given to entries of the register that are kept under the person.
-- name: access_relation_end_of :run
-- in: place text, subject_id uuid, source uuid, kinds integer, last_day date
UPDATE access_relation SET valid_to = :last_day
WHERE place = :place
  AND subject_id IN (SELECT :subject_id UNION ALL SELECT m.id FROM v_resident_merged m
                     WHERE m.place = :place AND m.person_id = :subject_id)
  AND source = :source AND (kind & :kinds) <> 0 AND valid_to > :last_day;

-- name: access_area_all :many
-- scan: a comparison of the whole table
-- in: place text
-- out: facility text, area_code text
SELECT a.facility, a.area_code
FROM access_area a
WHERE a.place = :place
ORDER BY a.facility, a.area_code;

-- Relations in force that open a class of one person to a holder.
-- name: access_relation_class :one
-- in: place text, subject uuid, class text, works_at text, holder text, relations integer, day date
-- out: n integer
SELECT count(*) AS n
FROM access_relation rel
WHERE rel.place = :place AND rel.holder IN (:works_at, :holder) AND rel.subject_id = :subject
  AND rel.class = :class AND (rel.kind & :relations) <> 0
  AND rel.valid_from <= :day AND rel.valid_to >= :day;

-- name: access_session_set_purpose :run
-- in: place text, token_hash bytes, purpose text
UPDATE access_session SET purpose = :purpose WHERE place = :place AND token_hash = :token_hash;

-- name: access_emergency_insert :run
-- in: place text, id uuid, account uuid, facility text, subject_id uuid?, reason text
-- in: opened_at instant, ends_on date
INSERT INTO access_emergency (place, id, account, facility, subject_id, reason, opened_at, ends_on,
                              verdict, note)
VALUES (:place, :id, :account, :facility, :subject_id, :reason, :opened_at, :ends_on, '', '');

-- name: access_emergency_count :one
-- in: place text, account uuid, since instant
-- out: n integer
SELECT count(*) AS n
FROM access_emergency e
WHERE e.place = :place AND e.account = :account AND e.opened_at > :since;

-- name: access_emergency_by_id :maybe
-- in: place text, id uuid
-- out: account uuid, facility text
SELECT e.account, e.facility FROM access_emergency e WHERE e.place = :place AND e.id = :id;

-- name: access_emergency_review :run
-- in: place text, id uuid, verdict text, note text, reviewed_at instant, reviewed_by uuid
UPDATE access_emergency SET verdict = :verdict, note = :note, reviewed_at = :reviewed_at,
    reviewed_by = :reviewed_by
WHERE place = :place AND id = :id AND verdict = '';

-- Of a facility and those below it; of the place when facility is empty.
-- name: access_emergency_list :many
-- in: place text, facility text, day date, with_reviewed integer, before instant, most integer
-- out: id uuid, account uuid, account_name text?, role text?, facility text, facility_name text?
-- out: facility_name_en text?, subject_id_is_set integer, reason text, opened_at instant, ends_on date
-- out: verdict text, note text, reviewer_name text?, reviewed_at instant?
WITH RECURSIVE below (code) AS (
    SELECT f.code
    FROM v_facility f
    WHERE f.place = :place AND f.code = :facility
    UNION
    SELECT f.code
    FROM below b
    JOIN v_facility f ON f.parent = b.code
    WHERE f.place = :place AND f.valid_from <= :day AND (f.valid_to IS NULL OR f.valid_to >= :day)
)
SELECT e.id, e.account, a.name AS account_name, a.role, e.facility, f.name AS facility_name,
       f.name_en AS facility_name_en, CASE WHEN e.subject_id IS NULL THEN 0 ELSE 1 END AS subject_id_is_set,
       e.reason, e.opened_at, e.ends_on, e.verdict, e.note, r.name AS reviewer_name, e.reviewed_at
FROM access_emergency e
LEFT JOIN access_account a ON a.place = e.place AND a.id = e.account
LEFT JOIN access_account r ON r.place = e.place AND r.id = e.reviewed_by
LEFT JOIN v_facility f ON f.place = e.place AND f.code = e.facility
WHERE e.place = :place AND e.opened_at < :before AND (:with_reviewed = 1 OR e.verdict = '')
  AND (:facility = '' OR e.facility IN (SELECT b.code FROM below b))
ORDER BY e.opened_at DESC, e.id
LIMIT :most;

-- Also what was given to entries of the register that are kept under the person.
-- name: access_relation_of :many
-- in: place text, subject uuid
-- out: holder text, kind integer, class text, source uuid, valid_from date, valid_to date
SELECT rel.holder, rel.kind, rel.class, rel.source, rel.valid_from, rel.valid_to
FROM access_relation rel
WHERE rel.place = :place
  AND rel.subject_id IN (SELECT :subject UNION ALL SELECT m.id FROM v_resident_merged m
                         WHERE m.place = :place AND m.person_id = :subject)
ORDER BY rel.holder, rel.kind, rel.class, rel.source;

-- Whom an account sees by itself, today.
-- name: access_relation_held :many
-- in: place text, holder text, kinds integer, day date
-- out: subject_id uuid, kind integer, valid_to date
SELECT rel.subject_id, rel.kind, rel.valid_to
FROM access_relation rel
WHERE rel.place = :place AND rel.holder = :holder AND (rel.kind & :kinds) <> 0
  AND rel.valid_from <= :day AND rel.valid_to >= :day
ORDER BY rel.kind, rel.subject_id, rel.valid_to DESC;

-- Of a server of several places: where a session is.
-- name: access_session_place :maybe
-- in: token_hash bytes
-- out: place text
SELECT p.code AS place
FROM place p
CROSS JOIN access_session s
WHERE s.place = p.code AND s.token_hash = :token_hash
LIMIT 1;

-- name: access_member_of :maybe
-- in: place text, member text
-- out: member text
SELECT m.member FROM place_member m WHERE m.place = :place AND m.member = :member;

-- name: access_members_of :many
-- in: place text
-- out: member text, name text, name_en text
SELECT m.member, p.name, p.name_en
FROM place_member m
JOIN place p ON p.code = m.member
WHERE m.place = :place
ORDER BY m.member;

-- name: access_member_insert :run
-- in: place text, member text
INSERT INTO place_member (place, member) VALUES (:place, :member) ON CONFLICT DO NOTHING;
