/* The wire: any declaration is read or refused; what was read is written and read again alike, and
 * judges any answers. The input is a declaration, a line `expect`, and answers. */
#include "form/wire.h"

static void check_answers(Arena *arena, const Form *form, Str text)
{
    FormContext context;
    FormAnswers answers;
    FormResult result;
    FormWireProblem problem = {0};
    Buf out;
    buf_init(&out, arena, MIB(4));
    if (form_wire_read_answers(form, text, arena, &context, &answers, &problem) != OK) {
        ENSURE(problem.message.zh.n > 0 && problem.message.en.n > 0);
        return;
    }
    form_evaluate(form, &context, &answers, arena, &result);
    form_wire_write_result(form, &answers, &result, &out);
    form_wire_write_answers(form, &context, &answers, &out);
}

static void check_form(Arena *arena, const Form *form, Str answers)
{
    Buf first, second;
    Form *again = NULL;
    FormWireProblem problem = {0};
    buf_init(&first, arena, MIB(4));
    buf_init(&second, arena, MIB(4));
    form_wire_write(form, NULL, &first);
    ENSURE(form_wire_read(buf_str(&first), arena, &again, &problem) == OK);
    form_wire_write(again, NULL, &second);
    ENSURE(str_equals(buf_str(&first), buf_str(&second)));
    check_answers(arena, form, answers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const Str separator = {"\nexpect\n", 8};
    Arena arena;
    arena_init(&arena, MIB(64));
    Str text = {(const char *)data, n};
    size_t at = str_find(text, separator, 0);
    Str declaration = at == SIZE_MAX ? text : str_slice(text, 0, at + 1);
    Str answers = at == SIZE_MAX ? (Str){0} : str_slice(text, at + separator.n, n);
    Form *form = NULL;
    FormWireProblem problem = {0};
    if (form_wire_read(declaration, &arena, &form, &problem) == OK)
        check_form(&arena, form, answers);
    else
        ENSURE(problem.message.zh.n > 0 && problem.message.en.n > 0);
    arena_done(&arena);
    return 0;
}
