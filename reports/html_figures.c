/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/html_priv.h"

void html_legend(FILE *out, const struct series *series, size_t count, bool dots)
{
	fputs("<ul class=\"legend\">\n", out);
	for (size_t i = 0; i < count; i++) {
		if (dots)
			fprintf(out, "<li><svg class=\"glyph\" viewBox=\"0 0 14 14\" fill=\"%s\">%s</svg>",
				series[i].colour, chart_shapes[series[i].shape].glyph);
		else
			fprintf(out, "<li><i style=\"background: %s\"></i>", series[i].colour);
		html_text(out, series[i].label);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

void html_figure(FILE *out, const struct chart *chart, const char *title, bool legend)
{
	struct error error = { 0 };
	char why[1024];

	fputs("<figure>\n<figcaption>", out);
	html_text(out, title);
	fputs("</figcaption>\n<div class=\"card\">\n", out);
	if (legend)
		html_legend(out, chart->grid->columns, chart->grid->column_count, chart->kind == CHART_DOTS);
	if (chart_draw(out, chart, &error) < 0) {
		fputs("<p>This figure could not be drawn: ", out);
		html_text(out, error_text(&error, why, sizeof(why)));
		fputs("</p>\n", out);
	}
	fputs("</div>\n</figure>\n", out);
}

static int put_overhead(FILE *out, const struct result *result, const struct metric *metric)
{
	struct grid grid;
	struct chart chart = {
		.kind = CHART_DOTS, .key = metric->name, .label = metric->axis, .reference = 1, .grid = &grid
	};

	if (grid_overhead(&grid, result, metric) < 0)
		return -ENOMEM;
	html_figure(out, &chart, metric->title, true);
	grid_free(&grid);
	return 0;
}

int html_overhead_figures(FILE *out, const struct result *result)
{
	if (!grid_has_baseline(result, result->baseline))
		return 0;
	fputs("<section>\n<h2>Overhead at a glance</h2>\n"
	      "<p class=\"soft\">One row a workload, one mark a configuration. The dashed line at 1 is ",
	      out);
	html_text(out, result->baseline);
	fputs("; a mark at 2 took twice as much. Bars are 95 % intervals; the scale is logarithmic, so equal "
	      "distances are equal factors. No mark: not measured.</p>\n<div class=\"panels\">\n",
	      out);
	for (size_t i = 0; i < 2; i++) /* time and CPU seconds */
		if (grid_has_metric(result, metrics[i].name) && put_overhead(out, result, &metrics[i]) < 0)
			return -ENOMEM;
	fputs("</div>\n</section>\n", out);
	return 0;
}

int html_requests(FILE *out, const struct result *result)
{
	struct grid grid;
	struct chart chart = { .kind = CHART_DOTS,
			       .key = "requests",
			       .label = "time of one request, microseconds",
			       .reference = NAN,
			       .grid = &grid };

	if (result->waterfall.rows == 0)
		return 0;
	if (grid_requests(&grid, result, REQUEST_KINDS) < 0)
		return -ENOMEM;
	fputs("<section>\n<h2>What one request costs</h2>\n"
	      "<p class=\"soft\">A request is a system call that the guest kernel passes to the host. Marks "
	      "are medians "
	      "from submission in the guest to its going on, the host's own work included; bars are 95 % "
	      "intervals. "
	      "Configurations differ in their transport, which waterfall.csv names with every stage of the "
	      "way.</p>\n"
	      "<div class=\"panels\">\n",
	      out);
	html_figure(out, &chart, "Request cost by transport", true);
	html_grid(out, &grid, result, NULL);
	fputs("</div>\n", out);
	if (grid.left_out > 0)
		fprintf(out, "<p>%zu less frequent kinds are in waterfall.csv.</p>\n", grid.left_out);
	grid_free(&grid);
	if (html_stages(out, result) < 0)
		return -ENOMEM;
	fputs("</section>\n", out);
	return 0;
}
