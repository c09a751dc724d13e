/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/latency_priv.h"
#include "model/plan/needs_priv.h"
#include "model/plan/pack_priv.h"

/* The fleet as a placement problem, and its answer as hosts. */

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

void pack_problem_free(struct pack_problem *a)
{
	if (!a)
		return;
	free(a->size);
	free(a->capacity);
	free(a->cost);
	free(a->count);
	free(a->most);
	free(a->origin);
	free(a->group);
	free(a->rule);
	free(a->barred);
	free(a);
}

double pack_vcpus(const struct plan_policy *policy, const struct plan_vm *vm)
{
	double limit = policy ? policy->overcommit : 0;

	for (size_t i = 0; policy && i < policy->classes; i++)
		if (strcmp(policy->class[i].name, vm->class) == 0)
			limit = policy->class[i].overcommit;
	return limit > 0 && vm->vcpus > 0 ? vm->vcpus / limit : 0;
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
	size[DISK] = asks->disk;
	size[VCPUS] = pack_vcpus(config->policy, &fleet->vm[i]);
	size[DRIVER] = config->price[i].driver;
	for (size_t m = 0; config->counted && m < SERIES_METRICS; m++)
		size[m] *= config->counted[i * SERIES_METRICS + m]; /* these are the first resources */
	size[MEMORY] += config->vm_needs.memory;
}

/* What a host that HAS so much of D offers, once the policy's reserves and room to grow are kept. */
static double offered(const struct plan_config *config, enum resource d, double has)
{
	const struct plan_policy *policy = config->policy;
	const struct plan_load reserve = reserve_of(config);

	if (d == VCPUS)
		return has;
	if (d == CPU)
		has = has * (1 - (policy ? policy->cpu_headroom : 0)) - reserve.cpu;
	if (d == MEMORY)
		has = has * (1 - (policy ? policy->memory_headroom : 0)) - reserve.memory;
	return has > 0 ? has / (1 + (policy ? policy->growth_buffer : 0)) : 0;
}

double pack_cpu_offered(const struct plan_config *config, const struct plan_kind *kind, double busy)
{
	const struct plan_policy *policy = config->policy;
	double cores = (kind->has.cpu - reserve_of(config).cpu) * busy;

	return fmax(0, fmin(offered(config, CPU, kind->has.cpu),
			    cores / (1 + (policy ? policy->growth_buffer : 0))));
}

const char *const pack_resource_names[] = { "cpu", "memory", "io", "iops", "net", "disk", "vcpus", "driver" };

/* Adds kind I, of which there may be MOST at COST. What has no limit has ENOUGH (RESOURCES). */
static void put_kind(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config,
		     struct origin origin, size_t most, const double *enough)
{
	const struct plan_kind *kind = &fleet->kind[origin.kind];
	const double has[RESOURCES] = {
		[CPU] = kind->has.cpu,	  [MEMORY] = kind->has.memory, [IO] = kind->has.io,
		[IOPS] = kind->has.iops,  [NET] = kind->has.net,       [DISK] = kind->has.disk,
		[VCPUS] = kind->has.vcpus
	};
	bool barred = config->hypervisor && kind->hosted_only;
	size_t at = a->kinds++;

	for (size_t d = 0; d < RESOURCES; d++)
		a->capacity[at * RESOURCES + d] =
			barred ? 0 : offered(config, (enum resource)d, isfinite(has[d]) ? has[d] : enough[d]);
	if (!barred)
		a->capacity[at * RESOURCES + CPU] =
			pack_cpu_offered(config, kind, latency_limit(fleet, config, origin.kind));
	a->cost[at] = plan_licence_cost(kind, config) + (origin.owned ? 0 : kind->cost);
	a->most[at] = barred ? 0 : most;
	a->origin[at] = origin;
}

/* Adds kind I as those that are there already and those that are to be bought, or, where hosts of TODAY are
 * looked at, as all of them. */
