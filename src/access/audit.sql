-- The audit chain: entries, heads, signed checkpoints.

-- name: audit_head_by_writer :maybe
-- in: place text, writer uuid
-- out: seq integer, hash bytes, head_token bytes
SELECT h.seq, h.hash, h.head_token
FROM audit_head h
WHERE h.place = :place AND h.writer = :writer;

-- name: audit_head_write :later
-- in: place text, writer uuid, seq integer, hash bytes, head_token bytes
INSERT INTO audit_head (place, writer, seq, hash, head_token)
VALUES (:place, :writer, :seq, :hash, :head_token)
ON CONFLICT (place, writer) DO UPDATE SET seq = :seq, hash = :hash, head_token = :head_token;

-- name: audit_head_all :many
-- in: place text
-- out: writer uuid, seq integer, hash bytes
SELECT h.writer, h.seq, h.hash
FROM audit_head h
WHERE h.place = :place
ORDER BY h.writer;

-- name: audit_entry_insert :later
-- in: place text, writer uuid, seq integer, at instant, account uuid?, action text, subject_id uuid?
-- in: object_id uuid?, detail text, previous_hash bytes, hash bytes
INSERT INTO audit_entry (place, writer, seq, at, account, action, subject_id, object_id, detail,
                         previous_hash, hash)
VALUES (:place, :writer, :seq, :at, :account, :action, :subject_id, :object_id, :detail,
        :previous_hash, :hash);

-- name: audit_entry_page :many
-- in: place text, writer uuid, after_seq integer
-- out: seq integer, at instant, account uuid?, action text, subject_id uuid?, object_id uuid?
-- out: detail text, previous_hash bytes, hash bytes
SELECT e.seq, e.at, e.account, e.action, e.subject_id, e.object_id, e.detail, e.previous_hash, e.hash
FROM audit_entry e
WHERE e.place = :place AND e.writer = :writer AND e.seq > :after_seq
ORDER BY e.seq
LIMIT 500;

-- name: audit_entry_hash :maybe
-- in: place text, writer uuid, seq integer
-- out: hash bytes
SELECT e.hash
FROM audit_entry e
WHERE e.place = :place AND e.writer = :writer AND e.seq = :seq;

-- name: audit_writer_all :many
-- in: place text
-- out: writer uuid
-- scan: proving the chain reads all of it
SELECT h.writer
FROM audit_head h
WHERE h.place = :place
UNION
SELECT e.writer
FROM audit_entry e
WHERE e.place = :place
ORDER BY writer;

-- name: audit_checkpoint_last :maybe
-- in: place text, writer uuid
-- out: number integer, signature bytes
SELECT c.number, c.signature
FROM audit_checkpoint c
WHERE c.place = :place AND c.writer = :writer
ORDER BY c.number DESC
LIMIT 1;

-- name: audit_checkpoint_insert :run
-- in: place text, writer uuid, number integer, at instant, signature bytes
INSERT INTO audit_checkpoint (place, writer, number, at, signature)
VALUES (:place, :writer, :number, :at, :signature);

-- name: audit_checkpoint_head_insert :run
-- in: place text, writer uuid, number integer, head_writer uuid, seq integer, hash bytes
INSERT INTO audit_checkpoint_head (place, writer, number, head_writer, seq, hash)
VALUES (:place, :writer, :number, :head_writer, :seq, :hash);

-- name: audit_checkpoint_all :many
-- in: place text
-- out: writer uuid, number integer, at instant, signature bytes
SELECT c.writer, c.number, c.at, c.signature
FROM audit_checkpoint c
WHERE c.place = :place
ORDER BY c.writer, c.number;

-- name: audit_checkpoint_heads :many
-- in: place text, writer uuid, number integer
-- out: head_writer uuid, seq integer, hash bytes
SELECT h.head_writer, h.seq, h.hash
FROM audit_checkpoint_head h
WHERE h.place = :place AND h.writer = :writer AND h.number = :number
ORDER BY h.head_writer;

-- Entries of a chain are numbered from 1 without a gap.
-- name: audit_state_row :one
-- in: place text
-- out: entries integer, chains integer
SELECT coalesce(sum(h.seq), 0) AS entries, count(*) AS chains FROM audit_head h WHERE h.place = :place;

-- name: audit_checkpoint_newest :maybe
-- in: place text
-- out: writer uuid, number integer, at instant
SELECT c.writer, c.number, c.at
FROM audit_checkpoint c
WHERE c.place = :place
ORDER BY c.at DESC, c.writer, c.number DESC
LIMIT 1;

-- name: audit_entry_details :many
-- scan: proving the records reads all of it
-- in: place text, action_prefix text, part text
-- out: object_id uuid, detail text
SELECT e.object_id, e.detail
FROM audit_entry e
WHERE e.place = :place AND e.object_id IS NOT NULL
  AND substr(e.action, 1, length(:action_prefix)) = :action_prefix
  AND replace(e.detail, :part, '') <> e.detail
ORDER BY e.writer, e.seq;

-- name: audit_entry_list :many
-- in: place text, from instant, until instant, account uuid?, before_at instant, before_writer uuid
-- in: before_seq integer, most integer
-- out: writer uuid, seq integer, at instant, account uuid?, action text, subject_id uuid?
-- out: object_id uuid?, detail text, login text?, name text?, role text?, facility text?
-- out: facility_name text?, facility_name_en text?
SELECT e.writer, e.seq, e.at, e.account, e.action, e.subject_id, e.object_id, e.detail, a.login, a.name,
       a.role, a.facility, f.name AS facility_name, f.name_en AS facility_name_en
FROM audit_entry e
LEFT JOIN access_account a ON a.place = e.place AND a.id = e.account
LEFT JOIN v_facility f ON f.place = a.place AND f.code = a.facility
WHERE e.place = :place AND e.at >= :from AND e.at < :until AND e.at <= :before_at
  AND (:account IS NULL OR e.account = :account)
  AND (e.at < :before_at OR e.writer < :before_writer
    OR (e.writer = :before_writer AND e.seq < :before_seq))
ORDER BY e.at DESC, e.writer DESC, e.seq DESC
LIMIT :most;

-- Also what was asked of the entries of the register that are kept under the person.
-- name: audit_entry_of_person :many
-- in: place text, person uuid, from instant, until instant, account uuid?, before_at instant
-- in: before_writer uuid, before_seq integer, most integer
-- out: writer uuid, seq integer, at instant, account uuid?, action text, subject_id uuid?
-- out: object_id uuid?, detail text, login text?, name text?, role text?, facility text?
-- out: facility_name text?, facility_name_en text?
SELECT e.writer, e.seq, e.at, e.account, e.action, e.subject_id, e.object_id, e.detail, a.login, a.name,
       a.role, a.facility, f.name AS facility_name, f.name_en AS facility_name_en
FROM audit_entry e
LEFT JOIN access_account a ON a.place = e.place AND a.id = e.account
LEFT JOIN v_facility f ON f.place = a.place AND f.code = a.facility
WHERE e.place = :place
  AND e.subject_id IN (SELECT :person UNION ALL SELECT m.id FROM v_resident_merged m
                       WHERE m.place = :place AND m.person_id = :person)
  AND e.at >= :from AND e.at < :until AND e.at <= :before_at
  AND (:account IS NULL OR e.account = :account)
  AND (e.at < :before_at OR e.writer < :before_writer
    OR (e.writer = :before_writer AND e.seq < :before_seq))
ORDER BY e.at DESC, e.writer DESC, e.seq DESC
LIMIT :most;
