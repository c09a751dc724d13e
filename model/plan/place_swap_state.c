/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_swap_priv.h"

/* Items one by one, in bins or set aside. */

static int push(struct swap_bin *bin, size_t unit)
{
	if (bin->units == bin->room) {
		size_t room = bin->room ? 2 * bin->room : 8;
		size_t *grown = realloc(bin->unit, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		bin->unit = grown;
		bin->room = room;
	}
	bin->unit[bin->units++] = unit;
	return 0;
}

/* Adds a unit's size to what BIN uses, SIGN times. */
static void charge(struct swap_state *s, size_t bin, size_t unit, double sign)
{
	size_t resources = s->problem->resources;
	const double *size = s->problem->size + s->item[unit] * resources;

	for (size_t d = 0; d < resources; d++)
		s->use[bin * resources + d] += sign * size[d];
}

int swap_put(struct swap_state *s, size_t bin, size_t unit)
{
	charge(s, bin, unit, 1);
	return push(&s->bin[bin], unit);
}

int swap_take_out(struct swap_state *s, size_t bin, size_t place)
{
	struct swap_bin *b = &s->bin[bin];
	size_t unit = b->unit[place], resources = s->problem->resources;

	b->unit[place] = b->unit[--b->units];
	memset(s->use + bin * resources, 0, resources * sizeof(*s->use)); /* anew: errors do not add up */
	for (size_t i = 0; i < b->units; i++)
		charge(s, bin, b->unit[i], 1);
	s->aside_weight += s->weight[s->item[unit]];
	return push(&s->aside, unit);
}

void swap_pick_up(struct swap_state *s, size_t place)
{
	s->aside_weight -= s->weight[s->item[s->aside.unit[place]]];
	s->aside.unit[place] = s->aside.unit[--s->aside.units];
}

int swap_empty(struct swap_state *s, size_t bin)
{
	int code = 0;

	while (code == 0 && s->bin[bin].units > 0)
		code = swap_take_out(s, bin, s->bin[bin].units - 1);
	return code;
}

void swap_save(const struct swap_state *s, size_t *where)
{
	for (size_t bin = 0; bin < s->bins; bin++)
		for (size_t i = 0; i < s->bin[bin].units; i++)
			where[s->bin[bin].unit[i]] = bin;
}

int swap_load(struct swap_state *s, const size_t *where)
{
	int code = 0;

	for (size_t bin = 0; bin < s->bins; bin++) {
		s->bin[bin].units = 0;
		s->bin[bin].gone = true;
	}
	memset(s->use, 0, s->bins * s->problem->resources * sizeof(*s->use));
	s->aside.units = 0;
	s->aside_weight = 0;
	for (size_t unit = 0; code == 0 && unit < s->units; unit++) {
		s->bin[where[unit]].gone = false;
		code = swap_put(s, where[unit], unit);
	}
	return code;
}

/* Whether rules let BIN hold its units without those at OUT, and IN. */
static bool allowed(const struct swap_state *s, size_t bin, const size_t *out, size_t outs, const size_t *in,
		    size_t ins)
{
	const struct place_problem *problem = s->problem;
	const struct swap_bin *b = &s->bin[bin];

	for (size_t i = 0; i < ins; i++) {
		size_t item = s->item[in[i]], group = problem->groups ? problem->group[item] : PLACE_NONE;
		const struct place_rule *rule = place_rule_of(problem, item);
		size_t same = 0;

		if (place_barred(problem, item, b->kind))
			return false;
		for (size_t j = 0; j < b->units + ins; j++) {
			size_t other, its;
			const struct place_rule *theirs;

			if ((outs > 0 && j == out[0]) || (outs > 1 && j == out[1]))
				continue;
			other = s->item[j < b->units ? b->unit[j] : in[j - b->units]];
			its = problem->groups ? problem->group[other] : PLACE_NONE;
			theirs = place_rule_of(problem, other);
			if (its != group && ((rule && rule->fence) || (theirs && theirs->fence)))
				return false;
			same += its == group;
		}
		if (rule && rule->spread && same > rule->spread)
			return false;
	}
	return true;
}

/* What BIN uses of resource D once units at OUT have left it and IN have come. */
static double use_of(const struct swap_state *s, size_t bin, const size_t *out, size_t outs, const size_t *in,
		     size_t ins, size_t d)
{
	const double *size = s->problem->size + d;
	size_t resources = s->problem->resources;
	double use = s->use[bin * resources + d];

	for (size_t i = 0; i < outs; i++)
		use -= size[s->item[s->bin[bin].unit[out[i]]] * resources];
	for (size_t i = 0; i < ins; i++)
		use += size[s->item[in[i]] * resources];
	return use;
}

/* Most exchanges fail, and on the first resources: so only what is asked for is looked at, one by one. */
bool swap_fits(const struct swap_state *s, size_t bin, const size_t *out, size_t outs, const size_t *in,
	       size_t ins)
{
	const struct place_problem *problem = s->problem;
	const double *capacity = problem->capacity + s->bin[bin].kind * problem->resources;

	for (size_t i = 0; i < s->askeds; i++) {
		size_t d = s->asked[i];
		double rest = capacity[d] - use_of(s, bin, out, outs, in, ins, d);

		if (d == problem->onto && problem->whole != PLACE_NONE)
			rest -= place_whole(problem, use_of(s, bin, out, outs, in, ins, problem->whole));
		if (rest < -PLACE_SLACK * capacity[d])
			return false;
	}
	return (!problem->groups && !problem->barred) || allowed(s, bin, out, outs, in, ins);
}

/* Lists what items ask for; a bin may not even have room for what WHOLE takes of ONTO. */
static void list_asked(struct swap_state *s)
{
	const struct place_problem *problem = s->problem;

	for (size_t d = 0; d < problem->resources; d++) {
		bool asked = d == problem->onto && problem->whole != PLACE_NONE;

		for (size_t i = 0; i < problem->items && !asked; i++)
			asked = problem->size[i * problem->resources + d] > 0;
		if (asked && d != problem->whole)
			s->asked[s->askeds++] = d;
	}
}

int swap_init(struct swap_state *s, const struct placing *placing)
{
	const struct place_problem *problem = placing->problem;
	double weight[PLACE_RESOURCES_MOST];
	size_t total = 0;
	int code = 0;

	for (size_t l = 0; l < placing->links; l++)
		total += placing->link[l].count;
	*s = (struct swap_state){
		.problem = problem,
		.item = malloc((total + 1) * sizeof(*s->item)),
		.weight = malloc((problem->items + 1) * sizeof(*s->weight)),
		.held = calloc(total + 1, sizeof(*s->held)),
		.bin = calloc(placing->bins + 1, sizeof(*s->bin)),
		.use = calloc((placing->bins + 1) * problem->resources, sizeof(*s->use)),
	};
	if (!s->item || !s->weight || !s->held || !s->bin || !s->use)
		return -ENOMEM;
	list_asked(s);
	place_weights(problem, weight);
	for (size_t i = 0; i < problem->items; i++)
		s->weight[i] = place_weigh(problem, weight, i);
	for (; code == 0 && s->bins < placing->bins; s->bins++) {
		s->bin[s->bins].kind = placing->bin[s->bins].kind;
		for (size_t l = placing->bin[s->bins].head; l != PLACE_NONE; l = placing->link[l].next)
			for (size_t i = 0; code == 0 && i < placing->link[l].count; i++) {
				s->item[s->units] = placing->link[l].item;
				code = swap_put(s, s->bins, s->units++);
			}
	}
	return code;
}

void swap_free(struct swap_state *s)
{
	for (size_t i = 0; s->bin && i < s->bins; i++)
		free(s->bin[i].unit);
	free(s->bin);
	free(s->aside.unit);
	free(s->item);
	free(s->weight);
	free(s->held);
	free(s->use);
	*s = (struct swap_state){ 0 };
}
