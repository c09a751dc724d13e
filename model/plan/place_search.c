/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "model/plan/place_swap_priv.h"

/*
 * Empties bins: up to three are set aside, and exchanges with the others shrink what is, until it fits into
 * one of them less (see place_swap.c). Where nothing shrinks any more, one more bin is emptied and filled
 * anew; after some of that, three others are tried.
 */

#define ASIDE_BINS  3
#define STALL_STEPS 300 /* without a record before one more bin is emptied */
#define SHAKES	    12	/* times that is done before others are tried */
#define PACK_NODES  400 /* tried to fit what is set aside into the bins kept for it */

struct hunt {
	struct swap_state s;
	size_t *best;			  /* units: the bin each is in, in the best plan; owned */
	size_t apart[ASIDE_BINS], aparts; /* bins set aside, the one to be saved last */
	double budget;
};

/* Whether what is set aside may fit into the bins kept for it, by the sums. */
static bool may_fit(const struct hunt *h)
{
	const struct place_problem *problem = h->s.problem;

	for (size_t d = 0; d < problem->resources; d++) {
		double need = 0, has = 0;

		if (d == problem->whole)
			continue;
		for (size_t i = 0; i < h->s.aside.units; i++)
			need += problem->size[h->s.item[h->s.aside.unit[i]] * problem->resources + d];
		for (size_t i = 0; i + 1 < h->aparts; i++)
			has += problem->capacity[h->s.bin[h->apart[i]].kind * problem->resources + d];
		if (need > has * (1 + PLACE_SLACK))
			return false;
	}
	return true;
}

/* Puts the units from AT on into the bins kept, trying no more than *NODES. 1: all are in, 0: not, -ENOMEM.
 */
static int pack(struct hunt *h, const size_t *units, size_t count, size_t at, size_t *nodes)
{
	struct swap_state *s = &h->s;
	int code = 0;

	if (at == count)
		return 1;
	for (size_t i = 0; code == 0 && i + 1 < h->aparts && *nodes > 0; i++) {
		size_t bin = h->apart[i];

		--*nodes;
		s->work++;
		if (!swap_fits(s, bin, NULL, 0, &units[at], 1))
			continue;
		code = swap_put(s, bin, units[at]);
		if (code == 0)
			code = pack(h, units, count, at + 1, nodes);
		if (code == 0) {
			code = swap_take_out(s, bin, s->bin[bin].units - 1);
			swap_pick_up(s, s->aside.units - 1);
		}
	}
	return code;
}

/* Tries to fit all that is set aside into the bins kept. 1: done, 0: it does not fit, -ENOMEM. */
static int settle(struct hunt *h)
{
	struct swap_state *s = &h->s;
	size_t count = s->aside.units, nodes = PACK_NODES, *units;
	int code;

	if (!may_fit(h))
		return 0;
	units = malloc((count + 1) * sizeof(*units));
	if (!units)
		return -ENOMEM;
	memcpy(units, s->aside.unit, count * sizeof(*units));
	for (size_t i = 1; i < count; i++) /* the largest first */
		for (size_t j = i; j > 0 && s->weight[s->item[units[j - 1]]] < s->weight[s->item[units[j]]];
		     j--) {
			size_t unit = units[j];

			units[j] = units[j - 1];
			units[j - 1] = unit;
		}
	while (s->aside.units > 0)
		swap_pick_up(s, s->aside.units - 1);
	code = pack(h, units, count, 0, &nodes);
	for (size_t i = 0; code == 0 && i < count; i++) { /* back */
		code = swap_put(s, h->apart[0], units[i]);
		if (code == 0)
			code = swap_take_out(s, h->apart[0], s->bin[h->apart[0]].units - 1);
	}
	free(units);
	return code;
}

/* How much of BIN is used, by the sizes of what is in it. */
static double fill_of(const struct swap_state *s, size_t bin)
{
	double sum = 0;

	for (size_t i = 0; i < s->bin[bin].units; i++)
		sum += s->weight[s->item[s->bin[bin].unit[i]]];
	return sum;
}

/* A bin of the plan: the emptiest of some that are drawn. PLACE_NONE: none is left. */
static size_t draw(struct hunt *h, size_t draws)
{
	struct swap_state *s = &h->s;
	size_t found = PLACE_NONE;
	double least = 0;

	for (size_t i = 0; i < draws || (found == PLACE_NONE && i < 20 * s->bins); i++) {
		size_t bin = random_below(&s->random, s->bins);
		double fill = s->bin[bin].gone ? 0 : fill_of(s, bin);

		if (!s->bin[bin].gone && (found == PLACE_NONE || fill < least)) {
			found = bin;
			least = fill;
		}
	}
	return found;
}

