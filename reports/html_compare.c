/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/schema.h"
#include "reports/compare_priv.h"
#include "reports/html_priv.h"

/* A comparison as a page: a figure and a table a metric. */

/* The ratios of METRIC: workloads x configurations. 0 or -ENOMEM. */
static int make_grid(struct grid *grid, const struct table *table, const char *metric)
{
	struct names configs = { 0 };
	int code = 0;

	*grid = (struct grid){ .corner = "workload", .axis = "multiple of what it is compared against" };
	for (size_t row = 0; row < table->rows && code == 0; row++)
		if (table_is(table, row, "metric", metric) && !isnan(table_number_of(table, row, "ratio")) &&
		    (names_add(&grid->rows, table_text_of(table, row, "workload")) < 0 ||
		     names_add(&configs, table_text_of(table, row, "config")) < 0))
			code = -ENOMEM;
	names_order_configs(&configs);
	if (code == 0)
		code = grid_allocate(grid, configs.count);
	for (size_t i = 0; code == 0 && i < configs.count; i++)
		grid->columns[i] = (struct series){ configs.name[i], configs.name[i],
						    palette_colour(&configs, i), i % CHART_SHAPES };
	for (size_t row = 0; code == 0 && row < table->rows; row++)
		if (table_is(table, row, "metric", metric) && !isnan(table_number_of(table, row, "ratio")))
			*grid_cell(grid, names_find(&grid->rows, table_text_of(table, row, "workload")),
				   names_find(&configs, table_text_of(table, row, "config"))) =
				(struct interval){ table_number_of(table, row, "ratio"),
						   table_number_of(table, row, "low"),
						   table_number_of(table, row, "high") };
	names_free(&configs);
	if (code)
		grid_free(grid);
	return code;
}

static void put_cell(FILE *out, const char *text)
{
	fputs("<td>", out);
	html_text(out, text);
	fputs("</td>", out);
}

static void put_row(FILE *out, const struct table *table, size_t row)
{
	char cell[200];

	fputs("<tr><th scope=\"row\">", out);
	html_text(out, table_text_of(table, row, "workload"));
	fputs("</th>", out);
	put_cell(out, table_text_of(table, row, "config"));
	put_cell(out, compare_value(table, row, "base_value", cell));
	put_cell(out, compare_value(table, row, "value", cell));
	put_cell(out, compare_change(table, row, cell));
	fprintf(out, "<td>%s and %s</td>", table_text_of(table, row, "base_invocations"),
		table_text_of(table, row, "invocations"));
	put_cell(out, table_text_of(table, row, "verdict"));
	put_cell(out, compare_remark(table, row, cell));
	fputs("</tr>\n", out);
}

static void put_table(FILE *out, const struct table *table, const char *metric)
{
	fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>change [95 % interval]</caption>\n"
	      "<thead><tr><th scope=\"col\">workload</th><th scope=\"col\">configuration</th>"
	      "<th scope=\"col\">against</th><th scope=\"col\">now</th><th scope=\"col\">change</th>"
	      "<th scope=\"col\">invocations</th><th scope=\"col\">verdict</th><th "
	      "scope=\"col\">remark</th></tr></thead>\n<tbody>\n",
	      out);
	for (size_t row = 0; row < table->rows; row++)
		if (table_is(table, row, "metric", metric))
			put_row(out, table, row);
	fputs("</tbody></table></div>\n", out);
}

static int put_metric(FILE *out, const struct table *table, const struct compare_metric *metric)
{
	struct grid grid;
	struct chart chart = { .kind = CHART_DOTS, .key = metric->name, .reference = 1, .grid = &grid };

	if (make_grid(&grid, table, metric->name) < 0)
		return -ENOMEM;
	chart.label = grid.axis;
	if (grid.rows.count > 0) {
		fputs("<section>\n<h2>", out);
		html_text(out, metric->title);
		fputs("</h2>\n<div class=\"panels\">\n", out);
		html_figure(out, &chart, "By workload and configuration", true);
		fputs("</div>\n", out);
		put_table(out, table, metric->name);
		fputs("</section>\n", out);
	}
	grid_free(&grid);
	return 0;
}

static int put_page(FILE *out, const struct table *table, const struct report_comparison *comparison)
{
	char *headline = compare_headline(table, comparison);

	if (!headline)
		return -ENOMEM;
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>vmtax: comparison</title>\n",
	      out);
	html_style(out);
	fputs("</head>\n<body>\n<header>\n<h1>", out);
	html_text(out, comparison->ours);
	fputs(" against ", out);
	html_text(out, comparison->base);
	fputs("</h1>\n<p class=\"lead\">", out);
	html_text(out, headline);
	free(headline);
	fputs("</p>\n</header>\n<main>\n", out);
	for (const struct compare_metric *metric = compare_metrics; metric->name; metric++)
		if (put_metric(out, table, metric) < 0)
			return -ENOMEM;
	fprintf(out,
		"<section>\n<h2>Method</h2>\n<p>The unit of replication is the invocation, one start of "
		"vmtax "
		"run: it enters as the median of its repetitions. Differences are of geometric means, tested "
		"by "
		"Student's t with the variance between invocations, moderated over rows; a row is called "
		"better "
		"or worse where its false discovery rate over all rows is at most 5 %% and the change at "
		"least "
		"%.3g %%. Anything else is ~: no difference shown, with the number of invocations a side "
		"that "
		"would show one.</p>\n</section>\n</main>\n</body>\n</html>\n",
		comparison->min_effect * 100);
	return 0;
}

int report_comparison_html(const char *directory, const struct report_comparison *comparison,
			   struct error *error)
{
	struct table table;
	struct draft draft;
	int code = table_read(&table, comparison->path, &schema_comparison, error);

	if (code)
		return code;
	code = draft_open(&draft, directory, "comparison.html", error);
	if (code == 0 && put_page(draft.out, &table, comparison) < 0) {
		draft_abandon(&draft);
		code = error_set(error, ENOMEM, "cannot write comparison.html");
	} else if (code == 0) {
		code = draft_close(&draft, error);
	}
	table_free(&table);
	return code;
}
