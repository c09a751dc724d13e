/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <stdlib.h>

#include "model/plan/pack_priv.h"

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

/* Resources by name, joined by "+": what no host has enough of. */
static void put_reason(FILE *out, const struct pack_problem *problem, const struct fleet *fleet,
		       const struct plan_config *config, size_t vm)
{
	struct plan_load load = alone(fleet, config, vm);
	bool lacking = false, together = true;

	for (size_t r = 0; r < NAMED; r++) {
		bool nowhere = true;

		for (size_t i = 0; i < problem->kinds; i++)
			nowhere &= !pack_within(amount(&load, r), problem->capacity[i * RESOURCES + r]);
		if (nowhere)
			fprintf(out, "%s%s", lacking ? "+" : "", pack_resource_names[r]);
		lacking |= nowhere;
	}
	for (size_t i = 0; i < problem->kinds; i++) {
		bool holds = true;

		for (size_t r = 0; r < NAMED; r++)
			holds &= pack_within(amount(&load, r), problem->capacity[i * RESOURCES + r]);
		together &= !holds;
	}
	if (!lacking)
		fputs(together ? "together" : "available", out);
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
