/* Room for a large transaction. */
#include "db/wide.h"

#include "db/sqlite_wide_sql.h"

Err db_widen(Db *db)
{
    return db_engine(db) == DB_SQLITE ? sqlite_set_wide_cache(db, NULL) : OK;
}
