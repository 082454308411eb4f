-- Households, residents and their search tokens.

-- name: household_write :run
-- in: place text, id uuid, area_code text
INSERT INTO household (place, id, area_code) VALUES (:place, :id, :area_code)
ON CONFLICT (place, id) DO UPDATE SET area_code = :area_code;

-- name: resident_insert :run
-- in: place text, id uuid, area_code text, household_id uuid?, sex text, birth_date date?
-- in: record_number text?, registered_on date, died_on date?, left_on date?, rev integer
-- in: name bytes, id_type bytes?, id_number bytes?, phone bytes?, address bytes?, birth_year integer?
-- in: relation text?
INSERT INTO resident (place, id, area_code, household_id, sex, birth_date, record_number, registered_on,
                      died_on, left_on, rev, name, id_type, id_number, phone, address, birth_year, relation)
VALUES (:place, :id, :area_code, :household_id, :sex, :birth_date, :record_number, :registered_on,
        :died_on, :left_on, :rev, :name, :id_type, :id_number, :phone, :address, :birth_year, :relation);

-- name: resident_change :run
-- in: place text, id uuid, sex text, birth_date date?, record_number text?, rev integer
-- in: name bytes, id_type bytes?, id_number bytes?, phone bytes?, address bytes?
UPDATE resident SET sex = :sex, birth_date = :birth_date, record_number = :record_number, rev = :rev,
                    name = :name, id_type = :id_type, id_number = :id_number, phone = :phone,
                    address = :address
WHERE place = :place AND id = :id;

-- name: resident_by_id :maybe
-- ahead: a resident's page
-- in: place text, id uuid
-- out: id uuid, area_code text, household_id uuid?, sex text, birth_date date?, record_number text?
-- out: registered_on date, died_on date?, left_on date?
-- out: name bytes, id_type bytes?, id_number bytes?, phone bytes?, address bytes?, birth_year integer?
-- out: relation text?, merged_into uuid?
SELECT r.id, r.area_code, r.household_id, r.sex, r.birth_date, r.record_number, r.registered_on,
       r.died_on, r.left_on, r.name, r.id_type, r.id_number, r.phone, r.address, r.birth_year,
       r.relation, r.merged_into
FROM resident r
WHERE r.place = :place AND r.id = :id AND {scope:resident r};

-- Fifty at a time; places that are not needed hold the nil id.
-- name: resident_by_id_batch :many
-- in: place text
-- in: id01 uuid, id02 uuid, id03 uuid, id04 uuid, id05 uuid, id06 uuid, id07 uuid, id08 uuid, id09 uuid, id10 uuid
-- in: id11 uuid, id12 uuid, id13 uuid, id14 uuid, id15 uuid, id16 uuid, id17 uuid, id18 uuid, id19 uuid, id20 uuid
-- in: id21 uuid, id22 uuid, id23 uuid, id24 uuid, id25 uuid, id26 uuid, id27 uuid, id28 uuid, id29 uuid, id30 uuid
-- in: id31 uuid, id32 uuid, id33 uuid, id34 uuid, id35 uuid, id36 uuid, id37 uuid, id38 uuid, id39 uuid, id40 uuid
-- in: id41 uuid, id42 uuid, id43 uuid, id44 uuid, id45 uuid, id46 uuid, id47 uuid, id48 uuid, id49 uuid, id50 uuid
-- out: id uuid, area_code text, household_id uuid?, sex text, birth_date date?, record_number text?
-- out: registered_on date, died_on date?, left_on date?
-- out: name bytes, id_type bytes?, id_number bytes?, phone bytes?, address bytes?, birth_year integer?
-- out: relation text?, merged_into uuid?
SELECT r.id, r.area_code, r.household_id, r.sex, r.birth_date, r.record_number, r.registered_on,
       r.died_on, r.left_on, r.name, r.id_type, r.id_number, r.phone, r.address, r.birth_year,
       r.relation, r.merged_into
FROM resident r
WHERE r.place = :place AND {scope:resident r}
  AND r.id IN (:id01, :id02, :id03, :id04, :id05, :id06, :id07, :id08, :id09, :id10,
               :id11, :id12, :id13, :id14, :id15, :id16, :id17, :id18, :id19, :id20,
               :id21, :id22, :id23, :id24, :id25, :id26, :id27, :id28, :id29, :id30,
               :id31, :id32, :id33, :id34, :id35, :id36, :id37, :id38, :id39, :id40,
               :id41, :id42, :id43, :id44, :id45, :id46, :id47, :id48, :id49, :id50);

-- name: resident_by_record_number :maybe
-- in: place text, record_number text
-- out: id uuid
SELECT r.id
FROM resident r
WHERE r.place = :place AND r.record_number = :record_number AND {scope:resident r};

-- name: resident_fact_insert :run
-- in: place text, resident_id uuid, fact text, content bytes
INSERT INTO resident_fact (place, resident_id, fact, content)
VALUES (:place, :resident_id, :fact, :content)
ON CONFLICT (place, resident_id, fact) DO NOTHING;

-- name: resident_fact_all :many
-- in: place text, resident_id uuid
-- out: fact text, content bytes
-- unscoped: engines ask for a resident whom they have found in scope
SELECT f.fact, f.content
FROM resident_fact f
WHERE f.place = :place AND f.resident_id = :resident_id
ORDER BY f.fact;

-- name: resident_token_insert :run
-- in: place text, token bytes, area_code text, resident_id uuid
INSERT INTO resident_token (place, token, area_code, resident_id)
VALUES (:place, :token, :area_code, :resident_id)
ON CONFLICT (place, token, area_code, resident_id) DO NOTHING;

-- name: resident_token_remove :run
-- in: place text, token bytes, area_code text, resident_id uuid
DELETE FROM resident_token
WHERE place = :place AND token = :token AND area_code = :area_code AND resident_id = :resident_id;

