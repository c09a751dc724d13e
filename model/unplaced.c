/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <stdlib.h>

#include "model/plan_priv.h"

/* Why VMs fit on no host. */

/* What a host with VM alone would hold. */
static struct plan_load alone(const struct fleet *fleet, const struct plan_config *config, size_t vm)
{
	const struct plan_host host = { .driver = config->price[vm].driver };
	struct plan_load load = fleet->vm[vm].asks;

	load.cpu = config->price[vm].cpu + pack_cores_held(&host, config);
	return load;
}

static bool holds(const struct plan_load *has, const struct plan_load *load)
{
	return pack_within(load->cpu, has->cpu) && pack_within(load->memory, has->memory) &&
	       pack_within(load->io, has->io);
}

/* "cpu", "memory", "io" or some of them joined by "+": what no host has enough of. */
static void put_reason(FILE *out, const struct fleet *fleet, const struct plan_config *config, size_t vm)
{
	struct plan_load load = alone(fleet, config, vm);
	bool cpu = true, memory = true, io = true, together = true;

	for (size_t i = 0; i < fleet->kinds; i++) {
		const struct plan_load *has = &fleet->kind[i].has;

		cpu &= !pack_within(load.cpu, has->cpu);
		memory &= !pack_within(load.memory, has->memory);
		io &= !pack_within(load.io, has->io);
		together &= !holds(has, &load);
	}
	if (cpu || memory || io)
		fprintf(out, "%s%s%s%s%s", cpu ? "cpu" : "", cpu && memory ? "+" : "", memory ? "memory" : "",
			(cpu || memory) && io ? "+" : "", io ? "io" : "");
	else
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
		put_reason(out, fleet, config, vm);
	}
	if (fclose(out) != 0) {
		free(list);
		return NULL;
	}
	return list;
}
