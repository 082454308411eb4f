/* check <source root>: prints `file:line: message` for each breach; exit status 1 when there are.
 */
#include <stdio.h>

#include "check.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: check <source root>\n");
        return 2;
    }
    Arena arena;
    arena_init(&arena, MIB(512));
    CheckBreaches breaches = {0};
    Err err = check_run(&arena, str_from_c(argv[1]), &breaches);
    if (err != OK) {
        fprintf(stderr, "check: %s: %s\n", argv[1], err_title_en(err));
        return 2;
    }
    for (size_t i = 0; i < breaches.n; i++)
        printf("%.*s:%zu: %.*s\n", STR_ARG(breaches.items[i].path), breaches.items[i].line,
               STR_ARG(breaches.items[i].message));
    printf("check: %zu breaches\n", breaches.n);
    int status = breaches.n == 0 ? 0 : 1;
    arena_done(&arena);
    return status;
}
