/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/stats.h"
#include "model/plan/uncertainty_priv.h"

/* Inputs of a plan as they might as well have come out. */

#define NORMAL_95     1.959963984540054 /* half of a 95 % interval, in standard deviations */
#define SECONDS_A_DAY 86400.0

/* G. Box and M. Muller, A note on the generation of random normal deviates, 1958. */
static double normal(struct unsure *u)
{
	double radius = sqrt(-2 * log(random_unit(&u->random)));

	return radius * cos(6.283185307179586 * random_unit(&u->random));
}

/* The ratio of ROW within its interval: as it stands where there is none. */
static double draw_row(struct unsure *u, size_t row, bool additive)
{
	const struct table *t = &u->ratios->overhead;
	double ratio = table_number_of(t, row, "ratio");
	double low = table_number_of(t, row, "low");
	double high = table_number_of(t, row, "high");

	if (isnan(low) || isnan(high))
		return ratio;
	if (additive)
		return fmax(0, ratio + (high - low) / (2 * NORMAL_95) * normal(u));
	return low > 0 ? ratio * exp(log(high / low) / (2 * NORMAL_95) * normal(u)) : ratio;
}

/* The ratio of a class with its workloads drawn anew. */
static double draw_class(struct unsure *u, const char *class, const char *metric)
{
	size_t count = plan_class_rows(u->ratios, u->config->name, class, metric, u->rows);

	for (size_t i = 0; i < count; i++)
		u->values[i] =
			draw_row(u, u->rows[random_below(&u->random, count)], plan_metric_additive(metric));
	return plan_class_middle(metric, u->values, count);
}

static double estimate(struct unsure *u, const char *class, const char *metric)
{
	struct plan_config config = *u->config;

	return plan_class_ratio(u->ratios, &config, class, metric, u->values);
}

/* The days of all series. */
static void sum_series(struct unsure *u)
{
	const struct series *series = &u->fleet->series;
	double with = 0, all = 0;

	for (size_t i = 0; i < u->fleet->vms; i++) {
		const struct plan_vm *vm = &u->fleet->vm[i];
		double cpu = (double)vm->count * vm->asks.cpu;
		const float *value = vm->series ? series_values(series, vm->series - 1, SERIES_CPU) : NULL;

		all += cpu;
		with += value ? cpu : 0;
		for (size_t t = 0; value && t < series->slots; t++)
			u->total[t] += isnan(value[t]) ? 0 : (double)vm->count * (double)value[t];
	}
	u->series_share = all > 0 ? with / all : 0;
	u->day = series->width > 0 ? (size_t)lround(fmax(1, SECONDS_A_DAY / series->width)) : 0;
	u->days = u->day && series->slots / u->day >= 2 && with > 0 ? series->slots / u->day : 0;
}

int unsure_init(struct unsure *u, const struct plan_ratios *ratios, const struct fleet *fleet,
		const struct plan_config *config)
{
	size_t rows = ratios->overhead.rows + 1;
	int code = 0;

	*u = (struct unsure){ .ratios = ratios, .fleet = fleet, .config = config };
	for (size_t i = 0; code == 0 && i < fleet->vms; i++)
		if (*fleet->vm[i].priced_as)
			code = names_add(&u->classes, fleet->vm[i].priced_as);
	u->base_cpu = calloc(5 * (u->classes.count + 1), sizeof(*u->base_cpu));
	u->demand = calloc(3 * (fleet->vms + 1), sizeof(*u->demand));
	u->rows = calloc(rows, sizeof(*u->rows));
	u->values = calloc(rows, sizeof(*u->values));
	u->total = calloc(fleet->series.slots + 1, sizeof(*u->total));
	u->drawn = calloc(fleet->series.slots + 1, sizeof(*u->drawn));
	if (code || !u->base_cpu || !u->demand || !u->rows || !u->values || !u->total || !u->drawn)
		return -ENOMEM;
	u->base_driver = u->base_cpu + u->classes.count + 1;
	u->cpu = u->base_driver + u->classes.count + 1;
	u->driver = u->cpu + u->classes.count + 1;
	u->weight = u->driver + u->classes.count + 1;
	u->other_cpu = u->demand + fleet->vms + 1;
	u->other_driver = u->other_cpu + fleet->vms + 1;
	for (size_t c = 0; c < u->classes.count; c++) {
		u->base_cpu[c] = estimate(u, u->classes.name[c], "vm-cpu");
		u->base_driver[c] = estimate(u, u->classes.name[c], "driver");
	}
	for (size_t i = 0; i < fleet->vms; i++)
		if (unsure_class(u, i) < u->classes.count)
			u->weight[unsure_class(u, i)] += (double)fleet->vm[i].count * fleet->vm[i].asks.cpu;
	for (size_t c = 1; c < u->classes.count; c++)
		u->weight[c] += u->weight[c - 1];
	sum_series(u);
	unsure_centre(u);
	return 0;
}

