/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/stats.h"
#include "model/plan/uncertainty_priv.h"

/* How many hosts a plan needs when its inputs come out otherwise, and which input that depends on. */

#define REPLICATES	 200
#define REPLICATES_LEAST 40  /* below which percentiles say nothing */
#define UNITS_PLACED	 4e5 /* in all replicates of a configuration */

struct replicates {
	double *cost, *hosts, *value; /* COUNT; COUNT; inputs x COUNT; owned */
	double *sorted;		      /* COUNT; owned */
	size_t count, homeless;	      /* homeless: replicates in which some VM found no host */
};

/* The inputs: of each class the CPU ratio, then drivers, then demand, then the class of those of none. */
static size_t inputs(const struct unsure *u)
{
	return u->classes.count + 3;
}

static const char *name_of(const struct unsure *u, size_t input)
{
	return input < u->classes.count
		       ? u->classes.name[input]
		       : (const char *[]){ "drivers", "demand", "unknown-class" }[input - u->classes.count];
}

/* Mean of what is drawn of ARRAY (classes), by native demand. */
static double mean(const struct unsure *u, const double *array)
{
	double sum = 0, all = 0;

	for (size_t i = 0; i < u->fleet->vms; i++) {
		size_t class = unsure_class(u, i);
		double cpu = (double)u->fleet->vm[i].count * u->fleet->vm[i].asks.cpu;

		if (class == u->classes.count)
			continue;
		sum += cpu * array[class];
		all += cpu;
	}
	return all > 0 ? sum / all : 1;
}

/* The plan with what is drawn; both are infinite where some VM finds no host. 0 or -ENOMEM. */
static int plan(const struct unsure *u, double *hosts, double *cost)
{
	struct plan_config config = *u->config;
	struct packing packing = { 0 };
	double cpu = mean(u, u->cpu), driver = mean(u, u->driver);
	int code;

	*hosts = *cost = INFINITY;
	config.price = malloc((u->fleet->vms + 1) * sizeof(*config.price));
	if (!config.price)
		return -ENOMEM;
	for (size_t i = 0; i < u->fleet->vms; i++) {
		size_t class = unsure_class(u, i);
		bool known = class < u->classes.count;

		double by = known ? u->cpu[class] : isnan(u->other_cpu[i]) ? cpu : u->other_cpu[i];
		double by_driver = known		       ? u->driver[class]
				   : isnan(u->other_driver[i]) ? driver
							       : u->other_driver[i];

		config.price[i].cpu = u->config->price[i].cpu * u->demand[i] * by;
		config.price[i].driver = u->config->price[i].driver * u->demand[i] * by_driver;
	}
	code = plan_pack(&packing, u->fleet, &config, u->careful);
	if (code == 0 && packing.unplaced == 0) {
		*hosts = round((double)packing.hosts * u->hosts_scale);
		*cost = plan_sum_up(u->fleet, &config, &packing).total * u->cost_scale;
	}
	packing_free(&packing);
	free(config.price);
	return code;
}

/* What VMs of no known class cost, by native demand, as a multiple of the estimate; 1: there are none. */
static double mean_other(const struct unsure *u)
{
	double sum = 0, all = 0;

	for (size_t i = 0; i < u->fleet->vms; i++) {
		double cpu = (double)u->fleet->vm[i].count * u->fleet->vm[i].asks.cpu;

		if (isnan(u->other_cpu[i]))
			continue;
		sum += cpu * u->other_cpu[i];
		all += cpu;
	}
	return all > 0 ? sum / all : 1;
}

static double value_of(const struct unsure *u, size_t input)
{
	switch (input - u->classes.count) {
	case 0:
		return mean(u, u->driver);
	case 1:
		return u->all_demand;
	case 2:
		return mean_other(u);
	default:
		return u->cpu[input];
	}
}

static void set(struct unsure *u, size_t input, double value)
{
	if (input < u->classes.count)
		u->cpu[input] = value;
	for (size_t c = 0; input == u->classes.count && c < u->classes.count; c++)
		u->driver[c] = value;
	for (size_t i = 0; input == u->classes.count + 1 && i < u->fleet->vms; i++)
		u->demand[i] = value;
	for (size_t i = 0; input == u->classes.count + 2 && i < u->fleet->vms; i++)
		u->other_cpu[i] = value; /* those of a known class do not look there */
}

static int replicate(struct unsure *u, struct replicates *r)
{
	size_t most = r->count;
	int code = 0;

	for (r->count = 0; code == 0 && r->count < most; r->count++) {
		unsure_draw(u);
		for (size_t input = 0; input < inputs(u); input++)
			r->value[input * most + r->count] = value_of(u, input);
		code = plan(u, &r->hosts[r->count], &r->cost[r->count]);
		r->homeless += code == 0 && isinf(r->hosts[r->count]);
	}
	return code;
}

/* Infinite where it lies among those without a plan. */
static double quantile(const struct replicates *r, const double *values, double q)
{
	size_t finite = r->count;

	memcpy(r->sorted, values, r->count * sizeof(*r->sorted));
	stats_sort(r->sorted, r->count);
	while (finite > 0 && isinf(r->sorted[finite - 1]))
		finite--;
	return q * (double)(r->count - 1) > (double)finite - 1
		       ? (double)INFINITY
		       : stats_quantile(r->sorted, finite,
					q * (double)(r->count - 1) / (double)(finite > 1 ? finite - 1 : 1));
}

