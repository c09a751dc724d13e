/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_work_priv.h"

/* Heuristics that look at every bin, or every item, at each step: for no more than some thousand items. */

/* What would be left of BIN with one more of ITEM, as one number. */
static double slack_after(const struct placing *placing, const double *weight, size_t bin, size_t item)
{
	const struct place_problem *problem = placing->problem;
	const double *use = placing->use + bin * problem->resources;
	const double *size = problem->size + item * problem->resources;
	double sum = 0;

	for (size_t d = 0; d < problem->resources; d++)
		if (d != problem->whole)
			sum += weight[d] * (place_rest(problem, placing->bin[bin].kind, use, d) - size[d]);
	return sum;
}

/* The open bin that ITEM leaves the least of; PLACE_NONE: none takes it. */
static size_t tightest(const struct placing *placing, const double *weight, size_t item)
{
	size_t best = PLACE_NONE;
	double least = INFINITY;

	for (size_t bin = 0; bin < placing->bins; bin++) {
		double slack = slack_after(placing, weight, bin, item);

		if (slack < least && placing_takes(placing, bin, item, 1)) {
			least = slack;
			best = bin;
		}
	}
	return best;
}

int place_best_fit(struct placing *placing, const size_t *ranked, int order)
{
	const struct place_problem *problem = placing->problem;
	size_t *items = place_order_items(problem, (enum place_order)order);
	double weight[PLACE_RESOURCES_MOST];
	int code = items ? 0 : -ENOMEM;

	place_weights(problem, weight);
	for (size_t i = 0; code == 0 && i < problem->items; i++)
		for (size_t left = problem->count[items[i]]; code == 0 && left > 0;) {
			size_t bin = tightest(placing, weight, items[i]), kind, fit;

			if (bin == PLACE_NONE) {
				kind = placing_choose_kind(placing, ranked, items[i]);
				if (kind == PLACE_NONE) {
					placing_miss(placing, items[i], left,
						     place_weigh(problem, weight, items[i]));
					break;
				}
				bin = placing_open(placing, kind);
			}
			if (bin == PLACE_NONE) {
				code = -ENOMEM;
				break;
			}
			fit = placing_takes(placing, bin, items[i], left);
			code = placing_put(placing, bin, items[i], fit);
			left -= fit;
		}
	free(items);
	return code;
}

/* How well ITEM suits what is left of a bin, REST (resources). */
static double suit(const struct place_problem *problem, const double *weight, const double *rest, size_t item,
		   enum place_norm norm)
{
	const double *size = problem->size + item * problem->resources;
	double sum = 0;

	for (size_t d = 0; d < problem->resources; d++) {
		if (d == problem->whole)
			continue;
		if (norm == NORM_DOT)
			sum += weight[d] * rest[d] * size[d];
		else
			sum -= weight[d] * (rest[d] - size[d]) * (rest[d] - size[d]);
	}
	return sum;
}

/* The item of those LEFT that suits BIN best; PLACE_NONE: it takes none. */
static size_t most_suitable(const struct placing *placing, const double *weight, const size_t *left,
			    size_t bin, enum place_norm norm)
{
	const struct place_problem *problem = placing->problem;
	size_t best = PLACE_NONE;
	double most = -INFINITY, rest[PLACE_RESOURCES_MOST];

	for (size_t d = 0; d < problem->resources; d++)
		rest[d] = place_rest(problem, placing->bin[bin].kind, placing->use + bin * problem->resources,
				     d);
	for (size_t item = 0; item < problem->items; item++) {
		double s = left[item] ? suit(problem, weight, rest, item, norm) : -INFINITY;

		if (s > most && placing_takes(placing, bin, item, 1)) {
			most = s;
			best = item;
		}
	}
	return best;
}

/* Fills BIN, or as many alike ones as the items that then lie in it are enough for. */
static int fill(struct placing *placing, const double *weight, size_t *left, size_t bin, enum place_norm norm)
{
	int code = 0;

	for (size_t item; code == 0; left[item]--) {
		item = most_suitable(placing, weight, left, bin, norm);
		if (item == PLACE_NONE)
			break;
		code = placing_put(placing, bin, item, 1);
	}
	return code;
}

/*
 * Bin by bin, each taking what suits its rest best: the largest dot product with it, or the least L2 distance
 * (R. Panigrahy, K. Talwar, L. Uyeda and U. Wieder, Heuristics for vector bin packing, Microsoft Research,
 * 2011). A bin is bought for the largest item left.
 */
int place_fill_bins(struct placing *placing, const size_t *ranked, int norm)
{
	const struct place_problem *problem = placing->problem;
	size_t *items = place_order_items(problem, ORDER_MAX);
	size_t *left = malloc((problem->items + 1) * sizeof(*left));
	double weight[PLACE_RESOURCES_MOST];
	int code = items && left ? 0 : -ENOMEM;

	place_weights(problem, weight);
	if (code == 0)
		memcpy(left, problem->count, problem->items * sizeof(*left));
	for (size_t i = 0; code == 0 && i < problem->items; i++)
		while (code == 0 && left[items[i]] > 0) {
			size_t kind = placing_choose_kind(placing, ranked, items[i]), bin;

			if (kind == PLACE_NONE) {
				placing_miss(placing, items[i], left[items[i]],
					     place_weigh(problem, weight, items[i]));
				break;
			}
			bin = placing_open(placing, kind);
			code = bin == PLACE_NONE ? -ENOMEM
						 : fill(placing, weight, left, bin, (enum place_norm)norm);
			if (code == 0 && placing->bin[bin].head == PLACE_NONE) { /* nothing: take this one */
				code = placing_put(placing, bin, items[i], 1);
				left[items[i]]--;
			}
		}
	free(items);
	free(left);
	return code;
}
