/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/plan/plan_priv.h"

/* What a packing costs. */

#define HOURS_A_MONTH (365.25 * 24 / 12)

/* What a watt costs over the horizon. */
static double energy_cost(const struct plan_policy *policy)
{
	return policy ? policy->energy_price * policy->horizon_months * HOURS_A_MONTH / 1000 : 0;
}

struct plan_sums plan_sum_up(const struct fleet *fleet, const struct plan_config *config,
			     const struct packing *packing)
{
	struct plan_sums sums = { 0 };
	double price = energy_cost(config->policy);

	for (size_t i = 0; i < packing->hosts; i++) {
		const struct plan_host *host = &packing->host[i];
		const struct plan_kind *kind = &fleet->kind[host->kind];

		sums.has.cpu += kind->has.cpu;
		sums.has.memory += kind->has.memory;
		sums.has.io += kind->has.io;
		sums.used.cpu += host->used.cpu;
		sums.used.memory += host->used.memory;
		sums.used.io += host->used.io;
		sums.held += pack_cores_held(host, config);
		sums.hardware += host->owned ? 0 : kind->cost;
		sums.licences += plan_licence_cost(kind, config);
		sums.power += kind->power_w * price;
	}
	for (size_t i = 0; i < fleet->vms; i++) {
		double placed = (double)(fleet->vm[i].count - packing->left[i]);

		sums.guests += placed * fleet->vm[i].guest_licence;
		if (fleet->vm[i].service > 0) /* not what the hosts are for */
			continue;
		sums.vms += placed;
		sums.native += placed * fleet->vm[i].asks.cpu;
	}
	sums.total = sums.hardware + sums.licences + sums.power + sums.guests;
	return sums;
}
