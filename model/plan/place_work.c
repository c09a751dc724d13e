/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_work_priv.h"

/* Bins being filled. */

int placing_init(struct placing *placing, const struct place_problem *problem)
{
	*placing = (struct placing){
		.problem = problem,
		.bought = calloc(problem->kinds + 1, sizeof(*placing->bought)),
		.left = calloc(problem->items + 1, sizeof(*placing->left)),
	};
	return placing->bought && placing->left ? 0 : -ENOMEM;
}

void placing_free(struct placing *placing)
{
	free(placing->bin);
	free(placing->use);
	free(placing->link);
	free(placing->bought);
	free(placing->left);
	*placing = (struct placing){ 0 };
}

/* Room for one more bin. */
static bool grow_bins(struct placing *placing)
{
	size_t room = placing->room ? 2 * placing->room : 64, d = placing->problem->resources;
	struct work_bin *bin;
	double *use;

	if (placing->bins < placing->room)
		return true;
	bin = realloc(placing->bin, room * sizeof(*bin));
	if (bin)
		placing->bin = bin;
	use = realloc(placing->use, room * d * sizeof(*use));
	if (use)
		placing->use = use;
	if (!bin || !use)
		return false;
	placing->room = room;
	return true;
}

size_t placing_open(struct placing *placing, size_t kind)
{
	size_t d = placing->problem->resources;

	if (!grow_bins(placing))
		return PLACE_NONE;
	placing->bin[placing->bins] = (struct work_bin){ kind, PLACE_NONE, PLACE_NONE };
	memset(placing->use + placing->bins * d, 0, d * sizeof(*placing->use));
	placing->bought[kind]++;
	placing->cost += placing->problem->cost[kind];
	return placing->bins++;
}

double place_whole(const struct place_problem *problem, double work)
{
	double busy = ceil(work - PLACE_SLACK);

	return busy > problem->whole_least ? busy : problem->whole_least;
}

double place_rest(const struct place_problem *problem, size_t kind, const double *use, size_t d)
{
	double has = problem->capacity[kind * problem->resources + d];

	if (d == problem->whole)
		return INFINITY;
	if (d == problem->onto && problem->whole != PLACE_NONE)
		has -= place_whole(problem, use[problem->whole]);
	return has - use[d];
}

bool place_fits(const struct place_problem *problem, size_t kind, const double *use)
{
	for (size_t d = 0; d < problem->resources; d++)
		if (place_rest(problem, kind, use, d) <
		    -PLACE_SLACK * problem->capacity[kind * problem->resources + d])
			return false;
	return true;
}

/* How many of ITEM fit into a bin of KIND that uses USE, of WANT. */
static size_t fit_count(const struct place_problem *problem, size_t kind, const double *use, size_t item,
			size_t want)
{
	size_t resources = problem->resources;
	const double *size = problem->size + item * resources;
	double most = (double)want, then[PLACE_RESOURCES_MOST];

	for (size_t d = 0; d < resources; d++) {
		double slack = PLACE_SLACK * problem->capacity[kind * resources + d];
		double rest = place_rest(problem, kind, use, d) + slack;

		if (rest < size[d])
			return 0;
		if (size[d] * most > rest)
			most = floor(rest / size[d]);
	}
	if (problem->whole == PLACE_NONE || most < 1)
		return (size_t)most;
	for (double low = 0, high = most + 1;;) { /* what they hold in whole units grows with them: halve */
		double middle = low == 0 && high > most ? most : floor((low + high) / 2);

		if (high - low <= 1)
			return (size_t)low;
		for (size_t d = 0; d < resources; d++)
			then[d] = use[d] + middle * size[d];
		if (place_fits(problem, kind, then))
			low = middle;
		else
			high = middle;
	}
}

/* How many of GROUP there are in BIN. */
static size_t count_group(const struct placing *placing, size_t bin, size_t group)
{
	size_t count = 0;

	for (size_t l = placing->bin[bin].head; l != PLACE_NONE; l = placing->link[l].next)
		if (placing->problem->group[placing->link[l].item] == group)
			count += placing->link[l].count;
	return count;
}