/* Sets bins of the best plan aside, the dearest of them last. 0 or -ENOMEM. */
static int begin(struct hunt *h, size_t attempt)
{
	struct swap_state *s = &h->s;
	const double *cost = s->problem->cost;
	size_t in_plan = 0, wanted;
	int code = swap_load(s, h->best);

	s->work += 100 + (double)s->units;

	for (size_t bin = 0; bin < s->bins; bin++)
		in_plan += !s->bin[bin].gone;
	wanted = attempt % 4 == 3 ? 2 : ASIDE_BINS;
	wanted = wanted < in_plan ? wanted : in_plan;
	for (h->aparts = 0; code == 0 && h->aparts < wanted;) {
		size_t bin = draw(h, attempt == 0 ? 4 * s->bins : 3), last;

		if (bin == PLACE_NONE)
			break;
		code = swap_empty(s, bin);
		s->bin[bin].gone = true;
		h->apart[h->aparts++] = bin;
		last = h->aparts - 1;
		if (last > 0 && cost[s->bin[h->apart[last - 1]].kind] > cost[s->bin[bin].kind]) {
			h->apart[last] = h->apart[last - 1];
			h->apart[last - 1] = bin;
		}
	}
	return code;
}

/* One attempt to save a bin. 1: done, and saved as the best plan; 0: in vain; -ENOMEM. */
static int attempt(struct hunt *h, size_t number)
{
	struct swap_state *s = &h->s;
	int code = begin(h, number);

	for (size_t shake = 0; code == 0 && shake < SHAKES && s->work < h->budget; shake++) {
		double record = s->aside_weight;
		size_t bin;

		for (size_t stalled = 0; code == 0 && stalled < STALL_STEPS && s->work < h->budget;
		     stalled++) {
			if ((code = settle(h)) != 0 || (code = swap_step(s)) < 0)
				break;
			code = 0;
			if (s->aside_weight < record - 1e-12) {
				record = s->aside_weight;
				stalled = 0;
			}
		}
		if (code == 0 && (bin = draw(h, 1)) != PLACE_NONE)
			code = swap_empty(s, bin);
	}
	for (size_t i = 0; code == 1 && i + 1 < h->aparts; i++)
		s->bin[h->apart[i]].gone = false;
	if (code == 1)
		swap_save(s, h->best);
	return code;
}

/* The best plan as a new placing. 0 or -ENOMEM. */
static int write_back(struct hunt *h, struct placing *placing)
{
	struct placing better;
	int code = placing_init(&better, placing->problem);

	if (code == 0)
		code = swap_load(&h->s, h->best);
	if (code == 0) {
		memcpy(better.left, placing->left, placing->problem->items * sizeof(*better.left));
		better.unplaced = placing->unplaced;
		better.missed = placing->missed;
	}
	for (size_t i = 0; code == 0 && i < h->s.bins; i++) {
		const struct swap_bin *b = &h->s.bin[i];
		size_t bin;

		if (b->units == 0)
			continue;
		bin = placing_open(&better, b->kind);
		code = bin == PLACE_NONE ? -ENOMEM : 0;
		for (size_t u = 0; code == 0 && u < b->units; u++)
			code = placing_put(&better, bin, h->s.item[b->unit[u]], 1);
	}
	if (code == 0 && placing_better(&better, placing)) {
		placing_free(placing);
		*placing = better;
	} else {
		placing_free(&better);
	}
	return code;
}

/* Whether nothing can be better than the best plan. */
static bool done(const struct hunt *h, double bound, size_t bins)
{
	double cost = 0;
	size_t left = 0;

	for (size_t bin = 0; bin < h->s.bins; bin++)
		if (!h->s.bin[bin].gone) {
			cost += h->s.problem->cost[h->s.bin[bin].kind];
			left++;
		}
	return cost <= bound * (1 + PLACE_SLACK) && (h->s.problem->kinds > 1 || left <= bins);
}

int place_search(struct placing *placing, double bound, size_t bins, double budget)
{
	struct hunt h = { .budget = budget };
	bool saved = false;
	int code = swap_init(&h.s, placing);

	h.best = malloc((h.s.units + 1) * sizeof(*h.best));
	if (!h.best)
		code = -ENOMEM;
	if (code == 0)
		swap_save(&h.s, h.best);
	for (size_t number = 0; code == 0 && h.s.work < budget && h.s.units > 1 && h.s.bins > 1; number++) {
		code = attempt(&h, number);
		if (code == 1) {
			saved = true;
			code = 0;
			number = 0;
			if (done(&h, bound, bins))
				break;
		}
	}
	if (code == 0 && saved)
		code = write_back(&h, placing);
	free(h.best);
	swap_free(&h.s);
	return code;
}
