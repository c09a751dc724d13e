/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <ctype.h>
#include <errno.h>
#include <math.h>

#include "reports/html_priv.h"
#include "reports/spent_priv.h"

static bool has_cells(const struct grid *grid)
{
	for (size_t i = 0; i < grid->rows.count * grid->column_count; i++)
		if (!isnan(grid->cells[i].value))
			return true;
	return false;
}

/* One panel a configuration; nothing where it has no layers. */
static void put_panel(FILE *out, const struct grid *grid, size_t number)
{
	char key[32];
	struct chart chart = { .kind = CHART_BARS,
			       .key = key,
			       .label = "layer split, percent",
			       .reference = NAN,
			       .scale_end = 100,
			       .grid = grid };

	snprintf(key, sizeof(key), "layers%zu", number);
	html_figure(out, &chart, grid->title, false);
}

static void put_table(FILE *out, struct grid *grid, const struct result *result)
{
	fputs("<h3>", out);
	html_text(out, grid->title);
	fputs("</h3>\n", out);
	html_grid(out, grid, result, NULL);
}

static int put_configs(FILE *out, const struct result *result, bool drawn)
{
	struct grid grid;

	for (size_t i = 0; i < result->configs.count; i++) {
		if (grid_layers(&grid, result, result->configs.name[i]) < 0)
			return -ENOMEM;
		if (has_cells(&grid) && drawn)
			put_panel(out, &grid, i);
		else if (has_cells(&grid))
			put_table(out, &grid, result);
		grid_free(&grid);
	}
	return 0;
}

int html_observer(FILE *out, const struct result *result)
{
	char recorder[RECORDER_TEXT];
	struct grid grid;

	if (grid_observer(&grid, result) < 0)
		return -ENOMEM;
	if (grid.rows.count > 0) {
		fputs("<section>\n<h2>What observing cost</h2>\n"
		      "<p class=\"soft\">Tracing and counting by perf take the program time, so they are "
		      "done in "
		      "repetitions of their own, between the blocks; these enter no estimate. How much "
		      "slower "
		      "they were than the undisturbed ones: ratios of geometric means, with Welch's interval "
		      "at 95 % from three on.</p>\n",
		      out);
		html_grid(out, &grid, result, NULL);
		if (observer_recorder(result, recorder))
			fprintf(out, "<p class=\"soft\">%c%s.</p>\n", toupper(*recorder), recorder + 1);
		fputs("</section>\n", out);
	}
	grid_free(&grid);
	return 0;
}

int html_layers(FILE *out, const struct result *result)
{
	if (result->layers.rows == 0 || result->workloads.count == 0)
		return 0;
	fputs("<section>\n<h2>Where the time goes</h2>\n"
	      "<p class=\"soft\">One panel a configuration, one bar a workload: the time of all its threads, "
	      "drivers' "
	      "included, divided among the layers that owned it, over all good runs. Each bar is 100 %, so "
	      "it shows "
	      "shares and not speed. What could not be attributed is olive; where it is negative, the layers "
	      "claim more "
	      "than there was, and the table below has the signed figure.</p>\n",
	      out);
	html_legend(out, palette_layers, palette_layers_needed(&result->layers), false);
	fputs("<div class=\"panels\">\n", out);
	if (put_configs(out, result, true) < 0)
		return -ENOMEM;
	fputs("</div>\n<details><summary>The same as numbers, in percent</summary>\n", out);
	if (put_configs(out, result, false) < 0)
		return -ENOMEM;
	fputs("</details>\n</section>\n", out);
	return 0;
}
