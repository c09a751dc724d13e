/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/reports_priv.h"

/* Milliseconds, as the model takes its time: the program's own region where it marks one, else its whole life
 * (where that is not told, the run between start and end). NaN unless it went well. */
static double run_ms(const struct result *result, size_t row)
{
	const struct table *runs = &result->runs;
	double roi = table_number_of(runs, row, "roi_ns");
	double life = table_number_of(runs, row, "life_ns");
	double wall = table_number_of(runs, row, "wall_ns");

	if (!result_counts(result, row))
		return NAN;
	return (!isnan(roi) ? roi : !isnan(life) ? life : wall) / 1e6;
}

static struct interval median_of(const struct result *result, const char *workload, const char *config,
				 double *values)
{
	const struct table *runs = &result->runs;
	size_t workload_column = table_column(runs, "workload"), config_column = table_column(runs, "config"),
	       n = 0;
	struct stats_estimate median;

	for (size_t row = 0; row < runs->rows; row++)
		if (strcmp(table_text(runs, row, workload_column), workload) == 0 &&
		    strcmp(table_text(runs, row, config_column), config) == 0 && !isnan(run_ms(result, row)))
			values[n++] = run_ms(result, row);
	if (n == 0)
		return (struct interval){ NAN, NAN, NAN };
	median = stats_median(values, n, 0.95);
	if (isnan(median.value)) { /* too few for an interval */
		stats_sort(values, n);
		median.value = stats_quantile(values, n, 0.5);
	}
	return (struct interval){ median.value, median.low, median.high };
}

static int fill(struct grid *grid, const struct result *result)
{
	double *values = malloc((result->runs.rows + 1) * sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t column = 0; column < grid->column_count; column++) {
		const char *config = result->configs.name[column];

		grid->columns[column] = grid_config(result, config);
		for (size_t row = 0; row < grid->rows.count; row++)
			*grid_cell(grid, row, column) =
				median_of(result, grid->rows.name[row], config, values);
	}
	free(values);
	return 0;
}

int grid_times(struct grid *grid, const struct result *result)
{
	*grid = (struct grid){ .title = "Time", .corner = "workload", .axis = "time, milliseconds" };
	if (names_collect(&grid->rows, &result->runs, "workload") < 0 ||
	    grid_allocate(grid, result->configs.count) < 0 || fill(grid, result) < 0) {
		grid_free(grid);
		return -ENOMEM;
	}
	return 0;
}
