/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/alone_priv.h"
#include "model/fit_priv.h"
#include "model/model_priv.h"

/* What a fit is made on: programs that were profiled and measured. */
#define NATIVE "native"

const char *const fit_metrics[METRICS] = { "time", "cpu" };

/* One result directory at hand, and which of its programs are taken. */
struct source {
	enum fit_part part;
	const char *const *those; /* NULL-terminated */
	const struct cells *cells;
	struct alone alone;
	struct fit_counts counts;
};

static double wall(const struct source *s, size_t row)
{
	return alone_ns(&s->alone, s->cells, row);
}

static double cpu(const struct source *s, size_t row)
{
	static const char *const columns[] = { "cpu_vcpu_ns",	     "cpu_monitor_ns",	 "cpu_driver_busy_ns",
					       "cpu_driver_spin_ns", "cpu_vcpu_spin_ns", "cpu_kthread_ns" };
	double sum = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		sum += cells_number(s->cells, row, columns[i]);
	return sum;
}

static double (*const values[METRICS])(const struct source *s, size_t row) = { wall, cpu };

/*
 * The standard error of the logarithm of N RATIOs' MEDIAN: 1.2533 times a mean's, with a standard deviation
 * by the median of absolute deviations (P. Rousseeuw and C. Croux, Alternatives to the median absolute
 * deviation, Journal of the American Statistical Association 88, 1993). ROOM is for N.
 */
static double unsure(const double *ratio, size_t n, double median, double *room)
{
	for (size_t i = 0; i < n; i++)
		room[i] = fabs(log(ratio[i] / median));
	stats_sort(room, n);
	return n > 1 ? 1.2533 * 1.4826 * stats_quantile(room, n, 0.5) / sqrt((double)n) : 0;
}

/* Median native time, and of each pair of runs the ratio; false: too little is known. */
static bool take_pairs(const struct source *c, const struct pair *pairs, size_t count, struct fit_case *f)
{
	double *native = calloc(count + 1, sizeof(*native));

	for (int m = 0; native && m < METRICS; m++) {
		size_t known = 0;
		double median;

		f->ratio[m] = calloc(count + 1, sizeof(**f->ratio));
		for (size_t i = 0; f->ratio[m] && i < count; i++) {
			double here = values[m](c, pairs[i].base), there = values[m](c, pairs[i].row);

			if (!(here > 0) || !(there > 0))
				continue;
			native[known] = here;
			f->ratio[m][known++] = there / here;
		}
		f->pairs = m == 0 || known < f->pairs ? known : f->pairs;
		if (known) {
			f->native_ns[m] = stats_median(native, known, MODEL_LEVEL).value;
			median = stats_median(f->ratio[m], known, MODEL_LEVEL).value;
			f->measured_ns[m] = f->native_ns[m] * median;
			f->unsure[m] = unsure(f->ratio[m], known, median, native);
		}
	}
	free(native);
	return f->ratio[0] && f->ratio[1] && f->pairs > 0;
}

static double median_count(const struct source *s, const struct pair *pairs, size_t count, size_t event)
{
	double *found = calloc(count + 1, sizeof(*found)), median = NAN;
	size_t known = 0;

	for (size_t i = 0; found && i < count; i++) {
		double value = fit_counts_of(&s->counts, cells_number(s->cells, pairs[i].row, "run"), event);

		if (!isnan(value))
			found[known++] = value;
	}
	if (known)
		median = stats_median(found, known, MODEL_LEVEL).value;
	free(found);
	return median;
}

static double median_of(const struct cells *c, const struct pair *pairs, size_t count, const char *column)
{
	double *found = calloc(count + 1, sizeof(*found)), median = NAN;
	size_t known = 0;

	for (size_t i = 0; found && i < count; i++)
		if (!isnan(cells_number(c, pairs[i].row, column)))
			found[known++] = cells_number(c, pairs[i].row, column);
	if (known)
		median = stats_median(found, known, MODEL_LEVEL).value;
	free(found);
	return median;
}

static int add_case(struct fit_cases *all, const struct source *s, size_t workload, size_t config,
		    size_t native)
{
	const struct cells *c = s->cells;
	const struct cell *cell = cells_at(c, workload, config), *base = cells_at(c, workload, native);
	struct pair *pairs = calloc(cell->blocks + 1, sizeof(*pairs));
	struct fit_case *grown = realloc(all->at, (all->count + 1) * sizeof(*grown)), *f;
	size_t count, profile = names_find(&all->profiles.program, c->workloads.name[workload]);
	bool disturbed;

	all->at = grown ? grown : all->at;
	if (!pairs || !grown) {
		free(pairs);
		return -ENOMEM;
	}
	f = &all->at[all->count];
	*f = (struct fit_case){ .program = c->workloads.name[workload],
				.config = c->configs.name[config],
				.profile = profile };
	count = pairs_make(c, cell, base, pairs, &disturbed);
	f->label = count ? cells_text(c, pairs[0].row, "label") : f->config;
	f->memory = count ? cells_text(c, pairs[0].row, "memory") : "";
	f->transport = count ? cells_text(c, pairs[0].row, "transport") : "";
	f->idle = count ? cells_text(c, pairs[0].row, "idle") : "";
	for (size_t i = 0; i < COUNTED; i++)
		f->counted[i] = median_count(s, pairs, count, i);
	f->held = median_of(c, pairs, count, "cores_held");
	f->setup_ns = median_of(c, pairs, count, "setup_ns");
	if (take_pairs(s, pairs, count, f)) {
		all->count++;
	} else {
		free(f->ratio[0]);
		free(f->ratio[1]);
	}
	free(pairs);
	return names_add(&all->configs, c->configs.name[config]) ||
			       names_add(&all->programs, c->workloads.name[workload])
		       ? -ENOMEM
		       : 0;
}

