/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/reports_priv.h"

/* What the probes cost that always count, where vmtax run --probes alternate went with and without them. */
#define LEVEL 0.95
#define LEAST 6 /* pairs, fewer of which have no interval */

static bool is_good(const struct table *runs, size_t row)
{
	return table_is(runs, row, "status", "ok") && table_number_of(runs, row, "block") > 0;
}

static bool goes_without(const struct table *runs, size_t row)
{
	return strstr(table_text_of(runs, row, "flags"), "unprobed") != NULL;
}

/* By its own marks where it has some. */
static double time_of(const struct table *runs, size_t row)
{
	double roi = table_number_of(runs, row, "roi_ns");

	return isnan(roi) ? table_number_of(runs, row, "life_ns") : roi;
}

/* Of two blocks that follow one another one goes without: the same program's in the other. */
static size_t find_other(const struct table *runs, size_t row)
{
	double pair = floor((table_number_of(runs, row, "block") + 1) / 2);
	size_t other = row;

	while (other > 0 && floor((table_number_of(runs, other - 1, "block") + 1) / 2) == pair)
		other--;
	for (; other < runs->rows && floor((table_number_of(runs, other, "block") + 1) / 2) == pair; other++)
		if (is_good(runs, other) && goes_without(runs, other) != goes_without(runs, row) &&
		    table_alike(runs, other, row, "workload") && table_alike(runs, other, row, "config"))
			return other;
	return row;
}

/* Logarithms of times with them by those without, into LOGS; how many. */
static size_t collect(const struct table *runs, double *logs)
{
	size_t n = 0;

	for (size_t row = 0; row < runs->rows; row++) {
		size_t other = is_good(runs, row) && goes_without(runs, row) ? find_other(runs, row) : row;
		double ratio = time_of(runs, other) / time_of(runs, row);

		if (other != row && ratio > 0)
			logs[n++] = log(ratio);
	}
	return n;
}

int probed_list(const struct result *result, notes_sink *sink, void *argument)
{
	double *logs = calloc(result->runs.rows + 1, sizeof(*logs));
	struct stats_estimate e;
	size_t n;
	char *text;

	if (logs == NULL)
		return -ENOMEM;
	n = collect(&result->runs, logs);
	e = stats_hodges_lehmann(logs, n, LEVEL);
	free(logs);
	if (n < LEAST)
		return 0;
	if (asprintf(&text,
		     "with the probes that always count, repetitions took %.3f [%.3f, %.3f] times as long as "
		     "without (%zu pairs)",
		     exp(e.value), exp(e.low), exp(e.high), n) < 0)
		return -ENOMEM;
	sink(argument, '-', text);
	free(text);
	return 0;
}
