/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/random.h"
#include "model/plan/mend_greedy_priv.h"
#include "model/plan/place_work_priv.h"

/* Mending by rules of thumb: out with as few as can be, then in where it is tightest (mend_settle.c). */

/* 1, or in all orders but the first something about 1. */
double greedy_noise(struct greedy *g)
{
	return g->noisy ? 0.5 + random_unit(&g->random) : 1;
}

bool greedy_kept_together(const struct mend_state *s, size_t unit)
{
	const struct place_rule *rule = place_rule_of(s->problem, s->item[unit]);

	return rule && rule->together;
}

double greedy_weigh(const struct greedy *g, size_t unit)
{
	return place_weigh(g->s->problem, g->weight, g->s->item[unit]);
}

static void evict(struct greedy *g, size_t unit)
{
	mend_put(g->s, unit, PLACE_NONE);
	if (g->s->home[unit] != PLACE_NONE) /* those that never had a place are added last */
		g->pool[g->count++] = unit;
}

/* All members of GROUP to the bin that has the most of them, whatever else is there. */
static void gather(struct greedy *g, size_t group)
{
	struct mend_state *s = g->s;
	const struct place_problem *p = s->problem;
	size_t best = PLACE_NONE;
	double most = 0;

	for (size_t b = 0; b < s->bins; b++) {
		double members = (double)s->members[b * p->groups + group] * greedy_noise(g);

		if (members > most) {
			most = members;
			best = b;
		}
	}
	for (size_t u = 0; best != PLACE_NONE && u < s->units; u++)
		if (p->group[s->item[u]] == group && s->at[u] != best)
			mend_put(s, u, best);
}

/* Evicts from BIN those of GROUP (INSIDE) or all others, no more than MOST. */
static void evict_some(struct greedy *g, size_t bin, size_t group, bool inside, size_t most)
{
	struct mend_state *s = g->s;

	for (size_t u = s->head[bin], next; u != PLACE_NONE && most > 0; u = next) {
		next = s->next[u];
		if ((s->problem->group[s->item[u]] == group) != inside)
			continue;
		evict(g, u);
		most--;
	}
}

static void keep_rules(struct greedy *g, size_t bin)
{
	struct mend_state *s = g->s;
	const struct place_problem *p = s->problem;

	for (size_t u = s->head[bin], next; p->barred && u != PLACE_NONE; u = next) {
		next = s->next[u];
		if (place_barred(p, s->item[u], s->kind[bin]))
			evict(g, u);
	}
	for (size_t group = 0; group < p->groups; group++) {
		size_t members = s->members[bin * p->groups + group], others = s->load[bin] - members;
		const struct place_rule *rule = &p->rule[group];

		if (rule->fence && members > 0 && others > 0)
			evict_some(g, bin, group, (double)members * greedy_noise(g) < (double)others,
				   (size_t)-1);
		members = s->members[bin * p->groups + group];
		if (rule->spread && !rule->together && members > rule->spread)
			evict_some(g, bin, group, true, members - rule->spread);
	}
}

/* By how much BIN is overfull without UNIT, as shares of its capacity. */
static double excess(const struct mend_state *s, size_t bin, size_t unit)
{
	const struct place_problem *p = s->problem;
	double then[PLACE_RESOURCES_MOST], sum = 0;

	for (size_t d = 0; d < p->resources; d++)
		then[d] = s->use[bin * p->resources + d] - p->size[s->item[unit] * p->resources + d];
	if (s->load[bin] <= 1 || place_fits(p, s->kind[bin], then))
		return 0;
	for (size_t d = 0; d < p->resources; d++) {
		double has = p->capacity[s->kind[bin] * p->resources + d],
		       rest = place_rest(p, s->kind[bin], then, d);

		if (rest < 0)
			sum -= has > 0 ? rest / has : rest;
	}
	return sum;
}

/* The unit that had best leave BIN: the smallest after which it fits, or that after which it is least
 * overfull; of those kept together none while there are others. */
static size_t choose_leaver(struct greedy *g, size_t bin)
{
	const struct mend_state *s = g->s;
	size_t best = PLACE_NONE;
	double least = INFINITY;

	for (size_t u = s->head[bin]; u != PLACE_NONE; u = s->next[u]) {
		double over = excess(s, bin, u);
		double score = (over > 0 ? 1e6 * (1 + over) : 1 + greedy_weigh(g, u)) * greedy_noise(g);

		if (greedy_kept_together(s, u))
			score += 1e12;
		if (score < least) {
			least = score;
			best = u;
		}
	}
	return best;
}

static void make_fit(struct greedy *g, size_t bin)
{
	struct mend_state *s = g->s;

	while (!mend_fits(s, bin)) {
		size_t unit = choose_leaver(g, bin);

		if (greedy_kept_together(s, unit)) /* all leave, or none */
			evict_some(g, bin, s->problem->group[s->item[unit]], true, (size_t)-1);
		else
			evict(g, unit);
	}
}

static int mend_all(struct greedy *g)
{
	struct mend_state *s = g->s;
	int code;

	place_weights(s->problem, g->weight);
	for (size_t group = 0; group < s->problem->groups; group++)
		if (s->problem->rule[group].together)
			gather(g, group);
	for (size_t b = 0; b < s->today; b++) {
		keep_rules(g, b);
		make_fit(g, b);
	}
	for (size_t u = 0; u < s->units; u++) /* and those that never had a place */
		if (s->at[u] == PLACE_NONE && s->home[u] == PLACE_NONE)
			g->pool[g->count++] = u;
	code = greedy_settle(g);
	greedy_resize(g);
	return code;
}

int mend_greedily(struct mend_state *s, unsigned seed)
{
	struct greedy g = { .s = s,
			    .noisy = seed > 0,
			    .random = seed,
			    .pool = malloc((s->units + 1) * sizeof(*g.pool)),
			    .ranked = place_rank_kinds(s->problem, PLACE_NONE) };
	int code = g.pool && g.ranked ? mend_all(&g) : -ENOMEM;

	free(g.pool);
	free(g.ranked);
	return code;
}
