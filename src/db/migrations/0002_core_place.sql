-- The place that lives in this database, its settings, and the text of every pack version ever loaded.

-- rev is the place's commit order: each write of records takes the next one.
CREATE TABLE place (
    code {text} NOT NULL,
    name {text} NOT NULL,
    name_en {text} NOT NULL,
    rev {integer} NOT NULL,
    PRIMARY KEY (code)
) {clustered};

CREATE TABLE place_setting (
    place {text} NOT NULL,
    setting_key {text} NOT NULL,
    setting_value {text} NOT NULL,
    PRIMARY KEY (place, setting_key)
) {clustered};

CREATE TABLE pack_version (
    place {text} NOT NULL,
    pack {text} NOT NULL,
    hash {text} NOT NULL,
    version {text} NOT NULL,
    loaded_at {instant} NOT NULL,
    PRIMARY KEY (place, pack, hash)
) {clustered};

CREATE TABLE pack_file (
    place {text} NOT NULL,
    pack {text} NOT NULL,
    hash {text} NOT NULL,
    path {text} NOT NULL,
    content {text} NOT NULL,
    PRIMARY KEY (place, pack, hash, path)
) {table};
