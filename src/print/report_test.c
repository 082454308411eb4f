/* What a report is as a workbook and as pages: texts stay texts, numbers numbers, rows go on on the
 * next page. What stands in the sheets is read in the scenario. */
#include "print/report.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Asked for by the leak sanitizer: fontconfig keeps what it has read of the fonts until the end. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

enum { COLUMN_N = 4 };

static Report sample(const ReportRow *rows, size_t row_n, const Str *sections, size_t section_n)
{
    static const ReportColumn columns[COLUMN_N] = {
        {{"单位", 6}, 20, false, false},
        {{"值", 3}, 10, true, false},
        {{"日期", 6}, 12, false, false},
        {{"代码", 6}, 12, false, true},
    };
    static const ReportFact facts[] = {{{"截至", 6}, {"2025-06-30", 10}}};
    return (Report){.lang = LANG_ZH,
                    .title = STR("名次"),
                    .notice = STR("演示数据"),
                    .facts = facts,
                    .fact_n = 1,
                    .sheet = STR("名次: 2025/06 [一]"),
                    .about = STR("说明"),
                    .section_title = STR("部分"),
                    .sections = sections,
                    .section_n = section_n,
                    .columns = columns,
                    .column_n = COLUMN_N,
                    .rows = rows,
                    .row_n = row_n,
                    .footer = STR("county 导出"),
                    .made_at = {1750000000000}};
}

static const ReportCell cells[COLUMN_N] = {
    {.kind = REPORT_TEXT, .text = {"=1+1", 4}, .mark = {"▲", 3}},
    {.kind = REPORT_NUMBER, .number = 61.455, .decimals = 2, .unit = {"%", 1}},
    {.kind = REPORT_DATE, .date = {20000}},
    {.kind = REPORT_EMPTY},
};

static size_t count_of(Str text, Str what)
{
    size_t n = 0;
    for (size_t at = 0; (at = str_find(text, what, at)) != SIZE_MAX; at++)
        n++;
    return n;
}

static Str pages_of(Arena *arena, const Report *report)
{
    Buf out;
    buf_init(&out, arena, 8 << 20);
    assert_int_equal(report_pages(report, arena, &out), OK);
    return buf_str(&out);
}

static Str workbook_of(Arena *arena, const Report *report)
{
    Buf out;
    buf_init(&out, arena, 8 << 20);
    assert_int_equal(report_workbook(report, arena, &out), OK);
    return buf_str(&out);
}

static void a_cell_on_paper_has_its_mark_its_decimals_and_its_unit(void **state)
{
    Arena arena;
    arena_init(&arena, 1 << 20);
    assert_true(str_equals_c(report_cell_text(&cells[0], &arena), "▲ =1+1"));
    assert_true(str_equals_c(report_cell_text(&cells[1], &arena), "61.46%"));
    assert_true(str_equals_c(report_cell_text(&cells[2], &arena), "2024-10-04"));
    assert_int_equal(report_cell_text(&cells[3], &arena).n, 0);
    arena_done(&arena);
    (void)state;
}

static void the_same_report_is_the_same_pages_and_many_rows_take_more_of_them(void **state)
{
    enum { ROW_N = 90 };
    static const Str sections[] = {{"一、基本医疗", 18}, {"二、公共卫生", 18}};
    Arena arena;
    arena_init(&arena, 64 << 20);
    ReportRow rows[ROW_N];
    for (size_t i = 0; i < ROW_N; i++)
        rows[i] = (ReportRow){cells, i / 45};
    const Report few = sample(rows, 3, sections, 2), many = sample(rows, ROW_N, sections, 2);
    Str once = pages_of(&arena, &few);
    assert_true(str_has_prefix(once, STR("%PDF-")));
    assert_true(str_equals(once, pages_of(&arena, &few)));
    assert_int_equal(count_of(once, STR("/Type /Page %")), 1);
    assert_in_range(count_of(pages_of(&arena, &many), STR("/Type /Page %")), 3, 5);
    arena_done(&arena);
    (void)state;
}

