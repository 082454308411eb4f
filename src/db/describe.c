/* What a database is: engine, version, size, newest migration. */
#include "db/db.h"
#include "db/migrate_sql.h"
#include "db/postgres_texts_sql.h"
#include "db/sqlite_texts_sql.h"

Err db_describe(Db *db, Arena *arena, DbDescription *ret_description)
{
    DbDescription description = {.engine = db_engine(db)};
    if (description.engine == DB_POSTGRES) {
        PostgresDescriptionRow row;
        TRY(postgres_description(db, arena, &row));
        description.version = row.version;
        description.bytes = row.bytes;
    } else {
        SqliteDescriptionRow row;
        TRY(sqlite_description(db, arena, &row));
        description.version = row.version;
        description.bytes = row.bytes;
    }
    MigrationLastRow last;
    TRY(migration_last(db, arena, &last));
    description.migration = last.version;
    *ret_description = description;
    return OK;
}

Err db_log_tells_values(Db *db, Arena *arena, bool *ret_tells)
{
    PostgresLogDetailsRow row = {0};
    if (db_engine(db) == DB_POSTGRES)
        TRY(postgres_log_details(db, arena, &row));
    *ret_tells = row.is_told != 0;
    return OK;
}
