/* Mistakes of packs, planted one by one and together in good packs (tests/packs): each is reported
 * once, at its own place, with what to write instead, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/os_file.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "pack/pack.h"

enum {
    EDITS_MOST = 64,
    MARK_FIRST = 0xE000, /* private use: marks the place of edit i while files are changed */
};

static const char *const permissions[] = {"records.read", "records.write", "areas.read", NULL};

typedef struct Edit {
    Str file, text, replacement; /* text empty: a new file; replacement DELETE: none any more */
} Edit;

typedef struct Plant {
    Str kind;
    bool is_together;
    Edit edits[4];
    size_t edit_n;
    uint32_t line; /* of the table */
} Plant;

typedef struct File {
    Str path, text;
    bool is_gone;
    bool is_new;
    bool is_changed;
} File;

typedef struct Expected {
    Str file;
    uint32_t line, column;
    Str kind;
} Expected;

typedef struct Files {
    VEC(File) list;
} Files;

typedef struct Copy {
    Str folder;
    Arena arena;
} Copy;

static Str replace_all(Arena *arena, Str text, Str from, Str to)
{
    Buf buf;
    buf_init(&buf, arena, MIB(1));
    size_t at = 0;
    for (size_t found; (found = str_find(text, from, at)) != SIZE_MAX; at = found + from.n) {
        buf_put(&buf, str_slice(text, at, found));
        buf_put(&buf, to);
    }
    buf_put(&buf, str_slice(text, at, text.n));
    return buf_str(&buf);
}

static Str unescape(Arena *arena, Str cell)
{
    cell = replace_all(arena, cell, STR("\\t"), STR("\t"));
    return replace_all(arena, replace_all(arena, cell, STR("\\n"), STR("\n")), STR("\\xff"),
                       STR("\xff"));
}

static bool cut_at(Str *rest, Str separator, Str *ret_part)
{
    if (rest->p == NULL)
        return false;
    size_t found = str_find(*rest, separator, 0);
    *ret_part = str_slice(*rest, 0, found == SIZE_MAX ? rest->n : found);
    size_t from = found + separator.n;
    *rest = found == SIZE_MAX ? (Str){0} : (Str){rest->p + from, rest->n - from};
    return true;
}

/* The further edits stand behind the replacement, parted by §. */
static void read_edits(Arena *arena, Plant *plant, Str file, Str text, Str rest)
{
    Str replacement = {0};
    assert_true(cut_at(&rest, STR("§"), &replacement));
    plant->edits[plant->edit_n++] =
        (Edit){file, unescape(arena, text), unescape(arena, replacement)};
    while (cut_at(&rest, STR("§"), &file)) {
        assert_true(cut_at(&rest, STR("§"), &text));
        assert_true(cut_at(&rest, STR("§"), &replacement));
        plant->edits[plant->edit_n++] =
            (Edit){file, unescape(arena, text), unescape(arena, replacement)};
    }
}

typedef VEC(Plant) Plants;

static void read_plants(Arena *arena, Plants *plants)
{
    Str text = {0};
    assert_int_equal(os_file_read(arena, STR(TESTS_PACKS "/mistakes.tsv"), MIB(1), &text), OK);
    Str line = {0};
    for (uint32_t number = 1; str_cut(&text, '\n', &line); number++) {
        if (line.n == 0 || line.p[0] == '#')
            continue;
        Plant plant = {.line = number};
        Str cells[4] = {{0}};
        for (size_t i = 0; i < 4; i++)
            assert_true(str_cut(&line, '\t', &cells[i]));
        plant.is_together = cells[0].p[0] == '*';
        plant.kind = str_slice(cells[0], plant.is_together ? 1 : 0, cells[0].n);
        read_edits(arena, &plant, cells[1], cells[2], cells[3]);
        VEC_PUSH(arena, plants, plant);
    }
}

static void read_good(Arena *arena, Files *files)
{
    OsEntries entries = {0};
    assert_int_equal(os_folder_list_all(arena, STR(TESTS_PACKS "/good"), &entries), OK);
    for (size_t i = 0; i < entries.n; i++) {
        if (entries.items[i].is_folder)
            continue;
        File file = {.path = entries.items[i].name};
        Str path = os_path_join(arena, STR(TESTS_PACKS "/good"), file.path);
        assert_int_equal(os_file_read(arena, path, MIB(1), &file.text), OK);
        VEC_PUSH(arena, &files->list, file);
    }
}

static File *file_of(Arena *arena, Files *files, Str path)
{
    for (size_t i = 0; i < files->list.n; i++) {
        if (str_equals(files->list.items[i].path, path))
            return &files->list.items[i];
    }
    VEC_PUSH(arena, &files->list, (File){.path = path, .is_new = true});
    return &files->list.items[files->list.n - 1];
}

