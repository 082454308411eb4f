-- What phones hold: whom an account sees, and what each phone was sent.

-- Those who live in the areas in sight, alive and here.
-- name: sync_people :many
-- in: place text
-- out: id uuid, area_code text
SELECT r.id, r.area_code
FROM {scope:areas v_resident} s
CROSS JOIN v_resident r
WHERE r.place = :place AND r.area_code = s.area_code AND r.died_on IS NULL AND r.left_on IS NULL
ORDER BY r.id;

-- name: sync_held_all :many
-- in: place text, device uuid
-- out: subject_id uuid, digest bytes, area_code text
SELECT h.subject_id, h.digest, h.area_code
FROM sync_held h
WHERE h.place = :place AND h.device = :device
ORDER BY h.subject_id;

-- What became of some whom the phone held, and who are not in sight any more.
-- name: sync_gone :many
-- in: place text
-- in: id01 uuid, id02 uuid, id03 uuid, id04 uuid, id05 uuid, id06 uuid, id07 uuid, id08 uuid, id09 uuid, id10 uuid
-- in: id11 uuid, id12 uuid, id13 uuid, id14 uuid, id15 uuid, id16 uuid, id17 uuid, id18 uuid, id19 uuid, id20 uuid
-- in: id21 uuid, id22 uuid, id23 uuid, id24 uuid, id25 uuid, id26 uuid, id27 uuid, id28 uuid, id29 uuid, id30 uuid
-- in: id31 uuid, id32 uuid, id33 uuid, id34 uuid, id35 uuid, id36 uuid, id37 uuid, id38 uuid, id39 uuid, id40 uuid
-- in: id41 uuid, id42 uuid, id43 uuid, id44 uuid, id45 uuid, id46 uuid, id47 uuid, id48 uuid, id49 uuid, id50 uuid
-- out: id uuid, area_code text, died_on date?, left_on date?
-- unscoped: tells a phone why it may no longer hold somebody whom it holds; nothing else is shown
SELECT r.id, r.area_code, r.died_on, r.left_on
FROM (VALUES (:id01), (:id02), (:id03), (:id04), (:id05), (:id06), (:id07), (:id08), (:id09), (:id10),
             (:id11), (:id12), (:id13), (:id14), (:id15), (:id16), (:id17), (:id18), (:id19), (:id20),
             (:id21), (:id22), (:id23), (:id24), (:id25), (:id26), (:id27), (:id28), (:id29), (:id30),
             (:id31), (:id32), (:id33), (:id34), (:id35), (:id36), (:id37), (:id38), (:id39), (:id40),
             (:id41), (:id42), (:id43), (:id44), (:id45), (:id46), (:id47), (:id48), (:id49), (:id50)) asked
CROSS JOIN v_resident r
WHERE r.place = :place AND r.id = asked.column1;

-- name: sync_held_put :later
-- in: place text, device uuid, subject_id uuid, digest bytes, area_code text
INSERT INTO sync_held (place, device, subject_id, digest, area_code)
VALUES (:place, :device, :subject_id, :digest, :area_code)
ON CONFLICT (place, device, subject_id) DO UPDATE SET digest = :digest, area_code = :area_code;

-- name: sync_held_remove :later
-- in: place text, device uuid, subject_id uuid
DELETE FROM sync_held WHERE place = :place AND device = :device AND subject_id = :subject_id;

-- name: sync_held_clear :run
-- in: place text, device uuid
DELETE FROM sync_held WHERE place = :place AND device = :device;

-- Of those of an account that were revoked.
-- name: sync_held_forget :run
-- in: place text, account uuid
DELETE FROM sync_held
WHERE place = :place AND device IN (SELECT d.id FROM access_device d
                                    WHERE d.place = :place AND d.account = :account
                                      AND d.revoked_at IS NOT NULL);
