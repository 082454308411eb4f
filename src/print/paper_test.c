/* What a form looks like on paper: which cells, how many pages, the same bytes again. What the
 * pages look like is for eyes; that the PDF opens and has its texts is in the scenario. */
#include "print/paper.h"

#include "base/arena.h"
#include "print/paper_int.h"

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

/* As initialisers of constants. */
#define TEXT_OF(literal)                                                                           \
 {                                                                                                 \
  "" literal, sizeof(literal) - 1                                                                  \
 }
#define WORDS(z, e)                                                                                \
 {                                                                                                 \
  TEXT_OF(z), TEXT_OF(e)                                                                           \
 }

static const CodeOption modes[] = {
    {.code = TEXT_OF("1"), .label = WORDS("门诊", "clinic")},
    {.code = TEXT_OF("2"), .label = WORDS("其他", "other"), .details = TEXT_OF("mode_other")},
};
static const CodeList mode_list = {.id = TEXT_OF("mode"), .options = modes, .option_n = 2};
static const FormSection sections[] = {{TEXT_OF("visit"), WORDS("本次随访", "Visit")},
                                       {TEXT_OF("signs"), WORDS("体征", "Signs")}};
static const FormField drug_fields[] = {
    {.id = TEXT_OF("drug"), .type = FIELD_TEXT, .label = WORDS("药物", "Drug")},
    {.id = TEXT_OF("dose"),
     .type = FIELD_DECIMAL,
     .label = WORDS("用量", "Dose"),
     .unit = WORDS("mg", "mg")},
};
enum { MODE, MODE_OTHER, SYMPTOMS, WEIGHT, WEIGHT_TARGET, WORKED_OUT, OLD, DRUGS, FIELD_N };
static const FormField fields[] = {
    [MODE] = {.id = TEXT_OF("mode"),
              .type = FIELD_CODE,
              .label = WORDS("方式", "Way"),
              .codes = &mode_list},
    [MODE_OTHER] = {.id = TEXT_OF("mode_other"),
                    .type = FIELD_TEXT,
                    .label = WORDS("其他方式", "Other way")},
    [SYMPTOMS] = {.id = TEXT_OF("symptoms"),
                  .type = FIELD_CODES,
                  .label = WORDS("症状", "Symptoms"),
                  .codes = &mode_list,
                  .section = 1},
    [WEIGHT] = {.id = TEXT_OF("weight"),
                .type = FIELD_DECIMAL,
                .label = WORDS("体重", "Weight"),
                .unit = WORDS("kg", "kg"),
                .section = 1},
    [WEIGHT_TARGET] = {.id = TEXT_OF("weight_target"),
                       .type = FIELD_DECIMAL,
                       .label = WORDS("体重目标", "Target weight"),
                       .target_of = TEXT_OF("weight"),
                       .section = 1},
    [WORKED_OUT] = {.id = TEXT_OF("worked_out"),
                    .type = FIELD_CODE,
                    .label = WORDS("是否达标", "In target"),
                    .codes = &mode_list,
                    .is_off_paper = true,
                    .section = 1},
    [OLD] = {.id = TEXT_OF("old"),
             .type = FIELD_TEXT,
             .label = WORDS("旧项", "Old"),
             .is_retired = true,
             .section = 1},
    [DRUGS] = {.id = TEXT_OF("drugs"),
               .type = FIELD_ROWS,
               .label = WORDS("用药", "Drugs"),
               .rows = drug_fields,
               .row_field_n = 2,
               .section = 1},
};
static const Form form = {.id = TEXT_OF("visit"),
                          .version = TEXT_OF("1.0.0"),
                          .title = WORDS("随访记录表", "Visit"),
                          .paper_visits = 4,
                          .sections = sections,
                          .section_n = 2,
                          .fields = fields,
                          .field_n = FIELD_N};

static ExprValue text_value(Str text)
{
    return (ExprValue){.type = EXPR_TEXT, .as.text = text};
}

static FormAnswers answers_of(Arena *arena)
{
    static const Str symptoms[] = {TEXT_OF("1"), TEXT_OF("2")};
    FormAnswers answers;
    form_answers_init(&answers, &form, arena);
    answers.values[MODE] = text_value(STR("2"));
    answers.values[MODE_OTHER] = text_value(STR("村头大树下"));
    answers.values[SYMPTOMS] = (ExprValue){.type = EXPR_CODES, .as.codes = {symptoms, 2}};
    answers.values[WEIGHT] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 62.5};
    answers.values[WEIGHT_TARGET] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 60};
    return answers;
}

static const PaperRow *row_of(const PaperRows *rows, Str label)
{
    for (size_t i = 0; i < rows->n; i++)
        if (str_equals(rows->items[i].label, label))
            return &rows->items[i];
    return NULL;
}

static void assert_text(const PaperCell *cell, const char *text)
{
    char *said = test_malloc(cell->text.n + 1);
    if (cell->text.n > 0)
        memcpy(said, cell->text.p, cell->text.n);
    said[cell->text.n] = 0;
    assert_string_equal(said, text);
    test_free(said);
}

