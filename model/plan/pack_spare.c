/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "model/plan/pack_priv.h"
#include "model/plan/place_work_priv.h"

/* Hosts that fail, and those kept for that. */

int plan_pack(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	      bool careful)
{
	double failing = config->policy ? config->policy->spare_hosts : 0;
	int code = pack_fleet(packing, fleet, config, careful ? &place_effort_little : NULL);

	return code == 0 && failing >= 1 && careful ? pack_add_spares(packing, (size_t)failing) : code;
}

int pack_add_empty(struct packing *packing, size_t kind)
{
	struct place_solution *s = &packing->solution;
	struct plan_host *hosts;
	struct place_bin *bin;

	bin = realloc(s->bin, (s->bins + 2) * sizeof(*bin));
	if (bin)
		s->bin = bin;
	hosts = realloc(packing->host, (packing->hosts + 2) * sizeof(*hosts));
	if (hosts)
		packing->host = hosts;
	if (!bin || !hosts)
		return -ENOMEM;
	s->bin[s->bins] = (struct place_bin){ .kind = kind, .entry = s->entries };
	pack_take_host(packing, &s->bin[s->bins++]);
	return 0;
}

int pack_add_spare(struct packing *packing, size_t host)
{
	const struct pack_problem *a = packing->problem;
	const struct place_solution *s = &packing->solution;
	size_t best = PLACE_NONE;
	int code;

	for (size_t k = 0; k < a->kinds; k++) {
		const double *has = a->capacity + k * RESOURCES,
			     *had = a->capacity + s->bin[host].kind * RESOURCES;
		size_t there = 0;
		bool enough = true;

		for (size_t e = s->bin[host].entry; e < s->bin[host].entry + s->bin[host].entries; e++)
			enough &= !place_barred(&a->problem, s->entry[e].item, k);
		for (size_t b = 0; b < s->bins; b++)
			there += s->bin[b].kind == k;
		for (size_t d = 0; d < DRIVER; d++)
			enough &= has[d] >= had[d];
		if (enough && there < a->most[k] && (best == PLACE_NONE || a->cost[k] < a->cost[best]))
			best = k;
	}
	if (best == PLACE_NONE)
		return 0;
	code = pack_add_empty(packing, best);
	return code < 0 ? code : 1;
}
