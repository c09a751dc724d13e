/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/names.h"
#include "base/schema.h"
#include "base/stats.h"
#include "model/model_priv.h"
#include "model/plan/plan_priv.h"

/* What a fleet's VMs cost under a configuration, from the ratios measured. */

static double ratio(const struct plan_ratios *ratios, size_t row)
{
	return table_number_of(&ratios->overhead, row, "ratio");
}

/* native where CPU time is compared with it, else native-tuned; NULL: with nothing. */
static const char *choose_baseline(const struct table *overhead)
{
	const char *baseline = NULL;

	for (size_t row = 0; row < overhead->rows; row++) {
		if (!table_is(overhead, row, "metric", "vm-cpu"))
			continue;
		baseline = table_text_of(overhead, row, "baseline");
		if (strcmp(baseline, "native") == 0)
			break;
	}
	return baseline;
}

int plan_ratios_read(struct plan_ratios *ratios, const char *directory, struct error *error)
{
	struct stat file;
	char path[4096];
	int code;

	if (!directory || (stat(directory, &file) == 0 && S_ISREG(file.st_mode)))
		return plan_ratios_typed(ratios, directory, error);
	*ratios = (struct plan_ratios){ 0 };
	snprintf(path, sizeof(path), "%s/%s", directory, schema_runs.name);
	code = table_read(&ratios->runs, path, &schema_runs, error);
	if (code == 0)
		code = table_unique(&ratios->runs, "run", error);
	if (code == -ENOENT)
		error_mend(error, "name with --results a directory that vmtax run --out wrote");
	if (code == 0) {
		snprintf(path, sizeof(path), "%s/%s", directory, schema_overhead.name);
		code = table_read(&ratios->overhead, path, &schema_overhead, error);
		if (code == -ENOENT)
			error_mend(error, "vmtax report %.200s makes it", directory);
	}
	if (code == 0 && (ratios->baseline = choose_baseline(&ratios->overhead)) == NULL) {
		code = -ENODATA;
		error_fail(error, 0, "measure native and other configurations together, with vmtax run",
			   "no configuration's CPU time is compared with native");
		error_at(error, "%s", path);
	}
	if (code)
		plan_ratios_free(ratios);
	return code;
}

void plan_ratios_free(struct plan_ratios *ratios)
{
	table_free(&ratios->runs);
	table_free(&ratios->overhead);
	*ratios = (struct plan_ratios){ 0 };
}

/* Whether ROW estimates METRIC under CONFIG against the baseline. */
static bool estimates(const struct plan_ratios *ratios, size_t row, const char *config, const char *metric)
{
	const struct table *overhead = &ratios->overhead;

	return table_is(overhead, row, "config", config) && table_is(overhead, row, "metric", metric) &&
	       table_is(overhead, row, "baseline", ratios->baseline) && !isnan(ratio(ratios, row));
}

/* The ratio of ROW, which CONFIG is then priced with. */
static double use(const struct plan_ratios *ratios, size_t row, struct plan_config *config)
{
	const char *flags = table_text_of(&ratios->overhead, row, "flags");

	config->few_blocks |= flags_have(flags, "few-blocks");
	config->disturbed |= flags_have(flags, "disturbed");
	return ratio(ratios, row);
}

bool plan_metric_additive(const char *metric)
{
	const struct metric *m = model_metrics;

	while (m->name && strcmp(m->name, metric) != 0)
		m++;
	return m->additive;
}

size_t plan_class_rows(const struct plan_ratios *ratios, const char *config, const char *class,
		       const char *metric, size_t *rows)
{
	const struct table *overhead = &ratios->overhead;
	size_t count = 0;

	for (size_t row = 0; row < overhead->rows; row++)
		if (table_is(overhead, row, "workload", class) && estimates(ratios, row, config, metric)) {
			rows[0] = row;
			return 1;
		}
	for (size_t row = 0; row < overhead->rows; row++)
		if ((*class == '\0' || table_is(overhead, row, "class", class)) &&
		    estimates(ratios, row, config, metric))
			rows[count++] = row;
	return count;
}

/*
 * Where two stand in the middle theirs is the geometric mean, as ratios multiply, but the arithmetic one of a
 * metric that may be nought.
 */
