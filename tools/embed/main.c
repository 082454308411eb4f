/* embed: puts files into the program. Writes a header, a table in C, and an assembler file that
 * takes the bytes in with .incbin.
 *
 *     embed NAME OUT.h OUT.c OUT.S DEPFILE PATH...
 *
 * A PATH that is a file is named by its last part, all files below a PATH that is a folder by their
 * path below it; entries stand in byte order of their names, and names are unique. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/vec.h"

enum {
    DEPTH_MOST = 16,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
};

typedef struct {
    Str name; /* inside the program */
    Str path; /* where it is now */
    long long size;
} Entry;

typedef struct {
    Arena arena;
    VEC(Entry) entries;
    VEC(Str) folders; /* a file that comes or goes changes its folder */
    bool is_failed;
} Embed;

static void fail(Embed *embed, const char *path, const char *why)
{
    fprintf(stderr, "embed: %s: %s\n", path, why);
    embed->is_failed = true;
}

static Str join(Arena *arena, Str folder, Str name)
{
    return folder.n == 0 ? name : str_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
}

static void add_path(Embed *embed, Str name, Str path, bool is_folder_root, int depth);

static void add_folder(Embed *embed, Str name, Str path, int depth)
{
    DIR *folder = opendir(str_to_c(&embed->arena, path));
    if (folder == NULL || depth > DEPTH_MOST) {
        fail(embed, path.p, "cannot be read, or is too deep");
        if (folder != NULL)
            closedir(folder);
        return;
    }
    VEC_PUSH(&embed->arena, &embed->folders, path);
    for (struct dirent *item = readdir(folder); item != NULL; item = readdir(folder)) {
        if (item->d_name[0] == '.')
            continue;
        Str part = str_copy(&embed->arena, str_from_c(item->d_name));
        add_path(embed, join(&embed->arena, name, part), join(&embed->arena, path, part), false,
                 depth + 1);
    }
    closedir(folder);
}

static void add_path(Embed *embed, Str name, Str path, bool is_folder_root, int depth)
{
    const char *c_path = str_to_c(&embed->arena, path);
    struct stat info;
    if (stat(c_path, &info) != 0) {
        fail(embed, c_path, "does not exist");
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        add_folder(embed, is_folder_root ? (Str){NULL, 0} : name, path, depth);
        return;
    }
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\' || name.p[i] == '\n')
            fail(embed, c_path, "has a character that a name cannot have");
    }
    Entry entry = {.name = name, .path = str_from_c(c_path), .size = info.st_size};
    VEC_PUSH(&embed->arena, &embed->entries, entry);
}

static Str last_part(Str path)
{
    Str rest = path, part = {NULL, 0};
    while (str_cut(&rest, '/', &part))
        continue;
    return part;
}

static int compare_entries(const void *a, const void *b)
{
    return str_compare(((const Entry *)a)->name, ((const Entry *)b)->name);
}

static void write_header(Buf *out, const char *name)
{
    buf_printf(out,
               "/* Made by embed. */\n#pragma once\n\n#include \"base/embed.h\"\n\n"
               "extern const EmbedFile embed_%s[];\nextern const size_t embed_%s_n;\n",
               name, name);
}

static void write_table(Buf *out, const char *name, const Embed *embed)
{
    buf_printf(out, "/* Made by embed. */\n#include \"%s_embed.h\"\n\n", name);
    for (size_t i = 0; i < embed->entries.n; i++)
        buf_printf(out, "extern const char embed_%s_%zu[];\n", name, i);
    buf_printf(out, "\nconst EmbedFile embed_%s[] = {\n", name);
    for (size_t i = 0; i < embed->entries.n; i++) {
        const Entry *entry = &embed->entries.items[i];
        buf_printf(out, "    {{\"%.*s\", %zu}, {embed_%s_%zu, %lld}},\n", STR_ARG(entry->name),
                   entry->name.n, name, i, entry->size);
    }
    if (embed->entries.n == 0)
        buf_put_c(out, "    {{NULL, 0}, {NULL, 0}},\n");
    buf_printf(out, "};\nconst size_t embed_%s_n = %zu;\n", name, embed->entries.n);
}

static void write_assembler(Buf *out, const char *name, const Embed *embed)
{
    buf_put_c(out, "/* Made by embed. */\n    .section .rodata\n");
    for (size_t i = 0; i < embed->entries.n; i++)
        buf_printf(out,
                   "    .balign 16\n    .global embed_%s_%zu\nembed_%s_%zu:\n"
                   "    .incbin \"%.*s\"\n    .byte 0\n",
                   name, i, name, i, STR_ARG(embed->entries.items[i].path));
    buf_put_c(out, "    .section .note.GNU-stack,\"\",%progbits\n");
}

static void write_dependencies(Buf *out, char **outs, const Embed *embed)
{
    buf_printf(out, "%s %s %s:", outs[0], outs[1], outs[2]);
    for (size_t i = 0; i < embed->entries.n; i++)
        buf_printf(out, " \\\n  %.*s", STR_ARG(embed->entries.items[i].path));
    for (size_t i = 0; i < embed->folders.n; i++)
        buf_printf(out, " \\\n  %.*s", STR_ARG(embed->folders.items[i]));
    buf_put_char(out, '\n');
}

static void save(Embed *embed, const char *path, const Buf *buf)
{
    FILE *file = fopen(path, "wb");
    bool is_good = file != NULL && !buf->is_over && fwrite(buf->p, 1, buf->n, file) == buf->n;
    if (file != NULL && fclose(file) != 0)
        is_good = false;
    if (!is_good)
        fail(embed, path, "cannot be written");
}

int main(int n, char **arguments)
{
    if (n < 7) {
        fprintf(stderr, "usage: embed NAME OUT.h OUT.c OUT.S DEPFILE PATH...\n");
        return EXIT_USAGE;
    }
    Embed embed = {0};
    arena_init(&embed.arena, MIB(64));
    for (int i = 6; i < n; i++) {
        Str path = str_from_c(arguments[i]);
        add_path(&embed, last_part(path), path, true, 0);
    }
    if (embed.entries.n > 1)
        qsort(embed.entries.items, embed.entries.n, sizeof(Entry), compare_entries);
    for (size_t i = 1; i < embed.entries.n; i++) {
        if (str_equals(embed.entries.items[i].name, embed.entries.items[i - 1].name))
            fail(&embed, embed.entries.items[i].path.p, "has the name of another");
    }
    Buf out;
    buf_init(&out, &embed.arena, MIB(8));
    write_header(&out, arguments[1]);
    save(&embed, arguments[2], &out);
    buf_clear(&out);
    write_table(&out, arguments[1], &embed);
    save(&embed, arguments[3], &out);
    buf_clear(&out);
    write_assembler(&out, arguments[1], &embed);
    save(&embed, arguments[4], &out);
    buf_clear(&out);
    write_dependencies(&out, arguments + 2, &embed);
    save(&embed, arguments[5], &out);
    int status = embed.is_failed ? EXIT_FAILED : 0;
    arena_done(&embed.arena);
    return status;
}
