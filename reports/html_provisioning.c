/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/html_priv.h"

/* Why an event has no figure, once for each reason and configuration. */
static void put_reasons(FILE *out, const struct result *result)
{
	const struct table *table = &result->provisioning;
	size_t reason = table_column(table, "reason");

	fputs("<ul class=\"soft\">\n", out);
	for (size_t row = 0; row < table->rows; row++) {
		if (table_missing(table, row, reason))
			continue;
		fputs("<li>", out);
		html_text(out, table_text_of(table, row, "label"));
		fputs(", ", out);
		html_text(out, table_text_of(table, row, "event"));
		if (table_number_of(table, row, "vms") > 1)
			fprintf(out, " of %.0f", table_number_of(table, row, "vms"));
		fputs(": ", out);
		html_text(out, table_text(table, row, reason));
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static int put_figure(FILE *out, const struct result *result, enum provisioning_figure figure)
{
	struct grid grid;
	struct chart chart = { .kind = CHART_DOTS, .key = "provisioning", .reference = NAN, .grid = &grid };

	if (grid_provisioning(&grid, result, figure) < 0)
		return -ENOMEM;
	chart.label = grid.axis;
	if (figure == PROVISIONING_TIME)
		html_figure(out, &chart, grid.title, true);
	else
		fprintf(out, "<div>\n<h3>%s</h3>\n", grid.title);
	html_grid(out, &grid, result, NULL);
	if (figure != PROVISIONING_TIME)
		fputs("</div>\n", out);
	grid_free(&grid);
	return 0;
}

int html_provisioning(FILE *out, const struct result *result)
{
	int status = 0;

	if (result->provisioning.rows == 0)
		return 0;
	fputs("<section>\n<h2>What a machine's life costs</h2>\n"
	      "<p class=\"soft\">Create: from the start of the process until all is built and it waits to be "
	      "told to go on. First instruction: from the start to the program's, that wait left out. First "
	      "request: from there until the program's first line has been written. Fork-clone: from fork to "
	      "the child's end, as its parent sees it. Teardown: from the program's end to the process's. "
	      "Storm: several started at once, from the first start to the last one's first instruction. A "
	      "plain process goes the same way, by fork and exec. The scale is logarithmic; bars are 95 % "
	      "intervals.</p>\n<div class=\"panels\">\n",
	      out);
	for (int figure = 0; status == 0 && figure < PROVISIONING_FIGURES; figure++) {
		status = put_figure(out, result, (enum provisioning_figure)figure);
		if (figure == PROVISIONING_TIME)
			fputs("</div>\n<div class=\"panels\">\n", out); /* what each takes stands below */
	}
	fputs("</div>\n", out);
	put_reasons(out, result);
	fputs("</section>\n", out);
	return status;
}
