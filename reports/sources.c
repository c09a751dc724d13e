/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/stats.h"
#include "reports/reports_priv.h"

/* How the layers are known: the share of each source, and how far a trace and stamps agree where there are
 * both. */

static int put_shares(const struct table *layers, notes_sink *sink, void *argument)
{
	static const char *const sources[] = { "exact", "sampled", "inferred" };
	double ns[3] = { 0 }, rest = 0, all = 0;
	char *text;

	for (size_t row = 0; row < layers->rows; row++) {
		double time = table_number_of(layers, row, "ns");

		if (isnan(time))
			continue;
		all += fabs(time);
		if (table_is(layers, row, "layer", "unattributed"))
			rest += fabs(time);
		else
			for (size_t i = 0; i < 3; i++)
				if (table_is(layers, row, "source", sources[i]))
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
		double stamps = table_number_of(agreement, row, "stamps_ns");
		double trace = table_number_of(agreement, row, "trace_ns");
		bool last = row + 1 == agreement->rows || !table_alike(agreement, row, row + 1, "run") ||
			    !table_alike(agreement, row, row + 1, "thread");

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
