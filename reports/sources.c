/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/reports_priv.h"

/* How the layers are known: the share of each source, and how far a trace and stamps agree where there are
 * both. */

static const char *cell(const struct table *table, size_t row, const char *column)
{
	return table_text(table, row, table_column(table, column));
}

static int put_shares(const struct table *layers, notes_sink *sink, void *argument)
{
	static const char *const sources[] = { "exact", "sampled", "inferred" };
	double ns[3] = { 0 }, rest = 0, all = 0;
	char *text;

	for (size_t row = 0; row < layers->rows; row++) {
		double time = table_number(layers, row, table_column(layers, "ns"));

		if (isnan(time))
			continue;
		all += fabs(time);
		if (strcmp(cell(layers, row, "layer"), "unattributed") == 0)
			rest += fabs(time);
		else
			for (size_t i = 0; i < 3; i++)
				if (strcmp(cell(layers, row, "source"), sources[i]) == 0)
					ns[i] += time;
	}
	if (all <= 0)
		return 0;
	if (asprintf(&text,
		     "of the time of all threads %.1f %% is known exactly, %.1f %% by samples, %.1f %% as a "
		     "difference of "
		     "others; %.2f %% is unattributed",
		     100 * ns[0] / all, 100 * ns[1] / all, 100 * ns[2] / all, 100 * rest / all) < 0)
		return -ENOMEM;
	sink(argument, '-', text);
	free(text);
	return 0;
}

/* Half of what the two ways claim differently, as a share of the thread's time: rows of one thread follow
 * each other. */
static size_t differences(const struct table *agreement, double *share)
{
	size_t n = 0;
	double apart = 0, all = 0;

	for (size_t row = 0; row < agreement->rows; row++) {
		double stamps = table_number(agreement, row, table_column(agreement, "stamps_ns"));
		double trace = table_number(agreement, row, table_column(agreement, "trace_ns"));
		bool last = row + 1 == agreement->rows ||
			    strcmp(cell(agreement, row, "run"), cell(agreement, row + 1, "run")) != 0 ||
			    strcmp(cell(agreement, row, "thread"), cell(agreement, row + 1, "thread")) != 0;

		apart += fabs(stamps - trace);
		all += stamps;
		if (!last)
			continue;
		if (all > 0)
			share[n++] = apart / 2 / all;
		apart = all = 0;
	}
	return n;
}

static int put_agreement(const struct table *agreement, notes_sink *sink, void *argument)
{
	double *share = malloc((agreement->rows + 1) * sizeof(*share));
	size_t n;
	char *text;

	if (share == NULL)
		return -ENOMEM;
	n = differences(agreement, share);
	stats_sort(share, n);
	if (n == 0) {
		free(share);
		return 0;
	}
	if (asprintf(&text,
		     "traces and stamps place %.1f %% of a thread's time differently (median of %zu threads; "
		     "at most %.1f %%)",
		     100 * stats_quantile(share, n, 0.5), n, 100 * share[n - 1]) < 0)
		text = NULL;
	free(share);
	if (text == NULL)
		return -ENOMEM;
	sink(argument, '-', text);
	free(text);
	return 0;
}

int sources_list(const struct result *result, notes_sink *sink, void *argument)
{
	int code = put_shares(&result->layers, sink, argument);

	return code ? code : put_agreement(&result->agreement, sink, argument);
}
