/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/stats.h"
#include "model/plan/mend_priv.h"
#include "model/plan/place_work_priv.h"

/* How many must leave at least. */

/* By capacity of BIN: for each resource the largest first, until the rest fits. SIZE has room for its units.
 */
static size_t by_capacity(const struct mend_state *s, size_t bin, double *size)
{
	const struct place_problem *p = s->problem;
	size_t most = 0;

	if (mend_fits(s, bin))
		return 0;
	for (size_t d = 0; d < p->resources; d++) {
		double has = p->capacity[s->kind[bin] * p->resources + d], over;
		size_t n = 0, leave = 0;

		if (d == p->whole)
			continue;
		over = s->use[bin * p->resources + d] - has * (1 + PLACE_SLACK);
		if (d == p->onto && p->whole != PLACE_NONE)
			over += p->whole_least; /* where some stay */
		for (size_t u = s->head[bin]; u != PLACE_NONE; u = s->next[u])
			size[n++] = p->size[s->item[u] * p->resources + d];
		stats_sort(size, n);
		while (over > 0 && leave < n)
			over -= size[n - ++leave];
		most = leave > most ? leave : most;
	}
	return most;
}

/* By rules about who may share BIN. */
static size_t by_rules(const struct mend_state *s, size_t bin)
{
	const struct place_problem *p = s->problem;
	size_t extra = 0, open = s->load[bin], stay = 0, barred = 0;

	for (size_t g = 0; g < p->groups; g++) {
		size_t members = s->members[bin * p->groups + g];
		const struct place_rule *rule = &p->rule[g];

		if (rule->spread && !rule->together && members > rule->spread)
			extra += members - rule->spread;
		if (!rule->fence)
			continue;
		open -= members;
		stay = members > stay ? members : stay;
	}
	stay = open > stay ? open : stay;
	for (size_t u = s->head[bin]; p->barred && u != PLACE_NONE; u = s->next[u])
		barred += place_barred(p, s->item[u], s->kind[bin]);
	if (s->load[bin] - stay > extra)
		extra = s->load[bin] - stay;
	return barred > extra ? barred : extra;
}

/* Of the groups that must be together: all but those in one bin. */
static size_t by_togetherness(const struct mend_state *s)
{
	const struct place_problem *p = s->problem;
	size_t sum = 0;

	for (size_t g = 0; g < p->groups; g++) {
		size_t all = 0, most = 0;

		for (size_t b = 0; p->rule[g].together && b < s->bins; b++) {
			size_t members = s->members[b * p->groups + g];

			all += members;
			most = members > most ? members : most;
		}
		sum += all - most;
	}
	return sum;
}

size_t mend_bound(const struct mend_state *s)
{
	double *size = malloc((s->units + 1) * sizeof(*size));
	size_t sum = 0, together = by_togetherness(s);

	for (size_t b = 0; size && b < s->bins; b++) {
		size_t capacity = by_capacity(s, b, size), rules = by_rules(s, b);

		sum += capacity > rules ? capacity : rules;
	}
	free(size);
	return sum > together ? sum : together;
}