static void a_row_longer_than_a_page_goes_on_on_the_next(void **state)
{
    Arena arena;
    arena_init(&arena, 64 << 20);
    Buf text;
    buf_init(&text, &arena, 1 << 20);
    for (int i = 0; i < 1500; i++)
        buf_put_c(&text, "反复头晕两周");
    ReportCell long_cells[COLUMN_N] = {[0] = {.kind = REPORT_TEXT, .text = buf_str(&text)}};
    const ReportRow row = {long_cells, 0};
    const Report report = sample(&row, 1, NULL, 0);
    assert_in_range(count_of(pages_of(&arena, &report), STR("/Type /Page %")), 5, 12);
    assert_true(workbook_of(&arena, &report).n > 0);
    arena_done(&arena);
    (void)state;
}

static void a_fact_longer_than_a_page_goes_on_on_the_next(void **state)
{
    Arena arena;
    arena_init(&arena, 64 << 20);
    Buf text;
    buf_init(&text, &arena, 1 << 20);
    for (int i = 0; i < 1500; i++)
        buf_put_c(&text, "反复头晕两周");
    const ReportFact facts[] = {{STR("筛选"), buf_str(&text)}, {STR("地区"), STR("示范县")}};
    const ReportRow row = {cells, 0};
    Report report = sample(&row, 1, NULL, 0);
    report.facts = facts;
    report.fact_n = 2;
    assert_in_range(count_of(pages_of(&arena, &report), STR("/Type /Page %")), 2, 4);
    arena_done(&arena);
    (void)state;
}

/* However narrow its columns and high its titles are, the pages come to an end. */
static void a_table_that_has_no_room_for_its_texts_ends(void **state)
{
    static const ReportColumn narrow[] = {{{"一列", 6}, 1, false, false},
                                          {{"宽列", 6}, 900, false, false}};
    Arena arena;
    arena_init(&arena, 64 << 20);
    Buf text;
    buf_init(&text, &arena, 1 << 20);
    for (int i = 0; i < 500; i++)
        buf_put_c(&text, "反复头晕两周");
    const ReportCell narrow_cells[] = {{.kind = REPORT_TEXT, .text = buf_str(&text)},
                                       {.kind = REPORT_TEXT, .text = STR("值")}};
    const ReportRow row = {narrow_cells, 0};
    Report report = sample(&row, 1, NULL, 0);
    report.columns = narrow;
    report.column_n = 2;
    assert_in_range(count_of(pages_of(&arena, &report), STR("/Type /Page %")), 1, 4);
    arena_done(&arena);
    (void)state;
}

static void a_workbook_has_the_table_and_what_it_says_of_itself(void **state)
{
    Arena arena;
    arena_init(&arena, 16 << 20);
    const ReportRow row = {cells, 0};
    const Report report = sample(&row, 1, NULL, 0), empty = sample(NULL, 0, NULL, 0);
    Str once = workbook_of(&arena, &report);
    assert_true(str_has_prefix(once, STR("PK")));
    assert_true(str_find(once, STR("xl/worksheets/sheet1.xml"), 0) != SIZE_MAX);
    assert_true(str_find(once, STR("xl/worksheets/sheet2.xml"), 0) != SIZE_MAX);
    assert_true(str_has_prefix(workbook_of(&arena, &empty), STR("PK")));
    arena_done(&arena);
    (void)state;
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    Arena arena;
    arena_init(&arena, 8 << 20);
    const ReportRow row = {cells, 0};
    const Report report = sample(&row, 1, NULL, 0);
    Buf pages, book;
    buf_init(&pages, &arena, 200);
    buf_init(&book, &arena, 200);
    assert_int_equal(report_pages(&report, &arena, &pages), ERR_LIMIT);
    assert_int_equal(report_workbook(&report, &arena, &book), ERR_LIMIT);
    arena_done(&arena);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_on_paper_has_its_mark_its_decimals_and_its_unit),
        cmocka_unit_test(the_same_report_is_the_same_pages_and_many_rows_take_more_of_them),
        cmocka_unit_test(a_row_longer_than_a_page_goes_on_on_the_next),
        cmocka_unit_test(a_fact_longer_than_a_page_goes_on_on_the_next),
        cmocka_unit_test(a_table_that_has_no_room_for_its_texts_ends),
        cmocka_unit_test(a_workbook_has_the_table_and_what_it_says_of_itself),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
