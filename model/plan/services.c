/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "base/error.h"
#include "model/plan/needs_priv.h"
#include "model/plan/plan_priv.h"

/* What a fleet needs on its hosts: programs of a host OS, or, where hosts have none, VMs that do the same. */

#define ROUNDS_MOST 8 /* of hosts that need VMs that need hosts */

int services_add(struct fleet *fleet, const struct plan_policy *policy, struct error *error)
{
	for (size_t i = 0; i < policy->services; i++) {
		const struct plan_service *s = &policy->service[i];
		struct plan_vm vm = fleet_vm(policy->path, s->line);
		const char *name = fleet_text(fleet, "service %s", s->name);

		vm.asks = (struct plan_load){ .cpu = s->cores, .memory = s->memory_gib };
		vm.count = 0;
		vm.guest_licence = s->price;
		vm.measured_on = "native";
		vm.service = i + 1;
		vm.name = name ? fleet_clean(fleet, name) : NULL;
		if (!vm.name || fleet_add(fleet, &vm) < 0)
			return error_set(error, ENOMEM, "cannot plan");
	}
	return policy->services ? fleet_check_names(fleet, error) : 0;
}

bool services_count(struct fleet *fleet, const struct plan_config *config, size_t hosts)
{
	bool changed = false;

	for (size_t i = 0; i < fleet->vms; i++) {
		const struct plan_service *s;
		size_t count = 0;

		if (fleet->vm[i].service == 0)
			continue;
		s = &config->policy->service[fleet->vm[i].service - 1];
		if (config->hypervisor && (s->cores > 0 || s->memory_gib > 0))
			count = s->hosts > 0 ? (size_t)ceil((double)hosts / s->hosts) : 1;
		changed |= count != fleet->vm[i].count;
		fleet->vm[i].count = count;
	}
	return changed;
}

int services_pack(struct packing *packing, struct fleet *fleet, struct plan_config *config,
		  const struct place_effort *effort)
{
	int code;

	services_count(fleet, config, 1);
	code = pack_align(packing, config, fleet, effort);
	for (int round = 0; code == 0 && round < ROUNDS_MOST && services_count(fleet, config, packing->hosts);
	     round++) {
		packing_free(packing);
		code = pack_fleet(packing, fleet, config, effort);
	}
	return code;
}

struct plan_load services_hosted(const struct plan_config *config)
{
	struct plan_load load = { 0 };

	for (size_t i = 0; config->policy && !config->hypervisor && i < config->policy->services; i++) {
		load.cpu += config->policy->service[i].host_cores;
		load.memory += config->policy->service[i].host_memory_gib;
	}
	return load;
}