static bool wanted(const struct source *s, const char *program)
{
	const char *const *name = s->those;

	while (*name && strcmp(*name, program) != 0)
		name++;
	return (*name != NULL) == (s->part == FIT_THOSE);
}

static int add_cells(struct fit_cases *all, const struct source *s, struct error *error)
{
	const struct cells *c = s->cells;
	size_t native = names_find(&c->configs, NATIVE);
	int code = 0;

	for (size_t w = 0; native < c->configs.count && code == 0 && w < c->workloads.count; w++)
		for (size_t k = 0; code == 0 && k < c->configs.count; k++)
			if (strncmp(c->configs.name[k], NATIVE, strlen(NATIVE)) != 0 &&
			    names_contain(&all->profiles.program, c->workloads.name[w]) &&
			    wanted(s, c->workloads.name[w]))
				code = add_case(all, s, w, k, native);
	return code ? error_set(error, -code, "cannot collect what to fit on") : 0;
}

/* Facts of DIRECTORY/machine.csv that fits keep; "" where it has none. */
struct machine {
	char backend[FIT_FACT], processor[FIT_FACT];
};

static int read_machine(const char *directory, struct machine *m, struct error *error)
{
	struct table machine;
	char path[4300];
	int code;

	*m = (struct machine){ .backend = "" };
	snprintf(path, sizeof(path), "%s/%s", directory, schema_machine.name);
	code = table_read_optional(&machine, path, &schema_machine, error);
	if (code)
		return code;
	for (size_t row = 0; row < machine.rows; row++) {
		const char *fact = table_text(&machine, row, 0), *value = table_text(&machine, row, 1);

		if (strcmp(fact, "kvm backend") == 0 && strncmp(value, "none", 4) != 0) /* and why */
			snprintf(m->backend, sizeof(m->backend), "%s", value);
		if (strcmp(fact, "cpu") == 0)
			snprintf(m->processor, sizeof(m->processor), "%s", value);
	}
	table_free(&machine);
	return 0;
}

static int add_directory(struct fit_cases *all, const char *directory, struct source source,
			 struct error *error)
{
	struct cells *grown = realloc(all->cells, (all->directories + 1) * sizeof(*grown));
	struct machine machine;
	int code;

	if (grown == NULL)
		return error_set(error, ENOMEM, "cannot collect what to fit on");
	all->cells = grown;
	code = profiles_add(&all->profiles, directory, true, error);
	if (code == 0)
		code = direct_add(&all->direct, directory, error);
	if (code == 0)
		code = read_machine(directory, &machine, error);
	if (code)
		return code;
	if (*machine.backend && *all->backend && strcmp(machine.backend, all->backend) != 0) {
		error_fail(error, 0, "fit each apart", "results of two KVM backends, %.60s and %.60s",
			   all->backend, machine.backend);
		return error_at(error, "%.250s", directory);
	}
	if (*machine.backend)
		memcpy(all->backend, machine.backend, sizeof(all->backend));
	if (*machine.processor)
		memcpy(all->processor, machine.processor, sizeof(all->processor));
	code = cells_read(&all->cells[all->directories], directory, error);
	if (code)
		return code;
	source.cells = &all->cells[all->directories++];
	code = alone_read(&source.alone, directory, error);
	if (code == 0)
		code = fit_counts_read(&source.counts, directory, error);
	if (code == 0)
		code = add_cells(all, &source, error);
	alone_free(&source.alone);
	fit_counts_free(&source.counts);
	return code;
}

int fit_cases_read(struct fit_cases *all, const char *const *directories, enum fit_part part,
		   const char *const *those, struct error *error)
{
	const struct source source = { .part = part, .those = those };
	int code = 0;

	for (const char *const *d = directories; code == 0 && *d; d++)
		code = add_directory(all, *d, source, error);
	if (code == 0 && all->count == 0) {
		error_fail(error, 0,
			   "profile the programs of a result into its directory: vmtax profile --suite NAME "
			   "--out DIR",
			   "no program%s was measured, natively and in a virtual machine, and profiled",
			   part == FIT_THOSE ? " that is held out" : "");
		code = error_at(error, "%.250s", *directories);
	}
	for (size_t i = 0; code == 0 && i < all->count; i++)
		if (all->profiles.at[all->at[i].profile].coarse)
			code = error_fail(error, 0, "profile it anew, with the right to trace",
					  "the profile of %.100s was made without counting system calls",
					  all->at[i].program);
	if (code == 0)
		names_order_configs(&all->configs);
	return code;
}

void fit_cases_free(struct fit_cases *all)
{
	for (size_t i = 0; i < all->count; i++)
		for (int m = 0; m < METRICS; m++)
			free(all->at[i].ratio[m]);
	for (size_t i = 0; i < all->directories; i++)
		cells_free(&all->cells[i]);
	free(all->at);
	free(all->cells);
	profiles_free(&all->profiles);
	direct_free(&all->direct);
	names_free(&all->configs);
	names_free(&all->programs);
	*all = (struct fit_cases){ 0 };
}
