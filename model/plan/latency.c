/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "model/plan/latency_priv.h"
#include "model/plan/needs_priv.h"

/* How busy cores may be while requests keep a goal. */

#define HALVINGS 40 /* of the share that may be busy */

/* Erlang's C formula: the probability that a request waits. */
static double waits(double servers, double busy)
{
	double offered = servers * busy, blocked = 1;

	for (size_t i = 1; (double)i <= servers; i++)
		blocked = offered * blocked / ((double)i + offered * blocked); /* Erlang's B formula */
	return blocked / (1 - busy * (1 - blocked));
}

double latency_response(double service, double servers, double busy)
{
	return busy >= 1 ? INFINITY : service * (1 + waits(servers, busy) / (servers * (1 - busy)));
}

double latency_beyond(double service, double servers, double busy, double time)
{
	double leaves = servers * (1 - busy), t = time / service, wait, both;

	if (busy >= 1)
		return 1;
	wait = waits(servers, busy);
	both = fabs(leaves - 1) < 1e-6 ? (1 + t) * exp(-t)
				       : (leaves * exp(-t) - exp(-leaves * t)) / (leaves - 1);
	return (1 - wait) * exp(-t) + wait * both;
}

struct plan_goal latency_goal(const struct plan_policy *policy, const struct plan_vm *vm)
{
	struct plan_goal goal = policy ? policy->latency_goal : (struct plan_goal){ 0 };

	for (size_t i = 0; policy && i < policy->classes; i++)
		if (strcmp(policy->class[i].name, vm->class) == 0 &&
		    policy->class[i].latency_goal.seconds > 0)
			goal = policy->class[i].latency_goal;
	return goal;
}

/* Whether requests keep GOAL that each take SERVICE of one of SERVERS. */
static bool keeps(struct plan_goal goal, double service, double servers, double busy)
{
	return goal.share > 0 ? latency_beyond(service, servers, busy, goal.seconds) <= 1 - goal.share
			      : latency_response(service, servers, busy) <= goal.seconds;
}

bool latency_keeps(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind,
		   double busy)
{
	const struct plan_vm *v = &fleet->vm[vm];
	const struct plan_kind *host = &fleet->kind[kind];
	struct plan_goal goal = latency_goal(config->policy, v);
	double cores, service, shared, vcpus;

	if (!(goal.seconds > 0) || !(v->requests_s > 0) || v->count == 0)
		return true;
	cores = fmax(1, floor((host->has.cpu - reserve_of(config).cpu) / host->speed - config->polls));
	service = config->price[vm].cpu / v->requests_s / host->speed;
	shared = latency_response(service, cores, busy);
	if (isnan(v->vcpus) || isinf(shared))
		return keeps(goal, service, cores, busy);
	vcpus = fmax(1, floor(v->vcpus));
	return keeps(goal, shared, vcpus, v->requests_s * shared / vcpus);
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
