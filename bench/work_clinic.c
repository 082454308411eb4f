/* A busy morning: seventy people at work with the real server for a minute. Half of them sit at the
 * front desk of a township's centre (register, find by number or by name, hand in a document),
 * half see patients (list, page, follow-up). Each pauses half a second to one and a half between
 * two tasks, so that a task's time is what its requests take one after the other, not a queue of
 * our own making. The mix is that of a published test of another clinic system (README.md).
 *
 * Nothing is a floor here: the lines are what people wait, and how many answers were refused. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access/access.h"
#include "base/os_clock.h"
#include "base/vec.h"
#include "bench/bench.h"
#include "bench/child.h"
#include "bench/load.h"
#include "demo/demo.h"
#include "demo/rng.h"
#include "engine/obligations/obligations.h"
#include "engine/subjects/residents.h"

enum {
    USERS = 70,
    PEOPLE_MOST = 100,
    ANSWER_MOST = 1024 * 1024,
    STEPS_MOST = 3,
    DOCUMENT_BYTES = 100 * 1024, /* a photographed page, made small by the phone */
};

#define MINUTE_NS INT64_C(60000000000)

typedef enum {
    TASK_REGISTER,
    TASK_FIND_NUMBER,
    TASK_FIND_NAME,
    TASK_DOCUMENT,
    TASK_CONSULT,
    TASK_N
} TaskKind;

typedef struct {
    Str name, id_number, id;
} Patient;

typedef struct {
    TaskKind task;
    size_t step;
    int64_t begins_at; /* while not is_asking: of the next task */
    bool is_asking;
    bool is_doctor;
    int socket;
    Str cookie, csrf;
    Rng rng;
    char *answer; /* ANSWER_MOST bytes */
    size_t n;
    Str subject; /* whom the task is about */
    Str hash;    /* of the document */
    char kept[2][80];
} User;

typedef VEC(double) Times;

typedef struct {
    Bench *bench;
    Child server;
    Date today;
    Str area;
    Patient patients[PEOPLE_MOST];
    size_t patient_n;
    User users[USERS];
    Times times[TASK_N];
    double seconds;
    size_t refused;
    Str first_refused;
    Arena request; /* of the request being written */
} Clinic;

/* ---- requests ---- */

static Str get(Clinic *clinic, const User *user, Str path)
{
    return str_printf(&clinic->request,
                      "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
                      "Cookie: session=%.*s\r\n\r\n",
                      STR_ARG(path), STR_ARG(user->cookie));
}

static Str post(Clinic *clinic, const User *user, Str path, const char *type, Str body)
{
    Buf request;
    buf_init(&request, &clinic->request, MIB(1));
    buf_printf(&request,
               "POST %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session=%.*s\r\n"
               "X-CSRF: %.*s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
               STR_ARG(path), STR_ARG(user->cookie), STR_ARG(user->csrf), type, body.n);
    buf_put(&request, body); /* bytes, not text */
    return buf_str(&request);
}

static Str new_id(Clinic *clinic, User *user)
{
    char id[UUID_TEXT_SIZE];
    Cx cx = app_system_cx(&clinic->bench->app, &clinic->request);
    return str_copy(&clinic->request, str_from_c(uuid_format(rng_uuid(&user->rng, cx.now), id)));
}

static Str day(Clinic *clinic, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(&clinic->request, str_from_c(date_format(date, text)));
}

/* Kept by the user: the arena of requests is emptied after each. */
static Str keep(User *user, size_t at, Str text)
{
    size_t n = text.n < sizeof user->kept[at] ? text.n : sizeof user->kept[at];
    memcpy(user->kept[at], text.p, n);
    return (Str){user->kept[at], n};
}

static Str ask_register(Clinic *clinic, User *user)
{
    static const char *const names[] = {"钟", "黄", "刘", "曾", "邱"};
    user->subject = keep(user, 0, new_id(clinic, user));
    Str name = str_printf(&clinic->request, "%s早%s", names[rng_between(&user->rng, 0, 4)],
                          names[rng_between(&user->rng, 0, 4)]);
    Date born = date_add_days(clinic->today, -(int)rng_between(&user->rng, 400, 30000));
    Str body = str_printf(&clinic->request,
                          "{\"id\": \"%.*s\", \"area\": \"%.*s\", \"name\": \"%.*s\", "
                          "\"sex\": \"%d\", \"birth_date\": \"%.*s\"}",
                          STR_ARG(user->subject), STR_ARG(clinic->area), STR_ARG(name),
                          (int)rng_between(&user->rng, 1, 2), STR_ARG(day(clinic, born)));
    return post(clinic, user, STR("/api/residents"), "application/json", body);
}

