/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan/place_merge_priv.h"

/*
 * What becomes of a placement when bins fail. Free capacity in sum does not tell: it may lie in pieces that
 * no item fits into. So what the lost bins held is placed again, on what is left of the others.
 */

/* What is kept together counts once, by whichever of its items comes first: SEEN (merged items). */
static size_t merge(const struct merged *m, const struct place_entry *entry, bool *seen, size_t *item)
{
	const struct place_rule *rule = place_rule_of(m->original, entry->item);

	*item = m->becomes ? m->becomes[entry->item] : entry->item;
	if (!rule || !rule->together)
		return entry->count;
	if (seen[*item])
		return 0;
	seen[*item] = true;
	return 1;
}

/* The bins of SOLUTION that are not LOST as a placing, and what the others held in COUNT (merged items). */
static int take_over(struct placing *placing, const struct merged *m, const struct place_solution *s,
		     const bool *lost, size_t *count)
{
	bool *seen = calloc(m->problem.items + 1, sizeof(*seen));
	int code = seen ? 0 : -ENOMEM;

	for (size_t b = 0; code == 0 && b < s->bins; b++) {
		size_t bin = lost[b] ? 0 : placing_open(placing, s->bin[b].kind);

		if (bin == PLACE_NONE)
			code = -ENOMEM;
		for (size_t e = 0; code == 0 && e < s->bin[b].entries; e++) {
			size_t item, times = merge(m, &s->entry[s->bin[b].entry + e], seen, &item);

			if (lost[b])
				count[item] += times;
			else if (times > 0)
				code = placing_put(placing, bin, item, times);
		}
	}
	free(seen);
	return code;
}

/* The bin with the least room left that takes ITEM; PLACE_NONE: none does. */
static size_t tightest(const struct placing *placing, const double *weight, size_t item)
{
	const struct place_problem *p = placing->problem;
	size_t best = PLACE_NONE;
	double least = INFINITY;

	for (size_t bin = 0; bin < placing->bins; bin++) {
		double room = 0;

		if (!placing_takes(placing, bin, item, 1))
			continue;
		for (size_t d = 0; d < p->resources; d++)
			if (d != p->whole)
				room += weight[d] * place_rest(p, placing->bin[bin].kind,
							       placing->use + bin * p->resources, d);
		if (room < least) {
			least = room;
			best = bin;
		}
	}
	return best;
}

/* An original item that ITEM of the merged problem stands for. */
static size_t original(const struct merged *m, size_t item)
{
	size_t i = 0;

	if (!m->becomes)
		return item;
	while (m->becomes[i] != item)
		i++;
	return i;
}

/* Places what COUNT says again; what finds no place is counted in *HOMELESS, the first of it in *FIRST. */
static int place_again(struct placing *placing, const size_t *items, size_t *count, size_t *homeless,
		       size_t *first)
{
	const struct place_problem *p = placing->problem;
	double weight[PLACE_RESOURCES_MOST];
	int code = 0;

	place_weights(p, weight);
	for (size_t i = 0; code == 0 && i < p->items; i++)
		for (; code == 0 && count[items[i]] > 0; count[items[i]]--) {
			size_t bin = tightest(placing, weight, items[i]);

			if (bin != PLACE_NONE) {
				code = placing_put(placing, bin, items[i], 1);
				continue;
			}
			*homeless += count[items[i]];
			*first = *first == PLACE_NONE ? items[i] : *first;
			break;
		}
	return code;
}

int place_survive(const struct place_problem *problem, const struct place_solution *solution,
		  const bool *lost, size_t *homeless, size_t *first)
{
	struct merged m;
	struct placing placing = { 0 };
	size_t *count = NULL, *items = NULL;
	int code = merged_make(&m, problem);

	*homeless = 0;
	*first = PLACE_NONE;
	if (code == 0) {
		count = calloc(m.problem.items + 1, sizeof(*count));
		items = place_order_items(&m.problem, ORDER_MAX);
		code = count && items ? placing_init(&placing, &m.problem) : -ENOMEM;
	}
	if (code == 0)
		code = take_over(&placing, &m, solution, lost, count);
	if (code == 0)
		code = place_again(&placing, items, count, homeless, first);
	if (*first != PLACE_NONE)
		*first = original(&m, *first);
	placing_free(&placing);
	merged_free(&m);
	free(count);
	free(items);
	return code;
}