double plan_class_middle(const char *metric, double *values, size_t count)
{
	double low, high;

	if (count == 0)
		return NAN;
	stats_sort(values, count);
	low = values[(count - 1) / 2];
	high = values[count / 2];
	return plan_metric_additive(metric) ? (low + high) / 2 : sqrt(low * high);
}

double plan_class_ratio(const struct plan_ratios *ratios, struct plan_config *config, const char *class,
			const char *metric, double *values)
{
	size_t *rows = malloc((ratios->overhead.rows + 1) * sizeof(*rows)), count;

	if (!rows)
		return NAN;
	count = plan_class_rows(ratios, config->name, class, metric, rows);
	for (size_t i = 0; i < count; i++)
		values[i] = use(ratios, rows[i], config);
	free(rows);
	return plan_class_middle(metric, values, count);
}

/* Whether driver threads keep cores of their own under CONFIG. */
static bool polls(const struct table *runs, const char *config)
{
	size_t held = table_column(runs, "cores_held");

	for (size_t row = 0; row < runs->rows; row++)
		if (table_is(runs, row, "config", config) && table_number(runs, row, held) > 1)
			return true;
	return false;
}

static const char *label_of(const struct table *overhead, const char *config)
{
	for (size_t row = 0; row < overhead->rows; row++)
		if (table_is(overhead, row, "config", config))
			return table_text_of(overhead, row, "label");
	return config;
}

/* Prices the VMs whose class is known, or with UNKNOWN (cores used and drivers' for a native one) the others.
 */
static struct plan_price price_some(const struct plan_ratios *ratios, const struct fleet *fleet,
				    struct plan_config *config, const struct plan_price *unknown,
				    double *values)
{
	struct plan_price sum = { 0 };
	double native = 0;

	for (size_t i = 0; i < fleet->vms; i++) {
		const struct plan_vm *vm = &fleet->vm[i];
		double demand = vm->asks.cpu * (double)vm->count;
		struct plan_price each = unknown ? *unknown : (struct plan_price){ 0 };

		if ((*vm->priced_as == '\0') != (unknown != NULL))
			continue;
		if (!unknown) {
			each.cpu = plan_class_ratio(ratios, config, vm->priced_as, "vm-cpu", values);
			each.driver = config->polls ? plan_class_ratio(ratios, config, vm->priced_as,
								       "driver", values)
						    : 0;
		}
		config->price[i] = (struct plan_price){ vm->asks.cpu * each.cpu, vm->asks.cpu * each.driver };
		config->known &= !isnan(config->price[i].cpu) && !isnan(config->price[i].driver);
		native += demand;
		sum.cpu += demand * each.cpu;
		sum.driver += demand * each.driver;
	}
	if (native > 0)
		return (struct plan_price){ sum.cpu / native, sum.driver / native };
	return (struct plan_price){ plan_class_ratio(ratios, config, "", "vm-cpu", values),
				    config->polls ? plan_class_ratio(ratios, config, "", "driver", values)
						  : 0 };
}

/* VMs of no known class are as the mean of the others; where none is known, as the median of what was
 * measured. */
static void price_vms(const struct plan_ratios *ratios, const struct fleet *fleet, struct plan_config *config,
		      double *values)
{
	bool any = false;
	struct plan_price mean;

	for (size_t i = 0; i < fleet->vms; i++)
		any |= *fleet->vm[i].priced_as == '\0';
	mean = price_some(ratios, fleet, config, NULL, values);
	if (any)
		price_some(ratios, fleet, config, &mean, values);
}

int plan_ratios_price(const struct plan_ratios *ratios, const struct fleet *fleet, const char *name,
		      struct plan_config *config)
{
	double *values = malloc((ratios->overhead.rows + 1) * sizeof(*values));
	bool baseline = strcmp(name, ratios->baseline) == 0;

	*config = (struct plan_config){
		.name = name,
		.label = label_of(&ratios->overhead, name),
		.polls = polls(&ratios->runs, name),
		.hypervisor = strncmp(name, "bare-metal", strlen("bare-metal")) == 0,
		.price = calloc(fleet->vms, sizeof(*config->price)),
		.known = true,
	};
	if (!values || !config->price) {
		free(values);
		return -ENOMEM;
	}
	if (baseline)
		for (size_t i = 0; i < fleet->vms; i++)
			config->price[i].cpu = fleet->vm[i].asks.cpu;
	else
		price_vms(ratios, fleet, config, values);
	free(values);
	return 0;
}
