/* Values are copied into the arena, so that a read may come again. */
#include "bench/rows.h"

DbValue *rows_add(Rows *rows, Arena *arena)
{
    size_t width = rows->put->in_n;
    if (rows->n == rows->capacity) {
        size_t more = rows->capacity == 0 ? 256 : rows->capacity * 2;
        rows->values = arena_grow(arena, rows->values, rows->capacity * width * sizeof(DbValue),
                                  more * width * sizeof(DbValue));
        rows->capacity = more;
    }
    return &rows->values[rows->n++ * width];
}

static DbValue kept(DbValue value, Arena *arena)
{
    if (!value.is_null && (value.type == DB_TEXT || value.type == DB_BYTES))
        value.as.text = str_copy(arena, value.as.text);
    return value;
}

Err rows_read(Rows *rows, Db *db, Arena *arena, const DbStatement *read, const DbValue *in,
              const DbValue *first, size_t first_n, size_t skip)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ENSURE(first_n + read->out_n - skip == rows->put->in_n);
    TRY(db_query(db, read, NULL, in, &found));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&found, &has_row));
        if (!has_row)
            return OK;
        DbValue *row = rows_add(rows, arena);
        for (size_t i = 0; i < first_n; i++)
            row[i] = first[i];
        for (size_t i = skip; i < read->out_n; i++)
            row[first_n + i - skip] = kept(db_column(&found, i), arena);
    }
}

Err rows_put(const Rows *rows, Db *db, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++)
        TRY(db_run(db, rows->put, NULL, &rows->values[i * rows->put->in_n], NULL));
    return OK;
}
