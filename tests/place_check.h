/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_PLACE_CHECK_H
#define TESTS_PLACE_CHECK_H

/* A placement checked by counting, in as plain a way as can be: it shares no code with the engine. */

#include <math.h>
#include <stdlib.h>

#include "model/plan/place_priv.h"

static inline const char *place_check_counts(const struct place_problem *p, const struct place_solution *s)
{
	size_t *seen = calloc(p->items + 1, sizeof(*seen)), *bought = calloc(p->kinds + 1, sizeof(*bought)),
	       left = 0;
	const char *wrong = NULL;
	double cost = 0;

	for (size_t b = 0; b < s->bins; b++) {
		bought[s->bin[b].kind]++;
		cost += p->cost[s->bin[b].kind];
		for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++)
			seen[s->entry[e].item] += s->entry[e].count;
	}
	for (size_t i = 0; i < p->items; i++) {
		left += s->left[i];
		if (seen[i] + s->left[i] != p->count[i])
			wrong = "items were lost or doubled";
	}
	for (size_t k = 0; k < p->kinds; k++)
		if (bought[k] > p->most[k])
			wrong = "more bins of a kind than there may be";
	if (left != s->unplaced)
		wrong = "what is left was counted wrongly";
	if (fabs(cost - s->cost) > 1e-6 * (1 + cost))
		wrong = "the cost is wrong";
	free(seen);
	free(bought);
	return wrong;
}

static inline const char *place_check_capacity(const struct place_problem *p, const struct place_solution *s)
{
	for (size_t b = 0; b < s->bins; b++) {
		double sum[PLACE_RESOURCES_MOST] = { 0 };

		for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++)
			for (size_t d = 0; d < p->resources; d++)
				sum[d] += (double)s->entry[e].count *
					  p->size[s->entry[e].item * p->resources + d];
		if (p->whole != PLACE_NONE)
			sum[p->onto] += fmax(ceil(sum[p->whole] - 1e-7), p->whole_least);
		for (size_t d = 0; d < p->resources; d++) {
			double has = p->capacity[s->bin[b].kind * p->resources + d];

			if (d != p->whole && sum[d] > has + 1e-7 * (1 + has))
				return "a bin is overfull";
		}
	}
	return NULL;
}

static inline const char *place_check_rules(const struct place_problem *p, const struct place_solution *s)
{
	for (size_t g = 0; g < p->groups; g++) {
		size_t bins = 0;

		for (size_t b = 0; b < s->bins; b++) {
			size_t mine = 0, others = 0;

			for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++)
				*(p->group[s->entry[e].item] == g ? &mine : &others) += s->entry[e].count;
			bins += mine > 0;
			if (p->rule[g].fence && mine > 0 && others > 0)
				return "a fenced group has company";
			if (p->rule[g].spread && !p->rule[g].together && mine > p->rule[g].spread)
				return "a group is not spread";
		}
		if (p->rule[g].together && bins > 1)
			return "a group is not together";
	}
	for (size_t b = 0; p->barred && b < s->bins; b++)
		for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++)
			if (p->barred[s->entry[e].item * p->kinds + s->bin[b].kind])
				return "an item is where it may not be";
	return NULL;
}

/* What is wrong with S, NULL where nothing is. */
static inline const char *place_check(const struct place_problem *p, const struct place_solution *s)
{
	const char *wrong = place_check_counts(p, s);

	wrong = wrong ? wrong : place_check_capacity(p, s);
	wrong = wrong ? wrong : place_check_rules(p, s);
	if (!wrong && s->unplaced == 0 && s->cost < s->bound * (1 - 1e-6) - 1e-6)
		wrong = "the cost is below the bound";
	return wrong;
}

#endif
