/* Codes written in expressions: "mode = '7'" compiles, but never holds when the list of mode has
 * no 7. Looks at what stands beside the name of a field: = and <> with a text, IN with texts, has()
 * and has_any(). */
#include "pack/pack_int.h"

#include "base/utf8.h"

typedef enum { PIECE_END, PIECE_NAME, PIECE_TEXT, PIECE_SIGN } PieceKind;

typedef struct Piece {
    PieceKind kind;
    Str text;  /* of a text: between the quotes */
    size_t at; /* byte in the expression */
} Piece;

typedef struct Literals {
    Reader *reader;
    const Yaml *scalar;
    const ExpressionPlace *place;
    size_t at;
} Literals;

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '.' || c == '$';
}

static Piece next_piece(Str text, size_t *at)
{
    while (*at < text.n && (text.p[*at] == ' ' || text.p[*at] == '\n'))
        (*at)++;
    size_t from = *at;
    if (from >= text.n)
        return (Piece){.at = from};
    if (text.p[from] == '\'') {
        size_t end = str_find_char(text, '\'', from + 1);
        end = end == SIZE_MAX ? text.n : end;
        *at = end + 1;
        return (Piece){PIECE_TEXT, str_slice(text, from + 1, end), from};
    }
    size_t end = from;
    while (end < text.n && is_name_character(text.p[end]))
        end++;
    PieceKind kind = end > from ? PIECE_NAME : PIECE_SIGN;
    end = end > from ? end : from + 1;
    if (kind == PIECE_SIGN && end < text.n && text.p[from] == '<' && text.p[end] == '>')
        end++;
    *at = end;
    return (Piece){kind, str_slice(text, from, end), from};
}

/* The field whose list is known for sure, or NULL. */
static const FormField *coded_field(Literals *literals, Str name)
{
    const Form *form = literals->place->form->compiled;
    Str id = str_has_prefix(name, STR("previous.")) ? str_slice(name, 9, name.n) : name;
    size_t field = form_find_field(form, id);
    if (field == SIZE_MAX || form->fields[field].codes == NULL)
        return NULL;
    const Declared *list =
        declared_find(literals->reader->loader, DECLARED_CODES, form->fields[field].codes->id);
    return list == NULL || list->fields_blind ? NULL : &form->fields[field];
}

static void check_code(Literals *literals, const FormField *field, const Piece *code)
{
    Loader *loader = literals->reader->loader;
    VEC(Str) codes = {0};
    for (size_t i = 0; i < field->codes->option_n; i++) {
        if (str_equals(field->codes->options[i].code, code->text))
            return;
        VEC_PUSH(&loader->work, &codes, field->codes->options[i].code);
    }
    size_t character = utf8_length(str_slice(literals->scalar->text, 0, code->at));
    MISTAKE_AT(loader, literals->reader->file,
               scalar_place(literals->reader->file, literals->scalar, character),
               MISTAKE_CODE_UNKNOWN, same(field->codes->id), same(code->text),
               choice_fix(loader, code->text, codes.items, codes.n));
}

static bool is_word(const Piece *piece, const char *word, Arena *arena)
{
    return piece->kind != PIECE_TEXT && str_equals_c(str_lower(arena, piece->text), word);
}

/* The texts of a list up to its closing parenthesis. */
static void check_list(Literals *literals, const FormField *field)
{
    for (;;) {
        Piece piece = next_piece(literals->scalar->text, &literals->at);
        if (piece.kind == PIECE_END || (piece.kind == PIECE_SIGN && piece.text.p[0] == ')'))
            return;
        if (piece.kind == PIECE_TEXT)
            check_code(literals, field, &piece);
    }
}

/* What follows the name of a coded field. */
static void check_after(Literals *literals, const FormField *field)
{
    Arena *work = &literals->reader->loader->work;
    Str text = literals->scalar->text;
    size_t at = literals->at;
    Piece piece = next_piece(text, &at);
    if (is_word(&piece, "not", work))
        piece = next_piece(text, &at);
    if (is_word(&piece, "in", work) || (is_word(&piece, ",", work) && field->type == FIELD_CODES)) {
        literals->at = at;
        check_list(literals, field);
        return;
    }
    if (!is_word(&piece, "=", work) && !is_word(&piece, "<>", work))
        return;
    piece = next_piece(text, &at);
    if (piece.kind != PIECE_TEXT)
        return;
    literals->at = at;
    check_code(literals, field, &piece);
}

/* Names of programs asked of subject.programs. */
static void check_programs(Literals *literals)
{
    Reader *reader = literals->reader;
    Loader *loader = reader->loader;
    for (;;) {
        Piece piece = next_piece(literals->scalar->text, &literals->at);
        if (piece.kind == PIECE_END || (piece.kind == PIECE_SIGN && piece.text.p[0] == ')'))
            return;
        if (piece.kind != PIECE_TEXT || loader->is_blind[DECLARED_PROGRAM]
            || declared_find(loader, DECLARED_PROGRAM, piece.text) != NULL)
            continue;
        size_t n = 0;
        const Str *names = declared_names(loader, DECLARED_PROGRAM, &n);
        size_t character = utf8_length(str_slice(literals->scalar->text, 0, piece.at));
        MISTAKE_AT(loader, reader->file, scalar_place(reader->file, literals->scalar, character),
                   MISTAKE_PROGRAM_UNKNOWN, same(piece.text),
                   choice_fix(loader, piece.text, names, n));
    }
}

void check_literals(Reader *reader, const Yaml *scalar, const ExpressionPlace *place)
{
    Literals literals = {.reader = reader, .scalar = scalar, .place = place};
    for (;;) {
        Piece piece = next_piece(scalar->text, &literals.at);
        if (piece.kind == PIECE_END)
            return;
        const FormField *field =
            piece.kind == PIECE_NAME ? coded_field(&literals, piece.text) : NULL;
        if (field != NULL)
            check_after(&literals, field);
        else if (piece.kind == PIECE_NAME && str_equals_c(piece.text, "subject.programs"))
            check_programs(&literals);
    }
}
