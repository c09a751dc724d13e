/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports_priv.h"

/* The layer's column; the last, "other", for one this version does not know. */
static size_t layer_column(const char *layer)
{
	size_t column = 0;

	while (column + 1 < PALETTE_LAYERS && strcmp(palette_layers[column].name, layer) != 0)
		column++;
	return column;
}

/* Which row of the grid each repetition adds to: workload of good runs under CONFIG, else SIZE_MAX. */
static size_t *map_runs(const struct grid *grid, const struct result *result, const char *config)
{
	const struct table *runs = &result->runs;
	size_t *map = malloc((runs->rows + 1) * sizeof(*map));
	size_t config_column = table_column(runs, "config");

	for (size_t i = 0; map && i < runs->rows; i++) {
		map[i] = SIZE_MAX;
		if (strcmp(table_text(runs, i, config_column), config) == 0 && result_counts(result, i) &&
		    !result_is_event(result, i))
			map[i] = names_find(&grid->rows, table_text_of(runs, i, "workload"));
	}
	return map;
}

/* Finds the row of runs.csv that bears NUMBER, beginning at HINT: both tables are in order of time. */
static size_t find_run(const struct table *runs, double number, size_t hint)
{
	size_t column = table_column(runs, "run");

	for (size_t step = 0; step < runs->rows; step++) {
		size_t row = (hint + step) % runs->rows;

		if (table_number(runs, row, column) == number)
			return row;
	}
	return runs->rows;
}

static void add_times(struct grid *grid, const struct result *result, const size_t *map)
{
	const struct table *layers = &result->layers;
	size_t run = table_column(layers, "run"), name = table_column(layers, "layer");
	size_t ns = table_column(layers, "ns"), at = 0;

	for (size_t row = 0; row < layers->rows; row++) {
		struct interval *cell;

		at = find_run(&result->runs, table_number(layers, row, run), at);
		if (at == result->runs.rows || map[at] == SIZE_MAX || table_missing(layers, row, ns))
			continue;
		cell = grid_cell(grid, map[at], layer_column(table_text(layers, row, name)));
		cell->value = (isnan(cell->value) ? 0 : cell->value) + table_number(layers, row, ns);
	}
}

/* Turns the times of ROW into percent of their sum. */
static void scale_row(struct grid *grid, size_t row)
{
	double sum = 0;

	for (size_t column = 0; column < grid->column_count; column++)
		if (!isnan(grid_cell(grid, row, column)->value))
			sum += grid_cell(grid, row, column)->value;
	for (size_t column = 0; column < grid->column_count; column++)
		grid_cell(grid, row, column)->value *= sum > 0 ? 100 / sum : NAN;
}

static int fill(struct grid *grid, const struct result *result, const char *config)
{
	size_t *map;

	for (size_t i = 0; i < result->workloads.count; i++)
		if (names_add(&grid->rows, result->workloads.name[i]) < 0)
			return -ENOMEM;
	if (grid_allocate(grid, palette_layers_needed(&result->layers)) < 0)
		return -ENOMEM;
	memcpy(grid->columns, palette_layers, grid->column_count * sizeof(*grid->columns));
	map = map_runs(grid, result, config);
	if (!map)
		return -ENOMEM;
	add_times(grid, result, map);
	free(map);
	for (size_t row = 0; row < grid->rows.count; row++)
		scale_row(grid, row);
	return 0;
}

int grid_layers(struct grid *grid, const struct result *result, const char *config)
{
	*grid = (struct grid){ .title = result_label(result, config),
			       .corner = "workload",
			       .axis = "share of the time of all threads, percent",
			       .points = true };
	if (fill(grid, result, config) < 0) {
		grid_free(grid);
		return -ENOMEM;
	}
	return 0;
}
