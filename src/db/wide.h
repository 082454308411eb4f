/* A connection that writes very much in one transaction. */
#pragma once

#include "db/db.h"

/* From now on SQLite keeps up to half a gigabyte of pages on this connection, and writes each once
 * instead of whenever 8 MB are full. Nothing on PostgreSQL. */
Err db_widen(Db *db) MUST_CHECK;
