/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/pack_priv.h"
#include "model/plan/place_work_priv.h"

/* Why VMs fit on no host. */

/* What a host with VM alone would hold. */
static struct plan_load alone(const struct fleet *fleet, const struct plan_config *config, size_t vm)
{
	const struct plan_host host = { .driver = config->price[vm].driver };
	struct plan_load load = fleet->vm[vm].asks;

	load.memory += config->vm_needs.memory;
	load.vcpus = pack_vcpus(config->policy, &fleet->vm[vm]);
	load.cpu = config->price[vm].cpu + pack_cores_held(&host, config);
	return load;
}

static const size_t offsets[] = { /* of resources in a load, in the order of enum resource */
				  offsetof(struct plan_load, cpu),  offsetof(struct plan_load, memory),
				  offsetof(struct plan_load, io),   offsetof(struct plan_load, iops),
				  offsetof(struct plan_load, net),  offsetof(struct plan_load, disk),
				  offsetof(struct plan_load, vcpus)
};

#define NAMED (sizeof(offsets) / sizeof(*offsets))

static double amount(const struct plan_load *load, size_t resource)
{
	return *(const double *)((const char *)load + offsets[resource]);
}

/* Whether KIND is open to VM and has what LOAD has of the resources from FIRST to before LAST. */
static bool holds(const struct pack_problem *problem, const struct plan_load *load, size_t vm, size_t kind,
		  size_t first, size_t last)
{
	bool enough = !place_barred(&problem->problem, vm, kind);

	for (size_t r = first; r < last; r++)
		enough &= pack_within(amount(load, r), problem->capacity[kind * RESOURCES + r]);
	return enough;
}

/* Why VM may be on no kind of host, whatever room there is; NULL: it may. */
static const char *barred(const struct pack_problem *problem, const struct fleet *fleet,
			  const struct plan_config *config, size_t vm)
{
	const char *why = NULL;

	for (size_t i = 0; i < problem->kinds; i++) {
		const char *here = pack_bars(fleet, config, vm, problem->origin[i].kind);

		if (!here)
			return NULL;
		why = why && strcmp(why, "latency") == 0 ? why : here; /* at its site, then */
	}
	return why;
}

/* Resources by name, joined by "+": what no host has enough of. */
static void put_reason(FILE *out, const struct pack_problem *problem, const struct fleet *fleet,
		       const struct plan_config *config, size_t vm)
{
	const char *why = barred(problem, fleet, config, vm);
	struct plan_load load = alone(fleet, config, vm);
	bool lacking = false, together = true;

	for (size_t r = 0; !why && r < NAMED; r++) {
		bool nowhere = true;

		for (size_t i = 0; i < problem->kinds; i++)
			nowhere &= !holds(problem, &load, vm, i, r, r + 1);
		if (nowhere)
			fprintf(out, "%s%s", lacking ? "+" : "", pack_resource_names[r]);
		lacking |= nowhere;
	}
	for (size_t i = 0; i < problem->kinds; i++)
		together &= !holds(problem, &load, vm, i, 0, NAMED);
	if (!lacking)
		fputs(why ? why : together ? "together" : "available", out);
}

char *plan_unplaced_list(const struct fleet *fleet, const struct plan_config *config,
			 const struct packing *packing)
{
	char *list = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&list, &size);

	if (!out)
		return NULL;
	for (size_t vm = 0; vm < fleet->vms; vm++) {
		if (packing->left[vm] == 0)
			continue;
		fprintf(out, "%s%s:%zu:", ftell(out) ? " " : "", fleet->vm[vm].name, packing->left[vm]);
		put_reason(out, packing->problem, fleet, config, vm);
	}
	if (fclose(out) != 0) {
		free(list);
		return NULL;
	}
	return list;
}
