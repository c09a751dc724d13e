/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/chart_priv.h"

/* Sum of what can be stacked in ROW: a missing or negative part has no length. */
static double row_sum(const struct grid *grid, size_t row)
{
	double sum = 0;

	for (size_t column = 0; column < grid->column_count; column++)
		if (grid_cell(grid, row, column)->value > 0)
			sum += grid_cell(grid, row, column)->value;
	return sum;
}

static double longest(const struct grid *grid)
{
	double most = 0;

	for (size_t row = 0; row < grid->rows.count; row++)
		most = fmax(most, row_sum(grid, row));
	return most;
}

/* Rectangles of one column, each beginning where the columns before it end. */
static void put_column(FILE *script, const struct chart *chart, size_t column)
{
	const struct grid *grid = chart->grid;

	fprintf(script, "$c%zu << END_OF_DATA\n", column);
	for (size_t row = 0; row < grid->rows.count; row++) {
		double scale = isnan(chart->scale_end) ? 1 : chart->scale_end / row_sum(grid, row), from = 0;
		double part = grid_cell(grid, row, column)->value;

		for (size_t before = 0; before < column; before++)
			if (grid_cell(grid, row, before)->value > 0)
				from += grid_cell(grid, row, before)->value;
		if (part > 0)
			fprintf(script, "%.9g %zu %.9g %.9g %g %g\n", from * scale, row, from * scale,
				(from + part) * scale, (double)row - 0.36, (double)row + 0.36);
	}
	/* A box outside the axis: gnuplot refuses to plot an empty table. */
	fputs("-1 -9 -1 -1 -9 -9\nEND_OF_DATA\n", script);
}

static void put_totals(FILE *script, const struct grid *grid)
{
	for (size_t row = 0; row < grid->rows.count; row++)
		if (row_sum(grid, row) > 0)
			/* Sums of what is counted are whole numbers, and printed whole. */
			fprintf(script, "set label '%.*g' at %.9g, %zu left offset character 0.5, 0\n",
				row_sum(grid, row) >= 1000 || row_sum(grid, row) == floor(row_sum(grid, row))
					? 10
					: 3,
				row_sum(grid, row), row_sum(grid, row), row);
}

static bool all_whole(const struct grid *grid)
{
	for (size_t row = 0; row < grid->rows.count; row++)
		if (row_sum(grid, row) != floor(row_sum(grid, row)))
			return false;
	return true;
}

/* About five numbers at the axis, thousands as "20k": gnuplot's own choice runs into each other. Of what is
 * counted, WHOLE ones. */
static void put_steps(FILE *script, double end, bool whole)
{
	double magnitude = pow(10, floor(log10(end / 5))), step = magnitude;

	if (end / 5 > 5 * magnitude)
		step = 10 * magnitude;
	else if (end / 5 > 2 * magnitude)
		step = 5 * magnitude;
	else if (end / 5 > magnitude)
		step = 2 * magnitude;
	if (whole)
		step = fmax(step, 1);
	fprintf(script, "set format x '%s'\nset xtics %.9g\n", step < 1 ? "%g" : "%.0s%c", step);
}

int chart_put_bars(FILE *script, const struct chart *chart)
{
	const struct grid *grid = chart->grid;
	double most = longest(grid);

	if (!(most > 0))
		return -ENODATA;
	if (chart_put_frame(script, chart, 26) < 0)
		return -ENOMEM;
	fprintf(script, "set xrange [0:%.9g]\nset style fill solid noborder\n",
		isnan(chart->scale_end) ? most * 1.25 : chart->scale_end);
	if (chart->totals) {
		put_steps(script, most * 1.25, all_whole(grid));
		put_totals(script, grid);
	}
	for (size_t column = 0; column < grid->column_count; column++)
		put_column(script, chart, column);
	for (size_t column = 0; column < grid->column_count; column++) {
		fprintf(script, "%s$c%zu using 1:2:3:4:5:6 with boxxyerror lc rgb '%s'",
			column ? ", \\\n" : "plot ", column, grid->columns[column].colour);
	}
	fputc('\n', script);
	return 0;
}
