/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_NANO_PRIV_H
#define REPORTS_NANO_PRIV_H

#include "reports/reports_priv.h"

/* What each event costs, as reports show it. */

/* Figures of costs.csv: events x configurations, in the order of the suite. 0 or -ENOMEM. */
enum nano_figure { NANO_COST, NANO_DIFFERENCE, NANO_RATIO };
int grid_nano(struct grid *grid, const struct result *result, enum nano_figure figure);

/* Puts the cheapest event first. */
void grid_nano_order(struct grid *grid);

/* The median over events of their cost under CONFIG as a multiple of native, NaN: none; and the event of
 * which it is *MOST. */
double nano_median(const struct result *result, const char *config, const char **dearest, double *most);

/* The row of costs.csv, or its number of rows. */
size_t nano_row(const struct result *result, const char *event, const char *config);

/* Lines of points, each sorted by x. */
struct lines {
	const char *x, *y;			/* what the axes are, with unit */
	enum { LINES_TIME, LINES_BYTES } scale; /* of the x axis, which is logarithmic */
	struct line {
		const char *label, *colour; /* borrowed */
		struct point {
			double x, y;
		} * point; /* count; owned */
		size_t count;
	} * line; /* count; owned */
	size_t count;
};

/* Begins a line; NULL when memory is short. */
struct line *lines_begin(struct lines *lines, const char *label, const char *colour);
int line_add(struct line *line, double x, double y); /* 0 or -ENOMEM */
void line_sort(struct line *line);
void lines_free(struct lines *lines);

/* The events whose operations were timed one by one. 0 or -ENOMEM. */
int nano_distributed(struct names *events, const struct result *result);

/* Percent of the operations of EVENT that took at most so long, a line a configuration. 0 or -ENOMEM. */
int lines_distribution(struct lines *lines, const struct result *result, const char *event);

/* ns of a step by footprint of the walk-GUEST-HOST-SIZE events under CONFIG, a line a pair of page sizes. 0
 * or -ENOMEM. */
int lines_walks(struct lines *lines, const struct result *result, const char *config);

/* Why events have no cost, or not of all repetitions, likewise. */
int nano_reasons(const struct result *result, notes_sink *sink, void *argument);

#endif
