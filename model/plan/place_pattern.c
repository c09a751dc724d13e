/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_pattern_priv.h"

/* What a bin may hold: depth first over the items, those worth most for their size first. */

#define NODES_MOST 3000000

struct hunt {
	struct patterns *patterns;
	const struct place_problem *problem;
	size_t kind;
	const double *price;
	size_t order[PATTERN_ITEMS], items; /* the items worth something */
	double share[PATTERN_ITEMS];	    /* items: parts of the bin, all resources added up */
	double least;
	bool all;
	size_t most, nodes;
	struct pattern now, best;
	bool found;
	int code;
};

int patterns_add(struct patterns *patterns, const struct pattern *pattern)
{
	if (patterns->count == patterns->room) {
		size_t room = patterns->room ? 2 * patterns->room : 64;
		struct pattern *grown = realloc(patterns->pattern, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		patterns->pattern = grown;
		patterns->room = room;
	}
	patterns->pattern[patterns->count++] = *pattern;
	return 0;
}

/* Whether the bin may hold one more of ITEM by the rules. */
static bool allowed(const struct hunt *h, size_t item)
{
	const struct place_problem *p = h->problem;
	const struct place_rule *rule = place_rule_of(p, item);
	size_t group = p->groups ? p->group[item] : PLACE_NONE, same = 0;

	if (place_barred(p, item, h->kind))
		return false;
	for (size_t i = 0; p->groups && i < p->items; i++) {
		const struct place_rule *theirs = place_rule_of(p, i);

		if (h->now.count[i] == 0)
			continue;
		if (p->group[i] == group)
			same += h->now.count[i];
		else if ((rule && rule->fence) || (theirs && theirs->fence))
			return false;
	}
	return !rule || !rule->spread || same < rule->spread;
}

/* More than what items from AT on can add to a bin with REST (shares of all resources added up) left. */
static double hope(const struct hunt *h, size_t at, double rest)
{
	double sum = 0;

	for (; at < h->items; at++) {
		size_t item = h->order[at];
		double need = h->share[item] * (double)h->problem->count[item];

		if (need > rest)
			return sum + h->price[item] * rest / h->share[item];
		sum += h->price[item] * (double)h->problem->count[item];
		rest -= need;
	}
	return sum;
}

/* The pattern is complete. */
static void take(struct hunt *h, double worth)
{
	h->found = true;
	if (!h->all) {
		h->least = worth;
		h->best = h->now;
	} else if (h->patterns->count >= h->most) {
		h->nodes = 0;
	} else {
		h->code = patterns_add(h->patterns, &h->now);
	}
}

static void descend(struct hunt *h, size_t at, const double *use, double rest, double worth)
{
	const struct place_problem *p = h->problem;
	double then[PLACE_RESOURCES_MOST];
	size_t item, put = 0;

	if (h->nodes == 0 || h->code < 0)
		return;
	h->nodes--;
	if (worth + hope(h, at, rest) <= h->least)
		return;
	if (at == h->items) {
		take(h, worth);
		return;
	}
	item = h->order[at];
	memcpy(then, use, sizeof(then));
	for (; put < p->count[item]; put++) {
		double more[PLACE_RESOURCES_MOST] = { 0 };

		for (size_t d = 0; d < p->resources; d++)
			more[d] = then[d] + p->size[item * p->resources + d];
		if (!place_fits(p, h->kind, more) || !allowed(h, item))
			break;
		memcpy(then, more, sizeof(then));
		h->now.count[item]++;
	}
	for (;; put--) { /* the most of it first */
		descend(h, at + 1, then, rest - h->share[item] * (double)put,
			worth + h->price[item] * (double)put);
		if (put == 0)
			break;
		h->now.count[item]--;
		for (size_t d = 0; d < p->resources; d++)
			then[d] = use[d] + (double)(put - 1) * p->size[item * p->resources + d];
	}
}

/* The items worth something, those worth most for their size first, and the bin's size. */
static double prepare(struct hunt *h)
{
	const struct place_problem *p = h->problem;
	double whole = 0;

	for (size_t d = 0; d < p->resources; d++)
		whole += d != p->whole && p->capacity[h->kind * p->resources + d] > 0 ? 1 : 0;
	for (size_t i = 0; i < p->items; i++) {
		size_t at = h->items;

		h->share[i] = 1e-9;
		for (size_t d = 0; d < p->resources; d++)
			if (d != p->whole && p->capacity[h->kind * p->resources + d] > 0)
				h->share[i] += p->size[i * p->resources + d] /
					       p->capacity[h->kind * p->resources + d];
		if (h->price[i] <= 1e-12 || p->count[i] == 0)
			continue;
		for (; at > 0 &&
		       h->price[h->order[at - 1]] / h->share[h->order[at - 1]] < h->price[i] / h->share[i];
		     at--)
			h->order[at] = h->order[at - 1];
		h->order[at] = i;
		h->items++;
	}
	return whole * (1 + 1e-6) + 1e-6;
}

int patterns_find(struct patterns *patterns, const struct place_problem *problem, size_t kind,
		  const double *price, double *least, bool all, size_t most)
{
	struct hunt h = { .patterns = patterns,
			  .problem = problem,
			  .kind = kind,
			  .price = price,
			  .least = *least,
			  .all = all,
			  .most = most,
			  .nodes = NODES_MOST,
			  .now = { .kind = kind } };
	double use[PLACE_RESOURCES_MOST] = { 0 }, whole = prepare(&h);

	descend(&h, 0, use, whole, 0);
	if (h.code == 0 && h.found && !all) {
		*least = h.least;
		h.code = patterns_add(patterns, &h.best);
	}
	return h.code ? h.code : h.nodes > 0;
}
