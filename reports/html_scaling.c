/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "base/units.h"
#include "reports/html_priv.h"
#include "reports/reports.h"
#include "reports/reports_priv.h"

/* Copies that ran at once, as a page: throughput and times against their number, drawn as SVG. */

#define WIDTH  480
#define HEIGHT 260
#define LEFT   62
#define BOTTOM 38
#define TOP    12
#define RIGHT  14
#define STEPS  5 /* of the axis of values, about */
#define APART  8 /* marks of one number of copies */

/* What is drawn of one column. */
struct stroke {
	const char *column, *low, *high; /* ends of an interval; NULL: none */
	const char *name, *colour, *dash;
	bool dots; /* a mark each instead of a line */
};

#define STROKES 4

struct panel {
	const char *title, *unit;
	double scale; /* what the column is multiplied by */
	bool all;     /* and by the number of copies */
	struct stroke stroke[STROKES];
};

static const struct panel panels[] = {
	{ "Throughput",
	  "runs a second",
	  1,
	  false,
	  { { "mva", NULL, NULL, "mean value analysis", "#b8860b", "5 4", false },
	    { "usl", NULL, NULL, "Universal Scalability Law", "#4aa3df", "", false },
	    { "throughput", "low", "high", "measured", "#332288", "", true } } },
	{ "Time of a copy",
	  "seconds",
	  1e-9,
	  false,
	  { { "sim_p95_ns", NULL, NULL, "P95 by simulation", "#b8860b", "5 4", false },
	    { "p50_ns", NULL, NULL, "median", "#4aa3df", "", true },
	    { "p95_ns", NULL, NULL, "P95", "#332288", "", true },
	    { "p99_ns", NULL, NULL, "P99", "#cc6677", "", true } } },
	{ "CPU time of a copy, and its wait for a core",
	  "seconds",
	  1e-9,
	  false,
	  { { "cpu_ns", NULL, NULL, "CPU time", "#4aa3df", "", true },
	    { "wait_cpu_ns", NULL, NULL, "wait for a core", "#332288", "", true } } },
	{ "Memory on the host",
	  "MiB, all copies",
	  1.0 / (1 << 20),
	  true,
	  { { "resident_bytes", NULL, NULL, "resident", "#332288", "", true } } },
};

/* The rows of one program under one configuration. */
struct group {
	const struct table *table;
	size_t first, end;
	double copies, top; /* of the axes */
};

static double value(const struct group *g, const struct panel *p, size_t row, const char *column)
{
	double scale = p->scale * (p->all ? table_number_of(g->table, row, "n") : 1);

	return column ? scale * table_number_of(g->table, row, column) : (double)NAN;
}

static double x_of(const struct group *g, double n)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * n / (g->copies + 0.5);
}

static double y_of(const struct group *g, double at)
{
	return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * fmin(at, g->top) / g->top;
}

static bool any(const struct group *g, const struct panel *p, const struct stroke *s)
{
	for (size_t row = g->first; row < g->end; row++)
		if (!isnan(value(g, p, row, s->column)))
			return true;
	return false;
}

static void measure(struct group *g, const struct panel *p)
{
	g->copies = 1;
	g->top = 0;
	for (size_t row = g->first; row < g->end; row++) {
		g->copies = fmax(g->copies, table_number_of(g->table, row, "n"));
		for (size_t s = 0; s < STROKES && p->stroke[s].column; s++) {
			g->top = fmax(g->top, value(g, p, row, p->stroke[s].column));
			g->top = fmax(g->top, value(g, p, row, p->stroke[s].high));
		}
	}
	g->top = g->top > 0 ? 1.05 * g->top : 1;
}

/* 1, 2 or 5 times a power of ten. */
static double step_of(double top)
{
	double power = pow(10, floor(log10(top / STEPS))), rest = top / STEPS / power;

	return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

static void put_axes(FILE *out, const struct group *g, const struct panel *p)
{
	double step = step_of(g->top), apart = ceil(g->copies / 16);

	for (double v = 0; v <= g->top; v += step)
		fprintf(out,
			"<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\" fill=\"#333\">%.4g</text>\n",
			LEFT, y_of(g, v), WIDTH - RIGHT, LEFT - 5, y_of(g, v) + 4, v);
	for (double n = 1; n <= g->copies; n += apart)
		fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#333\">%.0f</text>\n",
			x_of(g, n), HEIGHT - BOTTOM + 16, n);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#333\">copies at once</text>\n"
		"<text transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\" "
		"fill=\"#333\">%s</text>\n",
		(WIDTH + LEFT) / 2, HEIGHT - 5, (HEIGHT - BOTTOM + TOP) / 2, p->unit);
}

