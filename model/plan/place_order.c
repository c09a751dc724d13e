/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "model/plan/place_work_priv.h"

/* The order items are placed in, and the order bins are bought in. */

struct rank {
	double key; /* ascending */
	size_t at;
};

static int ascending(const void *left, const void *right)
{
	const struct rank *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

const struct place_rule *place_rule_of(const struct place_problem *problem, size_t item)
{
	if (!problem->groups || problem->group[item] == PLACE_NONE)
		return NULL;
	return &problem->rule[problem->group[item]];
}

bool place_barred(const struct place_problem *problem, size_t item, size_t kind)
{
	return problem->barred && problem->barred[item * problem->kinds + kind];
}

/* The largest capacity of resource D. */
static double largest(const struct place_problem *problem, size_t d)
{
	double most = 0;

	for (size_t kind = 0; kind < problem->kinds; kind++)
		if (problem->capacity[kind * problem->resources + d] > most)
			most = problem->capacity[kind * problem->resources + d];
	return most;
}

/* What D is measured by: the largest capacity, of what holds whole units that of what they are taken from. */
static double scale(const struct place_problem *problem, size_t d)
{
	double most = largest(problem, d == problem->whole ? problem->onto : d);

	return most > 0 ? most : 1;
}

void place_weights(const struct place_problem *problem, double *weight)
{
	for (size_t d = 0; d < problem->resources; d++) {
		double demand = 0, items = 1;

		for (size_t i = 0; i < problem->items; i++) {
			demand += (double)problem->count[i] * problem->size[i * problem->resources + d];
			items += (double)problem->count[i];
		}
		weight[d] = (demand / scale(problem, d) / items + 1e-9) / scale(problem, d);
	}
}

double place_weigh(const struct place_problem *problem, const double *weight, size_t item)
{
	double sum = 0;

	for (size_t d = 0; d < problem->resources; d++)
		sum += weight[d] * problem->size[item * problem->resources + d];
	return sum;
}

/* The size of ITEM under ORDER; SCALES: resources. */
static double key(const struct place_problem *problem, const double *scales, enum place_order order,
		  size_t item)
{
	const double *size = problem->size + item * problem->resources;
	double most = 0, sum = 0, product = 1, whole = 0;

	if (problem->whole != PLACE_NONE) /* it adds to what it is taken from */
		whole = size[problem->whole] / scales[problem->whole];
	for (size_t d = 0; d < problem->resources; d++) {
		double share = size[d] / scales[d] + (d == problem->onto ? whole : 0);

		if (d == problem->whole)
			continue;
		most = share > most ? share : most;
		sum += share;
		product *= 1e-3 + share;
	}
	return order == ORDER_MAX ? most : order == ORDER_SUM ? sum : product;
}

/* The places of COUNT RANKS, which are freed, in order. */
static size_t *take_order(struct rank *ranks, size_t count)
{
	size_t *order = ranks ? malloc((count + 1) * sizeof(*order)) : NULL;

	if (order)
		qsort(ranks, count, sizeof(*ranks), ascending);
	for (size_t i = 0; order && i < count; i++)
		order[i] = ranks[i].at;
	free(ranks);
	return order;
}

size_t *place_order_items(const struct place_problem *problem, enum place_order order)
{
	struct rank *ranks = malloc((problem->items + 1) * sizeof(*ranks));
	double scales[PLACE_RESOURCES_MOST];

	for (size_t d = 0; d < problem->resources; d++)
		scales[d] = scale(problem, d);
	for (size_t i = 0; ranks && i < problem->items; i++)
		ranks[i] = (struct rank){ -key(problem, scales, order, i), i };
	return take_order(ranks, problem->items);
}

/* The resource that most of the largest bins would be needed for. */
static size_t scarcest(const struct place_problem *problem)
{
	size_t worst = 0;
	double most = -1;

	for (size_t d = 0; d < problem->resources; d++) {
		double demand = 0;

		if (d == problem->whole)
			continue;
		for (size_t i = 0; i < problem->items; i++)
			demand += (double)problem->count[i] * problem->size[i * problem->resources + d];
		if (demand / scale(problem, d) > most) {
			most = demand / scale(problem, d);
			worst = d;
		}
	}
	return worst;
}

size_t *place_rank_kinds(const struct place_problem *problem, size_t first)
{
	struct rank *ranks = malloc((problem->kinds + 1) * sizeof(*ranks));
	size_t by = scarcest(problem);

	for (size_t kind = 0; ranks && kind < problem->kinds; kind++) {
		double has = problem->capacity[kind * problem->resources + by];

		ranks[kind] = (struct rank){ has > 0 ? problem->cost[kind] / has : INFINITY, kind };
		if (kind == first)
			ranks[kind].key = -1;
	}
	return take_order(ranks, problem->kinds);
}

size_t placing_choose_kind(const struct placing *placing, const size_t *ranked, size_t item)
{
	const struct place_problem *problem = placing->problem;

	for (size_t i = 0; i < problem->kinds; i++)
		if (placing->bought[ranked[i]] < problem->most[ranked[i]] &&
		    placing_would_take(problem, ranked[i], item, 1))
			return ranked[i];
	return PLACE_NONE;
}

double place_quantum(const struct place_problem *problem)
{
	double common = 0;

	for (size_t kind = 0; kind < problem->kinds; kind++) {
		double a = problem->cost[kind], b = common;

		if (problem->kinds > 1 && (a != floor(a) || a > 1e12))
			return 0;
		while (b > 0) {
			double rest = fmod(a, b);

			a = b;
			b = rest;
		}
		common = a;
	}
	return common;
}