void unsure_free(struct unsure *u)
{
	names_free(&u->classes);
	free(u->base_cpu);
	free(u->demand);
	free(u->rows);
	free(u->values);
	free(u->total);
	free(u->drawn);
	*u = (struct unsure){ 0 };
}

void unsure_centre(struct unsure *u)
{
	for (size_t c = 0; c <= u->classes.count; c++)
		u->cpu[c] = u->driver[c] = 1;
	for (size_t i = 0; i < u->fleet->vms; i++) {
		u->demand[i] = 1;
		u->other_cpu[i] = u->other_driver[i] = (double)NAN;
	}
	u->all_demand = 1;
}

/* What the percentile of all series together becomes when its days are drawn anew, as a multiple. */
static double draw_days(struct unsure *u)
{
	double q = u->config->policy ? u->config->policy->cpu_percentile : 0.95, was;
	size_t slots = u->days * u->day;

	if (u->days == 0)
		return 1;
	memcpy(u->drawn, u->total, slots * sizeof(*u->drawn));
	stats_sort(u->drawn, slots);
	was = stats_quantile(u->drawn, slots, q);
	for (size_t d = 0; d < u->days; d++)
		memcpy(u->drawn + d * u->day, u->total + random_below(&u->random, u->days) * u->day,
		       u->day * sizeof(*u->drawn));
	stats_sort(u->drawn, slots);
	return was > 0 ? stats_quantile(u->drawn, slots, q) / was : 1;
}

/* The mean over the fleet of ARRAY (classes). */
static double mean(const struct unsure *u, const double *array)
{
	double sum = 0;

	for (size_t c = 0; c < u->classes.count; c++)
		sum += (u->weight[c] - (c ? u->weight[c - 1] : 0)) * array[c];
	return sum / u->weight[u->classes.count - 1];
}

/* What VMs of no known class are this time: of a class of the fleet; where it has none, of all that was
 * measured. */
static void draw_others(struct unsure *u)
{
	size_t classes = u->classes.count;
	double all = classes ? u->weight[classes - 1] : 0, cpu = 1, driver = 1;

	if (all > 0) {
		cpu = mean(u, u->base_cpu);
		driver = mean(u, u->base_driver);
	} else {
		cpu = draw_class(u, "", "vm-cpu") / estimate(u, "", "vm-cpu");
	}
	for (size_t i = 0; i < u->fleet->vms; i++) {
		double at = all * random_unit(&u->random);
		size_t c = 0;

		if (unsure_class(u, i) < classes)
			continue;
		while (all > 0 && u->weight[c] < at)
			c++;
		u->other_cpu[i] = all > 0 ? u->base_cpu[c] * u->cpu[c] / cpu : cpu;
		u->other_driver[i] = all > 0 && driver > 0 ? u->base_driver[c] * u->driver[c] / driver : 1;
	}
}

void unsure_draw(struct unsure *u)
{
	double error = u->config->policy ? log1p(u->config->policy->demand_error) : 0, days = draw_days(u);
	double platform = normal(u), sum = 0, all = 0; /* factors of measured_on are off together */

	for (size_t c = 0; c < u->classes.count; c++) {
		double cpu = draw_class(u, u->classes.name[c], "vm-cpu") / u->base_cpu[c];
		double driver = u->base_driver[c] > 0
					? draw_class(u, u->classes.name[c], "driver") / u->base_driver[c]
					: 1;

		u->cpu[c] = isnan(cpu) ? 1 : cpu;
		u->driver[c] = isnan(driver) ? 1 : driver;
	}
	for (size_t i = 0; i < u->fleet->vms; i++) {
		const struct plan_vm *vm = &u->fleet->vm[i];
		double cpu = (double)vm->count * vm->asks.cpu;

		u->demand[i] = vm->series ? days : exp(error * normal(u));
		u->demand[i] *= exp(vm->rebase_spread * platform);
		sum += cpu * u->demand[i];
		all += cpu;
	}
	u->all_demand = all > 0 ? sum / all : 1;
	draw_others(u);
}

size_t unsure_class(const struct unsure *u, size_t vm)
{
	return *u->fleet->vm[vm].priced_as ? names_find(&u->classes, u->fleet->vm[vm].priced_as)
					   : u->classes.count;
}
