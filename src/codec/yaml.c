/* YAML in, over the events of libfyaml; the only file that knows it.
 *
 * The tree is built from events, without recursion. What the subset refuses and libfyaml accepts
 * (anchors, tags, equal keys ...) is reported here, all of it; a fault of syntax ends the reading,
 * because nothing certain can be said about what follows. libfyaml prints nothing: its messages are
 * collected and put into our words. */
#include "codec/yaml.h"

#include <libfyaml.h>

#include "base/map.h"
#include "base/utf8.h"

enum {
    DEPTH_MOST = 64,
    FAULTS_MOST = 100,
};

/* A list or map that is not yet closed. */
typedef struct {
    Yaml *node;
    Yaml *last;
    Map seen;        /* of a map: key -> its entry's place */
    bool has_key;    /* of a map: the next node is a value */
    bool is_dropped; /* that value belongs to a key that was refused */
    Str key;
    bool key_is_quoted;
    YamlPlace key_at;
} Frame;

typedef struct {
    Arena *arena;
    Str text;
    YamlLimits limits;
    YamlFaults *faults;
    Frame frames[DEPTH_MOST];
    unsigned depth;
    Yaml *root;
    YamlPlace last_at;
    bool has_document;
    bool is_stopped;
    bool is_over_limit;
} Reader;

#define WORDING(zh_text, en_text)                                                                  \
 ((Wording){{"" zh_text, sizeof(zh_text) - 1}, {"" en_text, sizeof(en_text) - 1}})

static void report_kind(Reader *reader, YamlPlace at, Wording message, YamlFaultKind kind)
{
    if (reader->faults->n < FAULTS_MOST)
        VEC_PUSH(reader->arena, reader->faults, (YamlFault){at, message, kind});
    else
        reader->is_stopped = true;
}

static void report(Reader *reader, YamlPlace at, Wording message)
{
    report_kind(reader, at, message, YAML_FAULT);
}

static void report_limit(Reader *reader, YamlPlace at, Wording message)
{
    report(reader, at, message);
    reader->is_over_limit = true;
    reader->is_stopped = true;
}

static YamlPlace place_of(Reader *reader, const struct fy_mark *mark)
{
    if (mark != NULL)
        reader->last_at = (YamlPlace){mark->line + 1, mark->column + 1};
    return reader->last_at;
}

static YamlPlace place_of_token(Reader *reader, struct fy_token *token)
{
    return place_of(reader, token == NULL ? NULL : fy_token_start_mark(token));
}

/* libfyaml's marks of anchors, aliases and quoted texts are after the character that begins them.
 */
static YamlPlace before(YamlPlace at)
{
    return (YamlPlace){at.line, at.column - 1};
}

/* The text of the scalar that stands as a key becomes the key of the next node. */
static void take_key(Reader *reader, Frame *frame, const Yaml *node)
{
    frame->has_key = true;
    frame->is_dropped = true;
    if (node->kind != YAML_SCALAR) {
        report(
            reader, node->at,
            WORDING("键必须是文本，不能是列表或映射", "a key must be a text, not a list or map"));
        return;
    }
    if (yaml_is_absent(node)) {
        report(reader, node->at, WORDING("冒号前缺少键", "there is no key before the colon"));
        return;
    }
    if (!node->is_quoted && str_equals(node->text, STR("<<"))) {
        report(reader, node->at, WORDING("不支持合并键 <<", "merge keys (<<) are not supported"));
        return;
    }
    const YamlPlace *earlier = map_get(&frame->seen, node->text);
    if (earlier != NULL) {
        Str zh = str_printf(reader->arena, "键 %.*s 重复，第 %d 行已有", STR_ARG(node->text),
                            earlier->line);
        Str en = str_printf(reader->arena, "the key %.*s occurs twice, first on line %d",
                            STR_ARG(node->text), earlier->line);
        report_kind(reader, node->at, (Wording){zh, en}, YAML_FAULT_KEY_TWICE);
        return;
    }
    YamlPlace *at = arena_new(reader->arena, YamlPlace);
    *at = node->at;
    map_put(&frame->seen, node->text, at);
    frame->is_dropped = false;
    frame->key = node->text;
    frame->key_is_quoted = node->is_quoted;
    frame->key_at = node->at;
}

