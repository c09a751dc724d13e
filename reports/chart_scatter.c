/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/chart_priv.h"
#include "reports/scatter_priv.h"

/* Points over two logarithmic axes of the same range, with the line on which both are equal. */
#define SIDE   440
#define INSIDE 0.99 /* gnuplot leaves out some ticks that stand at the very edge */

static bool drawable(const struct scatter_point *p)
{
	return p->x > 0 && p->y > 0 && isfinite(p->x) && isfinite(p->y);
}

/* Whole decades that hold all points; ends of intervals may lie beyond. False: there is none. */
static bool find_range(const struct scatter *s, double *low, double *high)
{
	*low = INFINITY;
	*high = 0;
	for (size_t i = 0; i < s->count; i++) {
		if (!drawable(&s->point[i]))
			continue;
		*low = fmin(*low, fmin(s->point[i].x, s->point[i].y));
		*high = fmax(*high, fmax(s->point[i].x, s->point[i].y));
	}
	*low = pow(10, floor(log10(*low / 1.2)));
	*high = pow(10, ceil(log10(*high * 1.2)));
	return *high > *low;
}

/* "1 ms" at each decade of ns. */
static void put_ticks(FILE *script, const char *axis, double low, double high)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	const char *comma = "";

	fprintf(script, "set %s (", axis);
	for (double at = low; at <= high * 1.01; at *= 10, comma = ", ") {
		int unit = at >= 0.99e9 ? 3 : at >= 0.99e6 ? 2 : at >= 0.99e3 ? 1 : 0;

		fprintf(script, "%s'%.0f %s' %.9g", comma, at / pow(1000, unit), units[unit], at);
	}
	fputs(")\n", script);
}

static void put_frame(FILE *script, const struct scatter *s, double low, double high)
{
	fprintf(script,
		"set terminal svg size %d,%d dynamic font 'sans-serif,15'\nset encoding utf8\n"
		"set border 3 lc rgb '#555555'\nset tics nomirror scale 0.5\nunset key\nset bars 0\n"
		"set grid lt 1 lc rgb '#dddddd'\nset lmargin 10\nset rmargin 3\nset tmargin 1\n"
		"set logscale xy\nset xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\n",
		CHART_WIDTH, SIDE, low * INSIDE, high, low * INSIDE, high);
	put_ticks(script, "xtics", low, high);
	put_ticks(script, "ytics", low, high);
	fputs("set xlabel ", script);
	chart_put_text(script, s->x);
	fputs(" noenhanced offset 0, 0.4\nset ylabel ", script);
	chart_put_text(script, s->y);
	fputs(" noenhanced offset 0.5, 0\n", script);
}

/* The points of one series, full or hollow, as a block of data; how many. */
static size_t put_points(FILE *script, const struct scatter *s, size_t series, bool hollow)
{
	size_t count = 0;

	fprintf(script, "$s%zu%c << END_OF_DATA\n", series, hollow ? 'h' : 'f');
	for (size_t i = 0; i < s->count; i++) {
		const struct scatter_point *p = &s->point[i];

		if (p->series != series || p->hollow != hollow || !drawable(p))
			continue;
		fprintf(script, "%.9g %.9g %.9g %.9g\n", p->x, p->y, p->low > 0 ? p->low : p->y,
			p->high > 0 ? p->high : p->y);
		count++;
	}
	fputs("END_OF_DATA\n", script);
	return count;
}

static void plot_series(FILE *script, const struct scatter *s, size_t n, bool hollow)
{
	const struct series *series = &s->series[n];
	int shape = chart_shapes[series->shape].point;

	fprintf(script,
		", \\\n$s%zu%c using 1:2:3:4 with yerrorbars pt 0 lw 0.8 lc rgb '%s', "
		"$s%zu%c using 1:2 with points pt %d ps %g lw 1.4 lc rgb '%s'",
		n, hollow ? 'h' : 'f', series->colour, n, hollow ? 'h' : 'f', hollow ? shape - 1 : shape,
		hollow ? 0.55 : 0.75, series->colour);
}

int chart_put_scatter(FILE *script, const struct chart *chart)
{
	const struct scatter *s = chart->scatter;
	double low, high;

	if (!find_range(s, &low, &high))
		return -ENODATA;
	put_frame(script, s, low, high);
	for (size_t i = 0; i < 2 * s->series_count; i++)
		put_points(script, s, i / 2, i % 2);
	fputs("plot x with lines lw 1.2 dt 2 lc rgb '#000000'", script);
	/* What is hollow lies below: it is the most. */
	for (int full = 0; full < 2; full++)
		for (size_t n = 0; n < s->series_count; n++)
			plot_series(script, s, n, !full);
	fputc('\n', script);
	return 0;
}
