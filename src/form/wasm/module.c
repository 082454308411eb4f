/* The module that a browser loads: forms by handle, judged over the wire (form/wire.h), and shared
 * cases of expressions. Compiled only to WebAssembly; ../README.md lists the exported functions.
 *
 * Invariants
 *  1. No imports. What the C library would ask of a system (writing to stderr before it gives up)
 * is answered here by a trap.
 *  2. Three arenas: forms live until the reset, input until a call has read it, a result until the
 *     next call.
 *  3. One thread; JavaScript calls one function at a time. */
#include "expr/expr_case.h"
#include "form/wire.h"

#define EXPORT(name) __attribute__((export_name(name)))

enum {
    FORM_COUNT_MOST = 1000,
    RESULT_MOST = 1 << 20,
};

static struct {
    bool is_ready;
    Arena forms_arena;
    Arena input_arena;
    Arena result_arena;
    const Form *forms[FORM_COUNT_MOST];
    int32_t form_n;
    Buf result;
} module;

static void prepare(void)
{
    if (!module.is_ready) {
        arena_init(&module.forms_arena, MIB(16));
        arena_init(&module.input_arena, MIB(4));
        arena_init(&module.result_arena, MIB(16));
        module.is_ready = true;
    }
}

static void begin_result(void)
{
    prepare();
    arena_reset(&module.result_arena);
    buf_init(&module.result, &module.result_arena, RESULT_MOST);
}

static const char *end_result(void)
{
    arena_reset(&module.input_arena);
    return module.result.p;
}

EXPORT("form_module_alloc") void *form_module_alloc(size_t n)
{
    prepare();
    return arena_alloc(&module.input_arena, n);
}

EXPORT("form_module_reset") void form_module_reset(void)
{
    begin_result();
    arena_reset(&module.forms_arena);
    arena_reset(&module.input_arena);
    module.form_n = 0;
}

EXPORT("form_module_load") int32_t form_module_load(const char *p, size_t n)
{
    Form *form = NULL;
    FormWireProblem problem = {0};
    begin_result();
    ArenaMark mark = arena_mark(&module.forms_arena);
    Err err = ERR_LIMIT;
    if (module.form_n < FORM_COUNT_MOST)
        err = form_wire_read((Str){p, n}, &module.forms_arena, &form, &problem);
    else
        problem.message = (Wording){STR("表单过多"), STR("there are too many forms")};
    int32_t handle = -1;
    if (err == OK) {
        handle = module.form_n++;
        module.forms[handle] = form;
    } else {
        form_wire_write_problem(&problem, &module.result);
        arena_reset_to(&module.forms_arena, mark);
    }
    end_result();
    return handle;
}

EXPORT("form_module_run") const char *form_module_run(int32_t handle, const char *p, size_t n)
{
    FormContext context;
    FormAnswers answers;
    FormResult result;
    FormWireProblem problem = {0, {STR("没有这个表单"), STR("there is no such form")}};
    begin_result();
    Err err = ERR_NOT_FOUND;
    const Form *form = handle >= 0 && handle < module.form_n ? module.forms[handle] : NULL;
    if (form != NULL)
        err = form_wire_read_answers(form, (Str){p, n}, &module.result_arena, &context, &answers,
                                     &problem);
    if (err == OK) {
        form_evaluate(form, &context, &answers, &module.result_arena, &result);
        form_wire_write_result(form, &answers, &result, &module.result);
    } else {
        form_wire_write_problem(&problem, &module.result);
    }
    return end_result();
}

EXPORT("form_module_result") const char *form_module_result(void)
{
    return module.result.p;
}

EXPORT("form_module_result_length") size_t form_module_result_length(void)
{
    return module.result.n;
}

EXPORT("expr_module_run") const char *expr_module_run(const char *p, size_t n)
{
    FormWireProblem problem = {1, {STR("这一行不是用例"), STR("this line is no case")}};
    begin_result();
    if (expr_case_run((Str){p, n}, &module.result_arena, &module.result) != OK)
        form_wire_write_problem(&problem, &module.result);
    return end_result();
}

__attribute__((noreturn)) void err_ensure_failed(const char *file, int line, const char *what)
{
    (void)file;
    (void)line;
    (void)what;
    __builtin_trap();
}
