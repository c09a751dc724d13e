/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_NANO_PRIV_H
#define MODEL_NANO_PRIV_H

#include "model/model_priv.h"

#define NANO "nano" /* the class of workloads that are events */

/* The tables of a result that tell of events. */
struct events {
	struct table suite, runs, found, requests;
	struct names configs; /* that events ran under, native always among them */
	size_t *event_of;     /* by number of the run: row of events.csv; owned */
	size_t *request_of;   /* the same: its first row of requests.csv; owned */
	size_t last_run;
};

/* Reads DIRECTORY; without suite.csv there are no events. 0 or negative errno; then there is nothing to free.
 */
int events_read(struct events *n, const char *directory, struct error *error);
void events_free(struct events *n);

/* A cell of runs.csv by the column's name. */
const char *events_text(const struct events *n, size_t row, const char *column);

bool events_disturbed(const struct events *n, size_t row);

/* COLUMN of events.csv for the repetition in ROW of runs.csv; NaN where it has none. */
double events_figure(const struct events *n, size_t row, const char *column);

/* Sum of the medians of "kind:stage+stage" in its requests, ns; NaN where one is missing. */
double events_stages(const struct events *n, size_t row, const char *stages);

#endif
