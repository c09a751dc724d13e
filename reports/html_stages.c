/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>

#include "reports/html_priv.h"

/* Where the time of one request goes: the most frequent kinds, stage by stage. */
#define KINDS 3

static void put_kind(FILE *out, const struct result *result, const struct grid *grid, const char *kind)
{
	char cell[STAGE_CELL];

	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"grid\">\n<caption>", out);
	html_text(out, kind);
	fputs("</caption>\n<tr><th>stage</th>", out);
	for (size_t c = 0; c < grid->column_count; c++) {
		fputs("<th>", out);
		html_text(out, grid->columns[c].label);
		fputs("</th>", out);
	}
	fputs("</tr>\n", out);
	for (size_t s = 0; s < STAGES; s++) {
		fprintf(out, "<tr><td>%s</td>", stage_names[s]);
		for (size_t c = 0; c < grid->column_count; c++)
			fprintf(out, "<td>%s</td>",
				stage_cell(result, kind, stage_names[s], grid->columns[c].name, "&#177;",
					   cell));
		fputs("</tr>\n", out);
	}
	fputs("</table>\n</div>\n", out);
}

int html_stages(FILE *out, const struct result *result)
{
	struct grid grid;

	if (result->waterfall.rows == 0)
		return 0;
	if (grid_requests(&grid, result, KINDS) < 0)
		return -ENOMEM;
	fputs("<h3>Stage by stage</h3>\n"
	      "<p class=\"soft\">Medians in microseconds, so they need not sum to the total's. Transport-in "
	      "lies "
	      "between the guest's submitting a request and the monitor's or driver's seeing it, "
	      "transport-out "
	      "between the answer and the guest's going on: they begin by one clock and end by the other, "
	      "and "
	      "&#177; is how far off that may be; none is given where KVM says that the clocks are one.</p>\n"
	      "<div class=\"panels wide\">\n",
	      out);
	for (size_t r = 0; r < grid.rows.count; r++)
		put_kind(out, result, &grid, grid.rows.name[r]);
	fputs("</div>\n", out);
	grid_free(&grid);
	return 0;
}
