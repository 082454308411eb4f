/* One record with answers, obligations and audit: processor time of 1,000 in one transaction,
 * beside bare prepared statements in the same transaction's place. Record by record they read what
 * its rows are made of (the person, the record before with its answers, the evidence of its rules),
 * and insert the rows that it wrote. */
#include "bench/bench.h"
#include "bench/rows.h"
#include "bench_sql.h"
#include "engine/obligations/obligations.h"
#include "engine/records/records.h"
#include "form/answers_sql.h"

enum {
    RECORDS = 1000,
    ROUNDS = 3,
    TABLES_MOST = 16,
};

/* What 1,000 records wrote into a table: those of record i end before ends[i]. */
typedef struct {
    Rows rows;
    size_t ends[RECORDS];
} Table;

typedef struct {
    Table *tables[TABLES_MOST];
    size_t n;
    size_t rows;
    const Table *evidence;
    const DbStatement *answers_read; /* by place and record */
} Written;

enum { EVIDENCE_RULE = 2 }; /* column of bench_evidence_put */

static Table *add_table(Bench *bench, Written *written, const DbStatement *put)
{
    ENSURE(written->n < TABLES_MOST);
    Table *table = arena_new(bench->arena, Table);
    written->tables[written->n++] = table;
    table->rows.put = put;
    return table;
}

/* The rows stand in the order of the records, each naming its own (or its subject) in a column. */
static void find_ends(Table *table, const RecordDraft *drafts, size_t column, bool by_subject)
{
    size_t at = 0, width = table->rows.put->in_n;
    for (size_t i = 0; i < RECORDS; i++) {
        Uuid own = by_subject ? drafts[i].subject : drafts[i].id;
        while (at < table->rows.n
               && uuid_equals(table->rows.values[at * width + column].as.uuid, own))
            at++;
        table->ends[i] = at;
    }
    ENSURE(at == table->rows.n);
}

static DbType column_type(FieldType type)
{
    switch (type) {
    case FIELD_INTEGER: return DB_INTEGER;
    case FIELD_DECIMAL: return DB_DECIMAL;
    case FIELD_DATE: return DB_DATE;
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_CODES:
    case FIELD_ATTACHMENT:
    case FIELD_ROWS: break;
    }
    return DB_TEXT;
}

/* The form's own answer table, or that of a child field: how it is read and how it is written. */
typedef struct {
    DbStatement read, put;
    size_t skip; /* columns of the read before the answers */
} AnswerTable;

static AnswerTable answer_table(const Form *form, const FormField *child, Arena *arena)
{
    const size_t *fields = NULL;
    size_t field_n = 0, n = 0;
    bool is_codes = child != NULL && form_type_is_set(child->type);
    if (!is_codes)
        answers_fields(form, child, arena, &fields, &field_n);
    size_t skip = child == NULL ? ANSWERS_HEADER_N : ANSWERS_SHORT_HEADER_N;
    DbColumn *out = arena_array(arena, DbColumn, skip + field_n + 1);
    static const DbType header[ANSWERS_HEADER_N] = {DB_UUID, DB_UUID, DB_DATE, DB_INTEGER, DB_TEXT,
                                                    DB_TEXT, DB_UUID, DB_UUID, DB_INSTANT, DB_UUID};
    for (; n < skip; n++)
        out[n] = (DbColumn){"header", header[n], true};
    if (child != NULL)
        out[n++] = (DbColumn){is_codes ? "code" : "row_no", is_codes ? DB_TEXT : DB_INTEGER, true};
    const FormField *parts = child == NULL ? form->fields : child->rows;
    for (size_t i = 0; i < field_n; i++)
        out[n++] = (DbColumn){str_to_c(arena, parts[fields[i]].id),
                              column_type(parts[fields[i]].type), true};
    DbColumn *in = arena_array(arena, DbColumn, 2 + n - skip);
    in[0] = (DbColumn){"place", DB_TEXT, false};
    in[1] = (DbColumn){"record_id", DB_UUID, false};
    for (size_t i = skip; i < n; i++)
        in[2 + i - skip] =
            (DbColumn){str_to_c(arena, str_printf(arena, "f%zu", i - skip)), out[i].type, true};
    static const DbColumn which[] = {{"place", DB_TEXT, false}, {"id", DB_UUID, false}};
    const char *name = str_to_c(arena, ddl_table(form, child, arena));
    AnswerTable table = {.skip = skip};
    table.read = (DbStatement){
        .name = str_to_c(arena, str_printf(arena, "bench_read_%s", name)),
        .sql = str_to_c(arena, answers_sql_read(form, child, ANSWERS_OF_RECORD, arena)),
        .in = which,
        .in_n = 2,
        .out = out,
        .out_n = n};
    table.put = (DbStatement){.name = str_to_c(arena, str_printf(arena, "bench_put_%s", name)),
                              .sql = str_to_c(arena, answers_sql_insert(form, child, arena)),
                              .in = in,
                              .in_n = 2 + n - skip};
    return table;
}

