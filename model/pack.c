/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan_priv.h"

/* The fleet as a placement problem, and its answer as hosts. */

enum resource { CPU, MEMORY, IO, IOPS, NET, DRIVER, RESOURCES };

double pack_cores_held(const struct plan_host *host, const struct plan_config *config)
{
	double busy = ceil(host->driver - PLACE_SLACK);

	if (!config->polls)
		return 0;
	return busy > 1 ? busy : 1; /* one polls even where there is little to do */
}

bool pack_within(double used, double capacity)
{
	return used <= capacity * (1 + PLACE_SLACK);
}

/* The arrays of a problem, which it owns. Each kind of host is there twice: those that are there already, and
 * those that are to be bought. */
struct arrays {
	double *size, *capacity, *cost;
	size_t *count, *most;
	struct origin {
		size_t kind;
		bool owned;
	} * origin; /* kinds: what each is in the host list */
	size_t kinds;
};

static void free_arrays(struct arrays *a)
{
	free(a->size);
	free(a->capacity);
	free(a->cost);
	free(a->count);
	free(a->most);
	free(a->origin);
}

/* What VMs of row I ask for, to SIZE. */
static void put_size(double *size, const struct fleet *fleet, const struct plan_config *config, size_t i)
{
	const struct plan_load *asks = &fleet->vm[i].asks;

	size[CPU] = config->price[i].cpu;
	size[MEMORY] = asks->memory;
	size[IO] = asks->io;
	size[IOPS] = asks->iops;
	size[NET] = asks->net;
	size[DRIVER] = config->price[i].driver;
}

/* Adds kind I, those that are OWNED or the others, where there may be some. What has no limit has ENOUGH
 * (RESOURCES). */
static void add_kind(struct arrays *a, const struct fleet *fleet, const struct plan_config *config, size_t i,
		     bool owned, const double *enough)
{
	const struct plan_kind *kind = &fleet->kind[i];
	const double has[RESOURCES] = { [CPU] = kind->has.cpu,
					[MEMORY] = kind->has.memory,
					[IO] = kind->has.io,
					[IOPS] = kind->has.iops,
					[NET] = kind->has.net };
	size_t at = a->kinds, most = owned ? kind->have : kind->available;

	if (!owned && most != PLACE_NONE)
		most -= kind->have;
	if (config->hypervisor && kind->hosted_only)
		most = 0;
	for (size_t d = 0; d < RESOURCES; d++)
		a->capacity[at * RESOURCES + d] = isfinite(has[d]) ? has[d] : enough[d];
	a->cost[at] = plan_licence_cost(kind, config) + (owned ? 0 : kind->cost);
	a->most[at] = most;
	a->origin[at] = (struct origin){ i, owned };
	a->kinds += most > 0;
}

static int make_arrays(struct arrays *a, const struct fleet *fleet, const struct plan_config *config)
{
	double enough[RESOURCES];

	*a = (struct arrays){
		.size = calloc((fleet->vms + 1) * RESOURCES, sizeof(*a->size)),
		.capacity = calloc((fleet->kinds + 1) * 2 * RESOURCES, sizeof(*a->capacity)),
		.cost = calloc(2 * fleet->kinds + 1, sizeof(*a->cost)),
		.count = calloc(fleet->vms + 1, sizeof(*a->count)),
		.most = calloc(2 * fleet->kinds + 1, sizeof(*a->most)),
		.origin = calloc(2 * fleet->kinds + 1, sizeof(*a->origin)),
	};
	if (!a->size || !a->capacity || !a->cost || !a->count || !a->most || !a->origin)
		return -ENOMEM;
	for (size_t d = 0; d < RESOURCES; d++)
		enough[d] = 1;
	for (size_t i = 0; i < fleet->vms; i++) {
		put_size(a->size + i * RESOURCES, fleet, config, i);
		a->count[i] = fleet->vm[i].count;
		for (size_t d = 0; d < RESOURCES; d++)
			enough[d] += (double)a->count[i] * a->size[i * RESOURCES + d];
	}
	for (size_t i = 0; i < fleet->kinds; i++) {
		add_kind(a, fleet, config, i, true, enough);
		add_kind(a, fleet, config, i, false, enough);
	}
	a->kinds += a->kinds == 0; /* one that there is none of, so that all is left over */
	return 0;
}

/* A host of the solution, and what it uses. */
static void take_host(struct packing *packing, const struct place_bin *bin, const struct arrays *a)
{
	struct plan_host *host = &packing->host[packing->hosts++];

	*host = (struct plan_host){ .kind = a->origin[bin->kind].kind,
				    .owned = a->origin[bin->kind].owned,
				    .vm = packing->solution.entry + bin->entry,
				    .vms = bin->entries };
	packing->bought[host->kind]++;
	for (size_t i = 0; i < host->vms; i++) {
		const double *size = a->size + host->vm[i].item * RESOURCES;
		double count = (double)host->vm[i].count;

		host->used.cpu += count * size[CPU];
		host->used.memory += count * size[MEMORY];
		host->used.io += count * size[IO];
		host->used.iops += count * size[IOPS];
		host->used.net += count * size[NET];
		host->driver += count * size[DRIVER];
	}
}

int pack_fleet(struct packing *packing, const struct fleet *fleet, const struct plan_config *config)
{
	struct arrays a;
	int code = make_arrays(&a, fleet, config);
	struct place_problem problem = {
		.resources = RESOURCES,
		.items = fleet->vms,
		.kinds = a.kinds,
		.size = a.size,
		.count = a.count,
		.capacity = a.capacity,
		.cost = a.cost,
		.most = a.most,
		.whole = DRIVER,
		.onto = CPU,
		.whole_least = 1,
	};

	*packing = (struct packing){ 0 };
	if (!config->polls) /* then nothing is held, and drivers do no work: their row is all noughts */
		problem.whole = problem.onto = PLACE_NONE;
	if (code == 0)
		code = place_solve(&packing->solution, &problem, &place_effort_usual);
	if (code == 0) {
		packing->host = calloc(packing->solution.bins + 1, sizeof(*packing->host));
		packing->bought = calloc(fleet->kinds + 1, sizeof(*packing->bought));
		code = packing->host && packing->bought ? 0 : -ENOMEM;
	}
	for (size_t i = 0; code == 0 && i < packing->solution.bins; i++)
		take_host(packing, &packing->solution.bin[i], &a);
	packing->left = packing->solution.left;
	packing->unplaced = packing->solution.unplaced;
	free_arrays(&a);
	return code;
}

void packing_free(struct packing *packing)
{
	place_solution_free(&packing->solution);
	free(packing->host);
	free(packing->bought);
	*packing = (struct packing){ 0 };
}
