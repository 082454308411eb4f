/* What base asks of the C library and the module answers itself, so that it stays small and needs
 * no imports: memory, a way to give up, and powers of ten. Linked before the C library, which then
 * leaves its own versions out. Compiled only to WebAssembly.
 *
 * Memory: blocks with their size in front, a list of free ones, first fit. Arenas ask for few and
 * large blocks (4 KiB to 1 MiB), so nothing cleverer is worth its bytes. */
#include <stddef.h>
#include <stdint.h>

void *malloc(size_t n);
void free(void *p);
double pow(double base, double exponent);
int fprintf(void *file, const char *format, ...);
int fputs(const char *text, void *file);
char *strerror(int number);
void abort(void);

enum {
    PAGE = 65536,
    ALIGNMENT = 16,
};

typedef struct Block {
    size_t size; /* of what follows */
    struct Block *next_free;
    uint8_t padding[ALIGNMENT - sizeof(size_t) - sizeof(void *)];
} Block;

static Block *free_blocks;

/* Where base writes before it ends the process, and the C library before it gives up on a long
 * double: a trap says as much. Its own object would bring in all of stdio and imports with it. */
extern uint8_t __stderr_FILE[1];
extern void *const stderr;
uint8_t __stderr_FILE[1];
void *const stderr = __stderr_FILE;

int fputs(const char *text, void *file)
{
    (void)text;
    (void)file;
    __builtin_trap();
}

int fprintf(void *file, const char *format, ...)
{
    (void)file;
    (void)format;
    __builtin_trap();
}

void abort(void)
{
    __builtin_trap();
}

/* printf's %m, which nothing of ours uses. */
char *strerror(int number)
{
    static char none[] = "";
    (void)number;
    return none;
}

static Block *grow(size_t n)
{
    size_t pages = (n + sizeof(Block) + PAGE - 1) / PAGE;
    size_t before = __builtin_wasm_memory_grow(0, pages);
    if (before == SIZE_MAX)
        __builtin_trap();
    Block *block = (Block *)(before * PAGE);
    block->size = pages * PAGE - sizeof(Block);
    return block;
}

/* Gives the rest of a block that is much too large back to the list. */
static void split(Block *block, size_t n)
{
    if (block->size < n + sizeof(Block) + PAGE / 16)
        return;
    Block *rest = (Block *)((uint8_t *)(block + 1) + n);
    rest->size = block->size - n - sizeof(Block);
    rest->next_free = free_blocks;
    free_blocks = rest;
    block->size = n;
}

void *malloc(size_t n)
{
    n = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Block **link = &free_blocks;
    while (*link != NULL && (*link)->size < n)
        link = &(*link)->next_free;
    Block *block = *link;
    if (block != NULL)
        *link = block->next_free;
    else
        block = grow(n);
    split(block, n);
    return block + 1;
}

void free(void *p)
{
    if (p == NULL)
        return;
    Block *block = (Block *)p - 1;
    block->next_free = free_blocks;
    free_blocks = block;
}

/* base/num asks for whole powers of ten from 0 to 10 only: products of ten are exact there. */
double pow(double base, double exponent)
{
    double power = 1;
    for (int i = 0; i < (int)exponent; i++)
        power *= base;
    return power;
}
