-- What a person with the database in hand could do to it: for the tests of access.

-- name: tamper_unlock_update :run
DROP TRIGGER audit_entry_stays;

-- name: tamper_unlock_delete :run
DROP TRIGGER audit_entry_is_kept;

-- name: tamper_unlock_postgres :run
DROP TRIGGER audit_entry_stays ON audit_entry;

-- name: tamper_change :run
-- in: seq integer, detail text
UPDATE audit_entry SET detail = :detail WHERE seq = :seq;

-- name: tamper_rehash :run
-- in: seq integer, detail text, hash bytes
UPDATE audit_entry SET detail = :detail, hash = :hash WHERE seq = :seq;

-- name: tamper_remove :run
-- in: seq integer
DELETE FROM audit_entry WHERE seq = :seq;

-- name: tamper_remove_from :run
-- in: seq integer
DELETE FROM audit_entry WHERE seq >= :seq;

-- name: tamper_head :run
-- in: seq integer, hash bytes
UPDATE audit_head SET seq = :seq, hash = :hash;

-- name: tamper_copy_entry :run
-- in: from_seq integer, to_seq integer
INSERT INTO audit_entry (place, writer, seq, at, account, action, subject_id, object_id, detail,
                         previous_hash, hash)
SELECT e.place, e.writer, :to_seq, e.at, e.account, e.action, e.subject_id, e.object_id, e.detail,
       e.previous_hash, e.hash
FROM audit_entry e
WHERE e.seq = :from_seq;

-- name: tamper_put_in_the_way :run
-- in: place text, writer uuid, at instant, hash bytes
INSERT INTO audit_entry (place, writer, seq, at, action, detail, previous_hash, hash)
VALUES (:place, :writer, 1, :at, 'in.the.way', '', :hash, :hash);

-- name: tamper_clear_the_way :run
DELETE FROM audit_entry WHERE action = 'in.the.way';

-- name: tamper_remove_chain :run
DELETE FROM audit_entry;

-- name: tamper_remove_heads :run
DELETE FROM audit_head;

-- name: tamper_checkpoint :run
UPDATE audit_checkpoint_head SET seq = seq - 1;

-- name: count_sessions_with_token :one
-- in: token bytes
-- out: sessions integer
SELECT count(*) AS sessions
FROM access_session s
WHERE s.token_hash = :token;

-- name: entry_by_action :many
-- in: action text
-- out: account uuid?, subject_id uuid?, detail text
SELECT e.account, e.subject_id, e.detail
FROM audit_entry e
WHERE e.action = :action
ORDER BY e.seq;
