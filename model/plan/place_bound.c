/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan/place_work_priv.h"

/* What no placement can do better than. */

#define L2_ITEMS_MOST  4e6   /* that it is worth listing one by one */
#define FOLD_ROWS_MOST 20000 /* that it is worth rounding in many ways */

/* The least whole number of bins that is no less than X, but for rounding and the slack each bin has. */
static double whole_bins(double x)
{
	return ceil(x * (1 - 2 * PLACE_SLACK) - PLACE_SLACK);
}

size_t place_bound_l2(const double *sizes, size_t n)
{
	size_t half = 0, alone;	     /* how many are larger than 1/2, and than 1 - alpha */
	double small = 0, large = 0; /* sums of 1/2 >= size >= alpha, and of 1/2 < size <= 1 - alpha */
	double most;

	while (half < n && sizes[half] > 0.5 + PLACE_SLACK)
		half++;
	alone = half;
	most = (double)half;
	for (size_t end = half; half < n;) { /* alpha: each size up to 1/2, and 0 last */
		double alpha = end < n ? sizes[end] : 0, bins;
		bool last = end == n;

		while (end < n && sizes[end] >= alpha)
			small += sizes[end++];
		for (; alone > 0 && sizes[alone - 1] <= 1 - alpha + PLACE_SLACK; alone--)
			large += sizes[alone - 1];
		bins = (double)half + whole_bins(small - ((double)(half - alone) - large));
		most = bins > most ? bins : most;
		if (last)
			break;
	}
	return (size_t)most;
}

/* Whether some kind of bin takes ITEM: those that none takes no bound counts. */
static bool *find_placeable(const struct place_problem *problem)
{
	bool *placeable = calloc(problem->items + 1, sizeof(*placeable));

	for (size_t i = 0; placeable && i < problem->items; i++)
		for (size_t kind = 0; kind < problem->kinds && !placeable[i]; kind++)
			placeable[i] = problem->most[kind] > 0 && placing_would_take(problem, kind, i, 1) > 0;
	return placeable;
}

/* What one item needs of resource D; WHOLE: with what it needs of the one handed out in whole units. */
static double need(const struct place_problem *problem, size_t item, size_t d, bool whole)
{
	const double *size = problem->size + item * problem->resources;

	return size[d] + (whole && d == problem->onto ? size[problem->whole] : 0);
}

static double largest(const struct place_problem *problem, size_t d)
{
	double most = 0;

	for (size_t kind = 0; kind < problem->kinds; kind++)
		if (problem->most[kind] > 0 && problem->capacity[kind * problem->resources + d] > most)
			most = problem->capacity[kind * problem->resources + d];
	return most;
}

static int descending(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a < *b) - (*a > *b);
}

/* The bound of resource D that items alike have, on bins of the largest CAPACITY. SIZES has room for all
 * items. */
static size_t bound_fold(const struct place_problem *problem, const bool *placeable, size_t d, bool whole,
			 double capacity, double *sizes)
{
	for (size_t i = 0; i < problem->items; i++)
		sizes[i] = placeable[i] ? fmin(need(problem, i, d, whole) / capacity, 1) : 0;
	return place_bound_fold(sizes, problem->count, problem->items);
}

/* L2 of resource D on bins of the largest CAPACITY. SIZES has room for all items. */
static size_t bound_resource(const struct place_problem *problem, const bool *placeable, size_t d, bool whole,
			     double capacity, double *sizes)
{
	double sum = 0;
	size_t n = 0, half;

	for (size_t i = 0; i < problem->items; i++) {
		double share = need(problem, i, d, whole) / capacity;

		if (!placeable[i])
			continue;
		sum += share * (double)problem->count[i];
		for (size_t c = 0; sizes && c < problem->count[i] && share > 0; c++)
			sizes[n++] = share;
	}
	if (!sizes)
		return (size_t)whole_bins(sum);
	qsort(sizes, n, sizeof(*sizes),
	      descending); /* it merges, which a million sizes take better than heaps */
	half = place_bound_l2(sizes, n);
	if (problem->items <= FOLD_ROWS_MOST) {
		size_t alike = bound_fold(problem, placeable, d, whole, capacity, sizes);

		half = alike > half ? alike : half;
	}
	return half > (size_t)whole_bins(sum) ? half : (size_t)whole_bins(sum);
}

