-- Tables for the tests of db.
CREATE TABLE item (
    id {uuid} NOT NULL PRIMARY KEY,
    place {text} NOT NULL,
    n {integer},
    x {decimal},
    day {date},
    made_at {instant},
    raw {bytes}
) {table};
CREATE UNIQUE INDEX item_by_place ON item (place, n);
CREATE TABLE pair (
    place {text} NOT NULL,
    n {integer} NOT NULL,
    PRIMARY KEY (place, n)
) {clustered};
-- {sqlite}
CREATE VIEW engine_name AS SELECT 'sqlite' AS name;
-- {postgres}
CREATE VIEW engine_name AS SELECT 'postgres' AS name;
-- {both}
