-- Of a connection that writes very much in one transaction: half a gigabyte of pages.

-- name: sqlite_set_wide_cache :run
PRAGMA cache_size = -524288;
