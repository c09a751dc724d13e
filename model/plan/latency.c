/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "model/plan/latency_priv.h"
#include "model/plan/needs_priv.h"

/* How busy cores may be while requests keep a goal. */

#define HALVINGS 40 /* of the share that may be busy */

double latency_response(double service, double servers, double busy)
{
	double offered = servers * busy, blocked = 1, waits;

	if (busy >= 1)
		return INFINITY;
	for (double i = 1; i <= servers; i++)
		blocked = offered * blocked / (i + offered * blocked); /* Erlang's B formula */
	waits = blocked / (1 - busy * (1 - blocked));
	return service * (1 + waits / (servers * (1 - busy)));
}

double latency_goal(const struct plan_policy *policy, const struct plan_vm *vm)
{
	double goal = policy ? policy->latency_goal : 0;

	for (size_t i = 0; policy && i < policy->classes; i++)
		if (strcmp(policy->class[i].name, vm->class) == 0 && policy->class[i].latency_goal > 0)
			goal = policy->class[i].latency_goal;
	return goal;
}

/* Mean time of VM's requests, each of which takes SERVICE of a core, where BUSY of CORES are. */
static double response(const struct plan_vm *vm, double service, double cores, double busy)
{
	double shared = latency_response(service, cores, busy), vcpus = fmax(1, floor(vm->vcpus));

	return isnan(vm->vcpus) || isinf(shared)
		       ? shared
		       : latency_response(shared, vcpus, vm->requests_s * shared / vcpus);
}

bool latency_keeps(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind,
		   double busy)
{
	const struct plan_vm *v = &fleet->vm[vm];
	const struct plan_kind *host = &fleet->kind[kind];
	double goal = latency_goal(config->policy, v), cores;

	if (!(goal > 0) || !(v->requests_s > 0) || v->count == 0)
		return true;
	cores = fmax(1, floor((host->has.cpu - reserve_of(config).cpu) / host->speed - config->polls));
	return response(v, config->price[vm].cpu / v->requests_s / host->speed, cores, busy) <= goal;
}

double latency_busy(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind)
{
	double low = 0, high = 1;

	if (!latency_keeps(fleet, config, vm, kind, 0))
		return 0;
	if (latency_keeps(fleet, config, vm, kind, 1))
		return 1;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		*(latency_keeps(fleet, config, vm, kind, middle) ? &low : &high) = middle;
	}
	return low;
}

double latency_limit(const struct fleet *fleet, const struct plan_config *config, size_t kind)
{
	double least = 1;

	for (size_t i = 0; i < fleet->vms; i++)
		if (latency_keeps(fleet, config, i, kind, 0) && !latency_keeps(fleet, config, i, kind, least))
			least = latency_busy(fleet, config, i, kind);
	return least;
}