-- The scope is decided on the token's own row, which carries the resident's area. A search that needs
-- fewer tokens repeats the first.
-- A value from a subquery and not EXISTS: PostgreSQL would turn EXISTS into a join of seven tables and take
-- longer to plan it than to run it, at every call.
-- name: resident_token_find :many
-- in: place text, token1 bytes, token2 bytes, token3 bytes, token4 bytes, token5 bytes, token6 bytes
-- out: resident_id uuid
SELECT t.resident_id
FROM resident_token t
WHERE t.place = :place AND t.token = :token1 AND {scope:area t}
  AND (:token2 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token2 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token3 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token3 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token4 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token4 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token5 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token5 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token6 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token6 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
ORDER BY t.area_code, t.resident_id
LIMIT 50;

-- Which of the tokens anybody has: the rest need not be asked in sight. A value and not EXISTS: PostgreSQL
-- would read every token to join them.
-- name: resident_token_known :many
-- in: place text, token01 bytes?, token02 bytes?, token03 bytes?, token04 bytes?, token05 bytes?, token06 bytes?
-- in: token07 bytes?, token08 bytes?, token09 bytes?, token10 bytes?, token11 bytes?, token12 bytes?
-- out: token bytes
SELECT known.token
FROM (SELECT (SELECT t.token FROM resident_token t WHERE t.place = :place AND t.token = asked.column1
              LIMIT 1) AS token
      FROM (VALUES (:token01), (:token02), (:token03), (:token04), (:token05), (:token06),
                   (:token07), (:token08), (:token09), (:token10), (:token11), (:token12)) asked) known
WHERE known.token IS NOT NULL;

-- The same among the persons whom a relation opens. CROSS JOIN: they come first, in SQLite too.
-- name: resident_token_find_related :many
-- in: place text, token1 bytes, token2 bytes, token3 bytes, token4 bytes, token5 bytes, token6 bytes
-- out: resident_id uuid
SELECT t.resident_id
FROM {scope:related rel} s
CROSS JOIN resident r
CROSS JOIN resident_token t
WHERE r.place = :place AND r.id = s.subject_id
  AND t.place = r.place AND t.token = :token1 AND t.area_code = r.area_code AND t.resident_id = r.id
  AND (:token2 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token2 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token3 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token3 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token4 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token4 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token5 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token5 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
  AND (:token6 = :token1 OR (SELECT u.area_code FROM resident_token u
       WHERE u.place = t.place AND u.token = :token6 AND u.area_code = t.area_code
         AND u.resident_id = t.resident_id) IS NOT NULL)
ORDER BY t.area_code, t.resident_id
LIMIT 50;

-- Fifty names at a time; places that are not needed hold the nil id. VALUES, not IN: PostgreSQL would
-- plan a list anew at each call, which takes longer than reading it.
-- name: resident_brief_batch :many
-- in: place text
-- in: id01 uuid?, id02 uuid?, id03 uuid?, id04 uuid?, id05 uuid?, id06 uuid?, id07 uuid?, id08 uuid?, id09 uuid?, id10 uuid?
-- in: id11 uuid?, id12 uuid?, id13 uuid?, id14 uuid?, id15 uuid?, id16 uuid?, id17 uuid?, id18 uuid?, id19 uuid?, id20 uuid?
-- in: id21 uuid?, id22 uuid?, id23 uuid?, id24 uuid?, id25 uuid?, id26 uuid?, id27 uuid?, id28 uuid?, id29 uuid?, id30 uuid?
-- in: id31 uuid?, id32 uuid?, id33 uuid?, id34 uuid?, id35 uuid?, id36 uuid?, id37 uuid?, id38 uuid?, id39 uuid?, id40 uuid?
-- in: id41 uuid?, id42 uuid?, id43 uuid?, id44 uuid?, id45 uuid?, id46 uuid?, id47 uuid?, id48 uuid?, id49 uuid?, id50 uuid?
-- out: id uuid, name bytes, sex text, birth_date date?, area_code text
-- unscoped: the ids come from a list whose own query is scoped
SELECT r.id, r.name, r.sex, r.birth_date, r.area_code
FROM (VALUES (:id01), (:id02), (:id03), (:id04), (:id05), (:id06), (:id07), (:id08), (:id09), (:id10),
             (:id11), (:id12), (:id13), (:id14), (:id15), (:id16), (:id17), (:id18), (:id19), (:id20),
             (:id21), (:id22), (:id23), (:id24), (:id25), (:id26), (:id27), (:id28), (:id29), (:id30),
             (:id31), (:id32), (:id33), (:id34), (:id35), (:id36), (:id37), (:id38), (:id39), (:id40),
             (:id41), (:id42), (:id43), (:id44), (:id45), (:id46), (:id47), (:id48), (:id49), (:id50)) asked
CROSS JOIN resident r
WHERE r.place = :place AND r.id = asked.column1;

-- name: resident_all :stream
-- scan: proves every row
-- unscoped: proves that sealed columns open; nobody reads them
-- in: place text
-- out: id uuid, area_code text, name bytes, id_type bytes?, id_number bytes?, phone bytes?
-- out: address bytes?
SELECT r.id, r.area_code, r.name, r.id_type, r.id_number, r.phone, r.address
FROM resident r
WHERE r.place = :place;

-- name: resident_token_clear :run
-- scan: all of them are made anew
-- in: place text
DELETE FROM resident_token WHERE place = :place;

-- name: resident_token_all :stream
-- scan: proves every row
-- in: place text
-- out: token bytes, area_code text, resident_id uuid
SELECT t.token, t.area_code, t.resident_id
FROM resident_token t
WHERE t.place = :place;