static Str ask_search(Clinic *clinic, User *user, Str text)
{
    Buf path;
    buf_init(&path, &clinic->request, KIB(4));
    buf_put_c(&path, "/api/residents?q=");
    for (size_t i = 0; i < text.n; i++)
        buf_printf(&path, "%%%02X", (unsigned)(unsigned char)text.p[i]);
    return get(clinic, user, buf_str(&path));
}

static const Patient *draw(Clinic *clinic, User *user)
{
    size_t at = (size_t)rng_between(&user->rng, 0, (int64_t)clinic->patient_n - 1);
    user->subject = clinic->patients[at].id;
    return &clinic->patients[at];
}

static Str ask_number(Clinic *clinic, User *user)
{
    return ask_search(clinic, user, draw(clinic, user)->id_number);
}

static Str ask_name(Clinic *clinic, User *user)
{
    return ask_search(clinic, user, draw(clinic, user)->name);
}

static Str ask_page(Clinic *clinic, User *user)
{
    Str path = str_printf(&clinic->request, "/api/residents/%.*s", STR_ARG(user->subject));
    return get(clinic, user, path);
}

/* A JPEG by its marks, with bytes of its own so that none is known yet. */
static Str ask_upload(Clinic *clinic, User *user)
{
    static const char head[] = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00"
                               "\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00";
    char *bytes = arena_alloc(&clinic->request, DOCUMENT_BYTES);
    memcpy(bytes, head, sizeof head - 1);
    for (size_t i = sizeof head - 1; i < DOCUMENT_BYTES - 2; i++)
        bytes[i] = (char)(rng_next(&user->rng) & 0x7f);
    memcpy(bytes + DOCUMENT_BYTES - 2, "\xff\xd9", 2);
    (void)draw(clinic, user);
    Str path = str_printf(&clinic->request,
                          "/api/residents/%.*s/attachments?form=paper_document&field=files",
                          STR_ARG(user->subject));
    return post(clinic, user, path, "image/jpeg", (Str){bytes, DOCUMENT_BYTES});
}

static Str ask_record(Clinic *clinic, User *user, const char *form, Str answers)
{
    Str body = str_printf(&clinic->request,
                          "{\"id\": \"%.*s\", \"form\": \"%s\", \"subject\": \"%.*s\", "
                          "\"happened_on\": \"%.*s\", \"confirmed\": [], \"answers\": {%.*s}}",
                          STR_ARG(new_id(clinic, user)), form, STR_ARG(user->subject),
                          STR_ARG(day(clinic, clinic->today)), STR_ARG(answers));
    return post(clinic, user, STR("/api/records"), "application/json", body);
}

static Str ask_document(Clinic *clinic, User *user)
{
    user->hash = keep(user, 1, load_part((Str){user->answer, user->n}, STR("\"hash\":\""), '"'));
    return ask_record(clinic, user, "paper_document",
                      str_printf(&clinic->request, "\"kind\": \"2\", \"files\": [\"%.*s\"]",
                                 STR_ARG(user->hash)));
}

static Str ask_list(Clinic *clinic, User *user)
{
    (void)draw(clinic, user); /* the lines are packed; who is seen is one of them */
    return get(clinic, user, STR("/api/obligations?program=hypertension"));
}

static Str ask_followup(Clinic *clinic, User *user)
{
    Str next = day(clinic, date_add_days(clinic->today, 90));
    Str answers = str_printf(
        &clinic->request,
        "\"mode\": \"1\", \"symptoms\": [\"1\"], \"critical_signs\": [\"1\"], \"sbp\": %d, "
        "\"dbp\": %d, \"height\": 165, \"weight\": %d, \"heart_rate\": %d, \"cigarettes\": 0, "
        "\"alcohol\": 0, \"exercise_times\": 5, \"exercise_times_target\": 5, "
        "\"exercise_minutes\": 30, \"exercise_minutes_target\": 30, \"salt\": \"1\", "
        "\"mental_adjustment\": \"1\", \"obedience\": \"1\", \"compliance\": \"1\", "
        "\"adverse_reaction\": \"1\", \"new_complication\": \"1\", \"class\": \"1\", "
        "\"next_followup_on\": \"%.*s\"",
        (int)rng_between(&user->rng, 112, 136), (int)rng_between(&user->rng, 68, 86),
        (int)rng_between(&user->rng, 55, 78), (int)rng_between(&user->rng, 62, 88), STR_ARG(next));
    return ask_record(clinic, user, "hypertension_followup", answers);
}

