/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/pack_priv.h"
#include "model/plan/place_work_priv.h"

/* Failure domains: what becomes of a plan when all hosts of one fail at once. */

static const char *domain_of(const struct packing *packing, const struct fleet *fleet, size_t kind)
{
	return fleet->kind[packing->problem->origin[kind].kind].domain;
}

/* Takes away all hosts of DOMAIN. *LOST: how many these are. 0 or -ENOMEM. */
static int lose(const struct packing *packing, const struct fleet *fleet, const char *domain, size_t *lost,
		size_t *homeless, size_t *vm)
{
	const struct place_solution *s = &packing->solution;
	bool *gone = calloc(s->bins + 1, sizeof(*gone));
	int code = 0;

	if (!gone)
		return -ENOMEM;
	*lost = *homeless = 0;
	for (size_t b = 0; b < s->bins; b++) {
		gone[b] = strcmp(domain_of(packing, fleet, s->bin[b].kind), domain) == 0;
		*lost += gone[b];
	}
	if (*lost > 0)
		code = place_survive(&packing->problem->problem, s, gone, homeless, vm);
	free(gone);
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

static int put_risk(const struct plan_config *config, const struct fleet *fleet, const char *domain,
		    size_t homeless, size_t vm, struct table_writer *risks, struct error *error)
{
	table_put_text(risks, config->name);
	table_put_text(risks, config->label);
	table_put_missing(risks);
	table_put_text(risks, homeless ? "no" : "yes");
	table_put_integer(risks, (int64_t)homeless);
	table_put_text(risks, homeless ? fleet->vm[vm].name : NULL);
	table_put_text(risks, domain);
	return table_end_row(risks, error);
}

/* Adds spare hosts outside of DOMAIN until what is left survives its loss, as far as there are hosts. */
static int survive(struct packing *packing, const struct fleet *fleet, const char *domain, size_t *lost,
		   size_t *homeless, size_t *vm)
{
	int code = lose(packing, fleet, domain, lost, homeless, vm);

	while (code == 0 && *homeless > 0) {
		size_t kind = choose_kind(packing, fleet, domain, *vm);

		if (kind == PLACE_NONE)
			break;
		code = pack_add_empty(packing, kind);
		if (code == 0)
			code = lose(packing, fleet, domain, lost, homeless, vm);
	}
	return code;
}

int domains_risks(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
		  struct table_writer *risks, struct error *error)
{
	int code = 0;

	if (!config->policy || !(config->policy->spare_domains > 0))
		return 0;
	for (size_t pass = 0; code == 0 && pass < 2; pass++) /* all spare hosts first */
		for (size_t i = 0; code == 0 && i < fleet->kinds; i++) {
			const char *domain = fleet->kind[i].domain;
			size_t lost, homeless, vm, before = 0;

			while (before < i && strcmp(fleet->kind[before].domain, domain) != 0)
				before++;
			if (!*domain || before < i)
				continue;
			code = survive(packing, fleet, domain, &lost, &homeless, &vm);
			if (code < 0)
				return error_set(error, ENOMEM, "cannot plan");
			if (pass == 1 && lost > 0)
				code = put_risk(config, fleet, domain, homeless, vm, risks, error);
		}
	return code;
}