static void append(Frame *frame, Yaml *node)
{
    node->parent = frame->node;
    if (frame->last == NULL)
        frame->node->first = node;
    else
        frame->last->next = node;
    frame->last = node;
    frame->node->n++;
}

static void put(Reader *reader, Yaml *node)
{
    if (reader->depth == 0) {
        reader->root = node;
        return;
    }
    Frame *frame = &reader->frames[reader->depth - 1];
    if (frame->node->kind == YAML_LIST) {
        append(frame, node);
        return;
    }
    if (!frame->has_key) {
        take_key(reader, frame, node);
        return;
    }
    frame->has_key = false;
    if (frame->is_dropped)
        return;
    node->key = frame->key;
    node->key_is_quoted = frame->key_is_quoted;
    node->key_at = frame->key_at;
    append(frame, node);
}

static void open_container(Reader *reader, Yaml *node)
{
    put(reader, node);
    if (reader->depth == reader->limits.depth || reader->depth == DEPTH_MOST) {
        report_limit(reader, node->at, WORDING("嵌套层数过多", "nested too deeply"));
        return;
    }
    Frame *frame = &reader->frames[reader->depth++];
    *frame = (Frame){.node = node};
    map_init(&frame->seen, reader->arena);
}

static void refuse_properties(Reader *reader, struct fy_token *anchor, struct fy_token *tag)
{
    if (anchor != NULL)
        report(reader, before(place_of_token(reader, anchor)),
               WORDING("不支持锚点（&）", "anchors (&) are not supported"));
    if (tag != NULL)
        report(reader, place_of_token(reader, tag),
               WORDING("不支持类型标记（!）", "tags (!) are not supported"));
}

static Yaml *new_node(Reader *reader, YamlKind kind, YamlPlace at)
{
    Yaml *node = arena_new(reader->arena, Yaml);
    node->kind = kind;
    node->at = at;
    return node;
}

/* libfyaml's mark of a scalar is where its text begins: after the quote, or for | and > the start
 * of the line below. */
static void place_scalar(const Reader *reader, Yaml *node, struct fy_token *value)
{
    enum fy_scalar_style style = fy_token_scalar_style(value);
    const struct fy_mark *mark = fy_token_start_mark(value);
    node->is_quoted = style != FYSS_PLAIN;
    node->text_at = node->at;
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
        node->at = before(node->at);
    if ((style != FYSS_LITERAL && style != FYSS_FOLDED) || mark == NULL)
        return;
    Str text = reader->text;
    size_t byte = mark->input_pos < text.n ? mark->input_pos : text.n;
    for (size_t i = byte; i < text.n && text.p[i] == ' '; i++)
        node->text_at.column++;
    char header = style == FYSS_LITERAL ? '|' : '>';
    while (byte > 0 && text.p[byte - 1] != header) {
        byte--;
        node->at.line -= text.p[byte] == '\n';
    }
    size_t line_start = byte;
    while (line_start > 0 && text.p[line_start - 1] != '\n')
        line_start--;
    node->at.column = (int)utf8_length(str_slice(text, line_start, byte));
}

static void on_scalar(Reader *reader, const struct fy_event *event, YamlPlace at)
{
    refuse_properties(reader, event->scalar.anchor, event->scalar.tag);
    Yaml *node = new_node(reader, YAML_SCALAR, at);
    node->text_at = at;
    struct fy_token *value = event->scalar.value;
    if (value != NULL) {
        size_t n = 0;
        const char *text = fy_token_get_text(value, &n);
        if (text != NULL)
            node->text = str_copy(reader->arena, (Str){text, n});
        place_scalar(reader, node, value);
    }
    put(reader, node);
}

static void on_document(Reader *reader, const struct fy_event *event)
{
    YamlPlace at = place_of_token(reader, event->document_start.document_start);
    struct fy_document_state *state = event->document_start.document_state;
    if (reader->has_document) {
        report(reader, at,
               WORDING("一个文件只能有一个文档", "a file holds one document, not several"));
        reader->is_stopped = true;
        return;
    }
    reader->has_document = true;
    if (state != NULL
        && (fy_document_state_version_explicit(state) || fy_document_state_tags_explicit(state)))
        report(reader, (YamlPlace){1, 1},
               WORDING("不支持指令（%）", "directives (%) are not supported"));
}

