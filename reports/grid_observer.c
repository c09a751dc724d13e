/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "reports/spent_priv.h"

/* The observer's cost: rows of overhead.csv that compare a configuration with itself, observed and not. */

static const char *text(const struct table *table, size_t row, const char *column)
{
	return table_text(table, row, table_column(table, column));
}

static double number(const struct table *table, size_t row, const char *column)
{
	return table_number(table, row, table_column(table, column));
}

static bool is_observer(const struct table *overhead, size_t row)
{
	return strcmp(text(overhead, row, "metric"), "observer") == 0;
}

static int fill(struct grid *grid, const struct result *result)
{
	const struct table *overhead = &result->overhead;

	for (size_t row = 0; row < overhead->rows; row++)
		if (is_observer(overhead, row) && names_add(&grid->rows, text(overhead, row, "workload")) < 0)
			return -ENOMEM;
	if (grid_allocate(grid, result->configs.count) < 0)
		return -ENOMEM;
	for (size_t c = 0; c < result->configs.count; c++)
		grid->columns[c] = grid_config(result, result->configs.name[c]);
	for (size_t row = 0; row < overhead->rows; row++) {
		size_t at = names_find(&grid->rows, text(overhead, row, "workload"));
		size_t column = names_find(&result->configs, text(overhead, row, "config"));

		if (is_observer(overhead, row) && column < grid->column_count)
			*grid_cell(grid, at, column) = (struct interval){ number(overhead, row, "ratio"),
									  number(overhead, row, "low"),
									  number(overhead, row, "high") };
	}
	return 0;
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
