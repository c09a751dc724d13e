/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/pack_loss_priv.h"
#include "model/plan/place_work_priv.h"

/* Failure domains: what becomes of a plan when all hosts of one fail at once. */

static const char *domain_of(const struct packing *packing, const struct fleet *fleet, size_t kind)
{
	return fleet->kind[packing->problem->origin[kind].kind].domain;
}

/* The bins of DOMAIN as marks that the caller frees; *COUNT: how many these are. NULL when memory is short.
 */
static bool *lose(const struct packing *packing, const struct fleet *fleet, const char *domain, size_t *count)
{
	const struct place_solution *s = &packing->solution;
	bool *lost = calloc(s->bins + 1, sizeof(*lost));

	*count = 0;
	for (size_t b = 0; lost && b < s->bins; b++) {
		lost[b] = strcmp(domain_of(packing, fleet, s->bin[b].kind), domain) == 0;
		*count += lost[b];
	}
	return lost;
}

/* What becomes of the packing without DOMAIN, with REARRANGE also where others move; *COUNT: hosts of it. 0
 * or -ENOMEM. */
static int find_loss(struct pack_loss *loss, const struct packing *packing, const struct fleet *fleet,
		     const char *domain, bool rearrange, size_t *count)
{
	bool *lost = lose(packing, fleet, domain, count);
	int code = lost ? pack_loss_find(loss, packing, lost) : -ENOMEM;

	if (code == 0 && rearrange && loss->homeless > 0)
		code = pack_loss_rearrange(loss, packing, lost);
	free(lost);
	return code;
}

/* The cheapest kind outside of DOMAIN of which there may be one more, and that can hold VM; PLACE_NONE: none.
 */
static size_t choose_kind(const struct packing *packing, const struct fleet *fleet, const char *domain,
			  size_t vm)
{
	const struct pack_problem *a = packing->problem;
	size_t best = PLACE_NONE;

	for (size_t k = 0; k < a->kinds; k++) {
		bool holds = strcmp(domain_of(packing, fleet, k), domain) != 0 &&
			     !place_barred(&a->problem, vm, k);
		size_t there = 0;

		for (size_t b = 0; b < packing->solution.bins; b++)
			there += packing->solution.bin[b].kind == k;
		for (size_t d = 0; d < DRIVER; d++)
			holds &= pack_within(a->size[vm * RESOURCES + d], a->capacity[k * RESOURCES + d]);
		if (holds && there < a->most[k] && (best == PLACE_NONE || a->cost[k] < a->cost[best]))
			best = k;
	}
	return best;
}

/* Whether kind I of the host list is the first of a failure domain. */
static bool is_first(const struct fleet *fleet, size_t i)
{
	size_t before = 0;

	while (before < i && strcmp(fleet->kind[before].domain, fleet->kind[i].domain) != 0)
		before++;
	return *fleet->kind[i].domain && before == i;
}

int domains_put(struct table_writer *risks, const struct packing *packing, const struct fleet *fleet,
		const struct plan_config *config, const char *placement, size_t *fatal, struct error *error)
{
	int code = 0;

	*fatal = 0;
	for (size_t i = 0; code == 0 && i < fleet->kinds; i++) {
		struct pack_loss loss;
		size_t count;

		if (!is_first(fleet, i))
			continue;
		if (find_loss(&loss, packing, fleet, fleet->kind[i].domain, *fatal < PACK_REARRANGED_MOST,
			      &count) < 0)
			return error_set(error, ENOMEM, "cannot plan");
		*fatal += loss.homeless > 0;
		if (count > 0)
			code = pack_loss_put_risk(risks, fleet, config, placement, NULL,
						  fleet->kind[i].domain, &loss, error);
	}
	return code;
}

/* Adds spare hosts outside of DOMAIN until what is left survives its loss, as far as there are hosts. */
static int survive(struct packing *packing, const struct fleet *fleet, const char *domain)
{
	struct pack_loss loss;
	size_t count, kind = 0;
	int code = find_loss(&loss, packing, fleet, domain, false, &count);

	while (code == 0 && kind != PLACE_NONE && loss.homeless > 0) {
		kind = choose_kind(packing, fleet, domain, loss.vm);
		if (kind != PLACE_NONE)
			code = pack_add_empty(packing, kind);
		if (code == 0)
			code = find_loss(&loss, packing, fleet, domain, false, &count);
	}
	return code;
}

int domains_risks(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
		  struct table_writer *risks, struct error *error)
{
	size_t fatal;
	int code = 0;

	if (!config->policy || !(config->policy->spare_domains > 0))
		return 0;
	for (size_t i = 0; code == 0 && i < fleet->kinds; i++)
		if (is_first(fleet, i))
			code = survive(packing, fleet, fleet->kind[i].domain);
	if (code < 0)
		return error_set(error, ENOMEM, "cannot plan");
	return domains_put(risks, packing, fleet, config, "plan", &fatal, error);
}
