/* A report as the answer to a request: what every file says of itself (as of when, whose numbers,
 * from which packs, that it is of a demo county), and which of both kinds of files is asked for. */
#pragma once

#include "print/report.h"
#include "web/route.h"

#define REPORT_QUERY "as?: xlsx|pdf"
#define REPORT_MEDIA                                                                               \
 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/pdf"

enum { REPORT_FACTS_MOST = 32, REPORT_ROWS_MOST = 5000 };

typedef struct ReportFile {
    Report report;
    ReportFact facts[REPORT_FACTS_MOST];
    const char *action; /* of the audit: "export.plan" */
    Str detail;         /* of the audit */
    Str name;           /* of the file, ASCII, without its end */
    bool has_few;       /* numbers of fewer people than few_below are held back: the file says so */
    int64_t few_below;
    int64_t unranked_n; /* lines that take no part in its ranks, for they are held back */
} ReportFile;

/* The first facts: the day, and the place with what of it is in sight. */
Err report_file_begin(Cx *cx, Str title, TextId sheet, ReportFile *ret_file) MUST_CHECK;
/* Left out when the value is empty. */
void report_file_fact(Cx *cx, ReportFile *file, TextId label, Str value);
/* "national-2017 1.0.0", and the document that it follows. */
void report_file_source(Cx *cx, ReportFile *file, Str pack, Str source);
/* The rest: audit first, durable before anything is sent. */
Err report_file_answer(Cx *cx, const HttpRequest *request, ReportFile *file,
                       HttpResponse *response) MUST_CHECK;

Str report_word(Cx *cx, TextId text);
ReportCell report_text(Str text);
ReportCell report_day(Date day);
ReportCell report_whole(int64_t number);
/* A number that is held back: "<5" where it is that few itself, else a mark. */
ReportCell report_few(Cx *cx, bool is_few, int64_t few_below);
/* Of a measure: a share with two decimals, a count without. */
ReportCell report_measured(const Measure *measure, int64_t denominator, int64_t numerator);
