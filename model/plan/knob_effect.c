/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/ablation_priv.h"
#include "model/plan/what_if_priv.h"

/* What a knob does to CPU seconds, from the repetitions of an ablation. */

struct source {
	struct flips flips;
	struct cells cells;
};

static double vm_cpu(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "cpu_vcpu_ns") + cells_number(cells, row, "cpu_vcpu_spin_ns") +
	       cells_number(cells, row, "cpu_monitor_ns");
}

static double driver(const struct cells *cells, size_t row)
{
	double kernel = cells_number(cells, row, "cpu_kthread_ns");

	return cells_number(cells, row, "cpu_driver_busy_ns") + (isnan(kernel) ? 0 : kernel);
}

static double held(const struct cells *cells, size_t row)
{
	return cells_number(cells, row, "cores_held");
}

/* The median of VALUE over the repetitions of WORKLOAD under the configuration of NAME; NaN: it has none. */
static double median(const struct cells *cells, size_t workload, const char *name, metric_value *value)
{
	size_t config = names_find(&cells->configs, name), count = 0;
	const struct cell *cell;
	double *values, result;

	if (config == cells->configs.count)
		return NAN;
	cell = cells_at(cells, workload, config);
	values = malloc((cell->blocks + 1) * sizeof(*values));
	for (size_t i = 0; values && i < cell->blocks; i++) {
		double v = value(cells, cell->block[i]);

		if (!isnan(v))
			values[count++] = v;
	}
	if (values)
		stats_sort(values, count);
	result = values ? stats_quantile(values, count, 0.5) : (double)NAN;
	free(values);
	return result;
}

/* Whether FLIP is of KNOB to VALUE, +1, or from it, -1. */
static int direction(const struct flip *flip, const char *knob, const char *value)
{
	if (flip->before == TRIAL_NONE || flip->after == TRIAL_NONE || strcmp(flip->knob, knob) != 0)
		return 0;
	return strcmp(flip->to, value) == 0 ? 1 : strcmp(flip->from, value) == 0 ? -1 : 0;
}

/* The flips that count: those from CONFIG where DIRECT, else all of the knob. How many; sums for WORKLOAD. */
static size_t add_flips(const struct source *s, struct knob_effect *e, size_t workload, const char *config,
			const char *knob, const char *value, bool direct, double *cpu, double *drivers)
{
	size_t count = 0;

	*cpu = *drivers = 0;
	for (size_t i = 0; i < s->flips.count; i++) {
		const struct flip *flip = &s->flips.flip[i];
		int way = direction(flip, knob, value);
		const char *before, *after;
		double was, is, native;

		if (way == 0)
			continue;
		before = s->flips.configs.name[way > 0 ? flip->before : flip->after];
		after = s->flips.configs.name[way > 0 ? flip->after : flip->before];
		if (direct && strcmp(before, config) != 0)
			continue;
		was = median(&s->cells, workload, before, vm_cpu);
		is = median(&s->cells, workload, after, vm_cpu);
		native = median(&s->cells, workload, "native", vm_cpu);
		if (!(was > 0 && is > 0))
			continue;
		*cpu += log(is / was);
		*drivers += median(&s->cells, workload, after, driver) / (native > 0 ? native : was);
		e->polls |= median(&s->cells, workload, after, held) > 1;
		count++;
	}
	return count;
}

static double middle(const double *values, size_t count)
{
	double *sorted = malloc((count + 1) * sizeof(*sorted)), result = NAN;

	if (sorted) {
		memcpy(sorted, values, count * sizeof(*sorted));
		stats_sort(sorted, count);
		result = stats_quantile(sorted, count, 0.5);
	}
	free(sorted);
	return result;
}

static int find(struct source *s, struct knob_effect *e, const char *config, const char *knob,
		const char *value)
{
	size_t workloads = s->cells.workloads.count;

	e->cpu = calloc(workloads + 1, sizeof(*e->cpu));
	e->driver = calloc(workloads + 1, sizeof(*e->driver));
	if (!e->cpu || !e->driver)
		return -ENOMEM;
	for (int direct = 1; direct >= 0 && e->workloads.count == 0; direct--)
		for (size_t w = 0; w < workloads; w++) {
			double cpu, drivers;
			size_t count = add_flips(s, e, w, config, knob, value, direct, &cpu, &drivers),
			       at = e->workloads.count;

			if (count == 0)
				continue;
			if (names_add(&e->workloads, s->cells.workloads.name[w]) < 0)
				return -ENOMEM;
			e->cpu[at] = exp(cpu / (double)count);
			e->driver[at] = isnan(drivers) ? 0 : drivers / (double)count;
			e->direct = direct;
		}
	e->middle = middle(e->cpu, e->workloads.count);
	e->middle_driver = middle(e->driver, e->workloads.count);
	return e->workloads.count ? 0 : -ENOENT;
}

int knob_effect_read(struct knob_effect *effect, const char *directory, const char *config, const char *knob,
		     const char *value, struct error *error)
{
	struct source *s = calloc(1, sizeof(*s));
	int code;

	*effect = (struct knob_effect){ .tables = s };
	if (!s)
		return error_set(error, ENOMEM, "cannot plan");
	code = flips_read(&s->flips, directory, error);
	if (code == 0 && s->flips.count == 0)
		code = -ENOENT;
	else if (code == 0)
		code = cells_read(&s->cells, directory, error);
	if (code == 0)
		code = find(s, effect, config, knob, value);
	if (code == -ENOMEM)
		error_set(error, ENOMEM, "cannot plan");
	if (code)
		knob_effect_free(effect);
	return code;
}

void knob_effect_free(struct knob_effect *effect)
{
	struct source *s = effect->tables;

	names_free(&effect->workloads);
	free(effect->cpu);
	free(effect->driver);
	if (s) {
		cells_free(&s->cells);
		flips_free(&s->flips);
	}
	free(s);
	*effect = (struct knob_effect){ 0 };
}
