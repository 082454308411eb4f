-- Bulletins: what was frozen. bulletins.c alone writes; rows are only added.

-- name: score_bulletin_put :run
-- in: place text, id uuid, score text, period text, note text, packs text, is_ranked integer, has_quality integer
-- in: ties text, frozen_by uuid?, frozen_on date, frozen_at instant
INSERT INTO score_bulletin (place, id, score, period, note, packs, is_ranked, has_quality, ties, frozen_by,
    frozen_on, frozen_at)
VALUES (:place, :id, :score, :period, :note, :packs, :is_ranked, :has_quality, :ties, :frozen_by, :frozen_on, :frozen_at);

-- name: score_bulletin_unit_put :later
-- in: place text, bulletin_id uuid, unit text, name text, name_en text, rank integer, total decimal?
INSERT INTO score_bulletin_unit (place, bulletin_id, unit, name, name_en, rank, total)
VALUES (:place, :bulletin_id, :unit, :name, :name_en, :rank, :total);

-- name: score_bulletin_item_put :later
-- in: place text, bulletin_id uuid, unit text, position integer, measure text, weight decimal, floor decimal
-- in: target decimal, denominator integer, numerator integer, points decimal?, total_most decimal?, is_shut integer
INSERT INTO score_bulletin_item (place, bulletin_id, unit, position, measure, weight, floor, target,
    denominator, numerator, points, total_most, is_shut)
VALUES (:place, :bulletin_id, :unit, :position, :measure, :weight, :floor, :target, :denominator,
    :numerator, :points, :total_most, :is_shut);

-- name: score_bulletin_by_id :maybe
-- in: place text, id uuid
-- out: score text, period text, note text, packs text, is_ranked integer, has_quality integer, ties text
-- out: frozen_by text?, frozen_on date, frozen_at instant
SELECT b.score, b.period, b.note, b.packs, b.is_ranked, b.has_quality, b.ties, a.name AS frozen_by, b.frozen_on, b.frozen_at
FROM score_bulletin b
LEFT JOIN access_account a ON a.place = b.place AND a.id = b.frozen_by
WHERE b.place = :place AND b.id = :id;

-- Of every score, or (score not empty) of one; the newest first.
-- name: score_bulletin_rows :many
-- in: place text, score text
-- out: id uuid, score text, period text, note text, packs text, is_ranked integer, frozen_by text?
-- out: frozen_on date, frozen_at instant
SELECT b.id, b.score, b.period, b.note, b.packs, b.is_ranked, a.name AS frozen_by, b.frozen_on, b.frozen_at
FROM score_bulletin b
LEFT JOIN access_account a ON a.place = b.place AND a.id = b.frozen_by
WHERE b.place = :place AND (:score = '' OR b.score = :score)
ORDER BY b.frozen_at DESC, b.id DESC;

-- By rank; those without one last.
-- name: score_bulletin_units :many
-- in: place text, bulletin_id uuid
-- out: unit text, name text, name_en text, rank integer, total decimal?
SELECT u.unit, u.name, u.name_en, u.rank, u.total
FROM score_bulletin_unit u
WHERE u.place = :place AND u.bulletin_id = :bulletin_id
ORDER BY CASE WHEN u.rank = 0 THEN 1 ELSE 0 END, u.rank, u.unit;

-- name: score_bulletin_items :many
-- in: place text, bulletin_id uuid
-- out: unit text, position integer, measure text, weight decimal, floor decimal, target decimal
-- out: denominator integer, numerator integer, points decimal?, total_most decimal?, is_shut integer
SELECT i.unit, i.position, i.measure, i.weight, i.floor, i.target, i.denominator, i.numerator, i.points,
    i.total_most, i.is_shut
FROM score_bulletin_item i
WHERE i.place = :place AND i.bulletin_id = :bulletin_id
ORDER BY i.unit, i.position;

-- name: score_bulletin_quality_put :later
-- in: place text, bulletin_id uuid, position integer, unit text, measure text, title text, title_en text
-- in: is_complete integer, records integer, hits integer, checked integer
INSERT INTO score_bulletin_quality (place, bulletin_id, position, unit, measure, title, title_en, is_complete,
    records, hits, checked)
VALUES (:place, :bulletin_id, :position, :unit, :measure, :title, :title_en, :is_complete, :records, :hits, :checked);

-- By rule; the whole place first.
-- name: score_bulletin_quality_rows :many
-- in: place text, bulletin_id uuid
-- out: position integer, unit text, measure text, title text, title_en text, is_complete integer
-- out: records integer, hits integer, checked integer
SELECT q.position, q.unit, q.measure, q.title, q.title_en, q.is_complete, q.records, q.hits, q.checked
FROM score_bulletin_quality q
WHERE q.place = :place AND q.bulletin_id = :bulletin_id
ORDER BY q.position, q.unit;

-- name: score_bulletin_line_put :later
-- in: place text, bulletin_id uuid, position integer, upto text, line text, line_at decimal, years integer
-- in: then_zh text, then_en text, is_complete integer
INSERT INTO score_bulletin_line (place, bulletin_id, position, upto, line, line_at, years, then_zh, then_en, is_complete)
VALUES (:place, :bulletin_id, :position, :upto, :line, :line_at, :years, :then_zh, :then_en, :is_complete);

-- name: score_bulletin_streak_put :later
-- in: place text, bulletin_id uuid, unit text, position integer, years integer, is_reached integer, gap text
INSERT INTO score_bulletin_streak (place, bulletin_id, unit, position, years, is_reached, gap)
VALUES (:place, :bulletin_id, :unit, :position, :years, :is_reached, :gap);

-- name: score_bulletin_lines :many
-- in: place text, bulletin_id uuid
-- out: upto text, line text, line_at decimal, years integer, then_zh text, then_en text, is_complete integer
SELECT l.upto, l.line, l.line_at, l.years, l.then_zh, l.then_en, l.is_complete
FROM score_bulletin_line l
WHERE l.place = :place AND l.bulletin_id = :bulletin_id
ORDER BY l.position;

-- name: score_bulletin_streaks :many
-- in: place text, bulletin_id uuid
-- out: unit text, position integer, years integer, is_reached integer, gap text
SELECT k.unit, k.position, k.years, k.is_reached, k.gap
FROM score_bulletin_streak k
WHERE k.place = :place AND k.bulletin_id = :bulletin_id
ORDER BY k.unit, k.position;
