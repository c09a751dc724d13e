/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_work_priv.h"

/*
 * First fit decreasing (E. G. Coffman, M. R. Garey and D. S. Johnson, Approximation algorithms for bin
 * packing: a survey, 1996), in O(n log n): a tree over the bins knows of each subtree the most that is left
 * of every resource. On several resources a subtree may promise what none of its bins keeps, so among many
 * bins a search that has been misled too often buys a new one.
 */

#define LEAVES_FIRST  64
#define MISLED_MOST   300     /* nodes looked at in vain */
#define PATIENT_ITEMS 20000.0 /* up to so many items no search gives up */

struct tree {
	size_t leaves, resources;
	double *rest;	 /* 2 leaves x resources: [1] is the root, [leaves + i] bin i; owned */
	double *least;	 /* resources: the smallest any item needs; owned */
	size_t patience; /* nodes that one search may look at in vain */
};

static double *node(const struct tree *tree, size_t at)
{
	return tree->rest + at * tree->resources;
}

/* A node is what its children have most of. */
static void join(const struct tree *tree, size_t at)
{
	const double *left = node(tree, 2 * at), *right = node(tree, 2 * at + 1);
	double *most = node(tree, at);

	for (size_t d = 0; d < tree->resources; d++)
		most[d] = left[d] > right[d] ? left[d] : right[d];
}

/* What is left of BIN now. One that is too full for any item has nothing. */
static void update(const struct tree *tree, const struct placing *placing, size_t bin)
{
	const struct place_problem *problem = placing->problem;
	size_t kind = placing->bin[bin].kind, at = tree->leaves + bin;
	double *rest = node(tree, at);
	bool closed = false;

	for (size_t d = 0; d < tree->resources; d++) {
		rest[d] = place_rest(problem, kind, placing->use + bin * tree->resources, d) +
			  PLACE_SLACK * problem->capacity[kind * tree->resources + d];
		closed |= rest[d] < tree->least[d];
	}
	for (size_t d = 0; closed && d < tree->resources; d++)
		rest[d] = -1;
	for (at /= 2; at > 0; at /= 2)
		join(tree, at);
}

/* Twice as many leaves, all bins entered again. */
static int grow(struct tree *tree, const struct placing *placing)
{
	size_t leaves = tree->leaves ? 2 * tree->leaves : LEAVES_FIRST;
	double *rest = malloc(2 * leaves * tree->resources * sizeof(*rest));

	if (!rest)
		return -ENOMEM;
	for (size_t i = 0; i < 2 * leaves * tree->resources; i++)
		rest[i] = -1;
	if (tree->leaves)
		memcpy(rest + leaves * tree->resources, node(tree, tree->leaves),
		       placing->bins * tree->resources * sizeof(*rest));
	free(tree->rest);
	tree->rest = rest;
	tree->leaves = leaves;
	for (size_t at = leaves - 1; at > 0; at--)
		join(tree, at);
	return 0;
}

static bool promises(const struct tree *tree, size_t at, const double *size)
{
	const double *rest = node(tree, at);

	for (size_t d = 0; d < tree->resources; d++)
		if (rest[d] < size[d])
			return false;
	return true;
}

/* The next node to the right of AT's subtree, 0 at the end. */
static size_t next(size_t at)
{
	while (at & 1)
		at /= 2;
	return at ? at + 1 : 0;
}

/* The first bin from FROM on that takes ITEM; how many of WANT in *FIT. PLACE_NONE: none was found. */
static size_t find(const struct tree *tree, const struct placing *placing, size_t item, size_t want,
		   size_t from, size_t *fit)
{
	const double *size = placing->problem->size + item * tree->resources;
	size_t looked = 0, at = from ? tree->leaves + from : 1;

	if (from >= placing->bins)
		return PLACE_NONE;
	while (at && looked++ < tree->patience) {
		if (!promises(tree, at, size)) {
			at = next(at);
		} else if (at < tree->leaves) {
			at = 2 * at;
		} else {
			*fit = placing_takes(placing, at - tree->leaves, item, want);
			if (*fit)
				return at - tree->leaves;
			at = next(at);
		}
	}
	return PLACE_NONE;
}

/* A new bin for ITEM; PLACE_NONE: there is none of that kind, or *CODE. */
static size_t buy(struct tree *tree, struct placing *placing, const size_t *ranked, size_t item, size_t want,
		  size_t *fit, int *code)
{
	size_t kind = placing_choose_kind(placing, ranked, item), bin;

	if (kind == PLACE_NONE)
		return PLACE_NONE;
	if (placing->bins == tree->leaves && (*code = grow(tree, placing)) < 0)
		return PLACE_NONE;
	bin = placing_open(placing, kind);
	if (bin == PLACE_NONE)
		*code = -ENOMEM;
	else
		*fit = placing_takes(placing, bin, item, want);
	return bin;
}

/* All of ITEM, WEIGHT the size of one. */
static int place_item(struct tree *tree, struct placing *placing, const size_t *ranked, size_t item,
		      double weight)
{
	size_t left = placing->problem->count[item], fit = 0;
	int code = 0;

	for (size_t bin = 0; code == 0 && left > 0; bin++) {
		bin = find(tree, placing, item, left, bin, &fit);
		if (bin == PLACE_NONE)
			bin = buy(tree, placing, ranked, item, left, &fit, &code);
		if (bin == PLACE_NONE)
			break;
		code = placing_put(placing, bin, item, fit);
		update(tree, placing, bin);
		left -= fit;
	}
	placing_miss(placing, item, left, weight);
	return code;
}

int place_first_fit(struct placing *placing, const size_t *ranked, int order)
{
	const struct place_problem *problem = placing->problem;
	struct tree tree = { .resources = problem->resources,
			     .patience = (double)problem->items > PATIENT_ITEMS ? MISLED_MOST : PLACE_NONE,
			     .least = malloc(problem->resources * sizeof(*tree.least)) };
	size_t *items = place_order_items(problem, (enum place_order)order);
	double weight[PLACE_RESOURCES_MOST];
	int code = items && tree.least ? grow(&tree, placing) : -ENOMEM;

	place_weights(problem, weight);
	for (size_t d = 0; code == 0 && d < problem->resources; d++) {
		tree.least[d] = INFINITY;
		for (size_t i = 0; i < problem->items; i++)
			if (problem->count[i] && problem->size[i * problem->resources + d] < tree.least[d])
				tree.least[d] = problem->size[i * problem->resources + d];
	}
	for (size_t i = 0; code == 0 && i < problem->items; i++)
		code = place_item(&tree, placing, ranked, items[i], place_weigh(problem, weight, items[i]));
	free(tree.rest);
	free(tree.least);
	free(items);
	return code;
}
