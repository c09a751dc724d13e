/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "reports/reports_priv.h"

int grid_allocate(struct grid *grid, size_t columns)
{
	size_t count = grid->rows.count * columns;

	grid->column_count = columns;
	grid->columns = calloc(columns + 1, sizeof(*grid->columns));
	grid->cells = malloc((count + 1) * sizeof(*grid->cells));
	if (!grid->columns || !grid->cells)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		grid->cells[i] = (struct interval){ NAN, NAN, NAN };
	return 0;
}

struct interval *grid_cell(const struct grid *grid, size_t row, size_t column)
{
	return &grid->cells[row * grid->column_count + column];
}

const char *grid_note_bare(struct grid *grid)
{
	grid->bare = true;
	for (size_t i = 0; i < grid->rows.count * grid->column_count; i++)
		grid->bare &= isnan(grid->cells[i].low) || isnan(grid->cells[i].high);
	return grid->points || grid->bare ? "" : " [95 % interval]";
}

void grid_free(struct grid *grid)
{
	for (size_t i = 0; grid->owned && grid->owned[i]; i++)
		free(grid->owned[i]);
	free(grid->owned);
	names_free(&grid->rows);
	free(grid->columns);
	free(grid->cells);
	free(grid->base_ns);
	*grid = (struct grid){ 0 };
}

struct series grid_config(const struct result *result, const char *config)
{
	size_t place = names_find(&result->configs, config);
	bool known = place < result->configs.count;

	return (struct series){ .name = config,
				.label = result_label(result, config),
				.colour = known ? palette_colour(&result->configs, place) : "#777777",
				.shape = place % CHART_SHAPES };
}