size_t placing_takes(const struct placing *placing, size_t bin, size_t item, size_t want)
{
	const struct place_problem *problem = placing->problem;
	const struct place_rule *rule = place_rule_of(problem, item);
	const struct work_bin *b = &placing->bin[bin];
	size_t fence = rule && rule->fence ? problem->group[item] : PLACE_NONE;

	if (problem->groups && b->head != PLACE_NONE && b->fence != fence)
		return 0;
	if (place_barred(problem, item, b->kind))
		return 0;
	if (rule && rule->spread) {
		size_t there = count_group(placing, bin, problem->group[item]);

		if (there >= rule->spread)
			return 0;
		if (want > rule->spread - there)
			want = rule->spread - there;
	}
	return fit_count(problem, b->kind, placing->use + bin * problem->resources, item, want);
}

size_t placing_would_take(const struct place_problem *problem, size_t kind, size_t item, size_t want)
{
	const struct place_rule *rule = place_rule_of(problem, item);
	double use[PLACE_RESOURCES_MOST];

	memset(use, 0, sizeof(use));
	if (place_barred(problem, item, kind))
		return 0;
	if (rule && rule->spread && want > rule->spread)
		want = rule->spread;
	return fit_count(problem, kind, use, item, want);
}

int placing_put(struct placing *placing, size_t bin, size_t item, size_t count)
{
	const struct place_problem *problem = placing->problem;
	const struct place_rule *rule = place_rule_of(problem, item);
	struct work_bin *b = &placing->bin[bin];

	for (size_t d = 0; d < problem->resources; d++)
		placing->use[bin * problem->resources + d] +=
			(double)count * problem->size[item * problem->resources + d];
	b->fence = rule && rule->fence ? problem->group[item] : PLACE_NONE;
	if (b->head != PLACE_NONE && placing->link[b->head].item == item) {
		placing->link[b->head].count += count;
		return 0;
	}
	if (placing->links == placing->link_room) {
		size_t room = placing->link_room ? 2 * placing->link_room : 256;
		struct work_link *grown = realloc(placing->link, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		placing->link = grown;
		placing->link_room = room;
	}
	placing->link[placing->links] = (struct work_link){ item, count, b->head };
	b->head = placing->links++;
	return 0;
}

void placing_miss(struct placing *placing, size_t item, size_t count, double weight)
{
	placing->left[item] += count;
	placing->unplaced += count;
	placing->missed += weight * (double)count;
}

bool placing_better(const struct placing *a, const struct placing *b)
{
	double slack = 1e-9 * (a->missed + b->missed), money = 1e-9 * (a->cost + b->cost);

	if (a->missed < b->missed - slack || b->missed < a->missed - slack)
		return a->missed < b->missed;
	if (a->cost < b->cost - money || b->cost < a->cost - money)
		return a->cost < b->cost;
	return a->bins < b->bins;
}

/* Whether BIN's items may all go to KIND. */
static bool admits(const struct placing *placing, size_t bin, size_t kind)
{
	for (size_t l = placing->bin[bin].head; l != PLACE_NONE; l = placing->link[l].next)
		if (place_barred(placing->problem, placing->link[l].item, kind))
			return false;
	return true;
}

/* Makes BIN the cheapest kind that holds it. Whether it is another one now. */
static bool resize(struct placing *placing, size_t bin)
{
	const struct place_problem *problem = placing->problem;
	size_t was = placing->bin[bin].kind, best = was;
	const double *use = placing->use + bin * problem->resources;

	for (size_t kind = 0; kind < problem->kinds; kind++)
		if (problem->cost[kind] < problem->cost[best] &&
		    placing->bought[kind] < problem->most[kind] && place_fits(problem, kind, use) &&
		    admits(placing, bin, kind))
			best = kind;
	if (best == was)
		return false;
	placing->bought[was]--;
	placing->bought[best]++;
	placing->bin[bin].kind = best;
	placing->cost += problem->cost[best] - problem->cost[was];
	return true;
}

void placing_resize(struct placing *placing)
{
	bool changed = placing->problem->kinds > 1;

	while (changed) { /* what one gives back another may take */
		changed = false;
		for (size_t i = 0; i < placing->bins; i++)
			changed |= resize(placing, i);
	}
}