/* Puts the plant in; ¶ becomes the mark of number. */
static void plant_in(Arena *arena, Files *files, const Plant *plant, size_t number)
{
    char mark[4];
    Str marker = {mark, utf8_encode(MARK_FIRST + (uint32_t)number, mark)};
    for (size_t i = 0; i < plant->edit_n; i++) {
        const Edit *edit = &plant->edits[i];
        File *file = file_of(arena, files, edit->file);
        file->is_changed = true;
        if (str_equals_c(edit->replacement, "DELETE")) {
            file->is_gone = true;
            file->text = str_copy(arena, marker);
            continue;
        }
        Str replacement = replace_all(arena, edit->replacement, STR("¶"), str_copy(arena, marker));
        if (edit->text.n == 0) {
            file->text = replacement;
            continue;
        }
        size_t at = str_find(file->text, edit->text, 0);
        if (at == SIZE_MAX || str_find(file->text, edit->text, at + 1) != SIZE_MAX)
            fail_msg("mistakes.tsv:%u: the text is not found exactly once in %.*s", plant->line,
                     STR_ARG(edit->file));
        Str parts[] = {str_slice(file->text, 0, at), replacement,
                       str_slice(file->text, at + edit->text.n, file->text.n)};
        file->text = str_join(arena, parts, 3, STR(""));
    }
}

/* Takes the marks out of a file and notes where they stood. A byte that is no UTF-8 counts as one
 * character. */
static void take_marks(Arena *arena, File *file, Expected *expected, const Plant *const *plants)
{
    Buf buf;
    buf_init(&buf, arena, MIB(1));
    uint32_t line = 1;
    uint32_t column = 1;
    for (size_t i = 0; i < file->text.n;) {
        unsigned char lead = (unsigned char)file->text.p[i];
        size_t width = lead < 0x80 || lead >= 0xF8 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        Str character = str_slice(file->text, i, i + width);
        i += width;
        uint32_t code = 0;
        Str rest = character;
        if (utf8_is_valid(character) && utf8_next(&rest, &code) && code >= MARK_FIRST
            && code < MARK_FIRST + EDITS_MOST) {
            const Plant *plant = plants[code - MARK_FIRST];
            expected[code - MARK_FIRST] = (Expected){file->path, line, column, plant->kind};
            continue;
        }
        buf_put(&buf, character);
        column = code == '\n' ? 1 : column + 1;
        line += code == '\n' ? 1 : 0;
    }
    file->text = buf_str(&buf);
}

/* Writes what is marked as changed, or all; takes away what is gone. */
static void write_files(Arena *arena, Str folder, const Files *files, bool all)
{
    for (size_t i = 0; i < files->list.n; i++) {
        const File *file = &files->list.items[i];
        Str path = os_path_join(arena, folder, file->path);
        if (!all && !file->is_changed)
            continue;
        if (file->is_gone) {
            assert_int_equal(os_file_remove(path), OK);
            continue;
        }
        size_t slash = path.n;
        while (path.p[slash - 1] != '/')
            slash--;
        assert_int_equal(os_folder_make(str_slice(path, 0, slash - 1)), OK);
        assert_int_equal(os_file_write(path, file->text, 0600), OK);
    }
}

/* Puts the changed files back as they were in `good`. */
static void restore_files(Arena *arena, Str folder, Files *files, const Files *good)
{
    for (size_t i = 0; i < files->list.n; i++) {
        File *file = &files->list.items[i];
        file->is_gone = file->is_new;
        if (i < good->list.n)
            file->text = good->list.items[i].text;
    }
    write_files(arena, folder, files, false);
}

static void print_mistakes(const PackMistake *mistakes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        print_message("  %.*s:%u:%u: %s: %.*s (%.*s)\n", STR_ARG(mistakes[i].file),
                      mistakes[i].line, mistakes[i].column, mistakes[i].kind,
                      STR_ARG(mistakes[i].text.en), STR_ARG(mistakes[i].fix.en));
}

static bool is_reported_once(const Expected *expected, const PackMistake *mistakes, size_t n)
{
    size_t times = 0;
    for (size_t i = 0; i < n; i++) {
        const PackMistake *mistake = &mistakes[i];
        bool has_words = mistake->text.zh.n > 0 && mistake->text.en.n > 0 && mistake->fix.zh.n > 0
                         && mistake->fix.en.n > 0;
        if (has_words && str_equals(mistake->file, expected->file)
            && mistake->line == expected->line && mistake->column == expected->column
            && str_equals_c(expected->kind, mistake->kind))
            times++;
    }
    return times == 1;
}

/* Plants all of them in the copy of the good packs in `folder` and says how many are not reported
 * as they should be. */
