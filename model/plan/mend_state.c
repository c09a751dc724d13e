/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/mend_priv.h"
#include "model/plan/place_work_priv.h"

/* A placement that is being mended, unit by unit. */

static bool reserve_bins(struct mend_state *s, size_t room)
{
	const struct place_problem *p = s->problem;
	size_t width[] = { sizeof(*s->kind), p->resources * sizeof(*s->use),
			   (p->groups + 1) * sizeof(*s->members), sizeof(*s->load), sizeof(*s->head) };
	void **array[] = { (void **)&s->kind, (void **)&s->use, (void **)&s->members, (void **)&s->load,
			   (void **)&s->head };

	for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++) {
		void *grown = realloc(*array[i], (room + 1) * width[i]);

		if (!grown)
			return false;
		*array[i] = grown;
	}
	s->room = room;
	return true;
}

static bool reserve_units(struct mend_state *s, size_t units)
{
	size_t **array[] = { &s->item, &s->home, &s->at, &s->next, &s->before };

	for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++)
		if (!(*array[i] = malloc((units + 1) * sizeof(**array[i]))))
			return false;
	return true;
}

size_t mend_open(struct mend_state *s, size_t kind)
{
	size_t bin = s->bins, resources = s->problem->resources, groups = s->problem->groups;

	if (bin == s->room && !reserve_bins(s, 2 * s->room + 8))
		return PLACE_NONE;
	s->kind[bin] = kind;
	s->load[bin] = 0;
	s->head[bin] = PLACE_NONE;
	memset(s->use + bin * resources, 0, resources * sizeof(*s->use));
	memset(s->members + bin * groups, 0, groups * sizeof(*s->members));
	s->bought[kind]++;
	return s->bins++;
}

/* UNIT goes (SIGN 1) to BIN, or comes from there (-1). */
static void count(struct mend_state *s, size_t unit, size_t bin, int sign)
{
	const struct place_problem *p = s->problem;
	size_t item = s->item[unit];

	for (size_t d = 0; d < p->resources; d++)
		s->use[bin * p->resources + d] += sign * p->size[item * p->resources + d];
	s->load[bin] += (size_t)sign;
	if (p->groups && p->group[item] != PLACE_NONE)
		s->members[bin * p->groups + p->group[item]] += (size_t)sign;
	if (s->load[bin] == 0) /* what rounding left */
		memset(s->use + bin * p->resources, 0, p->resources * sizeof(*s->use));
}

void mend_put(struct mend_state *s, size_t unit, size_t bin)
{
	size_t was = s->at[unit];

	if (was != PLACE_NONE) {
		size_t next = s->next[unit], before = s->before[unit];

		*(before == PLACE_NONE ? &s->head[was] : &s->next[before]) = next;
		if (next != PLACE_NONE)
			s->before[next] = before;
		count(s, unit, was, -1);
	}
	s->at[unit] = bin;
	if (bin == PLACE_NONE)
		return;
	s->next[unit] = s->head[bin];
	s->before[unit] = PLACE_NONE;
	if (s->head[bin] != PLACE_NONE)
		s->before[s->head[bin]] = unit;
	s->head[bin] = unit;
	count(s, unit, bin, 1);
}

static void add_units(struct mend_state *s, size_t item, size_t times, size_t bin)
{
	for (; times > 0; times--) {
		s->item[s->units] = item;
		s->home[s->units] = bin;
		s->at[s->units] = PLACE_NONE;
		mend_put(s, s->units++, bin);
	}
}