static void on_event(Reader *reader, struct fy_event *event)
{
    YamlPlace at = place_of(reader, fy_event_start_mark(event));
    switch (event->type) {
    case FYET_DOCUMENT_START: on_document(reader, event); break;
    case FYET_SCALAR: on_scalar(reader, event, at); break;
    case FYET_ALIAS:
        report(reader, before(at),
               WORDING("不支持别名（*）；以 * 开头的文本请加引号",
                       "aliases (*) are not supported; quote a text that begins with *"));
        put(reader, new_node(reader, YAML_SCALAR, at));
        break;
    case FYET_SEQUENCE_START:
        refuse_properties(reader, event->sequence_start.anchor, event->sequence_start.tag);
        open_container(reader, new_node(reader, YAML_LIST, at));
        break;
    case FYET_MAPPING_START:
        refuse_properties(reader, event->mapping_start.anchor, event->mapping_start.tag);
        open_container(reader, new_node(reader, YAML_MAP, at));
        break;
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END: reader->depth--; break;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END: break;
    }
}

/* libfyaml's words for a fault of syntax, recognised by a part of them, and ours. */
typedef struct {
    const char *part;
    Wording message;
} SyntaxFault;

#define SYNTAX(part, zh_text, en_text)                                                             \
 {                                                                                                 \
  part,                                                                                            \
  {                                                                                                \
   {"" zh_text, sizeof(zh_text) - 1},                                                              \
   {                                                                                               \
    "" en_text, sizeof(en_text) - 1                                                                \
   }                                                                                               \
  }                                                                                                \
 }

static const SyntaxFault syntax_faults[] = {
    SYNTAX("depth", "嵌套层数过多", "nested too deeply"),
    SYNTAX("tab", "缩进不能用制表符，请用空格", "indent with spaces, not with tabs"),
    SYNTAX("directive", "不支持指令（%）", "directives (%) are not supported"),
    SYNTAX("anchor", "不支持锚点（&）", "anchors (&) are not supported"),
    SYNTAX("alias", "不支持别名（*）", "aliases (*) are not supported"),
    SYNTAX("tag ", "不支持类型标记（!）", "tags (!) are not supported"),
    SYNTAX("escape", "双引号内的转义写法不正确；不需要转义的文本请用单引号",
           "not a known escape inside double quotes; use single quotes for plain text"),
    SYNTAX("closing quote", "引号没有结束", "the quotation mark is never closed"),
    SYNTAX("quoted scalar used as key", "键必须写在一行内", "a key must stand on one line"),
    SYNTAX("trailing content after", "引号结束后还有多余内容；含引号的文本请整体加引号",
           "there is more after the closing quotation mark; quote the whole text"),
    SYNTAX("comma", "列表或映射的各项之间须恰有一个逗号",
           "there must be exactly one comma between the items"),
    SYNTAX("bracket", "括号没有配对", "a bracket has no partner"),
    SYNTAX("comment", "注释的 # 前须有空格", "there must be a space before the # of a comment"),
    SYNTAX("nested block mapping on the same line", "同一行有两个冒号；含“: ”的文本请加引号",
           "a second colon on the line; quote a text that holds ': '"),
    SYNTAX("on the same line", "须另起一行", "this must begin on a line of its own"),
    SYNTAX("multiline plain key", "此行缺少冒号，或缩进不正确",
           "a colon is missing on this line, or it is wrongly indented"),
    SYNTAX("mapping in plain multiline", "含“: ”的文本请加引号，或检查缩进",
           "quote a text that holds ': ', or check the indentation"),
    SYNTAX("inden", "缩进不正确", "wrong indentation"),
    SYNTAX("after mapping", "缩进不正确，或缺少键", "wrong indentation, or a key is missing"),
    SYNTAX("expected node content", "列表项不能为空，或此处缺少内容",
           "a list item is empty, or something is missing here"),
    SYNTAX("end of block sequence", "缩进不正确，或缺少 -", "wrong indentation, or a - is missing"),
    SYNTAX("no linebreak", "| 或 > 之后须换行", "a line end is expected after | or >"),
    SYNTAX("plain scalar cannot start", "以特殊字符开头的文本请加引号",
           "quote a text that begins with a special character"),
    SYNTAX("indicator", "此处不应有该符号；以特殊字符开头的文本请加引号",
           "this character is not expected here; quote a text that begins with it"),
    SYNTAX("document", "一个文件只能有一个文档", "a file holds one document, not several"),
};