static const struct {
    const char *work;
    Str (*steps[STEPS_MOST])(Clinic *clinic, User *user);
} tasks[TASK_N] = {
    [TASK_REGISTER] = {"registering, and the new page", {ask_register, ask_page}},
    [TASK_FIND_NUMBER] = {"finding by ID number, and the page", {ask_number, ask_page}},
    [TASK_FIND_NAME] = {"finding by name, and the page", {ask_name, ask_page}},
    [TASK_DOCUMENT] = {"a document of 100 kB with its record", {ask_upload, ask_document}},
    [TASK_CONSULT] = {"a consultation: list, page, follow-up", {ask_list, ask_page, ask_followup}},
};

/* ---- the morning ---- */

static Err ask(Clinic *clinic, User *user)
{
    Str request = tasks[user->task].steps[user->step](clinic, user);
    user->n = 0;
    user->is_asking = true;
    Err err = load_send(user->socket, request);
    arena_reset(&clinic->request);
    return err;
}

static void rest(User *user, int64_t now)
{
    user->is_asking = false;
    user->step = 0;
    user->begins_at = now + rng_between(&user->rng, 500, 1500) * 1000000;
    user->task =
        user->is_doctor ? TASK_CONSULT : (TaskKind)rng_between(&user->rng, 0, TASK_DOCUMENT);
}

static void note_refused(Clinic *clinic, const User *user)
{
    if (clinic->refused++ == 0)
        clinic->first_refused =
            str_printf(clinic->bench->arena, "%s, step %zu: %.*s", tasks[user->task].work,
                       user->step + 1, (int)(user->n < 2000 ? user->n : 2000), user->answer);
}

static Err hear(Clinic *clinic, User *user, int64_t now)
{
    ssize_t got = recv(user->socket, user->answer + user->n, ANSWER_MOST - user->n, 0);
    size_t body = 0;
    if (got <= 0)
        return ERR_IO;
    user->n += (size_t)got;
    Str answer = {user->answer, user->n};
    size_t whole = load_answer_size(answer, &body);
    if (whole == 0 || user->n < whole)
        return OK;
    bool is_well =
        str_has_prefix(answer, STR("HTTP/1.1 200")) || str_has_prefix(answer, STR("HTTP/1.1 201"));
    if (!is_well) {
        note_refused(clinic, user);
        rest(user, now);
        return OK;
    }
    user->step++;
    if (user->step < STEPS_MOST && tasks[user->task].steps[user->step] != NULL)
        return ask(clinic, user);
    VEC_PUSH(clinic->bench->arena, &clinic->times[user->task],
             (double)(now - user->begins_at) / 1e6);
    rest(user, now);
    return OK;
}

/* Until the minute is over and everybody has got the last answer. */
static Err work(Clinic *clinic)
{
    int64_t start = os_clock_monotonic_ns(), now = start;
    for (size_t i = 0; i < USERS; i++)
        rest(&clinic->users[i], now);
    for (bool is_open = true; is_open; now = os_clock_monotonic_ns()) {
        struct pollfd sockets[USERS];
        is_open = now - start < MINUTE_NS;
        for (size_t i = 0; i < USERS; i++) {
            User *user = &clinic->users[i];
            if (!user->is_asking && user->begins_at <= now && now - start < MINUTE_NS) {
                user->begins_at = now;
                TRY(ask(clinic, user));
            }
            is_open = is_open || user->is_asking;
            sockets[i] = (struct pollfd){.fd = user->socket, .events = POLLIN};
        }
        if (poll(sockets, USERS, 2) < 0)
            return ERR_IO;
        int64_t heard_at = os_clock_monotonic_ns();
        for (size_t i = 0; i < USERS; i++)
            if (sockets[i].revents != 0)
                TRY(hear(clinic, &clinic->users[i], heard_at));
    }
    clinic->seconds = (double)(now - start) / 1e9;
    return OK;
}

/* ---- before it ---- */

