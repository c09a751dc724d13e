/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/chart_priv.h"

/* gnuplot's point types, and the same in a box of 14 x 14 for the key. */
const struct chart_shape chart_shapes[CHART_SHAPES] = {
	{ 7, "<circle cx='7' cy='7' r='5'/>" },	   { 5, "<rect x='2.5' y='2.5' width='9' height='9'/>" },
	{ 9, "<path d='M7 1.5L12.8 12H1.2z'/>" },  { 13, "<path d='M7 1L13 7L7 13L1 7z'/>" },
	{ 11, "<path d='M7 12.5L12.8 2H1.2z'/>" },
};

/* A range of the log axis, both ends above 0. */
struct range {
	double low, high;
};

static bool drawable(struct interval cell)
{
	return isfinite(cell.value) && cell.value > 0;
}

/* Ends of the interval; the point itself where one is missing. */
static double low_end(struct interval cell)
{
	return cell.low > 0 && cell.low < cell.value ? cell.low : cell.value;
}

static double high_end(struct interval cell)
{
	return isfinite(cell.high) && cell.high > cell.value ? cell.high : cell.value;
}

static struct range find_range(const struct chart *chart)
{
	size_t count = chart->grid->rows.count * chart->grid->column_count;
	struct range range = { INFINITY, 0 };

	if (chart->reference > 0)
		range = (struct range){ chart->reference, chart->reference };
	for (size_t i = 0; i < count; i++) {
		struct interval cell = chart->grid->cells[i];

		if (!drawable(cell))
			continue;
		range.low = fmin(range.low, low_end(cell));
		range.high = fmax(range.high, high_end(cell));
	}
	range.low /= 1.05;
	range.high *= 1.1;
	return range;
}

/* "300", and from SHORTEST on "10k": on a long axis long numbers run into each other. */
static const char *name_tick(double at, double shortest, char text[24])
{
	static const char units[] = "kMG";
	int unit = at >= 0.9999e9 ? 2 : at >= 0.9999e6 ? 1 : 0;

	if (at < shortest)
		snprintf(text, 24, "%g", at);
	else
		snprintf(text, 24, "%g%c", at / pow(1000, unit + 1), units[unit]);
	return text;
}

/* A round step that fits into RANGE eight times or a little less. */
static double find_step(struct range range)
{
	double rough = (range.high - range.low) / 8 * 0.999, power = pow(10, floor(log10(rough)));

	return power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
}

/*
 * Ticks of a log axis at round numbers, as many as have room: the steps of one decade, the densest first.
 * gnuplot's own stop at one a decade, which leaves ratios between 1 and 3 without any.
 */
static void put_ticks(FILE *script, const char *axis, struct range range)
{
	static const struct {
		double span; /* for ranges up to this ratio */
		double steps[10];
	} ticks[] = {
		{ 1.4, { 0 } },
		{ 4, { 1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 8 } },
		{ 12, { 1, 1.5, 2, 3, 5, 7 } },
		{ 200, { 1, 2, 5 } },
		{ 3000, { 1, 3 } },
		{ 1e12, { 1 } },
	};
	const double *steps = ticks[0].steps;
	const char *comma = "";
	size_t choice = 0;
	double shortest = range.high / range.low > 1e5 ? 0.9999e3 : 0.9999e4;
	bool crowded = range.high / range.low > 3e6; /* then every other decade is named */
	double step = find_step(range);
	char text[24];

	while (choice + 1 < sizeof(ticks) / sizeof(*ticks) && range.high / range.low > ticks[choice].span)
		choice++;
	steps = ticks[choice].steps;
	fprintf(script, "set %s (", axis);
	for (int decade = (int)floor(log10(range.low)); choice > 0 && decade <= log10(range.high); decade++)
		for (size_t i = 0; steps[i] > 0; i++, comma = ", ")
			fprintf(script, "%s'%s' %g", comma,
				crowded && decade % 2 ? ""
						      : name_tick(steps[i] * pow(10, decade), shortest, text),
				steps[i] * pow(10, decade));
	for (double n = ceil(range.low / step); choice == 0 && n * step <= range.high; n++, comma = ", ")
		fprintf(script, "%s'%s' %.9g", comma, name_tick(n * step, 0.9999e6, text), n * step);
	fputs(")\n", script);
}

/* The points of one column, set apart from the other columns' within each row. How many there are. */
static size_t put_points(FILE *script, const struct chart *chart, size_t column)
{
	const struct grid *grid = chart->grid;
	double offset =
		((double)column - ((double)grid->column_count - 1) / 2) * 0.78 / (double)grid->column_count;
	size_t count = 0;

	fprintf(script, "$c%zu << END_OF_DATA\n", column);
	for (size_t row = 0; row < grid->rows.count; row++) {
		struct interval cell = *grid_cell(grid, row, column);

		if (!drawable(cell))
			continue;
		fprintf(script, "%.9g %.9g %.9g %.9g\n", cell.value, (double)row + offset, low_end(cell),
			high_end(cell));
		count++;
	}
	fputs("END_OF_DATA\n", script);
	return count;
}

static void put_series(FILE *script, const struct series *series, size_t column, const char *comma)
{
	fprintf(script, "%s$c%zu using 1:2:3:4 with xerrorbars pt %d ps 0.65 lw 1.6 lc rgb '%s'", comma,
		column, chart_shapes[series->shape].point, series->colour);
}

int chart_put_dots(FILE *script, const struct chart *chart)
{
	const struct grid *grid = chart->grid;
	struct range range = find_range(chart);
	const char *comma = "plot ";
	size_t drawn = 0;

	if (chart_put_frame(script, chart, chart->dense ? 22 : 14 + 9 * grid->column_count) < 0)
		return -ENOMEM;
	fprintf(script, "set logscale x\nset xrange [%.9g:%.9g]\nset bars 0.4\n", range.low, range.high);
	put_ticks(script, "xtics", range);
	if (chart->dense) { /* it is long: the axis stands above, too */
		fprintf(script, "set logscale x2\nset x2range [%.9g:%.9g]\n", range.low, range.high);
		put_ticks(script, "x2tics", range);
	}
	if (chart->reference > 0)
		fprintf(script,
			"set arrow from %g, graph 0 to %g, graph 1 nohead lw 1.5 dt 2 lc rgb '#000000'\n",
			chart->reference, chart->reference);
	for (size_t column = 0; column < grid->column_count; column++)
		drawn += put_points(script, chart, column);
	for (size_t column = 0; column < grid->column_count && drawn > 0; column++, comma = ", \\\n")
		put_series(script, &grid->columns[column], column, comma);
	fputc('\n', script);
	return drawn > 0 ? 0 : -ENODATA;
}
