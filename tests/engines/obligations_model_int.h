/* What the files of the plain model share: a question about one person, and the lines that answer
 * it. */
#pragma once

#include "obligations_model.h"

/* A record in force, under whoever it is kept. */
typedef struct {
    int event;
    ModelForm form;
    int code, amount;
    Date on, answer;
} Paper;
typedef VEC(Paper) Papers;

/* Days in a program: from the first to the day before `after` (DATE_NONE: still in). */
typedef struct {
    Date from, after;
    Date first_on; /* of the form that enrolled */
} Stay;
typedef VEC(Stay) Stays;

typedef struct {
    const ModelHistory *history;
    const ModelPack *pack;
    Date horizon;
    Arena *arena;
    int person;
    Date born, here_from, gone_on; /* born: DATE_NONE when it is not known */
    int area;
    Papers papers; /* in the order of the days on which they happened */
    ModelLines *lines;
} Asking;

static inline bool earlier(Date a, Date b)
{
    return a.days < b.days;
}

static inline bool none(Date date)
{
    return date_is_none(date);
}

ModelLine model_line_of(const Asking *asking, ModelRule rule, int item);
void model_meet(ModelLine *line, const Paper *paper);
void model_put(Asking *asking, ModelLine line);
bool model_is_in(const Stay *stay, Date day);
/* Changes a line that is not met by what spares it and puts it off. */
void model_spare(const Asking *asking, ModelLine *line);
/* The first day of the calendar period of so many months in which the day lies. */
Date model_period_first(Date day, int months);
/* The window in which the record is on time, else the earlier one that is still open; or NULL. */
ModelLine *model_window(ModelLine *windows, size_t n, const Paper *paper);

/* obligations_model_series.c */
void model_ask_shots(Asking *asking, const Stays *stays);
void model_ask_reports(Asking *asking, const Stays *stays);
void model_ask_sums(Asking *asking, const Stays *stays);
