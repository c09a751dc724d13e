/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/nano_priv.h"

/* What events cost: costs.csv as grids. */
#define SMALLEST 0.005 /* ns: differences below it are none */

size_t nano_row(const struct result *result, const char *event, const char *config)
{
	const struct table *costs = &result->costs;
	size_t row = 0;

	while (row < costs->rows &&
	       !(table_is(costs, row, "event", event) && table_is(costs, row, "config", config)))
		row++;
	return row;
}

static struct interval cost(const struct result *result, const char *event, const char *config)
{
	const struct table *costs = &result->costs;
	size_t row = nano_row(result, event, config);

	if (row == costs->rows)
		return (struct interval){ NAN, NAN, NAN };
	return (struct interval){ table_number_of(costs, row, "median_ns"),
				  table_number_of(costs, row, "low_ns"),
				  table_number_of(costs, row, "high_ns") };
}

/* What FIGURE says of an event. */
static struct interval figure_of(const struct result *result, enum nano_figure figure, const char *event,
				 const char *config)
{
	struct interval here = cost(result, event, config);
	double native = cost(result, event, "native").value;

	if (figure == NANO_DIFFERENCE)
		return (struct interval){ fabs(here.value - native) < SMALLEST ? 0 : here.value - native, NAN,
					  NAN };
	if (figure == NANO_RATIO)
		return (struct interval){ native > 0 ? here.value / native : NAN, NAN, NAN };
	return here;
}

/* Events of which FIGURE says anything, in the order of the suite. */
static int collect_events(struct grid *grid, const struct result *result, enum nano_figure figure,
			  const struct names *configs)
{
	struct names events = { 0 };
	int code = names_collect(&events, &result->costs, "event");

	for (size_t i = 0; code == 0 && i < events.count; i++)
		for (size_t c = 0; code == 0 && c < configs->count; c++)
			if (!isnan(figure_of(result, figure, events.name[i], configs->name[c]).value))
				code = names_add(&grid->rows, events.name[i]);
	names_free(&events);
	return code;
}

static int collect_configs(struct names *configs, const struct result *result, enum nano_figure figure)
{
	struct names all = { 0 };
	int code = names_collect(&all, &result->costs, "config");

	names_order_configs(&all);
	for (size_t c = 0; code == 0 && c < all.count; c++)
		if (figure == NANO_COST || strcmp(all.name[c], "native") != 0)
			code = names_add(configs, all.name[c]);
	names_free(&all);
	return code;
}

int grid_nano(struct grid *grid, const struct result *result, enum nano_figure figure)
{
	static const char *const titles[] = { [NANO_COST] = "What each event costs",
					      [NANO_DIFFERENCE] = "What is added to native",
					      [NANO_RATIO] = "As a multiple of native" };
	static const char *const axes[] = { [NANO_COST] = "nanoseconds",
					    [NANO_DIFFERENCE] = "nanoseconds more than natively",
					    [NANO_RATIO] = "multiple of native" };
	struct names configs = { 0 };
	int code;

	*grid = (struct grid){ .title = titles[figure],
			       .corner = "event",
			       .axis = axes[figure],
			       .points = figure != NANO_COST,
			       .shortened = figure != NANO_RATIO };
	code = collect_configs(&configs, result, figure);
	if (code == 0)
		code = collect_events(grid, result, figure, &configs);
	if (code == 0)
		code = grid_allocate(grid, configs.count);
	for (size_t c = 0; code == 0 && c < configs.count; c++) {
		grid->columns[c] = grid_config(result, configs.name[c]);
		for (size_t r = 0; r < grid->rows.count; r++)
			*grid_cell(grid, r, c) =
				figure_of(result, figure, grid->rows.name[r], configs.name[c]);
	}
	names_free(&configs);
	if (code)
		grid_free(grid);
	return code;
}

double nano_median(const struct result *result, const char *config, const char **dearest, double *most)
{
	double *ratios = malloc((result->costs.rows + 1) * sizeof(*ratios)), median;
	size_t n = 0;

	*dearest = NULL;
	*most = NAN;
	for (size_t row = 0; ratios && row < result->costs.rows; row++) {
		const char *event = table_text_of(&result->costs, row, "event");
		double ratio = figure_of(result, NANO_RATIO, event, config).value;

		if (!table_is(&result->costs, row, "config", config) || isnan(ratio) ||
		    strcmp(config, "native") == 0)
			continue;
		if (!*dearest || ratio > *most) {
			*dearest = event;
			*most = ratio;
		}
		ratios[n++] = ratio;
	}
	if (ratios)
		stats_sort(ratios, n);
	median = ratios ? stats_quantile(ratios, n, 0.5) : NAN;
	free(ratios);
	return median;
}

/* What a row is ordered by: its cost under the first configuration but native that has one. */
static double key_of(const struct grid *grid, size_t row)
{
	double native = NAN;

	for (size_t c = 0; c < grid->column_count; c++) {
		double value = grid_cell(grid, row, c)->value;

		if (!isnan(value) && strcmp(grid->columns[c].name, "native") != 0)
			return value;
		native = isnan(value) ? native : value;
	}
	return native;
}

void grid_nano_order(struct grid *grid)
{
	size_t width = grid->column_count;

	for (size_t row = 1; row < grid->rows.count; row++)
		for (size_t at = row; at > 0 && key_of(grid, at - 1) > key_of(grid, at); at--) {
			const char *name = grid->rows.name[at];

			grid->rows.name[at] = grid->rows.name[at - 1];
			grid->rows.name[at - 1] = name;
			for (size_t c = 0; c < width; c++) {
				struct interval swap = *grid_cell(grid, at, c);

				*grid_cell(grid, at, c) = *grid_cell(grid, at - 1, c);
				*grid_cell(grid, at - 1, c) = swap;
			}
		}
}
