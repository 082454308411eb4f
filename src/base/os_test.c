/* The system's edge: files, folders, threads, clocks, the log. Works in a temporary folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/os_clock.h"
#include "base/os_file.h"
#include "base/os_log.h"
#include "base/os_process.h"
#include "base/os_random.h"
#include "base/os_thread.h"

static Arena arena;
static Str folder;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(16));
    return os_folder_make_temporary(&arena, STR("catchment-os"), &folder) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    Err err = os_folder_remove(&arena, folder);
    arena_done(&arena);
    return err == OK ? 0 : -1;
}

static Str in_folder(const char *name)
{
    return os_path_join(&arena, folder, str_from_c(name));
}

static void a_file_reads_back_as_written(void **state)
{
    (void)state;
    Str path = in_folder("file");
    Str text = {0};
    assert_int_equal(os_file_read(&arena, path, 100, &text), ERR_NOT_FOUND);
    assert_int_equal(os_file_write(path, STR("one\0two"), 0644), OK);
    assert_int_equal(os_file_write(path, STR("three"), 0644), OK);
    assert_int_equal(os_file_read(&arena, path, 5, &text), OK);
    assert_true(str_equals(text, STR("three")));
    assert_true(os_file_exists(path));
    assert_false(os_folder_exists(path));
    uint64_t size = 0;
    assert_int_equal(os_file_size(path, &size), OK);
    assert_int_equal(size, 5);
    OsEntries entries = {0};
    assert_int_equal(os_folder_list(&arena, folder, &entries), OK);
    assert_int_equal(entries.n, 1); /* no temporary file is left */
    assert_int_equal(os_file_remove(path), OK);
    assert_int_equal(os_file_remove(path), ERR_NOT_FOUND);
}

static void a_file_over_the_ceiling_is_refused(void **state)
{
    (void)state;
    Str path = in_folder("large");
    char *bytes = arena_array(&arena, char, 10000);
    assert_int_equal(os_file_write(path, (Str){bytes, 10000}, 0644), OK);
    Str text = {0};
    assert_int_equal(os_file_read(&arena, path, 9999, &text), ERR_LIMIT);
    assert_int_equal(os_file_read(&arena, path, 10000, &text), OK);
    assert_int_equal(text.n, 10000);
    /* Says that it is empty and is not. */
    assert_int_equal(os_file_read(&arena, STR("/proc/self/status"), KIB(64), &text), OK);
    assert_true(text.n > 0);
    assert_int_equal(os_file_remove(path), OK);
}

static void creating_never_writes_over(void **state)
{
    (void)state;
    Str path = in_folder("key");
    assert_int_equal(os_file_create(path, STR("first"), 0600), OK);
    assert_int_equal(os_file_create(path, STR("second"), 0600), ERR_CONFLICT);
    Str text = {0};
    assert_int_equal(os_file_read(&arena, path, 100, &text), OK);
    assert_true(str_equals(text, STR("first")));
    assert_int_equal(os_file_remove(path), OK);
}

static void paths_with_nul_or_nothing_are_refused(void **state)
{
    (void)state;
    Str text = {0};
    assert_int_equal(os_file_read(&arena, STR("/etc/passwd\0.txt"), 10, &text), ERR_INVALID);
    assert_int_equal(os_file_read(&arena, STR(""), 10, &text), ERR_INVALID);
    assert_int_equal(os_file_write(in_folder("no/such/folder"), STR("x"), 0644), ERR_NOT_FOUND);
    assert_int_equal(os_file_write(STR("/proc/catchment"), STR("x"), 0644), ERR_NOT_FOUND);
    assert_int_equal(os_file_read(&arena, folder, 10, &text), ERR_NOT_FOUND);
}