static void add_kind(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config,
		     size_t i, bool today, const double *enough)
{
	const struct plan_kind *kind = &fleet->kind[i];
	bool barred = config->hypervisor && kind->hosted_only;
	size_t more = kind->available == PLACE_NONE ? PLACE_NONE : kind->available - kind->have;

	if (today) {
		put_kind(a, fleet, config, (struct origin){ i, false }, kind->available, enough);
		return;
	}
	if (!barred && kind->have > 0)
		put_kind(a, fleet, config, (struct origin){ i, true }, kind->have, enough);
	if (!barred && more > 0)
		put_kind(a, fleet, config, (struct origin){ i, false }, more, enough);
}

static int make_arrays(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config,
		       bool today)
{
	double enough[RESOURCES];

	*a = (struct pack_problem){
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
	for (size_t i = 0; i < fleet->kinds; i++)
		add_kind(a, fleet, config, i, today, enough);
	a->kinds += a->kinds == 0; /* one that there is none of, so that all is left over */
	return 0;
}

void pack_take_host(struct packing *packing, const struct place_bin *bin)
{
	const struct pack_problem *a = packing->problem;
	struct plan_host *host = &packing->host[packing->hosts++];

	*host = (struct plan_host){ .kind = a->origin[bin->kind].kind,
				    .owned = a->origin[bin->kind].owned,
				    .vm = packing->solution.entry + bin->entry,
				    .vms = bin->entries };
	host->number = ++packing->bought[host->kind];
	for (size_t i = 0; i < host->vms; i++) {
		const double *size = a->size + host->vm[i].item * RESOURCES;
		double count = (double)host->vm[i].count;

		host->used.cpu += count * size[CPU];
		host->used.memory += count * size[MEMORY];
		host->used.io += count * size[IO];
		host->used.iops += count * size[IOPS];
		host->used.net += count * size[NET];
		host->used.disk += count * size[DISK];
		host->used.vcpus += count * size[VCPUS];
		host->driver += count * size[DRIVER];
	}
}

int pack_problem_make(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config,
		      bool today)
{
	int code = make_arrays(a, fleet, config, today);

	if (code == 0)
		code = pack_rules_make(a, fleet, config);
	if (code)
		return code;
	a->problem = (struct place_problem){
		.resources = RESOURCES,
		.items = fleet->vms,
		.kinds = a->kinds,
		.groups = a->problem.groups,
		.size = a->size,
		.count = a->count,
		.group = a->group,
		.rule = a->rule,
		.barred = a->barred,
		.capacity = a->capacity,
		.cost = a->cost,
		.most = a->most,
		.whole = DRIVER,
		.onto = CPU,
		.whole_least = 1,
	};
	if (!config->polls) /* then nothing is held, and drivers do no work: their row is all noughts */
		a->problem.whole = a->problem.onto = PLACE_NONE;
	return 0;
}

int pack_fleet(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	       const struct place_effort *effort)
{
	struct pack_problem *a = calloc(1, sizeof(*a));
	int code = a ? pack_problem_make(a, fleet, config, false) : -ENOMEM;

	*packing = (struct packing){ .problem = a };
	if (code)
		return code;
	code = effort ? place_solve(&packing->solution, &a->problem, effort)
		      : place_by(&packing->solution, &a->problem, "first-fit-max");
	if (code == 0) {
		packing->host = calloc(packing->solution.bins + 1, sizeof(*packing->host));
		packing->bought = calloc(fleet->kinds + 1, sizeof(*packing->bought));
		code = packing->host && packing->bought ? 0 : -ENOMEM;
	}
	for (size_t i = 0; code == 0 && i < packing->solution.bins; i++)
		pack_take_host(packing, &packing->solution.bin[i]);
	packing->left = packing->solution.left;
	packing->unplaced = packing->solution.unplaced;
	return code;
}

void packing_free(struct packing *packing)
{
	place_solution_free(&packing->solution);
	pack_problem_free(packing->problem);
	free(packing->host);
	free(packing->bought);
	*packing = (struct packing){ 0 };
}
