/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "reports/plan_page_priv.h"
#include "reports/reports_priv.h"

/* How demand grows towards what hosts offer, drawn as SVG. */

#define WIDTH  480
#define HEIGHT 260
#define LEFT   44
#define BOTTOM 34
#define TOP    12
#define RIGHT  14

static const struct {
	const char *name, *title, *colour;
} lines[] = { { "cpu", "CPU", "#332288" },
	      { "memory", "memory", "#44aa99" },
	      { "io", "I/O", "#b8860b" },
	      { "iops", "requests", "#cc6677" },
	      { "net", "network", "#4aa3df" } };

#define LINES (sizeof(lines) / sizeof(*lines))

/* What there is to draw. */
struct frame {
	const struct table *table;
	const char *config;
	double months, top; /* of the axes; top as a share of what there is */
};

/* COLUMN of ROW as a share of what the hosts offer; NaN: no row of this config and RESOURCE. */
static double share(const struct frame *f, size_t row, const char *resource, const char *column)
{
	if (strcmp(plan_text(f->table, row, "config"), f->config) != 0 ||
	    strcmp(plan_text(f->table, row, "resource"), resource) != 0)
		return NAN;
	return plan_number(f->table, row, column) / plan_number(f->table, row, "capacity");
}

static double x_of(const struct frame *f, size_t row)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * plan_number(f->table, row, "month") / f->months;
}

static double y_of(const struct frame *f, double value)
{
	return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * fmin(value, f->top) / f->top;
}

static void measure(struct frame *f)
{
	for (size_t row = 0; row < f->table->rows; row++)
		for (size_t l = 0; l < LINES; l++) {
			double high = share(f, row, lines[l].name, "high"),
			       demand = share(f, row, lines[l].name, "demand");

			if (!isfinite(demand))
				continue;
			f->months = fmax(f->months, plan_number(f->table, row, "month"));
			f->top = fmax(f->top, isfinite(high) ? fmin(high, 2 * demand) : demand);
		}
	f->top = fmin(fmax(f->top, 1) * 1.08, 4);
}

static void put_axes(FILE *out, const struct frame *f)
{
	double step = f->top > 2 ? 0.5 : 0.25;

	for (double v = 0; v <= f->top; v += step)
		fprintf(out,
			"<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\" fill=\"#333\">%.0f %%</text>\n",
			LEFT, y_of(f, v), WIDTH - RIGHT, LEFT - 5, y_of(f, v) + 4, 100 * v);
	for (double m = 0; m <= f->months; m += fmax(1, ceil(f->months / 6)))
		fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#333\">%.0f</text>\n",
			LEFT + (WIDTH - LEFT - RIGHT) * m / f->months, HEIGHT - BOTTOM + 16, m);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#333\">months from now</text>\n"
		"<path d=\"M%d %.1fH%d\" stroke=\"#b5123e\" stroke-dasharray=\"5 4\" "
		"stroke-width=\"1.5\"/>\n",
		(WIDTH + LEFT) / 2, HEIGHT - 3, LEFT, y_of(f, 1), WIDTH - RIGHT);
}

/* The band between low and high, then the line. */
static bool put_line(FILE *out, const struct frame *f, size_t l)
{
	const char *command = "M";
	bool any = false;

	fputs("<path d=\"", out);
	for (size_t row = 0; row < f->table->rows; row++)
		if (isfinite(share(f, row, lines[l].name, "high"))) {
			fprintf(out, "%s%.1f %.1f", command, x_of(f, row),
				y_of(f, share(f, row, lines[l].name, "high")));
			command = "L";
		}
	for (size_t row = f->table->rows; row-- > 0;)
		if (isfinite(share(f, row, lines[l].name, "low")))
			fprintf(out, "%s%.1f %.1f", command, x_of(f, row),
				y_of(f, fmax(0, share(f, row, lines[l].name, "low"))));
	fprintf(out, "\" fill=\"%s\" opacity=\"0.15\"/>\n<path d=\"", lines[l].colour);
	command = "M";
	for (size_t row = 0; row < f->table->rows; row++)
		if (isfinite(share(f, row, lines[l].name, "demand"))) {
			fprintf(out, "%s%.1f %.1f", command, x_of(f, row),
				y_of(f, share(f, row, lines[l].name, "demand")));
			command = "L";
			any = true;
		}
	fprintf(out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", lines[l].colour);
	return any;
}

void plan_draw_forecast(FILE *out, const struct plan_page *p, const char *config)
{
	struct frame f = { .table = &p->forecast, .config = config, .months = 1 };
	bool any[LINES] = { false };

	measure(&f);
	fprintf(out,
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"demand as a share of what the hosts "
		"offer, by month\" font-family=\"sans-serif\" font-size=\"12\">\n",
		WIDTH, HEIGHT);
	put_axes(out, &f);
	for (size_t l = 0; l < LINES; l++)
		any[l] = put_line(out, &f, l);
	fputs("</svg>\n<ul class=\"legend\">\n", out);
	for (size_t l = 0; l < LINES; l++)
		if (any[l])
			fprintf(out, "<li><i style=\"background: %s\"></i>%s</li>\n", lines[l].colour,
				lines[l].title);
	fputs("</ul>\n", out);
}
