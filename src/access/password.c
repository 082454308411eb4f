/* Password hashing within bounds: argon2id takes memory and a core for tens of milliseconds, so
 * only a few run at once, only so many wait, and the rest are told to come back. */
#include "access/access_int.h"

#include "access/limits.h"
#include "base/num.h"
#include "base/os_random.h"
#include "base/os_thread.h"

static Mutex gate = {PTHREAD_MUTEX_INITIALIZER};
static Semaphore running; /* guarded by is_ready */
static bool is_ready;
static unsigned waiting; /* for a turn, or having it */
/* Of no password: what an unknown login is tested against. */
static char decoy[256];
static size_t decoy_n;

static bool enter(void)
{
    {
        MUTEX_HOLD(&gate);
        if (!is_ready) {
            semaphore_init(&running, PASSWORD_HASHES_AT_ONCE);
            is_ready = true;
        }
        if (waiting >= PASSWORD_HASHES_WAITING)
            return false;
        waiting++;
    }
    semaphore_take(&running);
    return true;
}

static void leave(void)
{
    semaphore_give(&running);
    MUTEX_HOLD(&gate);
    waiting--;
}

Err password_make(Cx *cx, Str password, Str *ret_hash)
{
    if (password.n < PASSWORD_BYTES_LEAST || password.n > PASSWORD_BYTES_MOST) {
        Str least = str_printf(cx->arena, "%d", PASSWORD_BYTES_LEAST);
        Str most = str_printf(cx->arena, "%d", PASSWORD_BYTES_MOST);
        return cx_fail(cx, ERR_INVALID, TEXT_PASSWORD_LENGTH, STR("/password"), 2, least, most);
    }
    if (!enter())
        return cx_fail(cx, ERR_BUSY, TEXT_LOGIN_BUSY, (Str){0}, 0);
    Err err = password_hash(cx->arena, password, PASSWORD_COST_DEFAULT, ret_hash);
    leave();
    return err;
}

/* The first unknown login pays for making the decoy as well; every later one takes a single hash.
 */
static Str decoy_hash(Arena *arena)
{
    {
        MUTEX_HOLD(&gate);
        if (decoy_n > 0)
            return (Str){decoy, decoy_n};
    }
    Str hash;
    if (password_hash(arena, STR("no password"), PASSWORD_COST_DEFAULT, &hash) != OK
        || hash.n > sizeof decoy)
        return (Str){0};
    MUTEX_HOLD(&gate);
    for (size_t i = 0; decoy_n == 0 && i < hash.n; i++)
        decoy[i] = hash.p[i];
    decoy_n = hash.n;
    return (Str){decoy, decoy_n};
}

Err password_test(Cx *cx, Str password, Str hash, bool *ret_is_right)
{
    if (password.n > PASSWORD_BYTES_MOST) {
        *ret_is_right = false;
        return OK;
    }
    if (!enter())
        return cx_fail(cx, ERR_BUSY, TEXT_LOGIN_BUSY, (Str){0}, 0);
    bool is_right = password_is_right(password, hash.n > 0 ? hash : decoy_hash(cx->arena));
    leave();
    *ret_is_right = is_right && hash.n > 0;
    return OK;
}

bool password_needs_rehash(Str hash)
{
    return password_is_dated(hash, PASSWORD_COST_DEFAULT);
}

Str password_first(Arena *arena)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* no i l o 0 1 */
    enum { LETTERS = sizeof letters - 1, EVEN = 256 / LETTERS * LETTERS };
    char *text = arena_alloc(arena, FIRST_PASSWORD_LETTERS + 1);
    size_t n = 0;
    while (n < FIRST_PASSWORD_LETTERS + 1) {
        unsigned char byte = 0;
        os_random_bytes(&byte, 1);
        if (n == FIRST_PASSWORD_LETTERS / 2)
            text[n++] = '-';
        else if (byte < EVEN) /* each letter is as likely as any */
            text[n++] = letters[byte % LETTERS];
    }
    return (Str){text, n};
}
