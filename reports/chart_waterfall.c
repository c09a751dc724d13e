/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "reports/chart_priv.h"

/* From one end of an ablation to the other: a bar a knob that begins where the last one ends. */
#define LEVEL "#8a93a0"
#define SAVES "#0072b2"
#define ADDS  "#d55e00"

/* Names of the rows, and an axis in the waterfall's unit: what chart_put_frame needs. */
static int put_frame(FILE *script, const struct chart *chart)
{
	const struct waterfall *w = chart->waterfall;
	char axis[64];
	struct grid grid = { .axis = axis };
	struct chart framed = *chart;
	int code;

	snprintf(axis, sizeof(axis), "time, %s", w->unit);
	code = names_add(&grid.rows, w->from);
	for (size_t i = 0; code == 0 && i < w->count; i++)
		code = names_add(&grid.rows, w->step[i].knob);
	if (code == 0)
		code = names_add(&grid.rows, w->to);
	framed.grid = &grid;
	if (code == 0)
		code = chart_put_frame(script, &framed, 26);
	names_free(&grid.rows);
	return code;
}

/* A box, its colour a number as gnuplot reads it from the data. */
static void put_box(FILE *script, double begin, double end, size_t row, const char *colour)
{
	if (!isnan(begin) && !isnan(end))
		fprintf(script, "%.9g %zu %.9g %.9g %g %g %ld\n", begin, row, fmin(begin, end),
			fmax(begin, end), (double)row - 0.34, (double)row + 0.34,
			strtol(colour + 1, NULL, 16));
}

static void put_boxes(FILE *script, const struct waterfall *w)
{
	double unit = w->unit_ns;

	fputs("$boxes << END_OF_DATA\n", script);
	put_box(script, 0, w->begin / unit, 0, LEVEL);
	for (size_t i = 0; i < w->count; i++)
		put_box(script, w->step[i].begin / unit, w->step[i].end / unit, i + 1,
			w->step[i].end < w->step[i].begin ? SAVES : ADDS);
	put_box(script, 0, w->end / unit, w->count + 1, LEVEL);
	fputs("END_OF_DATA\n", script);
}

/* Intervals stand at the bars' ends. */
static size_t put_intervals(FILE *script, const struct waterfall *w)
{
	size_t count = 0;

	fputs("$intervals << END_OF_DATA\n", script);
	for (size_t i = 0; i < w->count; i++) {
		const struct waterfall_step *step = &w->step[i];

		if (isnan(step->begin) || isnan(step->delta.low))
			continue;
		fprintf(script, "%.9g %zu %.9g %.9g\n", step->end / w->unit_ns, i + 1,
			(step->begin + step->delta.low) / w->unit_ns,
			(step->begin + step->delta.high) / w->unit_ns);
		count++;
	}
	fputs("END_OF_DATA\n", script);
	return count;
}

/* Each bar's figure right of all that is drawn in its row, and a thin line on to the next bar. */
static void put_labels(FILE *script, const struct waterfall *w)
{
	char text[16];

	for (size_t i = 0; i < w->count + 2; i++) {
		bool level = i == 0 || i == w->count + 1;
		const struct waterfall_step *step = level ? NULL : &w->step[i - 1];
		double end = level ? (i ? w->end : w->begin) : step->end;
		double right = level ? end : fmax(fmax(step->begin, end), step->begin + step->delta.high);
		double value = level ? end : step->delta.value;

		if (step && isnan(step->begin)) {
			fprintf(script, "set label 'NA' at graph 0.02, first %zu left\n", i);
			continue;
		}
		if (step && isnan(right))
			right = fmax(step->begin, end);
		fprintf(script, "set label '%s%s' at %.9g, %zu left offset character 0.6, 0\n",
			step && value > 0 ? "+" : "", format_number(value / w->unit_ns, text),
			right / w->unit_ns, i);
		if (i < w->count + 1)
			fprintf(script, "set arrow from %.9g, %g to %.9g, %g nohead lw 1 lc rgb '#555555'\n",
				end / w->unit_ns, (double)i + 0.34, end / w->unit_ns, (double)i + 0.66);
	}
}

int chart_put_waterfall(FILE *script, const struct chart *chart)
{
	const struct waterfall *w = chart->waterfall;
	double least = 0, most = fmax(w->begin, w->end);

	if (w->count == 0 || isnan(most))
		return -ENODATA;
	if (put_frame(script, chart) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < w->count; i++) {
		least = fmin(least, fmin(w->step[i].end, w->step[i].begin + w->step[i].delta.low));
		most = fmax(most, fmax(w->step[i].end, w->step[i].begin + w->step[i].delta.high));
	}
	fprintf(script, "set xrange [%.9g:%.9g]\nset style fill solid noborder\nset bars 0.4\n",
		least * 1.05 / w->unit_ns, (most + 0.2 * (most - least)) / w->unit_ns);
	put_labels(script, w);
	put_boxes(script, w);
	fputs(put_intervals(script, w) > 0
		      ? "plot $boxes using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable, \\\n"
			"$intervals using 1:2:3:4 with xerrorbars pt 7 ps 0.2 lw 1.4 lc rgb '#000000'\n"
		      : "plot $boxes using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable\n",
	      script);
	return 0;
}