/* The square of the correlation between VALUES and the cost: the share of its variance that goes with them,
 * as inputs are drawn apart from each other. NaN: the cost does not vary, or not all could be placed. */
static double share(const struct replicates *r, const double *values)
{
	double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0, n = (double)r->count;

	for (size_t i = 0; i < r->count; i++) {
		mean_x += values[i] / n;
		mean_y += r->cost[i] / n;
	}
	for (size_t i = 0; i < r->count; i++) {
		double x = values[i] - mean_x, y = r->cost[i] - mean_y;

		xx += x * x;
		yy += y * y;
		xy += x * y;
	}
	if (!(yy > 1e-12 * mean_y * mean_y * n))
		return NAN;
	return xx > 1e-18 ? xy * xy / (xx * yy) : 0;
}

static int put_input(struct table_writer *out, struct unsure *u, const struct replicates *r, size_t input,
		     struct error *error)
{
	const double ends[] = { 0.05, 0.95 }, *values = r->value + input * r->count;
	double at[2], hosts[2], cost[2];

	for (int end = 0; end < 2; end++) {
		at[end] = quantile(r, values, ends[end]);
		unsure_centre(u);
		set(u, input, at[end]);
		if (plan(u, &hosts[end], &cost[end]) < 0)
			return error_set(error, ENOMEM, "cannot plan");
	}
	table_put_text(out, u->config->name);
	table_put_text(out, u->config->label);
	table_put_text(out, name_of(u, input));
	table_put_text(out, input < u->classes.count ? "cpu-ratio" : name_of(u, input));
	for (int end = 0; end < 2; end++)
		plan_put_amount(out, at[end]);
	for (int end = 0; end < 2; end++)
		plan_put_amount(out, hosts[end]);
	for (int end = 0; end < 2; end++)
		plan_put_amount(out, cost[end]);
	plan_put_amount(out, share(r, values));
	return table_end_row(out, error);
}

static int put_all(struct plan_files *files, struct unsure *u, const struct replicates *r,
		   struct error *error)
{
	struct table_writer *out = &files->table[PLAN_UNCERTAINTY];
	const double ends[] = { 0.05, 0.5, 0.95 };
	int code;

	table_put_text(out, u->config->name);
	table_put_text(out, u->config->label);
	table_put_integer(out, (int64_t)r->count);
	for (int i = 0; i < 3; i++)
		plan_put_amount(out, ceil(quantile(r, r->hosts, ends[i])));
	for (int i = 0; i < 3; i++)
		plan_put_amount(out, quantile(r, r->cost, ends[i]));
	plan_put_amount(out, (double)r->homeless / (double)r->count);
	code = table_end_row(out, error);
	for (size_t input = 0; code == 0 && input < inputs(u); input++) {
		const double *values = r->value + input * r->count;

		if (input == u->classes.count && !u->config->polls)
			continue;
		if (quantile(r, values, 0.95) > quantile(r, values, 0.05)) /* of what is uncertain at all */
			code = put_input(&files->table[PLAN_SENSITIVITY], u, r, input, error);
	}
	return code;
}

static size_t count_units(const struct fleet *fleet)
{
	size_t units = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		units += fleet->vm[i].count;
	return units;
}

/* Plans like those that are to come are made with less effort than OUTCOME was. */
static int calibrate(struct unsure *u, const struct plan_outcome *outcome)
{
	double hosts = NAN, cost = NAN;
	int code;

	u->hosts_scale = u->cost_scale = 1;
	code = plan(u, &hosts, &cost);
	if (outcome->unplaced == 0 && hosts > 0 && isfinite(hosts)) {
		u->hosts_scale = outcome->hosts / hosts;
		u->cost_scale = cost > 0 ? outcome->sums.total / cost : 1;
	}
	return code;
}

int uncertainty_put(struct plan_files *files, const struct plan_ratios *ratios, const struct fleet *fleet,
		    const struct plan_outcome *outcome, struct error *error)
{
	size_t units = count_units(fleet);
	struct replicates r = { .count = (size_t)fmin(REPLICATES, UNITS_PLACED / ((double)units + 1)) };
	struct unsure u;
	int code;

	if (r.count < REPLICATES_LEAST || outcome->unplaced > 0)
		return 0;
	code = unsure_init(&u, ratios, fleet, &outcome->config);
	u.careful = units <= PLAN_CAREFUL;
	if (code == 0)
		code = calibrate(&u, outcome);
	r.cost = malloc((3 + inputs(&u)) * r.count * sizeof(*r.cost));
	if (r.cost) {
		r.hosts = r.cost + r.count;
		r.sorted = r.hosts + r.count;
		r.value = r.sorted + r.count;
	}
	if (code == 0)
		code = r.cost ? replicate(&u, &r) : -ENOMEM;
	code = code ? error_set(error, ENOMEM, "cannot plan") : put_all(files, &u, &r, error);
	free(r.cost);
	unsure_free(&u);
	return code;
}
