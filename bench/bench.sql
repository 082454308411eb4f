-- The floors: the barest statements over the product's own tables and indexes.

-- name: bench_backend :one
-- out: pid integer
SELECT pg_backend_pid() AS pid;

-- name: bench_analyze :run
ANALYZE;

-- name: bench_wal_flush :one
-- out: n integer
SELECT count(*) AS n FROM pg_stat_force_next_flush() f;

-- name: bench_wal_syncs :one
-- out: n integer
SELECT CAST(wal_sync AS bigint) AS n FROM pg_stat_wal;

-- name: bench_place_rev :one
-- in: place text
-- out: rev integer
SELECT p.rev FROM place p WHERE p.code = :place;

-- name: bench_obligation_empty :run
DELETE FROM obligation;

-- name: bench_obligation_truncate :run
TRUNCATE obligation;

-- name: bench_obligation_all :stream
-- in: place text
-- out: place text, subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date
-- out: due_on date, due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?
-- out: met_on date?, waived_on date?, spared_on date?
SELECT o.place, o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
FROM obligation o
WHERE o.place = :place
ORDER BY o.subject_id, o.rule_key, o.item, o.closes_on;

-- name: bench_obligation_of :many
-- in: place text, subject_id uuid
-- out: place text, subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date
-- out: due_on date, due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?
-- out: met_on date?, waived_on date?, spared_on date?
SELECT o.place, o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on, o.due_minute,
    o.area_code, o.done, o.needed, o.met_by, o.met_on, o.waived_on, o.spared_on
FROM obligation o
WHERE o.place = :place AND o.subject_id = :subject_id
ORDER BY o.rule_key, o.item, o.closes_on;

-- name: bench_obligation_put :run
-- in: place text, subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date
-- in: due_on date, due_minute integer, area_code text, done decimal, needed decimal, met_by uuid?
-- in: met_on date?, waived_on date?, spared_on date?
INSERT INTO obligation (place, subject_id, rule_key, item, closes_on, opens_on, due_on, due_minute,
    area_code, done, needed, met_by, met_on, waived_on, spared_on)
VALUES (:place, :subject_id, :rule_key, :item, :closes_on, :opens_on, :due_on, :due_minute,
    :area_code, :done, :needed, :met_by, :met_on, :waived_on, :spared_on)
ON CONFLICT (place, subject_id, rule_key, item, closes_on) DO UPDATE SET opens_on = :opens_on,
    due_on = :due_on, due_minute = :due_minute, area_code = :area_code, done = :done,
    needed = :needed, met_by = :met_by, met_on = :met_on, waived_on = :waived_on,
    spared_on = :spared_on;

-- name: bench_evidence_all :stream
-- in: place text
-- out: subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- out: is_counted integer, is_capped integer, next_on date?, detail integer, amount decimal
SELECT e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted, e.is_capped, e.next_on, e.detail,
    e.amount
FROM obligation_evidence e
WHERE e.place = :place AND e.ended_on IS NULL
ORDER BY e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind;

-- name: bench_people_all :stream
-- in: place text
-- out: id uuid, area_code text, sex text, birth_date date?, registered_on date, died_on date?
-- out: left_on date?
SELECT r.id, r.area_code, r.sex, r.birth_date, r.registered_on, r.died_on, r.left_on
FROM resident r
WHERE r.place = :place AND r.merged_into IS NULL
ORDER BY r.id;

-- name: bench_enrolled :many
-- in: place text, most integer
-- out: subject_id uuid, sex text, birth_date date?
SELECT DISTINCT e.subject_id, r.sex, r.birth_date
FROM obligation_evidence e
JOIN resident r ON r.place = e.place AND r.id = e.subject_id
WHERE e.place = :place AND e.kind = 0 AND e.ended_on IS NULL
ORDER BY e.subject_id
LIMIT :most;

-- name: bench_residents :many
-- in: place text, most integer
-- out: id uuid
SELECT r.id FROM resident r WHERE r.place = :place ORDER BY r.id LIMIT :most;

-- name: bench_resident_point :maybe
-- in: place text, id uuid
-- out: area_code text, sex text, birth_date date?, name bytes
SELECT r.area_code, r.sex, r.birth_date, r.name
FROM resident r
WHERE r.place = :place AND r.id = :id;

-- What is open in an area, as its index has it.
-- name: bench_open :many
-- in: place text, area_code text, on_day date
-- out: subject_id uuid, rule_key integer, item integer, closes_on date, opens_on date, due_on date
SELECT o.subject_id, o.rule_key, o.item, o.closes_on, o.opens_on, o.due_on
FROM obligation o
WHERE o.place = :place AND o.area_code = :area_code AND o.met_by IS NULL AND o.waived_on IS NULL
  AND o.closes_on >= :on_day AND o.opens_on <= :on_day;

-- name: bench_record_read :many
-- in: place text, rev integer
-- out: place text, id uuid, rev integer, form text, form_version text, subject_kind text
-- out: subject_id uuid, facility text, performed_by uuid, recorded_by uuid, happened_on date
-- out: recorded_on date, recorded_at instant, amends uuid?, content_hash bytes
SELECT r.place, r.id, r.rev, r.form, r.form_version, r.subject_kind, r.subject_id, r.facility,
    r.performed_by, r.recorded_by, r.happened_on, r.recorded_on, r.recorded_at, r.amends,
    r.content_hash
FROM record r
WHERE r.place = :place AND r.rev > :rev
ORDER BY r.rev;

-- name: bench_record_put :run
-- in: place text, id uuid, rev integer, form text, form_version text, subject_kind text
-- in: subject_id uuid, facility text, performed_by uuid, recorded_by uuid, happened_on date
-- in: recorded_on date, recorded_at instant, amends uuid?, content_hash bytes
INSERT INTO record (place, id, rev, form, form_version, subject_kind, subject_id, facility,
    performed_by, recorded_by, happened_on, recorded_on, recorded_at, amends, content_hash)
