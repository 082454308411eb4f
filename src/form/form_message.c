/* What issues say, complete in both languages, with limits and units. */
#include "form/form_int.h"

#include "base/num.h"

Wording form_message_required(const FormField *field, Wording label, Arena *arena)
{
    if (field->type == FIELD_ROWS)
        return (Wording){
            str_printf(arena, "请至少填写一行%.*s", STR_ARG(label.zh)),
            str_printf(arena, "%.*s: at least one line is required", STR_ARG(label.en))};
    if (field->type == FIELD_CODE || field->type == FIELD_CODES)
        return (Wording){str_printf(arena, "请选择%.*s", STR_ARG(label.zh)),
                         str_printf(arena, "%.*s: please choose", STR_ARG(label.en))};
    return (Wording){str_printf(arena, "请填写%.*s", STR_ARG(label.zh)),
                     str_printf(arena, "%.*s is required", STR_ARG(label.en))};
}

static Wording decimal_wanted(const FormField *field, Arena *arena)
{
    if (field->places == 0)
        return (Wording){STR("应为不带小数的数字"), STR("must be a number without decimals")};
    return (Wording){str_printf(arena, "应为数字，小数最多 %d 位", field->places),
                     str_printf(arena, "must be a number with at most %d decimal%s", field->places,
                                field->places == 1 ? "" : "s")};
}

static Wording type_wanted(const FormField *field, Arena *arena)
{
    switch (field->type) {
    case FIELD_INTEGER: return (Wording){STR("应为整数"), STR("must be a whole number")};
    case FIELD_DECIMAL: return decimal_wanted(field, arena);
    case FIELD_DATE:
        return (Wording){STR("应为日期，写作 2025-06-30"),
                         STR("must be a date, written 2025-06-30")};
    case FIELD_CODE:
        return (Wording){STR("应为一个选项的代码"), STR("must be the code of one option")};
    case FIELD_CODES:
        return (Wording){STR("应为选项代码的列表"), STR("must be a list of codes of options")};
    case FIELD_ROWS: return (Wording){STR("应为若干行"), STR("must be a list of lines")};
    case FIELD_ATTACHMENT:
        return (Wording){STR("应为已上传文件的 SHA-256 列表"),
                         STR("must be a list of the SHA-256 of files that were uploaded")};
    case FIELD_TEXT: break;
    }
    if (field->is_multiline)
        return (Wording){STR("应为文本，除换行外不能含控制字符"),
                         STR("must be text without control characters other than line breaks")};
    return (Wording){STR("应为一行文本，不能含换行、制表符等控制字符"),
                     STR("must be one line of text without control characters")};
}

Wording form_message_type(const FormField *field, Wording label, Arena *arena)
{
    Wording wanted = type_wanted(field, arena);
    return (Wording){str_printf(arena, "%.*s%.*s", STR_ARG(label.zh), STR_ARG(wanted.zh)),
                     str_printf(arena, "%.*s %.*s", STR_ARG(label.en), STR_ARG(wanted.en))};
}

Wording form_message_range(const double range[2], Wording unit, Wording label, Arena *arena)
{
    char low[NUM_TEXT_SIZE];
    char high[NUM_TEXT_SIZE];
    num_format_double(range[0], low);
    num_format_double(range[1], high);
    Str unit_en = wording_in(unit, LANG_EN);
    const char *space = unit.zh.n > 0 ? " " : "";
    const char *dash = range[0] < 0 ? " 至 " : "–";
    return (Wording){str_printf(arena, "%.*s应在 %s%s%s%s%.*s 之间", STR_ARG(label.zh), low, dash,
                                high, space, STR_ARG(unit.zh)),
                     str_printf(arena, "%.*s must be between %s and %s%s%.*s", STR_ARG(label.en),
                                low, high, space, STR_ARG(unit_en))};
}

Wording form_message_usual(const FormField *field, double value, Wording label, Arena *arena)
{
    char low[NUM_TEXT_SIZE];
    char high[NUM_TEXT_SIZE];
    char is[NUM_TEXT_SIZE];
    num_format_double(field->usual[0], low);
    num_format_double(field->usual[1], high);
    num_format_double(value, is);
    Str unit_en = wording_in(field->unit, LANG_EN);
    const char *space = field->unit.zh.n > 0 ? " " : "";
    const char *dash = field->usual[0] < 0 ? " 至 " : "–";
    return (Wording){
        str_printf(arena, "%.*s %s%s%.*s 不在常见范围 %s%s%s%s%.*s 内，请核对后确认",
                   STR_ARG(label.zh), is, space, STR_ARG(field->unit.zh), low, dash, high, space,
                   STR_ARG(field->unit.zh)),
        str_printf(arena, "%.*s of %s%s%.*s is outside the usual %s to %s%s%.*s: check and confirm",
                   STR_ARG(label.en), is, space, STR_ARG(unit_en), low, high, space,
                   STR_ARG(unit_en))};
}

Wording form_message_code(Str code, Wording label, Arena *arena)
{
    return (Wording){
        str_printf(arena, "%.*s没有代码为“%.*s”的选项", STR_ARG(label.zh), STR_ARG(code)),
        str_printf(arena, "%.*s has no option with the code \"%.*s\"", STR_ARG(label.en),
                   STR_ARG(code))};
}

Wording form_message_repeated(Str code, Wording label, Arena *arena)
{
    return (Wording){str_printf(arena, "%.*s的代码“%.*s”重复", STR_ARG(label.zh), STR_ARG(code)),
                     str_printf(arena, "%.*s has the code \"%.*s\" more than once",
                                STR_ARG(label.en), STR_ARG(code))};
}

Wording form_message_exclusive(const CodeOption *option, Wording label, Arena *arena)
{
    return (Wording){str_printf(arena, "%.*s：“%.*s”不能与其他选项同时选择", STR_ARG(label.zh),
                                STR_ARG(option->label.zh)),
                     str_printf(arena, "%.*s: \"%.*s\" excludes all other options",
                                STR_ARG(label.en), STR_ARG(wording_in(option->label, LANG_EN)))};
}

Wording form_message_length(size_t most, size_t n, Wording label, Arena *arena)
{
    return (Wording){
        str_printf(arena, "%.*s最多 %zu 个字，现有 %zu 个", STR_ARG(label.zh), most, n),
        str_printf(arena, "%.*s holds at most %zu characters; there are %zu", STR_ARG(label.en),
                   most, n)};
}

Wording form_message_rows(size_t most, size_t n, Wording label, Arena *arena)
{
    return (Wording){str_printf(arena, "%.*s最多 %zu 行，现有 %zu 行", STR_ARG(label.zh), most, n),
                     str_printf(arena, "%.*s holds at most %zu lines; there are %zu",
                                STR_ARG(label.en), most, n)};
}

Wording form_message_files(size_t most, size_t n, Wording label, Arena *arena)
{
    return (Wording){
        str_printf(arena, "%.*s最多 %zu 个文件，现有 %zu 个", STR_ARG(label.zh), most, n),
        str_printf(arena, "%.*s holds at most %zu files; there are %zu", STR_ARG(label.en), most,
                   n)};
}
