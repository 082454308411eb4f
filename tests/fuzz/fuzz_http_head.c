/* The framing scanner: whatever comes, it uses no more than it was given, says the same whether the
 * bytes come at once or in pieces, and stays refused once it has refused. The first byte of the
 * input sets the size of the pieces. */
#include "http/http_head.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t used, heads, messages;
    int status; /* of the refusal; 0: none */
} Outcome;

static Outcome scan(Str text, size_t piece_size)
{
    HttpScanLimits limits = {256, 64, 8, 128};
    HttpScan scan;
    Outcome outcome = {0};
    http_scan_init(&scan, limits);
    for (size_t from = 0; from < text.n; from += piece_size) {
        Str rest = str_slice(text, from, from + piece_size);
        HttpScanStep step = HTTP_SCAN_HEAD;
        while (rest.n > 0 || step == HTTP_SCAN_HEAD) {
            size_t used = 0;
            bool was_idle = http_scan_is_idle(&scan);
            step = http_scan(&scan, rest, &used);
            ENSURE(used <= rest.n);
            ENSURE(step != HTTP_SCAN_MORE || used == rest.n);
            ENSURE(step != HTTP_SCAN_HEAD || !was_idle || used > 0);
            rest = str_slice(rest, used, rest.n);
            outcome.used += used;
            outcome.heads += step == HTTP_SCAN_HEAD;
            if (step == HTTP_SCAN_REFUSED) {
                outcome.status = scan.status;
                ENSURE(http_scan(&scan, rest, &used) == HTTP_SCAN_REFUSED && used == 0);
                ENSURE(scan.status == 400 || scan.status == 413 || scan.status == 414
                       || scan.status == 431);
                return outcome;
            }
            if (step == HTTP_SCAN_MESSAGE) {
                outcome.messages++;
                http_scan_init(&scan, limits);
            }
            if (rest.n == 0 && step != HTTP_SCAN_HEAD)
                break;
        }
    }
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    Str text = {(const char *)data + 1, n - 1};
    Outcome whole = scan(text, text.n + 1);
    Outcome pieces = scan(text, 1 + data[0] % 16);
    ENSURE(whole.used == pieces.used && whole.heads == pieces.heads);
    ENSURE(whole.messages == pieces.messages && whole.status == pieces.status);
    ENSURE(whole.messages <= whole.heads);
    return 0;
}
