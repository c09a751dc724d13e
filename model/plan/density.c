/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/density_priv.h"
#include "model/plan/latency_priv.h"
#include "model/plan/pack_priv.h"
#include "model/plan/place_work_priv.h"

/* How many alike VMs one host holds, and how many of them a goal for their times. */

#define VMS_MOST   200 /* rows of the fleet that are told of */
#define COUNT_MOST 1000000

int density_read(struct density *d, const char *directory, const struct plan_ratios *ratios,
		 struct error *error)
{
	char path[4200];
	struct stat status;
	int code;

	*d = (struct density){ .cpus = 0 };
	for (size_t row = 0; row < ratios->runs.rows; row++)
		d->cpus = fmax(d->cpus, table_number_of(&ratios->runs, row, "cpus"));
	if (!directory || stat(directory, &status) < 0 || !S_ISDIR(status.st_mode)) /* typed, or nothing */
		return 0;
	snprintf(path, sizeof(path), "%.4000s/%s", directory, schema_scaling.name);
	code = table_read_optional(&d->scaling, path, &schema_scaling, error);
	snprintf(path, sizeof(path), "%.4000s/%s", directory, schema_laws.name);
	return code ? code : table_read_optional(&d->laws, path, &schema_laws, error);
}

void density_free(struct density *d)
{
	table_free(&d->scaling);
	table_free(&d->laws);
}

/* Whether ROW is of the workload CLASS under CONFIG. */
static bool is_of(const struct table *table, size_t row, const char *class, const char *config)
{
	return table_is(table, row, "workload", class) && table_is(table, row, "config", config);
}

/* The share of the machine's cores that most copies of CLASS keep busy under CONFIG while they keep the goal
 * that vmtax scale was given; NaN: that was not measured. */
static double busy_at_goal(const struct density *d, const char *class, const char *config)
{
	double most = NAN;

	for (size_t row = 0; row < d->laws.rows; row++)
		if (is_of(&d->laws, row, class, config))
			most = table_number_of(&d->laws, row, "goal_n");
	if (most == 0)
		return 0;
	for (size_t row = 0; row < d->scaling.rows; row++)
		if (is_of(&d->scaling, row, class, config) &&
		    table_number_of(&d->scaling, row, "n") == most && d->cpus > 0)
			return fmin(1, table_number_of(&d->scaling, row, "throughput") *
					       table_number_of(&d->scaling, row, "cpu_ns") / 1e9 / d->cpus);
	return NAN;
}

/* How many of ITEM a host of KIND holds of which CPU cores are used, and what there is no more of. */
static size_t count(const struct pack_problem *a, size_t kind, size_t item, double cpu, const char **binds)
{
	struct place_problem problem = a->problem;
	double capacity[RESOURCES], use[RESOURCES], least = INFINITY;
	size_t fit;

	memcpy(capacity, a->capacity + kind * RESOURCES, sizeof(capacity));
	capacity[CPU] = cpu;
	problem.capacity = capacity;
	problem.barred = NULL;
	problem.groups = 0;
	fit = placing_would_take(&problem, 0, item, COUNT_MOST);
	for (size_t r = 0; r < RESOURCES; r++)
		use[r] = (double)(fit + 1) * a->size[item * RESOURCES + r];
	*binds = NULL;
	for (size_t r = 0; r < DRIVER; r++) {
		double rest = capacity[r] > 0 ? place_rest(&problem, 0, use, r) / capacity[r] : -1;

		if (a->size[item * RESOURCES + r] > 0 && rest < least) {
			least = rest;
			*binds = pack_resource_names[r];
		}
	}
	return fit;
}

/* What COUNT of ITEM use of a host's CPU, and what of that drivers hold. */
static void put_cpu(struct table_writer *out, const struct pack_problem *a, const struct plan_config *config,
		    size_t item, double count)
{
	const double *size = a->size + item * RESOURCES;
	const struct plan_host host = { .driver = count * size[DRIVER] };
	double held = pack_cores_held(&host, config);

	plan_put_amount(out, count * size[CPU] + held);
	plan_put_amount(out, held);
}

static int put_row(struct table_writer *out, const struct density *d, const struct pack_problem *a,
		   const struct fleet *fleet, const struct plan_config *config, size_t kind, size_t vm,
		   struct error *error)
{
	const struct plan_vm *v = &fleet->vm[vm];
	bool queue = latency_goal(config->policy, v).seconds > 0 && v->requests_s > 0;
	double busy =
		queue ? latency_busy(fleet, config, vm, kind) : busy_at_goal(d, v->priced_as, config->name);
	double cpu = pack_cpu_offered(config, &fleet->kind[kind], 1);
	double cpu_goal = queue ? pack_cpu_offered(config, &fleet->kind[kind], busy) : cpu * busy;
	const char *binds, *binds_goal;
	double at_goal = NAN;
	size_t fit = count(a, kind, vm, cpu, &binds);

	table_put_text(out, config->name);
	table_put_text(out, config->label);
	table_put_text(out, fleet->kind[kind].name);
	table_put_text(out, v->name);
	plan_put_amount(out, fit < COUNT_MOST ? (double)fit : (double)NAN);
	table_put_text(out, binds);
	plan_put_amount(out, busy);
	if (!isnan(busy) && fit < COUNT_MOST)
		at_goal = (double)count(a, kind, vm, cpu_goal, &binds_goal);
	plan_put_amount(out, at_goal);
	table_put_text(out, queue ? "queueing" : isnan(busy) ? "capacity" : "scaling");
	put_cpu(out, a, config, vm, !isnan(at_goal) ? at_goal : fit < COUNT_MOST ? (double)fit : (double)NAN);
	plan_put_amount(out, fleet->kind[kind].has.cpu);
	return table_end_row(out, error);
}

int density_put(struct table_writer *out, const struct density *d, const struct fleet *fleet,
		const struct plan_config *config, struct error *error)
{
	struct pack_problem *a = calloc(1, sizeof(*a));
	int code = a ? pack_problem_make(a, fleet, config, true) : -ENOMEM;

	if (code < 0)
		code = error_set(error, ENOMEM, "cannot plan");
	for (size_t kind = 0; code == 0 && kind < fleet->kinds; kind++)
		for (size_t vm = 0; code == 0 && vm < fleet->vms && vm < VMS_MOST; vm++)
			code = put_row(out, d, a, fleet, config, kind, vm, error);
	pack_problem_free(a);
	return code;
}
