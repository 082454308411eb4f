-- Settings of every connection: 8 MB of pages of its own, the rest read through the page cache of the
-- system.

-- name: sqlite_set_cache :run
PRAGMA cache_size = -8192;

-- name: sqlite_set_mapping :run
PRAGMA mmap_size = 536870912;