static size_t count_faults(Str folder, const Plant *const *plants, size_t n)
{
    Arena arena;
    arena_init(&arena, MIB(64));
    Files good = {0};
    Files files = {0};
    read_good(&arena, &good);
    read_good(&arena, &files);
    for (size_t i = 0; i < n; i++)
        plant_in(&arena, &files, plants[i], i);
    Expected expected[EDITS_MOST] = {{{0}, 0, 0, {0}}};
    for (size_t i = 0; i < files.list.n; i++)
        take_marks(&arena, &files.list.items[i], expected, plants);
    write_files(&arena, folder, &files, false);
    PackSet *set = NULL;
    const PackMistake *mistakes = NULL;
    size_t mistake_n = 0;
    size_t faults = 0;
    if (pack_set_open(folder, permissions, &arena, &set, &mistakes, &mistake_n) == OK)
        pack_set_close(set);
    for (size_t i = 0; i < n; i++) {
        Expected wanted = expected[i];
        bool is_right = wanted.line > 0 && is_reported_once(&wanted, mistakes, mistake_n);
        if (!is_right) {
            faults++;
            print_message("mistakes.tsv:%u: %.*s is not reported once at %.*s:%u:%u\n",
                          plants[i]->line, STR_ARG(wanted.kind), STR_ARG(wanted.file), wanted.line,
                          wanted.column);
        }
    }
    if (mistake_n != n)
        print_message("mistakes.tsv:%u: %zu mistakes reported, %zu planted\n", plants[0]->line,
                      mistake_n, n);
    faults += mistake_n != n ? 1 : 0;
    if (faults > 0)
        print_mistakes(mistakes, mistake_n);
    restore_files(&arena, folder, &files, &good);
    arena_done(&arena);
    return faults;
}

static void the_good_packs_are_good(void **state)
{
    assert_int_equal(count_faults(((const Copy *)*state)->folder, NULL, 0), 0);
}

static void each_mistake_alone_is_reported_once_at_its_place_with_a_fix(void **state)
{
    Arena arena;
    arena_init(&arena, MIB(16));
    Plants plants = {0};
    read_plants(&arena, &plants);
    size_t faults = 0;
    for (size_t i = 0; i < plants.n; i++) {
        const Plant *plant = &plants.items[i];
        faults += count_faults(((const Copy *)*state)->folder, &plant, 1);
    }
    assert_int_equal(faults, 0);
    arena_done(&arena);
}

static void twenty_mistakes_in_several_files_give_exactly_those(void **state)
{
    Arena arena;
    arena_init(&arena, MIB(16));
    Plants plants = {0};
    read_plants(&arena, &plants);
    const Plant *together[EDITS_MOST] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < plants.n; i++) {
        if (plants.items[i].is_together)
            together[n++] = &plants.items[i];
    }
    assert_true(n >= 20);
    assert_int_equal(count_faults(((const Copy *)*state)->folder, together, n), 0);
    arena_done(&arena);
}

static void every_kind_of_mistake_is_planted(void **state)
{
    (void)state;
    static const char *const kinds[] = {
#define MISTAKE(name, zh, en, fix_zh, fix_en) #name,
#include "pack/mistakes.def"
#undef MISTAKE
    };
    Arena arena;
    arena_init(&arena, MIB(16));
    Plants plants = {0};
    read_plants(&arena, &plants);
    size_t missing = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool is_planted = str_equals_c(STR("FILE_TOO_LARGE"), kinds[i]); /* pack_test.c */
        for (size_t j = 0; j < plants.n; j++)
            is_planted = is_planted || str_equals_c(plants.items[j].kind, kinds[i]);
        if (!is_planted) {
            print_message("%s is never planted\n", kinds[i]);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
    arena_done(&arena);
}

static int copy_good_packs(void **state)
{
    static Copy copy;
    arena_init(&copy.arena, MIB(16));
    Files files = {0};
    read_good(&copy.arena, &files);
    assert_int_equal(os_folder_make_temporary(&copy.arena, STR("packs"), &copy.folder), OK);
    write_files(&copy.arena, copy.folder, &files, true);
    *state = &copy;
    return 0;
}

static int remove_copy(void **state)
{
    Copy *copy = *state;
    assert_int_equal(os_folder_remove(&copy->arena, copy->folder), OK);
    arena_done(&copy->arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_good_packs_are_good),
        cmocka_unit_test(each_mistake_alone_is_reported_once_at_its_place_with_a_fix),
        cmocka_unit_test(twenty_mistakes_in_several_files_give_exactly_those),
        cmocka_unit_test(every_kind_of_mistake_is_planted),
    };
    return cmocka_run_group_tests_name("mistakes", tests, copy_good_packs, remove_copy);
}
