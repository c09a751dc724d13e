/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/reports_priv.h"

const struct metric metrics[] = {
	{ .name = "time",
	  .title = "Time",
	  .axis = "time, multiple of the baseline",
	  .meaning =
		  "How long the program's own work took: its region of interest where it marks one, else its "
		  "whole life with start-up." },
	{ .name = "cpu",
	  .title = "CPU seconds",
	  .axis = "CPU seconds, multiple of the baseline",
	  .meaning =
		  "CPU time of everything that worked for the program: guest, monitor, drivers with their "
		  "polling, kernel threads; of the whole program, also outside of its region of interest." },
	{ .name = "core",
	  .title = "Cost per core held",
	  .axis = "cores held x time, multiple of the baseline",
	  .meaning = "Time multiplied by the cores kept busy or reserved: the inverse of throughput per core "
		     "held." },
	{ .name = NULL },
};

struct key {
	const char *workload, *config, *baseline, *metric; /* NULL matches any */
};

static bool matches(const struct table *table, size_t row, const char *column, const char *want)
{
	return !want || table_is(table, row, column, want);
}

/* The first row from FROM on that KEY fits, or the number of rows. */
static size_t find(const struct table *overhead, size_t from, struct key key)
{
	size_t row = from;

	while (row < overhead->rows && !(matches(overhead, row, "workload", key.workload) &&
					 matches(overhead, row, "config", key.config) &&
					 matches(overhead, row, "baseline", key.baseline) &&
					 matches(overhead, row, "metric", key.metric)))
		row++;
	return row;
}

static void fill_row(struct grid *grid, const struct result *result, const struct metric *metric, size_t row)
{
	const struct table *overhead = &result->overhead;
	struct key key = { .workload = grid->rows.name[row],
			   .baseline = result->baseline,
			   .metric = metric->name };

	for (size_t column = 0; column < grid->column_count; column++) {
		size_t at;

		key.config = grid->columns[column].name;
		at = find(overhead, 0, key);
		if (at == overhead->rows)
			continue;
		*grid_cell(grid, row, column) =
			(struct interval){ .value = table_number_of(overhead, at, "ratio"),
					   .low = table_number_of(overhead, at, "low"),
					   .high = table_number_of(overhead, at, "high") };
		if (isnan(grid->base_ns[row]))
			grid->base_ns[row] = table_number_of(overhead, at, "baseline_ns");
	}
}

static int allocate(struct grid *grid, const struct result *result)
{
	size_t columns = 0;

	if (names_collect(&grid->rows, &result->runs, "workload") < 0 ||
	    grid_allocate(grid, result->configs.count) < 0)
		return -ENOMEM;
	grid->base_ns = malloc(grid->rows.count * sizeof(*grid->base_ns));
	if (!grid->base_ns)
		return -ENOMEM;
	for (size_t row = 0; row < grid->rows.count; row++)
		grid->base_ns[row] = NAN;
	for (size_t i = 0; i < result->configs.count; i++)
		if (strcmp(result->configs.name[i], result->baseline) != 0)
			grid->columns[columns++] = grid_config(result, result->configs.name[i]);
	grid->column_count = columns;
	return 0;
}

/* A metric that has no size of its own, only a ratio, needs no column for the baseline. */
static void drop_empty_base(struct grid *grid)
{
	for (size_t row = 0; row < grid->rows.count; row++)
		if (!isnan(grid->base_ns[row]))
			return;
	free(grid->base_ns);
	grid->base_ns = NULL;
}

int grid_overhead(struct grid *grid, const struct result *result, const struct metric *metric)
{
	*grid = (struct grid){ .title = metric->title,
			       .corner = "workload",
			       .axis = metric->axis,
			       .base_label = result->baseline };
	if (allocate(grid, result) < 0) {
		grid_free(grid);
		return -ENOMEM;
	}
	for (size_t row = 0; row < grid->rows.count; row++)
		fill_row(grid, result, metric, row);
	drop_empty_base(grid);
	return 0;
}

double grid_median(const struct result *result, const char *metric, const char *config, const char *baseline,
		   size_t *count)
{
	const struct table *overhead = &result->overhead;
	struct key key = { .config = config, .baseline = baseline, .metric = metric };
	double *ratios = malloc((overhead->rows + 1) * sizeof(*ratios)), median;
	size_t n = 0;

	if (count)
		*count = 0;
	if (!ratios)
		return NAN;
	for (size_t row = find(overhead, 0, key); row < overhead->rows; row = find(overhead, row + 1, key))
		if (!isnan(table_number_of(overhead, row, "ratio")))
			ratios[n++] = table_number_of(overhead, row, "ratio");
	if (count)
		*count = n;
	stats_sort(ratios, n);
	median = stats_quantile(ratios, n, 0.5);
	free(ratios);
	return median;
}

/* Whether any estimate that KEY fits is there. */
static bool has(const struct result *result, struct key key)
{
	const struct table *overhead = &result->overhead;

	for (size_t row = find(overhead, 0, key); row < overhead->rows; row = find(overhead, row + 1, key))
		if (!isnan(table_number_of(overhead, row, "ratio")))
			return true;
	return false;
}

bool grid_has_baseline(const struct result *result, const char *baseline)
{
	return has(result, (struct key){ .baseline = baseline, .metric = "time" });
}

bool grid_has_metric(const struct result *result, const char *metric)
{
	return has(result, (struct key){ .baseline = result->baseline, .metric = metric });
}