static void a_visit_stands_in_its_column_as_the_form_has_it(void **state)
{
    Arena arena;
    arena_init(&arena, 1 << 22);
    FormAnswers answers = answers_of(&arena);
    const PaperVisit visit = {.answers = &answers,
                              .happened_on = date_from_ymd(2025, 6, 30),
                              .facility = STR("桃园村卫生室"),
                              .note = STR("已更正")};
    const Paper paper = {.form = &form, .visits = &visit, .visit_n = 1};
    PaperRows rows = paper_rows(&paper, &arena);
    const PaperRow *mode = row_of(&rows, STR("方式"));
    assert_text(&mode->cells[0], "1\u00a0门诊  2\u00a0其他：村头大树下");
    assert_int_equal(mode->cells[0].box_n, 1);
    assert_true(str_equals_c(mode->cells[0].boxes[0], "2"));
    const PaperRow *symptoms = row_of(&rows, STR("症状"));
    assert_int_equal(symptoms->cells[0].box_n, 3);
    assert_true(str_equals_c(symptoms->cells[0].boxes[1], "2"));
    assert_int_equal(symptoms->cells[0].boxes[2].n, 0);
    assert_text(&row_of(&rows, STR("体重 / 目标（kg）"))->cells[0], "62.5 / 60");
    assert_text(&rows.items[0].cells[0], "2025-06-30（已更正）");
    assert_null(row_of(&rows, STR("其他方式")));
    assert_null(row_of(&rows, STR("体重目标")));
    assert_null(row_of(&rows, STR("是否达标")));
    assert_null(row_of(&rows, STR("旧项")));
    arena_done(&arena);
    (void)state;
}

static void a_blank_paper_has_its_columns_and_empty_boxes(void **state)
{
    Arena arena;
    arena_init(&arena, 1 << 22);
    const Paper paper = {.form = &form, .lang = LANG_EN};
    PaperRows rows = paper_rows(&paper, &arena);
    assert_int_equal(paper_columns(&paper), 4);
    const PaperRow *mode = row_of(&rows, STR("Way"));
    assert_text(&mode->cells[3], "1\u00a0clinic  2\u00a0other：______");
    assert_int_equal(mode->cells[3].boxes[0].n, 0);
    assert_text(&row_of(&rows, STR("Weight / target（kg）"))->cells[0], " / ");
    assert_text(
        &row_of(&rows, STR("Drugs"))->cells[0],
        "1. Drug：______ Dose：______\n2. Drug：______ Dose：______\n3. Drug：______ Dose：______");
    assert_true(rows.items[rows.n - 1].is_signed);
    arena_done(&arena);
    (void)state;
}

static Str printed(Arena *arena, const Paper *paper)
{
    Buf out;
    buf_init(&out, arena, 4 << 20);
    assert_int_equal(paper_print(paper, arena, &out), OK);
    return buf_str(&out);
}

static size_t pages_of(Str pdf)
{
    size_t n = 0;
    for (size_t at = 0; (at = str_find(pdf, STR("/Type /Page %"), at)) != SIZE_MAX; at++)
        n++;
    return n;
}

static void the_same_paper_is_the_same_file_and_long_texts_take_more_pages(void **state)
{
    Arena arena;
    arena_init(&arena, 64 << 20);
    FormAnswers answers = answers_of(&arena);
    PaperVisit visits[4];
    for (size_t i = 0; i < 4; i++)
        visits[i] = (PaperVisit){.answers = &answers, .happened_on = date_from_ymd(2025, 3, 31)};
    Paper paper = {.form = &form,
                   .visits = visits,
                   .visit_n = 4,
                   .name = STR("阿卜杜拉·买买提"),
                   .number = STR("103-00027")};
    Str once = printed(&arena, &paper), again = printed(&arena, &paper);
    assert_true(str_has_prefix(once, STR("%PDF-")));
    assert_true(str_equals(once, again));
    assert_int_equal(pages_of(once), 1);
    Buf text;
    buf_init(&text, &arena, 1 << 20);
    for (int i = 0; i < 600; i++)
        buf_put_c(&text, "反复头晕两周");
    answers.values[MODE_OTHER] = text_value(buf_str(&text));
    assert_in_range(pages_of(printed(&arena, &paper)), 10, 20);
    arena_done(&arena);
    (void)state;
}

static void who_has_no_number_has_boxes_for_it(void **state)
{
    Form about = form;
    Paper paper = {.form = &about};
    about.subject = STR("resident");
    assert_true(str_equals_c(paper_number(&paper), "   -     "));
    paper.number = STR("103-00027");
    assert_true(str_equals_c(paper_number(&paper), "103-00027"));
    about.subject = STR("facility");
    paper.number = (Str){0};
    assert_int_equal(paper_number(&paper).n, 0);
    (void)state;
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    Arena arena;
    arena_init(&arena, 8 << 20);
    Buf out;
    buf_init(&out, &arena, 200);
    const Paper paper = {.form = &form};
    assert_int_equal(paper_print(&paper, &arena, &out), ERR_LIMIT);
    arena_done(&arena);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visit_stands_in_its_column_as_the_form_has_it),
        cmocka_unit_test(a_blank_paper_has_its_columns_and_empty_boxes),
        cmocka_unit_test(the_same_paper_is_the_same_file_and_long_texts_take_more_pages),
        cmocka_unit_test(who_has_no_number_has_boxes_for_it),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