int mend_state_init(struct mend_state *s, const struct place_problem *problem,
		    const struct place_solution *today)
{
	size_t units = 0;

	*s = (struct mend_state){ .problem = problem,
				  .today = today->bins,
				  .bought = calloc(problem->kinds + 1, sizeof(*s->bought)) };
	for (size_t i = 0; i < problem->items; i++)
		units += problem->count[i];
	if (!s->bought || !reserve_bins(s, today->bins) || !reserve_units(s, units))
		return -ENOMEM;
	for (size_t b = 0; b < today->bins; b++)
		if (mend_open(s, today->bin[b].kind) == PLACE_NONE)
			return -ENOMEM;
	for (size_t b = 0; b < today->bins; b++)
		for (size_t e = today->bin[b].entry; e < today->bin[b].entry + today->bin[b].entries; e++)
			add_units(s, today->entry[e].item, today->entry[e].count, b);
	for (size_t i = 0; i < problem->items; i++)
		add_units(s, i, today->left[i], PLACE_NONE);
	return 0;
}

void mend_state_free(struct mend_state *s)
{
	void *array[] = { s->item, s->home,   s->at,   s->kind, s->use,	  s->members,
			  s->load, s->bought, s->head, s->next, s->before };

	for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++)
		free(array[i]);
	*s = (struct mend_state){ 0 };
}

int mend_state_copy(struct mend_state *to, const struct mend_state *from)
{
	const struct place_problem *p = from->problem;

	*to = (struct mend_state){
		.problem = p, .units = from->units, .bins = from->bins, .today = from->today
	};
	to->bought = malloc((p->kinds + 1) * sizeof(*to->bought));
	if (!to->bought || !reserve_bins(to, from->room) || !reserve_units(to, from->units))
		return -ENOMEM;
	memcpy(to->bought, from->bought, p->kinds * sizeof(*to->bought));
	memcpy(to->kind, from->kind, from->bins * sizeof(*to->kind));
	memcpy(to->load, from->load, from->bins * sizeof(*to->load));
	memcpy(to->head, from->head, from->bins * sizeof(*to->head));
	memcpy(to->use, from->use, from->bins * p->resources * sizeof(*to->use));
	memcpy(to->members, from->members, from->bins * p->groups * sizeof(*to->members));
	memcpy(to->item, from->item, from->units * sizeof(*to->item));
	memcpy(to->home, from->home, from->units * sizeof(*to->home));
	memcpy(to->at, from->at, from->units * sizeof(*to->at));
	memcpy(to->next, from->next, from->units * sizeof(*to->next));
	memcpy(to->before, from->before, from->units * sizeof(*to->before));
	return 0;
}

bool mend_fits(const struct mend_state *s, size_t bin)
{
	return s->load[bin] == 0 ||
	       place_fits(s->problem, s->kind[bin], s->use + bin * s->problem->resources);
}

/* Whether the rules of bins let ITEM be in BIN too. */
static bool rules_take(const struct mend_state *s, size_t bin, size_t item)
{
	const struct place_problem *p = s->problem;
	const struct place_rule *rule = place_rule_of(p, item);
	const size_t *members = s->members + bin * p->groups;

	if (rule && rule->fence && members[p->group[item]] != s->load[bin])
		return false;
	if (rule && rule->spread && !rule->together && members[p->group[item]] >= rule->spread)
		return false;
	for (size_t g = 0; g < p->groups; g++)
		if (p->rule[g].fence && members[g] > 0 && p->group[item] != g)
			return false;
	return true;
}

bool mend_takes(const struct mend_state *s, size_t bin, size_t unit, bool rules)
{
	const struct place_problem *p = s->problem;
	size_t item = s->item[unit];
	double then[PLACE_RESOURCES_MOST];

	if (place_barred(p, item, s->kind[bin]))
		return false;
	for (size_t d = 0; d < p->resources; d++)
		then[d] = s->use[bin * p->resources + d] + p->size[item * p->resources + d];
	return place_fits(p, s->kind[bin], then) && (!rules || rules_take(s, bin, item));
}

size_t mend_moved(const struct mend_state *s)
{
	size_t moved = 0;

	for (size_t u = 0; u < s->units; u++)
		moved += s->home[u] != PLACE_NONE && s->at[u] != s->home[u];
	return moved;
}

size_t mend_homeless(const struct mend_state *s)
{
	size_t homeless = 0;

	for (size_t u = 0; u < s->units; u++)
		homeless += s->at[u] == PLACE_NONE;
	return homeless;
}