static Err take_answers(Bench *bench, Written *written, const Form *form, const FormField *child,
                        const RecordDraft *drafts)
{
    Arena *arena = bench->arena;
    AnswerTable *table = arena_new(arena, AnswerTable);
    *table = answer_table(form, child, arena);
    Table *taken = add_table(bench, written, &table->put);
    for (size_t i = 0; i < RECORDS; i++) {
        const DbValue key[] = {db_text(bench->app.place), db_uuid(drafts[i].id)};
        TRY(rows_read(&taken->rows, bench->app.db, arena, &table->read, key, key, 2, table->skip));
        taken->ends[i] = taken->rows.n;
    }
    if (child == NULL)
        written->answers_read = &table->read;
    return OK;
}

static Err read_obligations(Bench *bench, const RecordDraft *drafts, Rows *rows)
{
    rows->put = &sql_bench_obligation_put;
    for (size_t i = 0; i < RECORDS; i++) {
        bool is_first = true; /* of its subject */
        for (size_t j = 0; j < i && is_first; j++)
            is_first = !uuid_equals(drafts[j].subject, drafts[i].subject);
        const DbValue in[] = {db_text(bench->app.place), db_uuid(drafts[i].subject)};
        if (is_first)
            TRY(rows_read(rows, bench->app.db, bench->arena, &sql_bench_obligation_of, in, NULL, 0,
                          0));
    }
    return OK;
}

static bool value_equals(const DbValue *a, const DbValue *b)
{
    if (a->is_null || b->is_null)
        return a->is_null == b->is_null;
    switch (a->type) {
    case DB_INTEGER: return a->as.integer == b->as.integer;
    case DB_DATE: return date_compare(a->as.date, b->as.date) == 0;
    case DB_UUID: return uuid_equals(a->as.uuid, b->as.uuid);
    case DB_TEXT:
    case DB_BYTES: return str_equals(a->as.text, b->as.text);
    case DB_INSTANT: return a->as.instant.ms == b->as.instant.ms;
    case DB_DECIMAL: return !(a->as.decimal < b->as.decimal || b->as.decimal < a->as.decimal);
    }
    return false;
}

static bool has_row(const Rows *rows, const DbValue *wanted)
{
    size_t width = rows->put->in_n;
    for (size_t i = 0; i < rows->n; i++) {
        size_t same = 0;
        while (same < width && value_equals(&rows->values[i * width + same], &wanted[same]))
            same++;
        if (same == width)
            return true;
    }
    return false;
}

/* The obligations that are there now and were not before. */
static Err take_obligations(Bench *bench, Written *written, const RecordDraft *drafts,
                            const Rows *before)
{
    Rows after = {0};
    TRY(read_obligations(bench, drafts, &after));
    Table *changed = add_table(bench, written, &sql_bench_obligation_put);
    size_t width = sql_bench_obligation_put.in_n;
    for (size_t i = 0; i < after.n; i++) {
        const DbValue *row = &after.values[i * width];
        if (has_row(before, row))
            continue;
        DbValue *kept = rows_add(&changed->rows, bench->arena);
        for (size_t j = 0; j < width; j++)
            kept[j] = row[j];
    }
    find_ends(changed, drafts, 1, true);
    return OK;
}

static Err take_written(Bench *bench, Written *written, const RecordDraft *drafts, int64_t rev,
                        const Rows *before)
{
    Db *db = bench->app.db;
    const DbValue since[] = {db_text(bench->app.place), db_integer(rev)};
    const struct {
        const DbStatement *read, *put;
        size_t record; /* column */
    } fixed[] = {{&sql_bench_record_read, &sql_bench_record_put, 1},
                 {&sql_bench_evidence_read, &sql_bench_evidence_put, 4},
                 {&sql_bench_audit_read, &sql_bench_audit_put, 7}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        Table *table = add_table(bench, written, fixed[i].put);
        TRY(rows_read(&table->rows, db, bench->arena, fixed[i].read, since, NULL, 0, 0));
        find_ends(table, drafts, fixed[i].record, false);
        if (fixed[i].put == &sql_bench_evidence_put)
            written->evidence = table;
    }
    const Form *form = pack_form(bench->app.packs, drafts[0].form);
    const size_t *children;
    size_t child_n;
    answers_children(form, bench->arena, &children, &child_n);
    TRY(take_answers(bench, written, form, NULL, drafts));
    for (size_t i = 0; i < child_n; i++)
        TRY(take_answers(bench, written, form, &form->fields[children[i]], drafts));
    TRY(take_obligations(bench, written, drafts, before));
    for (size_t i = 0; i < written->n; i++)
        written->rows += written->tables[i]->rows.n;
    return OK;
}

static Err submit_all(Bench *bench, RecordDraft *drafts, Cost *ret_cost)
{
    Arena arena = {0};
    arena_init(&arena, MIB(64));
    Err err = OK;
    Cost start = meter_now(&bench->meter);
    for (size_t i = 0; err == OK && i < RECORDS; i++) {
        Cx cx = app_system_cx(&bench->app, &arena);
        RecordReceipt receipt;
        err = record_submit(&cx, &drafts[i], &receipt);
        arena_reset(&arena);
    }
    *ret_cost = meter_since(&bench->meter, start);
    arena_done(&arena);
    return err;
}

