/* GET /metrics, and the counters behind it. */
#include "web/metrics.h"

#include <stdatomic.h>

#include "base/os_process.h"
#include "job/job.h"
#include "web/web_int.h"

struct Metrics {
    _Atomic uint64_t (*requests)[METRICS_STATUS_N]; /* by route */
    size_t route_n;
    _Atomic uint64_t buckets[METRICS_BUCKET_N + 1]; /* the last: longer than all */
    _Atomic uint64_t total_ns;
};

/* Upper ends in microseconds. */
static const int64_t bucket_us[METRICS_BUCKET_N] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000};

Metrics *metrics_make(Arena *arena, size_t route_n)
{
    Metrics *metrics = arena_new(arena, Metrics);
    metrics->requests = arena_alloc_array(arena, route_n, sizeof *metrics->requests);
    metrics->route_n = route_n;
    return metrics;
}

void metrics_add(Metrics *metrics, size_t route, int status, int64_t duration_ns)
{
    DCHECK(route < metrics->route_n);
    int class = status / 100;
    atomic_fetch_add(&metrics->requests[route][class < METRICS_STATUS_N ? class : 0], 1);
    size_t bucket = 0;
    while (bucket < METRICS_BUCKET_N && duration_ns > bucket_us[bucket] * 1000)
        bucket++;
    atomic_fetch_add(&metrics->buckets[bucket], 1);
    atomic_fetch_add(&metrics->total_ns, (uint64_t)duration_ns);
}

uint64_t metrics_requests(const Metrics *metrics, size_t route, int status_class)
{
    return atomic_load(&metrics->requests[route][status_class]);
}

void metrics_write_times(const Metrics *metrics, Buf *out)
{
    buf_put_c(out, "# TYPE catchment_request_seconds histogram\n");
    uint64_t sum = 0;
    for (size_t i = 0; i < METRICS_BUCKET_N; i++) {
        sum += atomic_load(&metrics->buckets[i]);
        buf_printf(out, "catchment_request_seconds_bucket{le=\"%g\"} %llu\n",
                   (double)bucket_us[i] / 1e6, (unsigned long long)sum);
    }
    sum += atomic_load(&metrics->buckets[METRICS_BUCKET_N]);
    buf_printf(out, "catchment_request_seconds_bucket{le=\"+Inf\"} %llu\n",
               (unsigned long long)sum);
    buf_printf(out, "catchment_request_seconds_sum %.6f\ncatchment_request_seconds_count %llu\n",
               (double)atomic_load(&metrics->total_ns) / 1e9, (unsigned long long)sum);
}

static void put(Buf *out, const char *name, const char *kind, uint64_t value)
{
    buf_printf(out, "# TYPE catchment_%s %s\ncatchment_%s %llu\n", name, kind, name,
               (unsigned long long)value);
}

static void put_requests(const Web *web, Buf *out)
{
    static const char *const methods[HTTP_METHOD_N] = {"GET", "POST", "PUT", "DELETE"};
    buf_put_c(out, "# TYPE catchment_requests_total counter\n");
    for (size_t i = 0; i < web->options.route_n; i++)
        for (int class = 1; class < METRICS_STATUS_N; class ++) {
            uint64_t n = metrics_requests(web->metrics, i, class);
            if (n > 0)
                buf_printf(
                    out,
                    "catchment_requests_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} %llu\n",
                    methods[web->options.routes[i]->method], web->options.routes[i]->path, class,
                    (unsigned long long)n);
        }
}

static void put_jobs(Jobs *jobs, Buf *out)
{
    static const char *const names[] = {"steps_total", "failures_total", "seconds_total"};
    for (size_t figure = 0; jobs != NULL && figure < 3; figure++) {
        buf_printf(out, "# TYPE catchment_job_%s counter\n", names[figure]);
        for (size_t i = 0; i < jobs_count(jobs); i++) {
            JobStats stats = jobs_stats(jobs, i);
            buf_printf(out, "catchment_job_%s{job=\"%s\"} ", names[figure], stats.name);
            if (figure == 2)
                buf_printf(out, "%.6f\n", (double)stats.total_ns / 1e9);
            else
                buf_printf(out, "%llu\n",
                           (unsigned long long)(figure == 0 ? stats.steps : stats.failures));
        }
    }
}

static Err metrics_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Web *web = web_call(request)->web;
    HttpStats http = http_server_stats(web->server);
    Buf *out = &response->body;
    response->content_type = STR("text/plain; version=0.0.4; charset=utf-8");
    put(out, "http_requests_total", "counter", http.requests);
    put(out, "http_refused_total", "counter", http.refused);
    put(out, "http_connections", "gauge", http.connections);
    put(out, "http_in_flight", "gauge", http.in_flight);
    put(out, "memory_bytes", "gauge", os_process_memory());
    if (cx->writer != NULL) {
        WriterStats writer = writer_stats(cx->writer);
        put(out, "writer_works_total", "counter", writer.works);
        put(out, "writer_groups_total", "counter", writer.groups);
        put(out, "writer_failed_total", "counter", writer.failed);
        put(out, "writer_queued", "gauge", writer.queued);
    }
    put_jobs(web->options.jobs, out);
    put_requests(web, out);
    metrics_write_times(web->metrics, out);
    return OK;
}

const Route route_metrics = {
    .method = HTTP_GET,
    .path = "/metrics",
    .handler = metrics_get,
    .permit = "metrics.read",
    .out_media = "text/plain",
    .is_open_locally = true, /* the collector of the machine logs in nowhere */
    .title = {"运行指标（Prometheus 文本）", "Metrics as Prometheus text"},
};
