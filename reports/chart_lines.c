/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/chart_priv.h"
#include "reports/nano_priv.h"

/* Lines over a logarithmic axis: of times, or of sizes in memory. */
#define HEIGHT 300

/* The least and the greatest X above 0. False: nothing can be drawn. */
static bool find_range(const struct lines *lines, double *low, double *high)
{
	*low = INFINITY;
	*high = 0;
	for (size_t i = 0; i < lines->count; i++)
		for (size_t p = 0; p < lines->line[i].count; p++) {
			double x = lines->line[i].point[p].x;

			if (x > 0) {
				*low = fmin(*low, x);
				*high = fmax(*high, x);
			}
		}
	return *high > 0;
}

/* Powers of 4 or more, so that labels do not run into each other: "64K", "1M". */
static void put_bytes(FILE *script, double low, double high)
{
	static const char *const units[] = { "", "K", "M", "G" };
	double step = high / low > 2000 ? 16 : 4, at = pow(2, floor(log2(low)));
	const char *comma = "";

	fputs("set xtics (", script);
	while (at <= high * 1.01) {
		int unit = at >= 1 << 30 ? 3 : at >= 1 << 20 ? 2 : at >= 1 << 10 ? 1 : 0;

		fprintf(script, "%s'%.0f%s' %.0f", comma, at / pow(1024, unit), units[unit], at);
		at *= step;
		comma = ", ";
	}
	fputs(")\n", script);
}

static void put_frame(FILE *script, const struct lines *lines, double low, double high)
{
	fprintf(script,
		"set terminal svg size %d,%d dynamic font 'sans-serif,15'\nset encoding utf8\n"
		"set border 3 lc rgb '#555555'\nset tics nomirror scale 0.5\nunset key\n"
		"set grid lt 1 lc rgb '#dddddd'\nset lmargin 8\nset rmargin 3\nset tmargin 1\n"
		"set logscale x %s\nset xrange [%.9g:%.9g]\n",
		CHART_WIDTH, HEIGHT, lines->scale == LINES_BYTES ? "2" : "10", low, high);
	fputs("set xlabel ", script);
	chart_put_text(script, lines->x);
	fputs(" noenhanced offset 0, 0.4\nset ylabel ", script);
	chart_put_text(script, lines->y);
	fputs(" noenhanced offset 0.5, 0\n", script);
}

int chart_put_lines(FILE *script, const struct chart *chart)
{
	const struct lines *lines = chart->lines;
	double low, high;

	if (!find_range(lines, &low, &high))
		return -ENODATA;
	if (lines->scale == LINES_BYTES) {
		put_frame(script, lines, low, high);
		put_bytes(script, low, high);
		fputs("set logscale y\nset format y '%.0s%c'\n", script);
	} else {
		/* At least two decades, of which the axis can name some. */
		put_frame(script, lines, fmin(low, high / 100) / 1.05, high * 1.05);
		fputs("set format x '%.0s%c'\nset mxtics 10\nset yrange [0:100]\n", script);
	}
	for (size_t i = 0; i < lines->count; i++) {
		fprintf(script, "$l%zu << END_OF_DATA\n", i);
		for (size_t p = 0; p < lines->line[i].count; p++)
			fprintf(script, "%.9g %.9g\n", fmax(lines->line[i].point[p].x, low),
				lines->line[i].point[p].y);
		fputs("END_OF_DATA\n", script);
	}
	for (size_t i = 0; i < lines->count; i++)
		fprintf(script, "%s$l%zu using 1:2 with %s lw 2 lc rgb '%s'", i ? ", \\\n" : "plot ", i,
			lines->scale == LINES_BYTES ? "linespoints pt 7 ps 0.5" : "steps",
			lines->line[i].colour);
	fputc('\n', script);
	return 0;
}
