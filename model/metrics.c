/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "model/model_priv.h"

/* What overhead.csv compares: a row each. */

static double roi(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "roi_ns");
}

static double life(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "life_ns");
}

static double wall(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "wall_ns");
}

static double held(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "cores_held");
}

static double roi_held(const struct cells *cells, size_t row)
{
	return roi(cells, row) * held(cells, row);
}

static double life_held(const struct cells *cells, size_t row)
{
	return life(cells, row) * held(cells, row);
}

static double wall_held(const struct cells *cells, size_t row)
{
	return wall(cells, row) * held(cells, row);
}

/* What the VM itself uses: its vCPU, the guest's polling, and the monitor on the vCPU's thread. */
static double vm_cpu(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "cpu_vcpu_ns") + cells_number(cells, row, "cpu_vcpu_spin_ns") +
	       cells_number(cells, row, "cpu_monitor_ns");
}

/* Drivers at work, and the kernel threads that work for them; NA where those could not be counted. */
static double driver_busy(const struct cells *cells, size_t row)
{
	double kernel = cells_number(cells, row, "cpu_kthread_ns");

	return cells_number(cells, row, "cpu_driver_busy_ns") + (isnan(kernel) ? 0 : kernel);
}

static double cpu(const struct cells *cells, size_t row)
{
	return vm_cpu(cells, row) + driver_busy(cells, row) + cells_number(cells, row, "cpu_driver_spin_ns");
}

/* clang-format off */
const struct metric model_metrics[] = {
	{ .name = "time",   .value = { roi, life, wall }, .sized = true },
	{ .name = "cpu",    .value = { cpu }, .sized = true },
	{ .name = "core",   .value = { roi_held, life_held, wall_held } },
	{ .name = "vm-cpu", .value = { vm_cpu }, .base_value = cpu, .sized = true },
	{ .name = "driver", .value = { driver_busy }, .base_value = cpu, .additive = true },
	{ .name = NULL },
};
/* clang-format on */
const struct metric *const model_time = &model_metrics[0];

metric_value *metric_base(const struct metric *metric, size_t choice)
{
	return metric->base_value ? metric->base_value : metric->value[choice];
}

double metric_ratio(const struct metric *metric, size_t choice, const struct cells *cells, struct pair pair)
{
	double value = metric->value[choice](cells, pair.row);
	double base = metric_base(metric, choice)(cells, pair.base);

	if (!(base > 0) || !(metric->additive ? value >= 0 : value > 0))
		return NAN;
	return value / base;
}

size_t metric_choose(const struct metric *metric, const struct cells *cells, const struct pair *pairs,
		     size_t count)
{
	size_t best = 0, most = 0;

	for (size_t choice = 0; choice < 3 && metric->value[choice]; choice++) {
		size_t have = 0;

		for (size_t i = 0; i < count; i++)
			have += !isnan(metric_ratio(metric, choice, cells, pairs[i]));
		if (have > most) {
			most = have;
			best = choice;
		}
	}
	return best;
}

struct stats_estimate metric_estimate(const struct metric *metric, const double *ratios, size_t count)
{
	struct stats_estimate e = { NAN, NAN, NAN, NAN, count };
	double *logs;

	if (metric->additive)
		return stats_hodges_lehmann(ratios, count, MODEL_LEVEL);
	logs = malloc((count + 1) * sizeof(*logs));
	if (!logs)
		return e;
	for (size_t i = 0; i < count; i++)
		logs[i] = log(ratios[i]);
	e = stats_hodges_lehmann(logs, count, MODEL_LEVEL);
	e.value = exp(e.value);
	e.low = exp(e.low);
	e.high = exp(e.high);
	free(logs);
	return e;
}
