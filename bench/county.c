/* Making and opening the county of a size; drafts of follow-up visits for its people. */
#include <stdio.h>

#include "access/access.h"
#include "bench/bench.h"
#include "bench_sql.h"
#include "demo/answers.h"
#include "demo/demo.h"

#define BENCH_DAY date_from_ymd(2025, 6, 30)

const char *bench_engine_name(DbEngine engine)
{
    return engine == DB_SQLITE ? "sqlite" : "postgresql";
}

BenchLine bench_line(const Bench *bench, const char *work, const char *unit)
{
    return (BenchLine){.work = work,
                       .engine = bench_engine_name(bench->engine),
                       .residents = bench->residents,
                       .unit = unit};
}

Err bench_fail(Bench *bench, const char *what, Err err)
{
    Str said = bench->app.db == NULL ? (Str){0} : db_last_message(bench->app.db);
    fprintf(stderr, "bench: %s: %s: %.*s\n", what, err_title_en(err), STR_ARG(said));
    return err;
}

static Err make(Bench *bench)
{
    App *app = &bench->app;
    Cx cx = app_system_cx(app, bench->arena);
    const DemoOptions options = {.residents = bench->residents, .seed = 1, .on = BENCH_DAY};
    bool was_there = false;
    TRY(meter_open(app->db, bench->arena, &bench->meter));
    Cost start = meter_now(&bench->meter);
    TRY(demo_make(&cx, &options, &was_there));
    Cost cost = meter_since(&bench->meter, start);
    BenchLine line = bench_line(bench, "make the demo county", "CPU s");
    line.value = cost.cpu;
    line.wall = cost.wall;
    line.grows = true;
    report_add(bench->report, line);
    /* as autovacuum does within minutes: later lines do not depend on when */
    return bench->engine == DB_POSTGRES ? bench_analyze(app->db, NULL) : OK;
}

Err bench_county_make(Bench *bench)
{
    AppOptions options = {
        .db_url = bench->url,
        .keys_file = bench->keys_file,
        .packs = APP_PACKS_APPLIED,
        .packs_directory = bench->options->packs,
        .on = DATE_NONE,
        .makes_database = true,
    };
    TRY(app_open(&options, &bench->app));
    Err err = make(bench);
    if (err != OK)
        return bench_fail(bench, "making the county", err);
    app_close(&bench->app);
    TRY(app_open(&options, &bench->app));
    return meter_open(bench->app.db, bench->arena, &bench->meter);
}

void bench_county_close(Bench *bench)
{
    app_close(&bench->app);
}

Err bench_server(const Bench *bench, Child *ret_server)
{
    Arena *arena = bench->arena;
    const char *arguments[] = {str_to_c(arena, bench->options->program),
                               "serve",
                               "--db",
                               str_to_c(arena, bench->url),
                               "--keys",
                               str_to_c(arena, bench->keys_file),
                               "--packs",
                               str_to_c(arena, bench->options->packs),
                               "--port",
                               "0",
                               NULL};
    return child_start(arguments, ret_server);
}

/* ---- drafts ---- */

static Err draft_fill(Bench *bench, const Form *form, Rng *rng, const BenchEnrolledRow *person,
                      RecordDraft *draft)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    FormContext context = {
        .happened_on = cx.today,
        .today = cx.today,
        .subject_sex = person->sex,
        .subject_birth_date = person->birth_date,
        .previous_happened_on = DATE_NONE,
    };
    Filling filling = filling_begin(form, context, rng, bench->arena);
    filling_text(&filling, "mode", STR("1"));
    filling_codes(&filling, "symptoms", STR("1"));
    filling_codes(&filling, "critical_signs", STR("1"));
    filling_integer(&filling, "sbp", rng_between(rng, 118, 136));
    filling_integer(&filling, "dbp", rng_between(rng, 70, 86));
    filling_decimal(&filling, "height", 165);
    filling_decimal(&filling, "weight", (double)rng_between(rng, 55, 80));
    filling_integer(&filling, "heart_rate", rng_between(rng, 62, 88));
    filling_text(&filling, "adverse_reaction", STR("1"));
    filling_text(&filling, "new_complication", STR("1"));
    Str issue = {0};
    Err err = filling_end(&filling, &issue);
    if (err != OK) {
        fprintf(stderr, "bench: the form refuses the draft: %.*s\n", STR_ARG(issue));
        return err;
    }
    FormAnswers *answers = arena_new(bench->arena, FormAnswers);
    *answers = filling.answers;
    *draft = (RecordDraft){
        .id = rng_uuid(rng, cx.now),
        .form = form->id,
        .subject = person->subject_id,
        .happened_on = cx.today,
        .facility = STR("441322G01"),
        .answers = answers,
    };
    return OK;
}

Err bench_doctor(Bench *bench, Account *ret_account)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    TRY(access_areas_refresh(&cx));
    return account_find(&cx, STR(DEMO_DOCTOR_LOGIN), ret_account);
}

enum { ENROLLED_MOST = 20000 };

Err bench_drafts(Bench *bench, uint64_t stream, size_t n, RecordDraft **ret_drafts)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    const Form *form = pack_form(cx.packs, STR("hypertension_followup"));
    ENSURE(form != NULL);
    VEC(BenchEnrolledRow) people = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const BenchEnrolledIn in = {cx.place, ENROLLED_MOST};
    TRY(bench_enrolled_open(cx.db, &in, &rows));
    for (;;) {
        BenchEnrolledRow row;
        bool has_row = false;
        TRY(bench_enrolled_next(&rows, cx.arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx.arena, &people, row);
    }
    ENSURE(people.n > 0);
    Rng rng = rng_stream((uint64_t)bench->residents, 99, stream);
    RecordDraft *drafts = arena_array(bench->arena, RecordDraft, n);
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)rng_between(&rng, 0, (int64_t)people.n - 1);
        TRY(draft_fill(bench, form, &rng, &people.items[at], &drafts[i]));
    }
    *ret_drafts = drafts;
    return OK;
}

typedef struct {
    RecordDraft *drafts;
    size_t n;
} Submission;

static Err submit_together(Cx *cx, void *arg)
{
    const Submission *all = arg;
    for (size_t i = 0; i < all->n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        RecordReceipt receipt;
        TRY(record_submit(cx, &all->drafts[i], &receipt));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

Err bench_submit(Cx *cx, RecordDraft *drafts, size_t n)
{
    return cx_write(cx, submit_together, &(Submission){drafts, n});
}