static Wording syntax_wording(Arena *arena, Str original)
{
    for (size_t i = 0; i < sizeof syntax_faults / sizeof *syntax_faults; i++)
        if (str_find(original, str_from_c(syntax_faults[i].part), 0) != SIZE_MAX)
            return syntax_faults[i].message;
    if (original.n == 0)
        return WORDING("不符合 YAML 写法", "not well-formed YAML");
    return (Wording){str_printf(arena, "不符合 YAML 写法（%.*s）", STR_ARG(original)),
                     str_printf(arena, "not well-formed YAML: %.*s", STR_ARG(original))};
}

static YamlPlace place_of_byte(Str text, size_t byte)
{
    YamlPlace at = {1, 1};
    Str head = str_slice(text, 0, byte);
    uint32_t code = 0;
    while (utf8_next(&head, &code)) {
        at.column++;
        if (code == '\n')
            at = (YamlPlace){at.line + 1, 1};
    }
    return at;
}

/* Warnings are among them when there is an error too; the first error is what counts. */
static void report_syntax(Reader *reader, struct fy_diag *diag)
{
    void *at = NULL;
    for (const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &at); error != NULL;
         error = fy_diag_errors_iterate(diag, &at)) {
        if (error->type < FYET_ERROR)
            continue;
        Str original = str_copy(reader->arena, str_trim(str_from_c(error->msg)));
        YamlPlace at_end = place_of_byte(reader->text, reader->text.n);
        YamlPlace place = {error->line, error->column};
        bool is_tab = str_find(original, STR("tab"), 0) != SIZE_MAX;
        report_kind(reader, place.line > at_end.line ? at_end : place,
                    syntax_wording(reader->arena, original), is_tab ? YAML_FAULT_TAB : YAML_FAULT);
        return;
    }
    report(reader, reader->last_at, syntax_wording(reader->arena, (Str){0}));
}

static void destroy_diag(struct fy_diag **diag)
{
    if (*diag != NULL)
        fy_diag_destroy(*diag);
}

static void destroy_parser(struct fy_parser **parser)
{
    if (*parser != NULL)
        fy_parser_destroy(*parser);
}

static void read_events(Reader *reader, Str text)
{
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.colorize = quiet.show_source = quiet.show_position = quiet.show_type = false;
    struct fy_diag *diag CLEANUP(destroy_diag) = fy_diag_create(&quiet);
    ENSURE(diag != NULL);
    fy_diag_set_collect_errors(diag, true);
    const struct fy_parse_cfg config = {.search_path = "", .flags = FYPCF_JSON_NONE, .diag = diag};
    struct fy_parser *parser CLEANUP(destroy_parser) = fy_parser_create(&config);
    ENSURE(parser != NULL);
    ENSURE(fy_parser_set_string(parser, text.p, text.n) == 0);
    while (!reader->is_stopped) {
        struct fy_event *event = fy_parser_parse(parser);
        if (event == NULL)
            break;
        on_event(reader, event);
        fy_parser_event_free(parser, event);
        if (reader->arena->is_over)
            report_limit(reader, reader->last_at, WORDING("内容过多", "too much content"));
    }
    if (!reader->is_stopped && fy_diag_got_error(diag))
        report_syntax(reader, diag);
}

/* The first character that has no place in a text file, or text.n. */
static size_t find_control(Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return i;
    }
    return text.n;
}

static bool is_blank(Str text, size_t at)
{
    return at >= text.n || str_find_char(STR(" \t\r\n"), text.p[at], 0) != SIZE_MAX;
}

/* The first `?` that marks a key (at a line's beginning, or after one of -?:,[{ ), or text.n.
 * libfyaml 0.7.12 may break on malformed texts with such keys, so it never sees one. */
