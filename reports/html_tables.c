/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "reports/html_priv.h"

static void put_heading(FILE *out, const struct grid *grid)
{
	fputs("<thead><tr><th scope=\"col\">", out);
	html_text(out, grid->corner);
	fputs("</th>", out);
	if (grid->base_ns) {
		fputs("<th scope=\"col\">", out);
		html_text(out, grid->base_label);
		fputs("</th>", out);
	}
	for (size_t column = 0; column < grid->column_count; column++) {
		fputs("<th scope=\"col\">", out);
		html_text(out, grid->columns[column].label);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

static void put_cell(FILE *out, const struct grid *grid, struct interval cell)
{
	char text[64];
	size_t value;

	if (grid->points) {
		fprintf(out, "<td>%s</td>",
			(grid->shortened ? format_short : format_number)(cell.value, text));
		return;
	}
	value = strcspn((grid->shortened ? format_short_interval : format_interval)(cell, text), " ");
	fprintf(out, "<td>%.*s", (int)value, text);
	if (text[value] && !grid->bare)
		fprintf(out, " <span class=\"interval\">%s</span>", text + value + 1);
	fputs("</td>", out);
}

static void put_row(FILE *out, const struct grid *grid, size_t row)
{
	char text[32];

	fputs("<tr><th scope=\"row\">", out);
	html_text(out, grid->rows.name[row]);
	fputs("</th>", out);
	if (grid->base_ns)
		fprintf(out, "<td><span>%s</span></td>",
			units_print_time(grid->base_ns[row], text, sizeof(text)));
	for (size_t column = 0; column < grid->column_count; column++)
		put_cell(out, grid, *grid_cell(grid, row, column));
	fputs("</tr>\n", out);
}

static void put_medians(FILE *out, const struct grid *grid, const struct result *result, const char *metric,
			const char *baseline)
{
	char text[16];

	fputs("<tr><th scope=\"row\">", out);
	html_text(out, strcmp(baseline, result->baseline) == 0 ? "median" : "vs ");
	html_text(out, strcmp(baseline, result->baseline) == 0 ? "" : baseline);
	fputs(grid->base_ns ? "</th><td></td>" : "</th>", out);
	for (size_t column = 0; column < grid->column_count; column++)
		fprintf(out, "<td>%s</td>",
			format_number(grid_median(result, metric, grid->columns[column].name, baseline, NULL),
				      text));
	fputs("</tr>\n", out);
}

void html_grid(FILE *out, struct grid *grid, const struct result *result, const char *metric)
{
	const char *intervals = grid_note_bare(grid);

	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"grid\">\n<caption>", out);
	html_text(out, grid->axis);
	fprintf(out, "%s</caption>\n", intervals);
	put_heading(out, grid);
	fputs("<tbody>\n", out);
	for (size_t row = 0; row < grid->rows.count; row++)
		put_row(out, grid, row);
	fputs("</tbody>\n", out);
	if (metric) {
		fputs("<tfoot>\n", out);
		if (grid->rows.count > 1)
			put_medians(out, grid, result, metric, result->baseline);
		if (strcmp(result->baseline, "native-tuned") != 0 &&
		    grid_has_baseline(result, "native-tuned"))
			put_medians(out, grid, result, metric, "native-tuned");
		fputs("</tfoot>\n", out);
	}
	fputs("</table></div>\n", out);
}

static void put_setup(void *out, char mark, const char *text)
{
	(void)mark;
	fputs("<p class=\"soft\">", out);
	html_text(out, text);
	fputs("</p>\n", out);
}

int html_overhead(FILE *out, const struct result *result, const struct metric *metric)
{
	struct grid grid;

	if (grid_overhead(&grid, result, metric) < 0)
		return -ENOMEM;
	fprintf(out, "<h3>%s</h3>\n<p class=\"soft\">%s</p>\n", metric->title, metric->meaning);
	html_grid(out, &grid, result, metric->name);
	grid_free(&grid);
	return metric == metrics ? setup_list(result, put_setup, out) : 0;
}

int html_times(FILE *out, const struct result *result)
{
	struct grid grid;

	if (grid_times(&grid, result) < 0)
		return -ENOMEM;
	fputs("<p>Nothing could be compared, so these are times and no ratios.</p>\n", out);
	html_grid(out, &grid, result, NULL);
	grid_free(&grid);
	return setup_list(result, put_setup, out);
}
