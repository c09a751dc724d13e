/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "model/plan/place_work_priv.h"

#define FOLDS_MOST 100 /* parts of a bin that sizes are rounded to */

/* SIZE rounded down to parts of which K, not K + 1, make a bin; what is a whole number of K + 1 stays. */
static double fold(double size, double k)
{
	double parts = (k + 1) * size, whole = floor(parts);

	return whole == parts ? size : whole / k;
}

size_t place_bound_fold(const double *sizes, const size_t *count, size_t n)
{
	double most = 0;

	for (int k = 1; k <= FOLDS_MOST; k++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += (double)count[i] * fold(sizes[i] * (1 - 2 * PLACE_SLACK), k);
		most = fmax(most, ceil(sum * (1 - 2 * PLACE_SLACK) - PLACE_SLACK));
	}
	return (size_t)most;
}