static size_t find_key_mark(Str text)
{
    bool is_start = true;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '?' && is_start && is_blank(text, i + 1))
            return i;
        bool is_opener = str_find_char(STR(",[{\n\r"), c, 0) != SIZE_MAX;
        bool is_mark = str_find_char(STR("-?:"), c, 0) != SIZE_MAX && is_blank(text, i + 1);
        is_start = is_opener || is_mark || (is_start && is_blank(text, i));
    }
    return text.n;
}

/* What is tested before libfyaml sees the text. */
static void check_text(Reader *reader, Str text)
{
    if (text.n > reader->limits.bytes) {
        report_limit(reader, (YamlPlace){1, 1}, WORDING("文件过大", "the file is too large"));
        return;
    }
    size_t valid = utf8_valid_prefix(text);
    if (valid < text.n) {
        report(reader, place_of_byte(text, valid),
               WORDING("不是有效的 UTF-8 编码", "not valid UTF-8"));
        return;
    }
    size_t control = find_control(text);
    if (control < text.n)
        report(reader, place_of_byte(text, control),
               WORDING("不接受控制字符", "control characters are not accepted"));
    size_t key_mark = find_key_mark(text);
    if (key_mark < text.n)
        report(reader, place_of_byte(text, key_mark),
               WORDING("不支持以 ? 标记的键；文本请加引号",
                       "keys marked with ? are not supported; quote a text"));
}

/* Insertion sort: there are few, and they are nearly in order. */
static void sort_faults(YamlFaults *faults, size_t from)
{
    for (size_t i = from + 1; i < faults->n; i++) {
        YamlFault fault = faults->items[i];
        size_t j = i;
        for (; j > from; j--) {
            YamlPlace earlier = faults->items[j - 1].at;
            if (earlier.line < fault.at.line
                || (earlier.line == fault.at.line && earlier.column <= fault.at.column))
                break;
            faults->items[j] = faults->items[j - 1];
        }
        faults->items[j] = fault;
    }
}

Err yaml_parse(Arena *arena, Str text, YamlLimits limits, Yaml **ret_yaml,
               YamlFaults *reterr_faults)
{
    Reader *reader = arena_new(arena, Reader);
    size_t faults_before = reterr_faults->n;
    *reader = (Reader){.arena = arena, .text = text, .limits = limits, .last_at = {1, 1}};
    YamlFaults faults = {0};
    reader->faults = &faults;
    check_text(reader, text);
    if (faults.n == 0 && text.n > 0)
        read_events(reader, text);
    for (size_t i = 0; i < faults.n; i++)
        VEC_PUSH(arena, reterr_faults, faults.items[i]);
    sort_faults(reterr_faults, faults_before);
    if (faults.n > 0)
        return reader->is_over_limit ? ERR_LIMIT : ERR_MALFORMED;
    if (reader->root == NULL)
        reader->root = new_node(reader, YAML_SCALAR, (YamlPlace){1, 1});
    *ret_yaml = reader->root;
    return OK;
}

const Yaml *yaml_get(const Yaml *map, Str key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (const Yaml *entry = map->first; entry != NULL; entry = entry->next)
        if (str_equals(entry->key, key))
            return entry;
    return NULL;
}

bool yaml_is_absent(const Yaml *yaml)
{
    return yaml == NULL || (yaml->kind == YAML_SCALAR && !yaml->is_quoted && yaml->text.n == 0);
}

static size_t position_of(const Yaml *node)
{
    size_t position = 0;
    for (const Yaml *item = node->parent->first; item != node; item = item->next)
        position++;
    return position;
}

Str yaml_path(Arena *arena, const Yaml *yaml)
{
    Str path = STR("");
    for (; yaml != NULL && yaml->parent != NULL; yaml = yaml->parent) {
        bool has_more = path.n > 0 && path.p[0] != '[';
        const char *dot = has_more ? "." : "";
        if (yaml->parent->kind == YAML_MAP)
            path = str_printf(arena, "%.*s%s%.*s", STR_ARG(yaml->key), dot, STR_ARG(path));
        else
            path = str_printf(arena, "[%zu]%s%.*s", position_of(yaml), dot, STR_ARG(path));
    }
    return path;
}
