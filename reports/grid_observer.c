/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stats.h"

#include "reports/spent_priv.h"

/* The observer's cost: rows of overhead.csv that compare a configuration with itself, observed and not. */

static bool is_observer(const struct table *overhead, size_t row)
{
	return table_is(overhead, row, "metric", "observer");
}

static int fill(struct grid *grid, const struct result *result)
{
	const struct table *overhead = &result->overhead;

	for (size_t row = 0; row < overhead->rows; row++)
		if (is_observer(overhead, row) &&
		    names_add(&grid->rows, table_text_of(overhead, row, "workload")) < 0)
			return -ENOMEM;
	if (grid_allocate(grid, result->configs.count) < 0)
		return -ENOMEM;
	for (size_t c = 0; c < result->configs.count; c++)
		grid->columns[c] = grid_config(result, result->configs.name[c]);
	for (size_t row = 0; row < overhead->rows; row++) {
		size_t at = names_find(&grid->rows, table_text_of(overhead, row, "workload"));
		size_t column = names_find(&result->configs, table_text_of(overhead, row, "config"));

		if (is_observer(overhead, row) && column < grid->column_count)
			*grid_cell(grid, at, column) =
				(struct interval){ table_number_of(overhead, row, "ratio"),
						   table_number_of(overhead, row, "low"),
						   table_number_of(overhead, row, "high") };
	}
	return 0;
}

bool observer_recorder(const struct result *result, char text[RECORDER_TEXT])
{
	const struct table *t = &result->footprint;
	double *cores = malloc((t->rows + 1) * sizeof(*cores));
	size_t n = 0;
	char median[16], most[16];

	for (size_t row = 0; cores && row < t->rows; row++)
		if (table_is(t, row, "item", "recorder"))
			cores[n++] = table_number_of(t, row, "value");
	text[0] = '\0';
	if (n) {
		stats_sort(cores, n);
		snprintf(text, RECORDER_TEXT,
			 "recording traces kept %s of a core busy beside them (median of %zu; at most %s)",
			 format_number(stats_quantile(cores, n, 0.5), median), n,
			 format_number(cores[n - 1], most));
	}
	free(cores);
	return n > 0;
}

int grid_observer(struct grid *grid, const struct result *result)
{
	*grid = (struct grid){ .title = "What observing cost",
			       .corner = "workload",
			       .axis = "time under probes that disturb, multiple of the undisturbed" };
	if (fill(grid, result) == 0)
		return 0;
	grid_free(grid);
	return -ENOMEM;
}
