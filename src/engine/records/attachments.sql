-- Attachments: files by their hash, who sent them, which answers name them.

-- name: attachment_find :maybe
-- in: place text, hash text
-- out: kind text, bytes integer
SELECT a.kind, a.bytes
FROM attachment a
WHERE a.place = :place AND a.hash = :hash;

-- name: attachment_keep :run
-- in: place text, hash text, kind text, bytes integer, touched_at instant
INSERT INTO attachment (place, hash, kind, bytes, touched_at)
VALUES (:place, :hash, :kind, :bytes, :touched_at)
ON CONFLICT (place, hash) DO UPDATE SET touched_at = :touched_at;

-- name: attachment_part_keep :run
-- in: place text, hash text, part_no integer, content bytes
INSERT INTO attachment_part (place, hash, part_no, content)
VALUES (:place, :hash, :part_no, :content)
ON CONFLICT (place, hash, part_no) DO NOTHING;

-- name: attachment_parts :many
-- in: place text, hash text
-- out: content bytes
SELECT p.content
FROM attachment_part p
WHERE p.place = :place AND p.hash = :hash
ORDER BY p.part_no;

-- name: attachment_upload_keep :run
-- in: place text, account uuid, subject uuid, hash text, uploaded_at instant
INSERT INTO attachment_upload (place, account, subject_id, hash, uploaded_at)
VALUES (:place, :account, :subject, :hash, :uploaded_at)
ON CONFLICT (place, account, subject_id, hash) DO UPDATE SET uploaded_at = :uploaded_at;

-- Also holds it while a record is written that names it.
-- name: attachment_upload_renew :run
-- in: place text, account uuid, subject uuid, hash text, uploaded_at instant
UPDATE attachment_upload SET uploaded_at = :uploaded_at
WHERE place = :place AND account = :account AND subject_id = :subject AND hash = :hash;

-- name: attachment_uploads_renew :run
-- in: place text, account uuid, subject uuid, uploaded_at instant
UPDATE attachment_upload SET uploaded_at = :uploaded_at
WHERE place = :place AND account = :account AND subject_id = :subject;

-- name: attachment_upload_count :one
-- in: place text, account uuid, subject uuid, hash text
-- out: n integer, own integer
SELECT count(*) AS n,
       coalesce(sum(CASE WHEN u.subject_id = :subject AND u.hash = :hash THEN 1 ELSE 0 END), 0) AS own
FROM attachment_upload u
WHERE u.place = :place AND u.account = :account;

-- name: attachment_own :maybe
-- in: place text, account uuid, subject uuid, hash text
-- out: kind text, bytes integer
SELECT a.kind, a.bytes
FROM attachment_upload u
JOIN attachment a ON a.place = u.place AND a.hash = u.hash
WHERE u.place = :place AND u.account = :account AND u.subject_id = :subject AND u.hash = :hash;

-- name: record_attachment_insert :run
-- in: place text, record_id uuid, field text, hash text
INSERT INTO record_attachment (place, record_id, field, hash)
VALUES (:place, :record_id, :field, :hash);

-- name: record_attachment_of_record :many
-- in: place text, record_id uuid
-- out: field text, hash text, kind text, bytes integer
SELECT n.field, n.hash, a.kind, a.bytes
FROM record_attachment n
JOIN attachment a ON a.place = n.place AND a.hash = n.hash
WHERE n.place = :place AND n.record_id = :record_id
ORDER BY n.field, n.hash;

-- name: record_attachment_named :one
-- in: place text, record_id uuid, field text, hash text
-- out: n integer
SELECT count(*) AS n
FROM record_attachment n
WHERE n.place = :place AND n.record_id = :record_id AND n.field = :field AND n.hash = :hash;

-- How many files each record of a person names.
-- name: record_attachment_counts :many
-- in: place text, subject uuid
-- out: record_id uuid, n integer
-- unscoped: asked for records whose headers were read in scope
SELECT n.record_id, count(*) AS n
FROM record r
CROSS JOIN record_attachment n
WHERE r.place = :place AND r.subject_id = :subject AND n.place = r.place AND n.record_id = r.id
GROUP BY n.record_id;

-- name: attachment_uploads_remove :run
-- in: place text, oldest instant
DELETE FROM attachment_upload
WHERE place = :place AND uploaded_at < :oldest;

-- Nobody named them, and nobody can any more.
-- name: attachment_orphans :many
-- in: place text, oldest instant, most integer
-- out: hash text
-- scan: files are few beside records, and an hour lies between two looks
SELECT a.hash
FROM attachment a
WHERE a.place = :place AND a.touched_at < :oldest
  AND NOT EXISTS (SELECT 1 FROM record_attachment n WHERE n.place = a.place AND n.hash = a.hash)
  AND NOT EXISTS (SELECT 1 FROM attachment_upload u WHERE u.place = a.place AND u.hash = a.hash
                  AND u.uploaded_at >= :oldest)
ORDER BY a.hash
LIMIT :most;

-- Unless somebody sends it again at this moment.
-- name: attachment_remove :run
-- in: place text, hash text, oldest instant
DELETE FROM attachment
WHERE place = :place AND hash = :hash AND touched_at < :oldest;

-- name: attachment_parts_remove :run
-- in: place text, hash text
DELETE FROM attachment_part
WHERE place = :place AND hash = :hash;

-- For proving them, one after the other.
-- name: attachment_after :maybe
-- in: place text, after text
-- out: hash text, kind text, bytes integer
SELECT a.hash, a.kind, a.bytes
FROM attachment a
WHERE a.place = :place AND a.hash > :after
ORDER BY a.hash
LIMIT 1;

-- name: record_attachment_missing :many
-- in: place text
-- out: hash text
-- scan: the doctor reads everything
SELECT n.hash
FROM record_attachment n
WHERE n.place = :place
  AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.place = n.place AND a.hash = n.hash)
ORDER BY n.hash;

-- name: record_attachment_count :one
-- in: place text
-- out: n integer
-- scan: the doctor reads everything
SELECT count(*) AS n
FROM record_attachment n
WHERE n.place = :place;
