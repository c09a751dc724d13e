/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/stats.h"
#include "reports/validation_priv.h"

bool validation_in(const struct table *t, size_t row, const struct validation_group *g)
{
	return table_is(t, row, "config", g->config) && table_is(t, row, "metric", g->metric) &&
	       table_is(t, row, "held_out", g->held_out);
}

size_t validation_errors(const struct table *t, const struct validation_group *g, const char *which,
			 double least, bool by, double *into)
{
	size_t n = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double native = table_number_of(t, row, "native_ns"),
		       measured = table_number_of(t, row, "measured_ns");
		double off = fabs(table_number_of(t, row, which) - measured);

		off /= by ? measured - native : measured;
		/* A table may have been edited: what is no number cannot be sorted. */
		if (validation_in(t, row, g) && measured / native - 1 >= least && isfinite(off))
			into[n++] = off;
	}
	stats_sort(into, n);
	return n;
}

double validation_covered(const struct table *t, const struct validation_group *g)
{
	size_t in = 0, n = 0;

	for (size_t row = 0; row < t->rows; row++)
		if (validation_in(t, row, g)) {
			double measured = table_number_of(t, row, "measured_ns");

			in += table_number_of(t, row, "low_ns") <= measured &&
			      measured <= table_number_of(t, row, "high_ns");
			n++;
		}
	return n ? (double)in / (double)n : (double)NAN;
}

double validation_score(const struct table *t, const struct validation_group *g, const char *low,
			const char *high)
{
	double sum = 0;
	size_t n = 0;

	for (size_t row = 0; row < t->rows; row++)
		if (validation_in(t, row, g)) {
			double x = log(table_number_of(t, row, "measured_ns")),
			       l = log(table_number_of(t, row, low)), h = log(table_number_of(t, row, high));

			sum += h - l + 2 / 0.05 * (fmax(l - x, 0) + fmax(x - h, 0));
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}
