/* Private to the PostgreSQL driver: values in its binary form. Types are the oids of pg_type. */
#pragma once

#include "base/buf.h"
#include "db/db.h"

enum { DB_POSTGRES_SLOT = 16 }; /* bytes that a value needs that is no text */

uint32_t db_postgres_type(DbType type);
/* The value as it is sent. *ret_bytes lies in slot or in the value itself. Not for NULL. */
void db_postgres_encode(const DbValue *value, char slot[DB_POSTGRES_SLOT], Str *ret_bytes);
/* Whether a column of that oid can be taken as `type`. */
bool db_postgres_can_give(uint32_t oid, DbType type);
/* false when the bytes are not of that type, or do not fit. Text and bytes are borrowed. */
bool db_postgres_decode(uint32_t oid, Str bytes, DbType type, DbValue *ret);

/* What a SQLSTATE says has failed; NULL: nobody knows. */
Err db_postgres_err(const char *state);
/* Whether the server's sentence speaks of the statement or the server, not of data. */
bool db_postgres_is_safe(const char *state);

/* COPY in binary form. */
void db_postgres_copy_begin(Buf *out);
void db_postgres_copy_row(Buf *out, const DbValue *values, size_t n);
void db_postgres_copy_end(Buf *out);