/* Only their number is kept. */
static Err read_through(Db *db, const DbStatement *read, const DbValue *in)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    bool has_row = true;
    TRY(db_query(db, read, NULL, in, &rows));
    while (has_row)
        TRY(db_next(&rows, &has_row));
    return OK;
}

/* The record before and its answers, from which its own are judged and computed. */
static Err read_before(Bench *bench, const Written *written, const RecordDraft *draft, Arena *arena)
{
    BenchRecordBeforeIn in = {bench->app.place, draft->subject, draft->form, draft->happened_on};
    BenchRecordBeforeRow before;
    bool found = false;
    TRY(bench_record_before(bench->app.db, arena, &in, &before, &found));
    const DbValue key[] = {db_text(bench->app.place), db_uuid(before.id)};
    return found ? read_through(bench->app.db, written->answers_read, key) : OK;
}

/* The evidence that the record's rules have of the person: from it follows what is owed now. */
static Err read_evidence(Bench *bench, const Written *written, size_t at, const RecordDraft *draft)
{
    const Table *evidence = written->evidence;
    int64_t from = INT64_MAX, until = INT64_MIN;
    for (size_t i = at == 0 ? 0 : evidence->ends[at - 1]; i < evidence->ends[at]; i++) {
        const DbValue *row = &evidence->rows.values[i * evidence->rows.put->in_n];
        int64_t key = row[EVIDENCE_RULE].as.integer;
        from = key < from ? key : from;
        until = key > until ? key : until;
    }
    const DbValue in[] = {db_text(bench->app.place), db_uuid(draft->subject), db_integer(from),
                          db_integer(until)};
    return from > until ? OK : read_through(bench->app.db, &sql_bench_evidence_of, in);
}

static Err put_one(Bench *bench, const Written *written, size_t at, const RecordDraft *draft,
                   Arena *arena)
{
    BenchRecordPersonIn person = {bench->app.place, draft->subject};
    BenchRecordPersonRow row;
    TRY(bench_record_person(bench->app.db, arena, &person, &row));
    TRY(read_before(bench, written, draft, arena));
    TRY(read_evidence(bench, written, at, draft));
    for (size_t i = 0; i < written->n; i++) {
        const Table *table = written->tables[i];
        TRY(rows_put(&table->rows, bench->app.db, at == 0 ? 0 : table->ends[at - 1],
                     table->ends[at]));
    }
    return OK;
}

static Err put_all(Bench *bench, const Written *written, const RecordDraft *drafts, Cost *ret_cost)
{
    Arena arena = {0};
    arena_init(&arena, MIB(1));
    Err err = OK;
    Cost start = meter_now(&bench->meter);
    for (size_t i = 0; err == OK && i < RECORDS; i++) {
        err = put_one(bench, written, i, &drafts[i], &arena);
        arena_reset(&arena);
    }
    *ret_cost = meter_since(&bench->meter, start);
    arena_done(&arena);
    return err;
}

/* Each in a transaction that is rolled back, so that every round finds the same county. */
static Err measure(Bench *bench, RecordDraft *drafts)
{
    Db *db = bench->app.db;
    Written written = {0};
    Rows before = {0};
    BenchPlaceRevRow place;
    double product[ROUNDS], floor[ROUNDS];
    Cost cost;
    TRY(read_obligations(bench, drafts, &before));
    TRY(bench_place_rev(db, bench->arena, &(BenchPlaceRevIn){bench->app.place}, &place));
    for (int round = 0; round < ROUNDS + 1; round++) {
        TRY(db_begin(db));
        TRY(submit_all(bench, drafts, &cost));
        if (round == 0) /* to warm up, and to learn what is written */
            TRY(take_written(bench, &written, drafts, place.rev, &before));
        else
            product[round - 1] = cost.cpu;
        db_rollback(db);
        if (round == 0)
            continue;
        TRY(db_begin(db));
        TRY(put_all(bench, &written, drafts, &cost));
        floor[round - 1] = cost.cpu;
        db_rollback(db);
    }
    BenchLine line = bench_line(bench, "one record, 1,000 in a transaction", "CPU ms");
    line.value = median(product, ROUNDS) * 1000 / RECORDS;
    line.floor = median(floor, ROUNDS) * 1000 / RECORDS;
    line.ratio_most = 2;
    line.value_most = 0.5;
    line.note = str_printf(bench->report->arena, "%.1f rows in %zu tables",
                           (double)written.rows / RECORDS, written.n);
    report_add(bench->report, line);
    return OK;
}

Err work_record(Bench *bench)
{
    RecordDraft *drafts = NULL;
    Err err = bench_drafts(bench, 1, RECORDS, &drafts);
    if (err == OK)
        err = measure(bench, drafts);
    if (db_in_transaction(bench->app.db))
        db_rollback(bench->app.db);
    return err == OK ? OK : bench_fail(bench, "one record", err);
}