/* How far the marks of stroke S stand beside their number, so that none hides another's. */
static double beside(const struct panel *p, const struct stroke *s)
{
	double before = 0, all = 0;

	for (size_t i = 0; i < STROKES && p->stroke[i].column; i++) {
		before += p->stroke[i].dots && &p->stroke[i] < s;
		all += p->stroke[i].dots;
	}
	return APART * (before - (all - 1) / 2);
}

/* A mark each, hollow where copies hold more cores than there are. */
static void put_dots(FILE *out, const struct group *g, const struct panel *p, const struct stroke *s)
{
	for (size_t row = g->first; row < g->end; row++) {
		double x = x_of(g, table_number_of(g->table, row, "n")) + beside(p, s),
		       y = value(g, p, row, s->column), low = value(g, p, row, s->low),
		       high = value(g, p, row, s->high);

		if (isnan(y))
			continue;
		if (!isnan(low) && !isnan(high))
			fprintf(out, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", x,
				y_of(g, low), y_of(g, high), s->colour);
		fprintf(out,
			"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\" stroke=\"%s\" "
			"stroke-width=\"1.5\"/>\n",
			x, y_of(g, y), *table_text_of(g->table, row, "flags") ? "#fff" : s->colour,
			s->colour);
	}
}

static void put_line(FILE *out, const struct group *g, const struct panel *p, const struct stroke *s)
{
	const char *command = "M";

	fputs("<path d=\"", out);
	for (size_t row = g->first; row < g->end; row++) {
		double y = value(g, p, row, s->column);

		if (isnan(y))
			continue;
		fprintf(out, "%s%.1f %.1f", command, x_of(g, table_number_of(g->table, row, "n")),
			y_of(g, y));
		command = "L";
	}
	fprintf(out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n",
		s->colour, s->dash);
}

static void put_panel(FILE *out, struct group *g, const struct panel *p)
{
	bool empty = true;

	for (size_t s = 0; s < STROKES && p->stroke[s].column; s++)
		empty &= !any(g, p, &p->stroke[s]);
	if (empty)
		return;
	measure(g, p);
	fprintf(out,
		"<figure>\n<figcaption>%s</figcaption>\n<div class=\"card\">\n"
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s by the number of copies\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n",
		p->title, WIDTH, HEIGHT, p->title);
	put_axes(out, g, p);
	for (size_t s = 0; s < STROKES && p->stroke[s].column; s++)
		if (any(g, p, &p->stroke[s]))
			(p->stroke[s].dots ? put_dots : put_line)(out, g, p, &p->stroke[s]);
	fputs("</svg>\n<ul class=\"legend\">\n", out);
	for (size_t s = 0; s < STROKES && p->stroke[s].column; s++)
		if (any(g, p, &p->stroke[s]))
			fprintf(out, "<li><i style=\"background: %s\"></i>%s</li>\n", p->stroke[s].colour,
				p->stroke[s].name);
	fputs("</ul>\n</div>\n</figure>\n", out);
}

static bool same_group(const struct table *t, size_t a, size_t b)
{
	return table_is(t, a, "workload", table_text_of(t, b, "workload")) &&
	       table_is(t, a, "config", table_text_of(t, b, "config"));
}

static void put_page(FILE *out, const struct table *t)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>vmtax: copies at once</title>\n",
	      out);
	html_style(out);
	fputs("</head>\n<body>\n<header>\n<h1>Copies at once</h1>\n<p class=\"soft\">Hollow marks: copies "
	      "hold more cores than there are, or others kept the machine busy. Bars are 95 % intervals. The "
	      "law is fitted to what was measured; mean "
	      "value "
	      "analysis and simulation know one copy alone.</p>\n</header>\n<main>\n",
	      out);
	for (size_t first = 0, end; first < t->rows; first = end) {
		struct group g = { .table = t, .first = first };

		for (end = first; end < t->rows && same_group(t, first, end); end++)
			;
		g.end = end;
		fputs("<section>\n<h2>", out);
		html_text(out, table_text_of(t, first, "workload"));
		fputs(", ", out);
		html_text(out, table_text_of(t, first, "label"));
		fputs("</h2>\n<div class=\"panels wide\">\n", out);
		for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++)
			put_panel(out, &g, &panels[i]);
		fputs("</div>\n</section>\n", out);
	}
	fputs("</main>\n</body>\n</html>\n", out);
}

int report_scaling_html(const char *directory, const char *scaling, struct error *error)
{
	struct draft draft;
	struct table t;
	int code = table_read(&t, scaling, &schema_scaling, error);

	if (code)
		return code;
	code = draft_open(&draft, directory, "report.html", error);
	if (code == 0) {
		put_page(draft.out, &t);
		code = draft_close(&draft, error);
	}
	table_free(&t);
	return code;
}
