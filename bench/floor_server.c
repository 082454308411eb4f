/* The floor of a page: the product's HTTP transport and the product's driver, and between the two
 * nothing but point reads of one resident: as many as the page runs statements and shows rows that
 * lie scattered; for a list, also what is open in the area, from its index; and as many constant
 * bytes as it sends. No session, no access, no JSON, no audit. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/os_process.h"
#include "bench/bench.h"
#include "bench_sql.h"
#include "http/http.h"

enum {
    PEOPLE_MOST = 1000,
    WORKERS_MOST = 64,
};

typedef struct {
    Arena arena;
    Db *db;
} Worker;

typedef struct {
    DbOptions db;
    Str place, body;
    int64_t reads;
    Str area; /* whose open rows are read too; empty: none */
    Date on;
    Uuid *people;
    size_t person_n;
    Worker workers[WORKERS_MOST];
    atomic_uint worker_n, next;
} Floor;

static void *worker_start(void *context)
{
    Floor *floor = context;
    Worker *worker = &floor->workers[atomic_fetch_add(&floor->worker_n, 1)];
    Str message = {0};
    arena_init(&worker->arena, MIB(16));
    ENSURE(db_open(&floor->db, &worker->arena, &worker->db, &message) == OK);
    return worker;
}

static void worker_stop(void *context, void *stopped)
{
    (void)context;
    Worker *worker = stopped;
    db_close(worker->db);
    arena_done(&worker->arena);
}

static Err read_open(Floor *floor, Worker *worker, Arena *arena)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const BenchOpenIn in = {floor->place, floor->area, floor->on};
    TRY(bench_open_open(worker->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        BenchOpenRow row;
        TRY(bench_open_next(&rows, arena, &row, &has_row));
    }
    return OK;
}

static void answer(const HttpRequest *request, HttpResponse *response, size_t route)
{
    (void)route;
    Floor *floor = request->context;
    Worker *worker = request->worker;
    for (int64_t i = 0; i < floor->reads; i++) {
        size_t at = atomic_fetch_add(&floor->next, 1) % floor->person_n;
        const BenchResidentPointIn in = {floor->place, floor->people[at]};
        BenchResidentPointRow row;
        bool found = false;
        if (bench_resident_point(worker->db, request->arena, &in, &row, &found) != OK || !found)
            response->status = 500;
    }
    if (floor->area.n > 0 && read_open(floor, worker, request->arena) != OK)
        response->status = 500;
    response->content_type = STR("application/json");
    response->constant = floor->body;
}

static void refuse(const HttpRequest *request, HttpResponse *response, Err err)
{
    (void)request;
    response->status = err_http_status(err);
}

static Err read_people(Floor *floor, Arena *arena)
{
    Db *db = NULL;
    Str message = {0};
    TRY(db_open(&floor->db, arena, &db, &message));
    floor->people = arena_array(arena, Uuid, PEOPLE_MOST);
    DbRows rows = {0};
    Err err = bench_residents_open(db, &(BenchResidentsIn){floor->place, PEOPLE_MOST}, &rows);
    for (bool has_row = true; err == OK && has_row;) {
        BenchResidentsRow row;
        err = bench_residents_next(&rows, arena, &row, &has_row);
        if (err == OK && has_row)
            floor->people[floor->person_n++] = row.id;
    }
    db_rows_close(&rows);
    db_close(db);
    return err;
}

static Err serve(Floor *floor, Arena *arena)
{
    static const HttpRoute routes[] = {{HTTP_GET, "/floor", answer, 0, false}};
    unsigned workers = 2 * os_processor_count();
    HttpOptions options = {
        .address = STR("127.0.0.1"),
        .workers = workers < 4              ? 4
                   : workers > WORKERS_MOST ? WORKERS_MOST
                                            : workers, /* as web */
        .connections_most = 1024,
        .connections_per_peer_most = 256,
        .timeout_seconds = 30,
        .request_arena_most = MIB(32),
        .worker_start = worker_start,
        .worker_stop = worker_stop,
        .context = floor,
        .refuse = refuse,
    };
    HttpServer *server = NULL;
    Str message = {0};
    TRY(http_server_start(&options, routes, 1, arena, &server, &message));
    printf("listening http://127.0.0.1:%u\n", (unsigned)http_server_port(server));
    fflush(stdout);
    os_stop_wait();
    http_server_stop(server);
    return OK;
}

int floor_server_main(int argc, char **argv)
{
    static Floor floor;
    int64_t bytes = 0;
    if (argc != 8 || num_parse_i64(str_from_c(argv[4]), &floor.reads) != OK
        || num_parse_i64(str_from_c(argv[5]), &bytes) != OK
        || date_parse(str_from_c(argv[7]), &floor.on) != OK)
        return 64;
    floor.area = str_from_c(argv[6]);
    Arena arena;
    arena_init(&arena, MIB(64));
    os_stop_prepare();
    floor.db = (DbOptions){.url = str_from_c(argv[2]), .read_only = true};
    floor.place = str_from_c(argv[3]);
    char *body = arena_alloc(&arena, (size_t)bytes);
    memset(body, 'x', (size_t)bytes);
    floor.body = (Str){body, (size_t)bytes};
    Err err = read_people(&floor, &arena);
    if (err == OK && floor.person_n > 0)
        err = serve(&floor, &arena);
    arena_done(&arena);
    return err == OK ? 0 : 1;
}
