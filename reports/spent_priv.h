/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_SPENT_PRIV_H
#define REPORTS_SPENT_PRIV_H

/* What was spent besides the programs' own time: by the host, by observing; and what the hardware counted. */
#include "reports/reports_priv.h"

/* What observing cost: workloads x all configurations, each by its own undisturbed time. 0 or -ENOMEM; no
 * rows where nothing was observed. */
int grid_observer(struct grid *grid, const struct result *result);

/* What recording traces took besides, median and most of where it was told, in a sentence; "" and false:
 * nowhere. */
#define RECORDER_TEXT 128
bool observer_recorder(const struct result *result, char text[RECORDER_TEXT]);

enum footprint_figure {
	FOOTPRINT_MEMORY, /* beyond the guest's own */
	FOOTPRINT_CPU,
	FOOTPRINT_OWN, /* the guest's, or the process's */
	FOOTPRINT_SIZE,
	FOOTPRINT_FIGURES
};

/* A figure of host-footprint.csv, medians over workloads: configurations x parts. 0 or -ENOMEM; no rows where
 * none is told. */
#define PARTS_MOST 8
int grid_footprint(struct grid *grid, const struct result *result, enum footprint_figure figure);

/* The row of hardware.csv where the next formula begins that has a value to show, from FROM on; its number of
 * rows: there is none. The others take such a row. */
size_t hardware_next(const struct result *result, size_t from);
int grid_hardware(struct grid *grid, const struct result *result, size_t formula);

/* "= instructions / cycles; counted 100 % of the time" into LINE. */
void hardware_explain(const struct result *result, size_t formula, char *line, size_t size);

/* Whether there are sets of which nothing was counted (0), or whose counts give no formula a value (1); LINE
 * then names them, and says why. */
#define HARDWARE_MISSING 2
bool hardware_missing(const struct result *result, int how, char *line, size_t size);

#endif