static void folders_are_listed_in_byte_order(void **state)
{
    (void)state;
    static const char *const names[] = {"t/b", "t/B", "t/a/z", "t/王", "t/a-b", "t/.hidden"};
    assert_int_equal(os_folder_make(in_folder("t/a")), OK);
    assert_int_equal(os_folder_make(in_folder("t/a")), OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(os_file_write(in_folder(names[i]), STR("x"), 0644), OK);
    OsEntries entries = {0};
    assert_int_equal(os_folder_list(&arena, in_folder("t"), &entries), OK);
    static const char *const direct[] = {"B", "a", "a-b", "b", "王"};
    assert_int_equal(entries.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(str_equals_c(entries.items[i].name, direct[i]));
    assert_true(entries.items[1].is_folder);
    assert_int_equal(os_folder_list_all(&arena, in_folder("t"), &entries), OK);
    static const char *const all[] = {"B", "a-b", "a/z", "b", "王"};
    assert_int_equal(entries.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(str_equals_c(entries.items[i].name, all[i]));
    assert_int_equal(os_folder_list(&arena, in_folder("none"), &entries), ERR_NOT_FOUND);
    assert_int_equal(os_folder_remove(&arena, in_folder("t")), OK);
    assert_false(os_folder_exists(in_folder("t")));
}

static void a_folder_is_not_made_over_a_file(void **state)
{
    (void)state;
    assert_int_equal(os_file_write(in_folder("plain"), STR("x"), 0644), OK);
    assert_int_equal(os_folder_make(in_folder("plain")), ERR_CONFLICT);
    assert_int_equal(os_folder_make(in_folder("plain/below")), ERR_NOT_FOUND);
    assert_int_equal(os_file_remove(in_folder("plain")), OK);
}

/* Eight threads pass through a semaphore of three. */
typedef struct {
    Semaphore semaphore;
    Mutex mutex;
    Condition all_in;
    unsigned inside;
    unsigned most_inside;
    unsigned passed;
} Passage;

static void pass_often(void *context)
{
    Passage *passage = context;
    for (int i = 0; i < 200; i++) {
        semaphore_take(&passage->semaphore);
        mutex_lock(&passage->mutex);
        passage->inside++;
        if (passage->inside > passage->most_inside)
            passage->most_inside = passage->inside;
        mutex_unlock(&passage->mutex);
        mutex_lock(&passage->mutex);
        passage->inside--;
        passage->passed++;
        mutex_unlock(&passage->mutex);
        semaphore_give(&passage->semaphore);
    }
}

static void a_semaphore_lets_in_no_more_than_it_should(void **state)
{
    (void)state;
    Passage passage = {0};
    semaphore_init(&passage.semaphore, 3);
    mutex_init(&passage.mutex);
    Thread threads[8] = {0};
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(thread_start(&threads[i], pass_often, &passage), OK);
    for (size_t i = 0; i < 8; i++)
        thread_join(&threads[i]);
    thread_join(&threads[0]); /* again: nothing to do */
    assert_int_equal(passage.passed, 1600);
    assert_in_range(passage.most_inside, 1, 3);
    assert_int_equal(passage.semaphore.held, 0);
    mutex_done(&passage.mutex);
    semaphore_done(&passage.semaphore);
}

static void a_full_semaphore_turns_away(void **state)
{
    (void)state;
    Semaphore semaphore;
    semaphore_init(&semaphore, 1);
    assert_true(semaphore_try(&semaphore));
    assert_false(semaphore_try(&semaphore));
    assert_false(semaphore_take_until(&semaphore, os_clock_monotonic_ns()));
    semaphore_give(&semaphore);
    assert_true(semaphore_take_until(&semaphore, os_clock_monotonic_ns()));
    semaphore_give(&semaphore);
    semaphore_done(&semaphore);
}

static void clocks_run_forward_and_ids_differ(void **state)
{
    (void)state;
    int64_t before = os_clock_monotonic_ns();
    Uuid a = os_random_uuid(), b = os_random_uuid();
    assert_false(uuid_equals(a, b));
    assert_true(os_clock_monotonic_ns() >= before);
    assert_true(os_clock_cpu_ns() > 0);
    assert_true(date_compare(date_of_instant(os_clock_now()), date_from_ymd(2025, 1, 1)) > 0);
}

static void the_process_knows_itself(void **state)
{
    (void)state;
    assert_true(str_is_empty(os_environment("CATCHMENT_NO_SUCH_VARIABLE")));
    assert_false(str_is_empty(os_environment("PATH")));
    assert_true(os_processor_count() >= 1);
    assert_true(os_process_memory() > KIB(64));
    assert_true(os_process_id() > 0);
}

static void asking_to_stop_ends_the_wait(void **state)
{
    (void)state;
    os_stop_prepare();
    os_stop_request();
    os_stop_wait();
}

static Str logged(const LogField *fields)
{
    Buf buf;
    buf_init(&buf, &arena, KIB(4));
    os_log_format(&buf, instant_of_date(date_from_ymd(2025, 6, 30), 8, 0), LOG_WARN, "disk low",
                  fields);
    return buf_str(&buf);
}

static void a_log_line_is_one_json_object(void **state)
{
    (void)state;
    const LogField fields[] = {
        LOG_INTEGER("left", -3),  LOG_DECIMAL("ratio", 0.5),
        LOG_BOOL("fatal", false), LOG_DATE("day", date_from_ymd(2025, 6, 30)),
        LOG_ERR("err", ERR_FULL), LOG_END,
    };
    assert_string_equal(str_to_c(&arena, logged(fields)),
                        "{\"at\":\"2025-06-30T00:00:00.000Z\",\"level\":\"warn\","
                        "\"event\":\"disk low\",\"left\":-3,\"ratio\":0.5,\"fatal\":false,"
                        "\"day\":\"2025-06-30\",\"err\":\"ERR_FULL\"}\n");
}

static void log_words_cannot_carry_free_text(void **state)
{
    (void)state;
    const LogField fields[] = {LOG_WORD("route", STR("/api/{id} 王\"\n")), LOG_END};
    Str line = logged(fields);
    assert_true(str_find(line, STR("\"/api/{id}??????\"}\n"), 0) != SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_reads_back_as_written),
        cmocka_unit_test(a_file_over_the_ceiling_is_refused),
        cmocka_unit_test(creating_never_writes_over),
        cmocka_unit_test(paths_with_nul_or_nothing_are_refused),
        cmocka_unit_test(folders_are_listed_in_byte_order),
        cmocka_unit_test(a_folder_is_not_made_over_a_file),
        cmocka_unit_test(a_semaphore_lets_in_no_more_than_it_should),
        cmocka_unit_test(a_full_semaphore_turns_away),
        cmocka_unit_test(clocks_run_forward_and_ids_differ),
        cmocka_unit_test(the_process_knows_itself),
        cmocka_unit_test(asking_to_stop_ends_the_wait),
        cmocka_unit_test(a_log_line_is_one_json_object),
        cmocka_unit_test(log_words_cannot_carry_free_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
