/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/html_priv.h"
#include "reports/scatter_priv.h"
#include "reports/validation_priv.h"

/* How well programs were predicted: measured against predicted, and errors. */

#define ROOM 1.25 /* beyond the outermost marks */

static const struct {
	const char *name, *title;
} predicted[] = { { "time", "time" }, { "cpu", "CPU seconds" } };

#define METRICS (sizeof(predicted) / sizeof(*predicted))

static struct scatter_point point_of(const struct table *t, size_t row)
{
	return (struct scatter_point){
		.name = table_text_of(t, row, "program"),
		.x = table_number_of(t, row, "measured_ns"),
		.y = table_number_of(t, row, "predicted_ns"),
		.low = table_number_of(t, row, "low_ns"),
		.high = table_number_of(t, row, "high_ns"),
		.faint = !table_is(t, row, "held_out", "list"),
	};
}

/* Panels have the same axes, which hold all marks; ends of intervals may lie beyond. */
static void find_range(const struct table *t, double *low, double *high)
{
	*low = INFINITY;
	*high = 0;
	for (size_t row = 0; row < t->rows; row++) {
		struct scatter_point p = point_of(t, row);

		if (!scatter_drawable(&p))
			continue;
		*low = fmin(*low, fmin(p.x, p.y));
		*high = fmax(*high, fmax(p.x, p.y));
	}
	*low /= ROOM;
	*high *= ROOM;
}

/* The panel of CONFIG and the metric number METRIC, where it has any mark. */
static int put_panel(FILE *out, const struct result *result, const char *config, size_t metric)
{
	const struct table *t = &result->validation;
	struct series series = grid_config(result, config);
	struct scatter s = { .colour = series.colour };
	char title[120];
	bool any = false;

	s.point = calloc(t->rows + 1, sizeof(*s.point));
	if (!s.point)
		return -ENOMEM;
	for (size_t row = 0; row < t->rows; row++)
		if (table_is(t, row, "config", config) &&
		    table_is(t, row, "metric", predicted[metric].name)) {
			s.point[s.count] = point_of(t, row);
			any |= scatter_drawable(&s.point[s.count++]);
		}
	snprintf(title, sizeof(title), "%.80s, %s", series.label, predicted[metric].title);
	s.title = title;
	find_range(t, &s.low, &s.high);
	if (any) {
		fputs("<figure>\n<figcaption>", out);
		html_text(out, title);
		fputs("</figcaption>\n<div class=\"card\">\n", out);
		scatter_put(out, &s);
		fputs("</div>\n</figure>\n", out);
	}
	free(s.point);
	return 0;
}

static void put_key(FILE *out, const char *drawn, const char *text)
{
	fprintf(out, "<li><svg class=\"glyph\" viewBox=\"0 0 14 14\">%s</svg>", drawn);
	html_text(out, text);
	fputs("</li>\n", out);
}

static bool any_held(const struct result *result, const char *config, const char *held_out)
{
	const struct table *t = &result->validation;

	for (size_t row = 0; row < t->rows; row++)
		if ((!config || table_is(t, row, "config", config)) && table_is(t, row, "held_out", held_out))
			return true;
	return false;
}

static void put_legend(FILE *out, const struct result *result, const struct names *configs)
{
	char drawn[80], text[160];

	fputs("<ul class=\"legend\">\n", out);
	for (size_t c = 0; c < configs->count; c++) {
		struct series series = grid_config(result, configs->name[c]);

		if (!any_held(result, series.name, "list"))
			continue;
		snprintf(drawn, sizeof(drawn), "<circle cx=\"7\" cy=\"7\" r=\"6\" fill=\"%s\"/>",
			 series.colour);
		snprintf(text, sizeof(text), "%.80s, programs no fit has seen", series.label);
		put_key(out, drawn, text);
	}
	if (any_held(result, NULL, "program"))
		put_key(out, "<path d=\"M7 0l7 7-7 7-7-7z\" fill=\"" SCATTER_FAINT "\"/>",
			"programs left out in turn");
	put_key(out,
		"<path d=\"M0 14L14 0\" stroke=\"currentColor\" stroke-width=\"2\" stroke-dasharray=\"4 "
		"3\"/>",
		"predicted right");
	put_key(out, "<path d=\"M0 12L12 0M2 14L14 2\" stroke=\"#a5acb5\" stroke-width=\"1.5\"/>",
		"off by 15 %");
	put_key(out, "<path d=\"M7 0V14\" stroke=\"#a5acb5\" stroke-width=\"2\"/>",
		"95 % prediction interval");
	fputs("</ul>\n", out);
}

static int put_panels(FILE *out, const struct result *result, const struct names *configs)
{
	int code = 0;

	put_legend(out, result, configs);
	for (size_t c = 0; code == 0 && c < configs->count; c++) {
		fputs("<div class=\"panels\">\n", out);
		for (size_t m = 0; code == 0 && m < METRICS; m++)
			code = put_panel(out, result, configs->name[c], m);
		fputs("</div>\n", out);
	}
	return code;
}

static int put_validation(FILE *out, const struct result *result)
{
	struct names configs = { 0 };
	int code = names_collect(&configs, &result->validation, "config");

	names_order_configs(&configs);
	fputs("<p class=\"soft\">Each mark is a program, predicted by a fit that had not seen it. Both "
	      "scales are "
	      "logarithmic, and the same in all panels. Point at a mark for its figures; the farthest off "
	      "are "
	      "named.</p>\n",
	      out);
	if (code == 0)
		code = put_panels(out, result, &configs);
	if (code == 0)
		code = html_errors(out, result, &configs);
	names_free(&configs);
	return code;
}

int html_validation(FILE *out, const struct result *result)
{
	bool validated = result->validation.rows > 0;
	int code;

	if (!validated && result->coefficients.rows == 0)
		return 0;
	fprintf(out, "<section>\n<h2>%s</h2>\n",
		validated ? "Predicted and measured" : "What predictions are made of");
	code = validated ? put_validation(out, result) : 0;
	if (code == 0)
		code = html_costs(out, result);
	fputs("</section>\n", out);
	return code;
}
