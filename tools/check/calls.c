/* Calls that are banned, and the few places that may make them. */
#include "check.h"

typedef struct {
    const char *name;
    const char *places; /* paths or their beginnings, separated by spaces; "" is nowhere */
    const char *instead;
} Ban;

#define MEMORY "src/base/arena.c src/form/wasm/" /* the module is its own C library */
#define SYSTEM "src/base/os_"

static const Ban bans[] = {
    {"malloc", MEMORY, "memory comes from an Arena"},
    {"calloc", MEMORY, "memory comes from an Arena"},
    {"realloc", MEMORY, "memory comes from an Arena"},
    {"reallocarray", MEMORY, "memory comes from an Arena"},
    {"free", MEMORY, "memory comes from an Arena"},
    {"strdup", "", "use str_copy"},
    {"strndup", "", "use str_copy"},
    {"asprintf", "", "use str_printf"},
    {"vasprintf", "", "use str_printf"},
    {"alloca", "", "memory comes from an Arena"},
    {"strcpy", "", "use Str and Buf"},
    {"stpcpy", "", "use Str and Buf"},
    {"strncpy", "", "use Str and Buf"},
    {"strcat", "", "use Str and Buf"},
    {"strncat", "", "use Str and Buf"},
    {"sprintf", "", "use snprintf or buf_printf"},
    {"vsprintf", "", "use snprintf or buf_printf"},
    {"gets", "", "use os_file_read"},
    {"scanf", "", "use num_parse_*"},
    {"sscanf", "", "use num_parse_*"},
    {"fscanf", "", "use num_parse_*"},
    {"strtok", "", "use str_cut"},
    {"strtok_r", "", "use str_cut"},
    {"atoi", "", "use num_parse_i64"},
    {"atol", "", "use num_parse_i64"},
    {"atoll", "", "use num_parse_i64"},
    {"atof", "", "use num_parse_double"},
    {"strtol", "src/base/num.c", "use num_parse_i64"},
    {"strtoll", "src/base/num.c", "use num_parse_i64"},
    {"strtoul", "src/base/num.c", "use num_parse_i64"},
    {"strtoull", "src/base/num.c", "use num_parse_i64"},
    {"strtod", "src/base/num.c", "use num_parse_double"},
    {"time", SYSTEM, "now is a parameter"},
    {"clock", SYSTEM, "now is a parameter"},
    {"clock_gettime", SYSTEM, "now is a parameter"},
    {"gettimeofday", SYSTEM, "now is a parameter"},
    {"localtime", "", "use Date and Instant"},
    {"localtime_r", "", "use Date and Instant"},
    {"gmtime", "", "use Date and Instant"},
    {"gmtime_r", "", "use Date and Instant"},
    {"mktime", "", "use Date and Instant"},
    {"strftime", "", "use date_format"},
    {"ctime", "", "use date_format"},
    {"asctime", "", "use date_format"},
    {"rand", "", "use os_random_bytes"},
    {"srand", "", "use os_random_bytes"},
    {"random", "", "use os_random_bytes"},
    {"srandom", "", "use os_random_bytes"},
    {"drand48", "", "use os_random_bytes"},
    {"getenv", SYSTEM, "use os_environment"},
    {"setenv", SYSTEM, "the environment is only read"},
    {"setlocale", "", "the program has no locale"},
    {"system", "", "no shell is started"},
    {"popen", "", "no shell is started"},
    {"sleep", "", "wait for what happens, with a Condition"},
    {"usleep", "", "wait for what happens, with a Condition"},
    {"nanosleep", SYSTEM, "wait for what happens, with a Condition"},
    {"fopen", "", "use os_file_read and os_file_write"},
    {"sleep_ms", "", "wait for what happens, with a Condition"},
    {"longjmp", "", "errors are returned"},
};

static bool may_call(const Ban *ban, Str path)
{
    Str rest = str_from_c(ban->places), place = {0};
    while (str_cut(&rest, ' ', &place))
        if (place.n > 0 && str_has_prefix(path, place))
            return true;
    return false;
}

static const Ban *find_ban(Str name)
{
    for (size_t i = 0; i < sizeof bans / sizeof *bans; i++)
        if (str_equals_c(name, bans[i].name))
            return &bans[i];
    return NULL;
}

/* A name followed by '(' that is no member of something. */
static bool is_call(Str code, size_t at, size_t end)
{
    while (end < code.n && code.p[end] == ' ')
        end++;
    if (end == code.n || code.p[end] != '(')
        return false;
    return at == 0 || (code.p[at - 1] != '.' && code.p[at - 1] != '>');
}

static void check_source(Check *check, const CheckSource *source)
{
    Str code = source->code;
    size_t line = 1;
    for (size_t i = 0; i < code.n; i++) {
        line += code.p[i] == '\n';
        if (!check_is_word_byte(code.p[i]))
            continue;
        Str name = check_word_at(code, i);
        const Ban *ban = find_ban(name);
        if (ban != NULL && is_call(code, i, i + name.n) && !may_call(ban, source->path))
            check_report(check, source->path, line, "%s is not called here: %s", ban->name,
                         ban->instead);
        i += name.n - 1;
    }
}

/* Programs that only run while building or testing are held to the rest of the rules. */
void check_calls(Check *check)
{
    for (size_t i = 0; i < check->sources.n; i++) {
        const CheckSource *source = &check->sources.items[i];
        if (source->is_c && !source->is_test && str_has_prefix(source->path, STR("src/")))
            check_source(check, source);
    }
}
