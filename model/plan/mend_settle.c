/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan/mend_greedy_priv.h"
#include "model/plan/place_work_priv.h"

/* Where units go that had to leave their bin, or never had one. */

#define SWAPS_MOST 2e6 /* pairs of a unit and a bin looked at for one that finds no room */

/* The bin with the least room left that takes UNIT, but EXCEPT; PLACE_NONE: none does. */
static size_t tightest(struct greedy *g, size_t unit, size_t except)
{
	const struct mend_state *s = g->s;
	const struct place_problem *p = s->problem;
	size_t best = PLACE_NONE;
	double least = INFINITY;

	for (size_t b = 0; b < s->bins; b++) {
		double room = 0;

		if (b == except || !mend_takes(s, b, unit, true))
			continue;
		if (b == s->home[unit])
			return b;
		for (size_t d = 0; d < p->resources; d++)
			if (d != p->whole)
				room += g->weight[d] *
					place_rest(p, s->kind[b], s->use + b * p->resources, d);
		room *= greedy_noise(g);
		if (room < least) {
			least = room;
			best = b;
		}
	}
	return best;
}

/* Makes room for UNIT by sending another on. Whether that could be done. */
static bool push_out(struct greedy *g, size_t unit)
{
	struct mend_state *s = g->s;

	if ((double)s->units * (double)s->bins > SWAPS_MOST)
		return false;
	for (int moved = 1; moved >= 0; moved--) /* first those that are moved anyway */
		for (size_t b = 0; b < s->bins; b++)
			for (size_t u = s->head[b], next; u != PLACE_NONE; u = next) {
				size_t to;

				next = s->next[u];
				if (greedy_kept_together(s, u) || (s->home[u] != b) != moved)
					continue;
				mend_put(s, u, PLACE_NONE);
				to = mend_takes(s, b, unit, true) ? tightest(g, u, b) : PLACE_NONE;
				if (to == PLACE_NONE) {
					mend_put(s, u, b); /* it is the first of the list now: NEXT stands */
					continue;
				}
				mend_put(s, u, to);
				mend_put(s, unit, b);
				return true;
			}
	return false;
}

/* A new bin for UNITS (COUNT), of the kind that is the best bargain among those that take them; PLACE_NONE:
 * there is none. */
static size_t buy(struct greedy *g, const size_t *units, size_t count)
{
	struct mend_state *s = g->s;
	const struct place_problem *p = s->problem;
	double use[PLACE_RESOURCES_MOST] = { 0 };

	for (size_t i = 0; i < count; i++)
		for (size_t d = 0; d < p->resources; d++)
			use[d] += p->size[s->item[units[i]] * p->resources + d];
	for (size_t r = 0; r < p->kinds; r++) {
		size_t kind = g->ranked[r];
		bool may = s->bought[kind] < p->most[kind] && place_fits(p, kind, use);

		for (size_t i = 0; may && i < count; i++)
			may = !place_barred(p, s->item[units[i]], kind);
		if (may)
			return mend_open(s, kind);
	}
	return PLACE_NONE;
}

void greedy_resize(struct greedy *g)
{
	struct mend_state *s = g->s;
	const struct place_problem *p = s->problem;

	for (size_t b = s->today; b < s->bins; b++)
		for (size_t kind = 0; kind < p->kinds; kind++) {
			bool may = p->cost[kind] < p->cost[s->kind[b]] && s->bought[kind] < p->most[kind] &&
				   place_fits(p, kind, s->use + b * p->resources);

			for (size_t u = s->head[b]; may && u != PLACE_NONE; u = s->next[u])
				may = !place_barred(p, s->item[u], kind);
			if (!may)
				continue;
			s->bought[s->kind[b]]--;
			s->bought[kind]++;
			s->kind[b] = kind;
		}
}

/* A whole group that is kept together: the first bin that takes them all, or a new one. */
static void settle_group(struct greedy *g, const size_t *units, size_t count)
{
	struct mend_state *s = g->s;
	size_t put = 0, b;

	for (b = 0; b < s->bins; b++) {
		for (put = 0; put < count && mend_takes(s, b, units[put], true); put++)
			mend_put(s, units[put], b);
		if (put == count)
			return;
		while (put > 0)
			mend_put(s, units[--put], PLACE_NONE);
	}
	b = buy(g, units, count);
	for (size_t i = 0; i < count; i++)
		mend_put(s, units[i], b != PLACE_NONE ? b : s->home[units[i]]);
}

static void settle(struct greedy *g, size_t unit)
{
	struct mend_state *s = g->s;
	size_t to = tightest(g, unit, PLACE_NONE);

	if (to == PLACE_NONE && push_out(g, unit))
		return;
	if (to == PLACE_NONE)
		to = buy(g, &unit, 1);
	mend_put(s, unit, to != PLACE_NONE ? to : s->home[unit]); /* what cannot be mended stays */
}

struct ranked {
	double weight;
	size_t unit;
};

static int by_weight(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return a->weight != b->weight ? (a->weight < b->weight) - (a->weight > b->weight)
				      : (a->unit > b->unit) - (a->unit < b->unit);
}

/* Groups first, then the largest. */
int greedy_settle(struct greedy *g)
{
	struct mend_state *s = g->s;
	struct ranked *ranked = malloc((g->count + 1) * sizeof(*ranked));
	size_t *mates = malloc((g->count + 1) * sizeof(*mates)), singles = 0;

	if (!ranked || !mates) {
		free(ranked);
		free(mates);
		return -ENOMEM;
	}
	for (size_t group = 0; group < s->problem->groups; group++) {
		size_t count = 0;

		for (size_t i = 0; s->problem->rule[group].together && i < g->count; i++)
			if (s->problem->group[s->item[g->pool[i]]] == group)
				mates[count++] = g->pool[i];
		if (count)
			settle_group(g, mates, count);
	}
	for (size_t i = 0; i < g->count; i++)
		if (!greedy_kept_together(s, g->pool[i]))
			ranked[singles++] =
				(struct ranked){ greedy_weigh(g, g->pool[i]) * greedy_noise(g), g->pool[i] };
	qsort(ranked, singles, sizeof(*ranked), by_weight);
	for (size_t i = 0; i < singles; i++)
		settle(g, ranked[i].unit);
	free(ranked);
	free(mates);
	return 0;
}