VALUES (:place, :id, :rev, :form, :form_version, :subject_kind, :subject_id, :facility,
    :performed_by, :recorded_by, :happened_on, :recorded_on, :recorded_at, :amends, :content_hash);

-- What a record is made of.
-- name: bench_record_person :one
-- in: place text, id uuid
-- out: area_code text, sex text, birth_date date?, registered_on date, died_on date?, left_on date?
SELECT r.area_code, r.sex, r.birth_date, r.registered_on, r.died_on, r.left_on
FROM resident r
WHERE r.place = :place AND r.id = :id;

-- name: bench_record_before :maybe
-- in: place text, subject_id uuid, form text, day date
-- out: id uuid, happened_on date
SELECT r.id, r.happened_on
FROM record r
WHERE r.place = :place AND r.subject_id = :subject_id AND r.form = :form AND r.happened_on <= :day
ORDER BY r.happened_on DESC, r.id DESC
LIMIT 1;

-- name: bench_evidence_of :many
-- in: place text, subject_id uuid, rule_from integer, rule_until integer
-- out: rule_key integer, happened_on date, record_id uuid, kind integer, is_counted integer
-- out: is_capped integer, next_on date?, detail integer, amount decimal, spares_on date?, unit text
SELECT e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted, e.is_capped, e.next_on, e.detail,
    e.amount, e.spares_on, e.unit
FROM obligation_evidence e
WHERE e.place = :place AND e.subject_id = :subject_id AND e.rule_key >= :rule_from
  AND e.rule_key <= :rule_until AND e.ended_on IS NULL
ORDER BY e.rule_key, e.happened_on, e.record_id, e.kind;

-- name: bench_evidence_read :many
-- in: place text, rev integer
-- out: place text, subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- out: is_counted integer, is_capped integer, next_on date?, recorded_on date, ended_on date?
-- out: detail integer, amount decimal
SELECT e.place, e.subject_id, e.rule_key, e.happened_on, e.record_id, e.kind, e.is_counted,
    e.is_capped, e.next_on, e.recorded_on, e.ended_on, e.detail, e.amount
FROM record r
JOIN obligation_evidence e ON e.place = r.place AND e.subject_id = r.subject_id
    AND e.record_id = r.id
WHERE r.place = :place AND r.rev > :rev
ORDER BY r.rev, e.rule_key, e.kind;

-- name: bench_evidence_put :run
-- in: place text, subject_id uuid, rule_key integer, happened_on date, record_id uuid, kind integer
-- in: is_counted integer, is_capped integer, next_on date?, recorded_on date, ended_on date?
-- in: detail integer, amount decimal
INSERT INTO obligation_evidence (place, subject_id, rule_key, happened_on, record_id, kind,
    is_counted, is_capped, next_on, recorded_on, ended_on, detail, amount)
VALUES (:place, :subject_id, :rule_key, :happened_on, :record_id, :kind, :is_counted, :is_capped,
    :next_on, :recorded_on, :ended_on, :detail, :amount);

-- name: bench_audit_read :many
-- in: place text, rev integer
-- out: place text, writer uuid, seq integer, at instant, account uuid?, action text
-- out: subject_id uuid?, object_id uuid?, detail text, previous_hash bytes, hash bytes
SELECT a.place, a.writer, a.seq, a.at, a.account, a.action, a.subject_id, a.object_id, a.detail,
    a.previous_hash, a.hash
FROM record r
JOIN audit_entry a ON a.place = r.place AND a.subject_id = r.subject_id AND a.object_id = r.id
WHERE r.place = :place AND r.rev > :rev
ORDER BY a.seq;

-- name: bench_audit_put :run
-- in: place text, writer uuid, seq integer, at instant, account uuid?, action text
-- in: subject_id uuid?, object_id uuid?, detail text, previous_hash bytes, hash bytes
INSERT INTO audit_entry (place, writer, seq, at, account, action, subject_id, object_id, detail,
    previous_hash, hash)
VALUES (:place, :writer, :seq, :at, :account, :action, :subject_id, :object_id, :detail,
    :previous_hash, :hash);

-- A sight of access_area anew: the first areas whose people have so many records that a phone keeps.
-- name: bench_sight_clear :run
-- in: place text, facility text
DELETE FROM access_area WHERE place = :place AND facility = :facility;

-- name: bench_sight_add :run
-- in: place text, facility text, each integer, records integer
INSERT INTO access_area (place, facility, area_code)
SELECT a.place, :facility, a.area_code
FROM (SELECT n.place, n.area_code, sum(n.records) OVER (ORDER BY n.area_code) AS so_far
      FROM (SELECT k.place, k.area_code, sum(CASE WHEN k.records > :each THEN :each ELSE k.records END) AS records
            FROM (SELECT r.place, r.area_code, c.subject_id, c.form, count(c.id) AS records
                  FROM resident r
                  LEFT JOIN record c ON c.place = r.place AND c.subject_id = r.id
                      AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = c.place AND e.record_id = c.id)
                  WHERE r.place = :place AND r.died_on IS NULL AND r.left_on IS NULL AND r.merged_into IS NULL
                  GROUP BY r.place, r.area_code, c.subject_id, c.form) k
            GROUP BY k.place, k.area_code) n) a
WHERE a.so_far <= :records;

-- name: bench_device_add :run
-- in: place text, id uuid, account uuid, registered_at instant
INSERT INTO access_device (place, id, account, name, registered_at, sequence)
VALUES (:place, :id, :account, 'bench', :registered_at, 0);
