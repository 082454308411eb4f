/* What the server counts about itself: requests and times. Any thread may add. */
#pragma once

#include "base/buf.h"

enum { METRICS_BUCKET_N = 12, METRICS_STATUS_N = 6 };

typedef struct Metrics Metrics;

Metrics *metrics_make(Arena *arena, size_t route_n);
void metrics_add(Metrics *metrics, size_t route, int status, int64_t duration_ns);
/* Requests of a route by status class (2 for 2xx ...). */
uint64_t metrics_requests(const Metrics *metrics, size_t route, int status_class);
/* Prometheus text: the histogram of times. */
void metrics_write_times(const Metrics *metrics, Buf *out);
