/* What the server does without being asked. */
#include "app/jobs.h"

#include "engine/measures/measures.h"
#include "engine/obligations/obligations.h"
#include "engine/plans/plans.h"
#include "engine/records/attachments.h"
#include "engine/records/drafts.h"
#include "engine/subjects/residents.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

/* A list computes the stale people whom it shows by itself; a minute is soon enough for the rest.
 * Duplicates are derived by whoever asks for them first: nothing of it, and of measures, while
 * people come in. For the numbers of a past day somebody may be waiting. */
const Job app_jobs[] = {
    {"obligations", MINUTE_MS, obligation_settle_step, 0},
    {"measures", MINUTE_MS, measure_settle_step, MINUTE_MS},
    {"plan days", 2 * SECOND_MS, plan_day_step, 0},
    {"plan months", 60 * MINUTE_MS, plan_day_keep_step, 5 * MINUTE_MS},
    {"residents", MINUTE_MS, resident_matches_step, MINUTE_MS},
    {"drafts", 60 * MINUTE_MS, draft_expire_step, 0},
    {"attachments", 60 * MINUTE_MS, attachment_expire_step, 0},
};
const size_t app_job_n = sizeof app_jobs / sizeof *app_jobs;
