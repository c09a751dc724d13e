/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan/place_work_priv.h"

/*
 * Worst fit with the number of bins given, so that items spread over them and no resource of one is used up
 * while another lies idle; the least number for which it goes well is found by halving (M. Stillwell et al.,
 * Resource allocation algorithms for virtualized service hosting platforms, Journal of Parallel and
 * Distributed Computing 70, 2010, who call it choose-pack by binary search).
 */

/* The open bin that has most room and takes ITEM; PLACE_NONE: none does. */
static size_t roomiest(const struct placing *placing, const double *weight, size_t item)
{
	const struct place_problem *p = placing->problem;
	size_t best = PLACE_NONE;
	double most = -INFINITY;

	for (size_t bin = 0; bin < placing->bins; bin++) {
		double room = 0;

		for (size_t d = 0; d < p->resources; d++)
			if (d != p->whole)
				room += weight[d] * place_rest(p, placing->bin[bin].kind,
							       placing->use + bin * p->resources, d);
		if (room > most && placing_takes(placing, bin, item, 1)) {
			most = room;
			best = bin;
		}
	}
	return best;
}

/* Places all on COUNT bins of the best bargain, and further ones for what finds no room: how many of these to
 * *FURTHER. 0 or -ENOMEM. */
static int spread(struct placing *placing, const size_t *ranked, const size_t *items, size_t count,
		  size_t *further)
{
	const struct place_problem *p = placing->problem;
	double weight[PLACE_RESOURCES_MOST];

	place_weights(p, weight);
	for (size_t r = 0; r < p->kinds && placing->bins < count; r++)
		while (placing->bins < count && placing->bought[ranked[r]] < p->most[ranked[r]])
			if (placing_open(placing, ranked[r]) == PLACE_NONE)
				return -ENOMEM;
	for (size_t i = 0; i < p->items; i++)
		for (size_t left = p->count[items[i]]; left > 0; left--) {
			size_t bin = roomiest(placing, weight, items[i]), kind;

			if (bin == PLACE_NONE) {
				kind = placing_choose_kind(placing, ranked, items[i]);
				if (kind == PLACE_NONE) {
					placing_miss(placing, items[i], left,
						     place_weigh(p, weight, items[i]));
					break;
				}
				bin = placing_open(placing, kind);
				++*further;
			}
			if (bin == PLACE_NONE || placing_put(placing, bin, items[i], 1) < 0)
				return -ENOMEM;
		}
	return 0;
}

/* Tries COUNT bins, in place of what is in BEST where none fails. 1: it went well, 0, or -ENOMEM. */
static int attempt(struct placing *best, const size_t *ranked, const size_t *items, size_t count)
{
	struct placing placing;
	size_t further = 0;
	int code = placing_init(&placing, best->problem);

	if (code == 0)
		code = spread(&placing, ranked, items, count, &further);
	if (code < 0 || (best->bins > 0 && (further > 0 || placing.unplaced > best->unplaced))) {
		placing_free(&placing);
		return code;
	}
	placing_free(best);
	*best = placing;
	return further == 0;
}

int place_spread(struct placing *placing, const size_t *ranked, int order)
{
	size_t *items = place_order_items(placing->problem, (enum place_order)order);
	size_t low = 0, high; /* LOW bins are too few */
	int code = items ? attempt(placing, ranked, items, 1) : -ENOMEM;

	high = code < 0 ? 0 : placing->bins; /* bought as needed, one by one */
	while (code >= 0 && low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		code = attempt(placing, ranked, items, middle);
		*(code > 0 ? &high : &low) = middle;
	}
	free(items);
	return code < 0 ? code : 0;
}
