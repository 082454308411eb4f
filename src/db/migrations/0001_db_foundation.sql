-- Which migrations this database has had.
CREATE TABLE schema_migration (
    version {integer} NOT NULL PRIMARY KEY,
    name {text} NOT NULL,
    hash {bytes} NOT NULL
) {table};
