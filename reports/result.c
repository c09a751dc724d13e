/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "base/schema.h"
#include "reports/reports_priv.h"

static int read_optional(struct table *table, const char *directory, const struct table_schema *schema,
			 struct error *error)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	return table_read_optional(table, path, schema, error);
}

/* Reads the waterfall of an older version, which called it costs.csv. */
static int read_former(struct table *table, const char *directory)
{
	struct table_schema former = schema_waterfall;
	struct error error;
	int status;

	former.name = schema_costs.name;
	status = read_optional(table, directory, &former, &error);
	table->schema = &schema_waterfall;
	return status;
}

/* Until the model makes both anew, costs.csv may be the waterfall of an older version. */
static int read_costs(struct result *result, struct error *error)
{
	struct table *waterfall = &result->waterfall, unneeded = { 0 };
	int status = read_optional(waterfall, result->directory, &schema_waterfall, error);

	if (status < 0)
		return status;
	status = read_optional(&result->costs, result->directory, &schema_costs, error);
	if (status < 0 && read_former(waterfall->path ? &unneeded : waterfall, result->directory) == 0)
		status = 0;
	table_free(&unneeded);
	return status;
}

static int read_runs(struct table *runs, const char *directory, struct error *error)
{
	int status = read_optional(runs, directory, &schema_runs, error);
	char instead[240];

	if (status == 0 && runs->rows > 0)
		return table_unique(runs, "run", error);
	if (status < 0)
		return status;
	error_set(error, runs->path ? 0 : ENOENT, runs->path ? "no run is recorded yet" : "no results");
	error_at(error, "%s/%s", directory, schema_runs.name);
	if (!runs->path && result_instead(directory, instead, sizeof(instead)))
		error_mend(error, "%s", instead);
	else
		error_mend(error, runs->path ? "go on with it: vmtax run --resume --out DIR"
					     : "name a directory that vmtax run --out wrote");
	return runs->path ? -ENODATA : -ENOENT;
}

static int read_tables(struct result *result, struct error *error)
{
	const struct {
		struct table *table;
		const struct table_schema *schema;
	} parts[] = {
		{ &result->machine, &schema_machine },
		{ &result->layers, &schema_layers },
		{ &result->agreement, &schema_agreement },
		{ &result->overhead, &schema_overhead },
		{ &result->plan_summary, &schema_plan_summary },
		{ &result->ablation, &schema_ablation },
		{ &result->provisioning, &schema_provisioning },
		{ &result->footprint, &schema_footprint },
		{ &result->hardware, &schema_hardware },
		{ &result->distributions, &schema_distributions },
		{ &result->coefficients, &schema_coefficients },
		{ &result->validation, &schema_validation },
	};
	int status = read_runs(&result->runs, result->directory, error);

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && status == 0; i++)
		status = read_optional(parts[i].table, result->directory, parts[i].schema, error);
	return status ? status : read_costs(result, error);
}

bool result_shows(const struct result *result, const char *config)
{
	const struct table *ablation = &result->ablation;

	if (ablation->rows == 0 || strcmp(config, "native") == 0)
		return true;
	for (size_t row = 0; row < ablation->rows; row++)
		if (table_is(ablation, row, "knob", "total") &&
		    (table_is(ablation, row, "from", config) || table_is(ablation, row, "to", config)))
			return true;
	return false;
}

bool result_is_event(const struct result *result, size_t row)
{
	return table_is(&result->runs, row, "class", "nano");
}

/* Those that are compared; events have a table of their own. */
static int collect_workloads(struct result *result)
{
	const struct table *runs = &result->runs;
	size_t column = table_column(runs, "workload");

	for (size_t row = 0; row < runs->rows; row++)
		if (!table_missing(runs, row, column) && !result_is_event(result, row) &&
		    names_add(&result->workloads, table_text(runs, row, column)) < 0)
			return -ENOMEM;
	return 0;
}

static int collect_configs(struct result *result)
{
	const struct table *runs = &result->runs;
	size_t column = table_column(runs, "config");

	for (size_t row = 0; row < runs->rows; row++)
		if (!table_missing(runs, row, column) &&
		    result_shows(result, table_text(runs, row, column)) &&
		    names_add(&result->configs, table_text(runs, row, column)) < 0)
			return -ENOMEM;
	return 0;
}

/* native where times are compared with it, else native-tuned. */
static const char *choose_baseline(const struct table *overhead)
{
	const char *baseline = "native";

	for (size_t row = 0; row < overhead->rows; row++) {
		if (!table_is(overhead, row, "metric", "time"))
			continue;
		baseline = table_text_of(overhead, row, "baseline");
		if (strcmp(baseline, "native") == 0)
			break;
	}
	return baseline;
}

int result_load(struct result *result, const char *directory, struct error *error)
{
	int status;

	*result = (struct result){ .directory = directory };
	status = read_tables(result, error);
	if (status == 0 && (collect_workloads(result) < 0 || collect_configs(result) < 0))
		status = error_set(error, ENOMEM, "cannot read the results");
	if (status < 0) {
		result_free(result);
		return status;
	}
	names_order_configs(&result->configs);
	result->baseline = choose_baseline(&result->overhead);
	return 0;
}

void result_free(struct result *result)
{
	table_free(&result->machine);
	table_free(&result->runs);
	table_free(&result->layers);
	table_free(&result->agreement);
	table_free(&result->overhead);
	table_free(&result->waterfall);
	table_free(&result->costs);
	table_free(&result->distributions);
	table_free(&result->coefficients);
	table_free(&result->validation);
	table_free(&result->ablation);
	table_free(&result->provisioning);
	table_free(&result->footprint);
	table_free(&result->hardware);
	table_free(&result->plan_summary);
	names_free(&result->workloads);
	names_free(&result->configs);
	*result = (struct result){ 0 };
}

const char *result_label(const struct result *result, const char *config)
{
	const struct table *runs = &result->runs;
	size_t name = table_column(runs, "config"), label = table_column(runs, "label");

	for (size_t row = 0; row < runs->rows; row++)
		if (strcmp(table_text(runs, row, name), config) == 0 && !table_missing(runs, row, label) &&
		    strcmp(table_text(runs, row, label), config) != 0)
			return table_text(runs, row, label);
	return config;
}

bool result_counts(const struct result *result, size_t row)
{
	const struct table *runs = &result->runs;

	return table_is(runs, row, "status", "ok") &&
	       strstr(table_text_of(runs, row, "flags"), "observed") == NULL;
}

void result_blocks(const struct result *result, int *least, int *most)
{
	size_t column = table_column(&result->overhead, "blocks");

	*least = *most = 0;
	for (size_t row = 0; row < result->overhead.rows; row++) {
		double blocks = table_number(&result->overhead, row, column);

		if (!(blocks > 0))
			continue;
		if (*least == 0 || blocks < *least)
			*least = (int)blocks;
		if (blocks > *most)
			*most = (int)blocks;
	}
}
