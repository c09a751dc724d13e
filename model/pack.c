/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan_priv.h"

/* The fleet as a placement problem, and its answer as hosts. */

enum resource { CPU, MEMORY, IO, DRIVER, RESOURCES };

double pack_cores_held(const struct plan_host *host, const struct plan_config *config)
{
	double busy = ceil(host->driver - PLACE_SLACK);

	if (!config->polls)
		return 0;
	return busy > 1 ? busy : 1; /* one polls even where there is little to do */
}

double plan_licence(const struct plan_kind *kind, const struct plan_config *config)
{
	return config->hypervisor ? kind->hypervisor_licence : kind->host_os_licence;
}

bool pack_within(double used, double capacity)
{
	return used <= capacity * (1 + PLACE_SLACK);
}

/* The arrays of a problem, which it owns. */
struct arrays {
	double *size, *capacity, *cost;
	size_t *count, *most;
};

static void free_arrays(struct arrays *a)
{
	free(a->size);
	free(a->capacity);
	free(a->cost);
	free(a->count);
	free(a->most);
}

static int make_arrays(struct arrays *a, const struct fleet *fleet, const struct plan_config *config)
{
	*a = (struct arrays){
		.size = calloc((fleet->vms + 1) * RESOURCES, sizeof(*a->size)),
		.capacity = calloc((fleet->kinds + 1) * RESOURCES, sizeof(*a->capacity)),
		.cost = calloc(fleet->kinds + 1, sizeof(*a->cost)),
		.count = calloc(fleet->vms + 1, sizeof(*a->count)),
		.most = calloc(fleet->kinds + 1, sizeof(*a->most)),
	};
	if (!a->size || !a->capacity || !a->cost || !a->count || !a->most)
		return -ENOMEM;
	for (size_t i = 0; i < fleet->vms; i++) {
		double *size = a->size + i * RESOURCES;

		size[CPU] = config->price[i].cpu;
		size[MEMORY] = fleet->vm[i].asks.memory;
		size[IO] = fleet->vm[i].asks.io;
		size[DRIVER] = config->price[i].driver;
		a->count[i] = fleet->vm[i].count;
	}
	for (size_t i = 0; i < fleet->kinds; i++) {
		const struct plan_kind *kind = &fleet->kind[i];
		double *capacity = a->capacity + i * RESOURCES;

		capacity[CPU] = kind->has.cpu;
		capacity[MEMORY] = kind->has.memory;
		capacity[IO] = kind->has.io;
		a->cost[i] = kind->cost + plan_licence(kind, config);
		a->most[i] = kind->available;
	}
	return 0;
}

/* A host of the solution, and what it uses. */
static void take_host(struct packing *packing, const struct place_bin *bin, const struct arrays *a)
{
	struct plan_host *host = &packing->host[packing->hosts++];

	*host = (struct plan_host){ .kind = bin->kind,
				    .vm = packing->solution.entry + bin->entry,
				    .vms = bin->entries };
	packing->bought[bin->kind]++;
	for (size_t i = 0; i < host->vms; i++) {
		const double *size = a->size + host->vm[i].item * RESOURCES;
		double count = (double)host->vm[i].count;

		host->used.cpu += count * size[CPU];
		host->used.memory += count * size[MEMORY];
		host->used.io += count * size[IO];
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
		.kinds = fleet->kinds,
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
