/* The table of jobs. */
#pragma once

#include "job/job.h"

extern const Job app_jobs[];
extern const size_t app_job_n;