/* People of the guided doctor's area, with a programme: the clinician's too. */
static Err find_patients(Clinic *clinic)
{
    Cx cx = app_system_cx(&clinic->bench->app, clinic->bench->arena);
    Account account;
    Actor actor;
    TRY(bench_doctor(clinic->bench, &account));
    TRY(access_actor(&cx, &account, &actor));
    Cx doctor = cx;
    doctor.actor = &actor;
    ObligationFilter filter = {.on = cx.today, .program = STR("hypertension"), .most = PEOPLE_MOST};
    filter.after.due_on = DATE_NONE;
    filter.states[OBLIGATION_OVERDUE] = filter.states[OBLIGATION_DUE] = true;
    filter.states[OBLIGATION_OPEN] = true;
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(obligation_list(&doctor, &filter, &lines, &n));
    for (size_t i = 0; i < n; i++) {
        Resident person;
        TRY(resident_open(&cx, lines[i].obligation.subject, &person));
        if (person.id_number.n == 0)
            continue;
        char id[UUID_TEXT_SIZE];
        Arena *arena = clinic->bench->arena;
        clinic->patients[clinic->patient_n++] = (Patient){
            person.name, person.id_number, str_copy(arena, str_from_c(uuid_format(person.id, id)))};
        clinic->area = str_copy(arena, person.area);
    }
    clinic->today = cx.today;
    return clinic->patient_n > 0 ? OK : ERR_NOT_FOUND;
}

/* Connects with a first request, whose answer is thrown away. */
static Err sit_down(Clinic *clinic, User *user, size_t number)
{
    const char *login = user->is_doctor ? DEMO_DOCTOR_LOGIN : "clinician";
    Arena *arena = clinic->bench->arena;
    user->rng = rng_stream((uint64_t)clinic->bench->residents, 97, number);
    user->answer = arena_alloc(arena, ANSWER_MOST);
    TRY(load_log_in(clinic->server.port, login, DEMO_PASSWORD, arena, &user->cookie, &user->csrf));
    TRY(load_open(clinic->server.port, get(clinic, user, STR("/api/session")), &user->socket));
    arena_reset(&clinic->request);
    size_t body = 0, whole = 0;
    for (user->n = 0; whole == 0 || user->n < whole;) {
        ssize_t got = recv(user->socket, user->answer + user->n, ANSWER_MOST - user->n, 0);
        if (got <= 0)
            return ERR_IO;
        user->n += (size_t)got;
        whole = load_answer_size((Str){user->answer, user->n}, &body);
    }
    return OK;
}

static Err open_clinic(Clinic *clinic)
{
    const Bench *bench = clinic->bench;
    TRY(find_patients(clinic));
    TRY(bench_server(bench, &clinic->server));
    for (size_t i = 0; i < USERS; i++)
        clinic->users[i].socket = -1;
    for (size_t i = 0; i < USERS; i++) {
        clinic->users[i].is_doctor = i % 2 == 1;
        TRY(sit_down(clinic, &clinic->users[i], i));
    }
    return OK;
}

static void report(Clinic *clinic, double cpu)
{
    Arena *arena = clinic->bench->report->arena;
    size_t done = 0;
    for (size_t i = 0; i < TASK_N; i++) {
        Times *times = &clinic->times[i];
        const char *work = str_to_c(arena, str_printf(arena, "70 users: %s, p95", tasks[i].work));
        BenchLine line = bench_line(clinic->bench, work, "ms");
        line.value = percentile(times->items, times->n, 0.95);
        line.note = str_printf(arena, "p50 %.1f, p99 %.1f, longest %.1f; %zu done",
                               percentile(times->items, times->n, 0.50),
                               percentile(times->items, times->n, 0.99),
                               percentile(times->items, times->n, 1.00), times->n);
        done += times->n;
        report_add(clinic->bench->report, line);
    }
    BenchLine line = bench_line(clinic->bench, "70 users: tasks done", "a second");
    line.value = (double)done / clinic->seconds;
    line.note = str_printf(arena, "%zu refused; the server used %.0f %% of one processor",
                           clinic->refused, 100 * cpu / clinic->seconds);
    report_add(clinic->bench->report, line);
}

Err work_clinic(Bench *bench)
{
    Arena *arena = bench->arena;
    Clinic *clinic = arena_new(arena, Clinic);
    clinic->bench = bench;
    arena_init(&clinic->request, MIB(16));
    Err err = open_clinic(clinic);
    double cpu = err == OK ? process_cpu(clinic->server.pid) : 0;
    if (err == OK)
        err = work(clinic);
    if (err == OK)
        report(clinic, process_cpu(clinic->server.pid) - cpu);
    if (clinic->refused > 0) {
        fprintf(stderr, "bench: refused: %.*s\n", STR_ARG(clinic->first_refused));
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; i < USERS; i++)
        if (clinic->users[i].socket > 0)
            close(clinic->users[i].socket);
    child_stop(&clinic->server);
    arena_done(&clinic->request);
    return err == OK ? OK : bench_fail(bench, "a clinic of seventy", err);
}
