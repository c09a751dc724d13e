/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "model/model_priv.h"

/* The observer's cost. Observed repetitions are few and belong to no block: they and the undisturbed ones are
 * two samples, compared by their logarithms. */

static size_t take_logs(const struct cells *cells, metric_value *time, const size_t *rows, size_t count,
			double *logs)
{
	size_t measured = 0;

	for (size_t i = 0; i < count; i++) {
		double value = time(cells, rows[i]);

		if (value > 0)
			logs[measured++] = log(value);
	}
	return measured;
}

struct stats_estimate observer_ratio(const struct cells *cells, const struct cell *cell, metric_value *time,
				     double *observed, double *usual)
{
	struct stats_estimate ratio =
		stats_welch(observed, take_logs(cells, time, cell->observed, cell->observations, observed),
			    usual, take_logs(cells, time, cell->block, cell->blocks, usual), MODEL_LEVEL);

	ratio.value = exp(ratio.value);
	ratio.low = exp(ratio.low);
	ratio.high = exp(ratio.high);
	return ratio;
}
