/* Searching for people in the whole county, cold caches apart: by whole name, by surname with the
 * next character, by initials, by whole ID number, and by its last four characters. */
#include "base/os_clock.h"
#include "base/utf8.h"
#include "bench/bench.h"
#include "bench_sql.h"
#include "engine/subjects/subjects.h"

enum { SEARCHES = 200 };

typedef struct {
    const char *work;
    Str queries[SEARCHES];
} Kind;

static Err sample_people(Bench *bench, const Resident **ret_people)
{
    Arena *arena = bench->arena;
    Cx cx = app_system_cx(&bench->app, arena);
    Resident *people = arena_array(arena, Resident, SEARCHES);
    VEC(Uuid) ids = {0};
    DbRows rows = {0};
    TRY(bench_residents_open(cx.db, &(BenchResidentsIn){cx.place, bench->residents}, &rows));
    Err err = OK;
    for (bool has_row = true; err == OK && has_row;) {
        BenchResidentsRow row;
        err = bench_residents_next(&rows, arena, &row, &has_row);
        if (err == OK && has_row)
            VEC_PUSH(arena, &ids, row.id);
    }
    db_rows_close(&rows);
    for (size_t i = 0; err == OK && i < SEARCHES; i++)
        err = resident_open(&cx, ids.items[ids.n / SEARCHES * i], &people[i]);
    *ret_people = people;
    return err;
}

static Str first_two(Str name)
{
    return str_slice(name, 0, 6); /* of three bytes each */
}

/* Letters that Chinese names begin with. */
static Str initials(Arena *arena, size_t i)
{
    static const char letters[] = "zlwcyhxljgsdmqtfbkrnpow";
    char text[3];
    for (size_t at = 0; at < sizeof text; at++, i /= 7)
        text[at] = letters[(i * (at + 3)) % (sizeof letters - 1)];
    return str_copy(arena, (Str){text, i % 2 == 0 ? 2 : 3});
}

static Err measure(Bench *bench, const Kind *kind)
{
    double times[SEARCHES];
    double found = 0;
    Arena arena = {0};
    arena_init(&arena, MIB(64));
    Err err = OK;
    for (size_t i = 0; err == OK && i < SEARCHES; i++) {
        Cx cx = app_system_cx(&bench->app, &arena);
        const Resident *residents = NULL;
        size_t n = 0;
        int64_t start = os_clock_monotonic_ns();
        err = resident_search(&cx, kind->queries[i], &residents, &n);
        times[i] = (double)(os_clock_monotonic_ns() - start) / 1e6;
        found += (double)n;
        arena_reset(&arena);
    }
    arena_done(&arena);
    BenchLine line = bench_line(bench, kind->work, "ms p95");
    line.value = percentile(times, SEARCHES, 0.95);
    line.value_most = 30;
    line.note = str_printf(bench->report->arena, "p50 %.2f ms, %.1f found",
                           percentile(times, SEARCHES, 0.5), found / SEARCHES);
    if (err == OK)
        report_add(bench->report, line);
    return err;
}

Err work_search(Bench *bench)
{
    const Resident *people = NULL;
    Err err = sample_people(bench, &people);
    if (err != OK)
        return bench_fail(bench, "search", err);
    Kind *kinds = arena_array(bench->arena, Kind, 5);
    const char *works[] = {"search by name", "search by part of a name", "search by initials",
                           "search by ID number", "search by ID number's last four"};
    for (size_t i = 0; i < SEARCHES; i++) {
        Str id = people[i].id_number;
        kinds[0].queries[i] = people[i].name;
        kinds[1].queries[i] = first_two(people[i].name);
        kinds[2].queries[i] = initials(bench->arena, i);
        kinds[3].queries[i] = id;
        kinds[4].queries[i] = str_slice(id, id.n > 4 ? id.n - 4 : 0, id.n);
    }
    for (size_t i = 0; err == OK && i < 5; i++) {
        kinds[i].work = works[i];
        err = measure(bench, &kinds[i]);
    }
    return err == OK ? OK : bench_fail(bench, "search", err);
}
