-- The place, its settings and the pack versions that it has seen.

-- name: place_by_code :maybe
-- in: place text
-- out: code text, name text, name_en text, rev integer
SELECT p.code, p.name, p.name_en, p.rev
FROM place p
WHERE p.code = :place;

-- name: place_all :many
-- out: code text, name text, name_en text, rev integer
SELECT p.code, p.name, p.name_en, p.rev
FROM place p
ORDER BY p.code;

-- name: place_write :run
-- in: place text, name text, name_en text
INSERT INTO place (code, name, name_en, rev) VALUES (:place, :name, :name_en, 0)
ON CONFLICT (code) DO UPDATE SET name = :name, name_en = :name_en;

-- name: place_rev_next :one
-- in: place text
-- out: rev integer
UPDATE place SET rev = rev + 1 WHERE code = :place RETURNING rev;

-- name: place_rev_advance :one
-- in: place text, by integer
-- out: rev integer
UPDATE place SET rev = rev + :by WHERE code = :place RETURNING rev;

-- name: place_setting_by_key :maybe
-- in: place text, setting_key text
-- out: setting_value text
SELECT s.setting_value
FROM place_setting s
WHERE s.place = :place AND s.setting_key = :setting_key;

-- name: place_setting_write :run
-- in: place text, setting_key text, setting_value text
INSERT INTO place_setting (place, setting_key, setting_value)
VALUES (:place, :setting_key, :setting_value)
ON CONFLICT (place, setting_key) DO UPDATE SET setting_value = :setting_value;

-- name: pack_version_insert :run
-- in: place text, pack text, hash text, version text, loaded_at instant
INSERT INTO pack_version (place, pack, hash, version, loaded_at)
VALUES (:place, :pack, :hash, :version, :loaded_at)
ON CONFLICT (place, pack, hash) DO NOTHING;

-- name: pack_file_insert :run
-- in: place text, pack text, hash text, path text, content text
INSERT INTO pack_file (place, pack, hash, path, content)
VALUES (:place, :pack, :hash, :path, :content);

-- name: pack_version_by_hash :maybe
-- in: place text, pack text, hash text
-- out: version text, loaded_at instant
SELECT v.version, v.loaded_at
FROM pack_version v
WHERE v.place = :place AND v.pack = :pack AND v.hash = :hash;

-- name: pack_version_seen :maybe
-- in: place text, pack text, version text
-- out: hash text
SELECT v.hash
FROM pack_version v
WHERE v.place = :place AND v.pack = :pack AND v.version = :version
LIMIT 1;

-- name: pack_file_of_version :many
-- in: place text, pack text, hash text
-- out: path text, content text
SELECT f.path, f.content
FROM pack_file f
WHERE f.place = :place AND f.pack = :pack AND f.hash = :hash
ORDER BY f.path;

-- name: pack_version_of_pack :many
-- in: place text, pack text
-- out: version text
SELECT DISTINCT v.version
FROM pack_version v
WHERE v.place = :place AND v.pack = :pack
ORDER BY v.version;
