/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "reports/reports_priv.h"

/* What events in the lives of machines take: provisioning.csv as grids. */

static const struct {
	const char *title, *axis;
	const char *value, *low, *high; /* columns; NULL: no interval */
	double unit;
} figures[PROVISIONING_FIGURES] = {
	[PROVISIONING_TIME] = { "Starting and ending", "milliseconds", "median_ns", "low_ns", "high_ns",
				1e6 },
	[PROVISIONING_CPU] = { "CPU time of each", "milliseconds", "cpu_ns", NULL, NULL, 1e6 },
	[PROVISIONING_MEMORY] = { "Memory of each", "MiB resident", "memory_bytes", NULL, NULL, 1 << 20 },
};

static double number(const struct table *table, size_t row, const char *column)
{
	return column ? table_number_of(table, row, column) : NAN;
}

/* Whether two rows are of the same event. */
static bool alike(const struct table *table, size_t a, size_t b)
{
	return table_alike(table, a, b, "event") && number(table, a, "vms") == number(table, b, "vms");
}

/* The first row of ROW's event. */
static size_t first_of(const struct table *table, size_t row)
{
	size_t first = 0;

	while (!alike(table, first, row))
		first++;
	return first;
}

/* Whether any configuration has the figure for ROW's event. */
static bool told(const struct table *table, size_t row, const char *column)
{
	for (size_t i = 0; i < table->rows; i++)
		if (alike(table, i, row) && !isnan(number(table, i, column)))
			return true;
	return false;
}

/* "storm of 4"; the caller frees. */
static char *name_of(const struct table *table, size_t row)
{
	double vms = number(table, row, "vms");
	char *name;
	int length = table_is(table, row, "event", "storm")
			     ? asprintf(&name, "%s of %.0f", table_text_of(table, row, "event"), vms)
			     : asprintf(&name, "%s", table_text_of(table, row, "event"));

	return length < 0 ? NULL : name;
}

static int collect_rows(struct grid *grid, const struct table *table, const char *column)
{
	grid->owned = calloc(table->rows + 1, sizeof(*grid->owned));
	for (size_t row = 0; grid->owned && row < table->rows; row++) {
		if (first_of(table, row) != row || !told(table, row, column))
			continue;
		grid->owned[grid->rows.count] = name_of(table, row);
		if (!grid->owned[grid->rows.count] ||
		    names_add(&grid->rows, grid->owned[grid->rows.count]) < 0)
			return -ENOMEM;
	}
	return grid->owned ? 0 : -ENOMEM;
}

static int fill(struct grid *grid, const struct result *result, enum provisioning_figure figure)
{
	const struct table *table = &result->provisioning;
	size_t grid_row = 0;

	for (size_t row = 0; row < table->rows; row++) {
		if (first_of(table, row) != row || !told(table, row, figures[figure].value))
			continue;
		for (size_t i = 0; i < table->rows; i++)
			for (size_t c = 0; alike(table, i, row) && c < grid->column_count; c++)
				if (table_is(table, i, "config", grid->columns[c].name))
					*grid_cell(grid, grid_row, c) = (struct interval){
						number(table, i, figures[figure].value) /
							figures[figure].unit,
						number(table, i, figures[figure].low) / figures[figure].unit,
						number(table, i, figures[figure].high) / figures[figure].unit,
					};
		grid_row++;
	}
	return 0;
}

int grid_provisioning(struct grid *grid, const struct result *result, enum provisioning_figure figure)
{
	struct names configs = { 0 };
	int code;

	*grid = (struct grid){ .title = figures[figure].title,
			       .corner = "event",
			       .axis = figures[figure].axis,
			       .points = figures[figure].low == NULL };
	code = names_collect(&configs, &result->provisioning, "config");
	names_order_configs(&configs);
	if (code == 0)
		code = collect_rows(grid, &result->provisioning, figures[figure].value);
	if (code == 0)
		code = grid_allocate(grid, configs.count);
	for (size_t c = 0; code == 0 && c < configs.count; c++)
		grid->columns[c] = grid_config(result, configs.name[c]);
	if (code == 0)
		code = fill(grid, result, figure);
	names_free(&configs);
	if (code)
		grid_free(grid);
	return code;
}