/* Bins that rules of spread ask for. */
static size_t bound_spread(const struct place_problem *problem, const bool *placeable)
{
	size_t most = 0;

	for (size_t g = 0; g < problem->groups; g++) {
		size_t count = 0;

		for (size_t i = 0; problem->rule[g].spread && i < problem->items; i++)
			count += problem->group[i] == g && placeable[i] ? problem->count[i] : 0;
		if (count > 0 && (count - 1) / problem->rule[g].spread + 1 > most)
			most = (count - 1) / problem->rule[g].spread + 1;
	}
	return most;
}

/* The bound on bins; what all items need of each resource goes to DEMAND. */
static size_t bound_bins(const struct place_problem *problem, const bool *placeable, double *sizes,
			 double *demand)
{
	size_t most = bound_spread(problem, placeable);

	for (size_t d = 0; d < problem->resources; d++) {
		bool whole = problem->whole != PLACE_NONE && d == problem->onto;
		double capacity = largest(problem, d);
		size_t bins = 0, other = 0;

		demand[d] = 0;
		if (d == problem->whole || capacity <= 0)
			continue;
		for (size_t i = 0; i < problem->items; i++)
			demand[d] +=
				placeable[i] ? (double)problem->count[i] * need(problem, i, d, whole) : 0;
		bins = bound_resource(problem, placeable, d, whole, capacity, sizes);
		if (whole && capacity > problem->whole_least)
			other = bound_resource(problem, placeable, d, false, capacity - problem->whole_least,
					       sizes);
		bins = other > bins ? other : bins;
		most = bins > most ? bins : most;
	}
	return most;
}

/* The least cost of so much capacity, in shares of bins. */
static double bound_cost(const struct place_problem *problem, const double *demand, size_t bins)
{
	double most = 0, least = INFINITY;

	for (size_t kind = 0; kind < problem->kinds; kind++)
		if (problem->most[kind] > 0 && problem->cost[kind] < least)
			least = problem->cost[kind];
	if (bins > 0)
		most = (double)bins * least;
	for (size_t d = 0; d < problem->resources && problem->kinds > 1; d++) {
		double rate = INFINITY;

		for (size_t kind = 0; kind < problem->kinds; kind++) {
			double has = problem->capacity[kind * problem->resources + d];

			if (problem->most[kind] > 0 && has > 0 && problem->cost[kind] / has < rate)
				rate = problem->cost[kind] / has;
		}
		if (d != problem->whole && demand[d] > 0 && rate < INFINITY &&
		    demand[d] * rate * (1 - 2 * PLACE_SLACK) > most)
			most = demand[d] * rate * (1 - 2 * PLACE_SLACK);
	}
	return most;
}

int place_bound(const struct place_problem *problem, double *cost, size_t *bins)
{
	bool *placeable = find_placeable(problem);
	double demand[PLACE_RESOURCES_MOST], *sizes = NULL, units = 1 + (double)problem->items;

	for (size_t i = 0; i < problem->items; i++)
		units += (double)problem->count[i];
	if (units <= L2_ITEMS_MOST)
		sizes = malloc((size_t)units * sizeof(*sizes));
	if (!placeable || (units <= L2_ITEMS_MOST && !sizes)) {
		free(placeable);
		free(sizes);
		return -ENOMEM;
	}
	*bins = bound_bins(problem, placeable, sizes, demand);
	*cost = bound_cost(problem, demand, *bins);
	if (problem->kinds > 1) {
		double better = place_exact_bound(problem, demand, *bins);

		*cost = better > *cost ? better : *cost;
	}
	free(placeable);
	free(sizes);
	return 0;
}
