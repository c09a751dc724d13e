/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "model/plan/pack_priv.h"

/* What VMs with series ask for, by percentiles over time. */

/* Makes shares of a VM's vCPUs cores. */
static int scale_shares(struct fleet *fleet, size_t at, double vcpus, struct error *error)
{
	const struct series_vm *from = &fleet->series.vm[at];
	float *cpu = fleet->series.value[SERIES_CPU];

	if (!from->share)
		return 0;
	if (isnan(vcpus)) {
		error_fail(error, 0, "add it to a fleet file with the column vcpus",
			   "the CPU of %.60s is a share of its vCPUs, whose number nobody says", from->name);
		return error_at(error, "%s:%zu", from->path, from->line);
	}
	for (size_t t = 0; t < fleet->series.slots; t++)
		cpu[at * fleet->series.slots + t] *= (float)vcpus;
	return 0;
}

/* What of ASKS the series of METRIC is about. */
static double *asked(struct plan_load *asks, enum series_metric metric)
{
	return (double *[]){ &asks->cpu, &asks->memory, &asks->io, &asks->iops, &asks->net }[metric];
}

static int tell(struct fleet *fleet, const struct series_vm *from, const char *why, bool dropped)
{
	return fleet_doubt(fleet, &(struct plan_doubt){ .path = from->path,
							.line = from->line,
							.vm = from->name,
							.why = why,
							.dropped = dropped });
}

/* A VM that no other file has. */
static int add(struct fleet *fleet, size_t at, struct plan_vm *vm, struct error *error)
{
	const struct series_vm *from = &fleet->series.vm[at];
	int code;

	if (isnan(vm->asks.cpu) || isnan(vm->asks.memory))
		code = tell(fleet, from,
			    isnan(vm->asks.cpu) ? "no file says what CPU it uses"
						: "no file says what memory it has",
			    true);
	else if ((code = fleet_add(fleet, vm)) == 0)
		code = tell(fleet, from, "only a series has it: its class is taken as the others'", false);
	return code < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;
}

static int size_one(struct fleet *fleet, size_t at, size_t row, const struct plan_policy *policy,
		    double *values, struct error *error)
{
	const struct series_vm *from = &fleet->series.vm[at];
	struct plan_vm fresh = fleet_vm(from->path, from->line);
	struct plan_vm *vm = row == PLACE_NONE ? &fresh : &fleet->vm[row];
	int code = scale_shares(fleet, at, vm->vcpus, error);

	if (code)
		return code;
	fresh.name = from->name;
	fresh.asks.cpu = fresh.asks.memory = NAN;
	for (enum series_metric m = 0; m < SERIES_METRICS; m++) {
		double q = m == SERIES_MEMORY ? policy->memory_percentile : policy->cpu_percentile;
		double value = series_quantile(&fleet->series, at, m, q, values);

		if (isnan(value))
			continue;
		*asked(&vm->asks, m) = value;
		*asked(&vm->series_uses, m) = value;
		if (m == SERIES_CPU)
			vm->guessed = false;
	}
	vm->series = at + 1;
	return vm == &fresh ? add(fleet, at, vm, error) : 0;
}

/* Lists a VM whose class may have so many vCPUs for a core, and which does not say how many it has. */
static int check_vcpus(struct fleet *fleet, const struct plan_policy *policy, size_t i, struct error *error)
{
	const struct plan_vm *vm = &fleet->vm[i];
	const struct plan_doubt doubt = { .path = vm->path,
					  .vm = vm->name,
					  .line = vm->line,
					  .why = "its vcpus are not known: no overcommit binds it" };
	struct plan_vm one = *vm;

	one.vcpus = 1;
	if (!isnan(vm->vcpus) || pack_vcpus(policy, &one) <= 0)
		return 0;
	return fleet_doubt(fleet, &doubt) < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;
}

/* Lists a VM larger than a NUMA node of every kind of host that says how many it has. */
static int check_numa(struct fleet *fleet, size_t i, struct error *error)
{
	const struct plan_vm *vm = &fleet->vm[i];
	const struct plan_doubt doubt = {
		.path = vm->path,
		.vm = vm->name,
		.line = vm->line,
		.why = "it is larger than a NUMA node of any host: some of its memory will "
		       "be remote, which is not planned for"
	};
	bool larger = false, fits = false;

	for (size_t k = 0; k < fleet->kinds; k++) {
		const struct plan_kind *kind = &fleet->kind[k];
		double cores = vm->vcpus > 0 ? vm->vcpus : vm->asks.cpu;
		bool here = cores > kind->cores / kind->numa_nodes || /* NaN: not larger */
			    vm->asks.memory > kind->has.memory / kind->numa_nodes;

		larger |= here;
		fits |= !here;
	}
	if (!larger || fits)
		return 0;
	return fleet_doubt(fleet, &doubt) < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;
}

int fleet_size(struct fleet *fleet, const struct plan_policy *policy, struct error *error)
{
	size_t known = fleet->vms, *order = fleet_sort(fleet);
	double *values = malloc((fleet->series.slots + 1) * sizeof(*values));
	int code = order && values ? 0 : error_set(error, ENOMEM, "cannot plan");

	for (size_t i = 0; code == 0 && i < fleet->series.vms; i++)
		code = size_one(fleet, i, fleet_find(fleet, order, known, fleet->series.vm[i].name), policy,
				values, error);
	free(order);
	free(values);
	for (size_t i = 0; code == 0 && i < fleet->vms; i++)
		code = check_vcpus(fleet, policy, i, error);
	for (size_t i = 0; code == 0 && i < fleet->vms; i++)
		if (fleet->vm[i].guessed &&
		    fleet_doubt(fleet,
				&(struct plan_doubt){ .path = fleet->vm[i].path,
						      .vm = fleet->vm[i].name,
						      .line = fleet->vm[i].line,
						      .why = "its CPU demand is not known: all its vCPUs "
							     "count as busy" }) < 0)
			code = error_set(error, ENOMEM, "cannot plan");
	for (size_t i = 0; code == 0 && i < fleet->vms; i++)
		code = check_numa(fleet, i, error);
	return code ? code : fleet_check_size(fleet, error);
}
