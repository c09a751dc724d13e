/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/html_priv.h"
#include "reports/nano_priv.h"

/* What each event costs: the page's section of the nano suite. */

#define DOTS_MOST 40 /* rows of a figure; more are shown as two */

static void put_reason(void *argument, char mark, const char *text)
{
	FILE *out = argument;

	(void)mark;
	fputs("<li>", out);
	html_text(out, text);
	fputs("</li>\n", out);
}

/* Rows FIRST to END of GRID as a figure. */
static void put_dots(FILE *out, const struct grid *grid, size_t first, size_t end, const char *key,
		     const char *title)
{
	struct grid part = *grid;
	struct chart chart = { .kind = CHART_DOTS,
			       .key = key,
			       .label = "what each event costs, nanoseconds",
			       .reference = NAN,
			       .dense = true,
			       .grid = &part };

	part.rows.name += first;
	part.rows.count = end - first;
	part.cells += first * grid->column_count;
	html_figure(out, &chart, title, true);
}

/* The figures order them by cost, the tables leave them in the order of the suite. */
static int put_overview(FILE *out, const struct result *result)
{
	struct grid grid;
	size_t half;

	if (grid_nano(&grid, result, NANO_COST) < 0)
		return -ENOMEM;
	grid_nano_order(&grid);
	half = grid.rows.count > DOTS_MOST ? (grid.rows.count + 1) / 2 : grid.rows.count;
	put_dots(out, &grid, 0, half, "events",
		 half < grid.rows.count ? "The cheaper half" : "From the cheapest to the dearest");
	if (half < grid.rows.count)
		put_dots(out, &grid, half, grid.rows.count, "more-events", "The dearer half");
	grid_free(&grid);
	return 0;
}

static int put_table(FILE *out, const struct result *result, enum nano_figure figure)
{
	struct grid grid;

	if (grid_nano(&grid, result, figure) < 0)
		return -ENOMEM;
	if (grid.rows.count > 0 && grid.column_count > 0) {
		fprintf(out, "<div>\n<h3>%s</h3>\n", grid.title);
		html_grid(out, &grid, result, NULL);
		fputs("</div>\n", out);
	}
	grid_free(&grid);
	return 0;
}

/* Colours of configurations, the same in all panels. */
static int put_configs(FILE *out, const struct result *result)
{
	struct series *series = calloc(result->configs.count + 1, sizeof(*series));

	if (!series)
		return -ENOMEM;
	for (size_t i = 0; i < result->configs.count; i++)
		series[i] = grid_config(result, result->configs.name[i]);
	html_legend(out, series, result->configs.count, false);
	free(series);
	return 0;
}

/* Names of the lines above the first panel: those below have the same. */
static int put_legend(FILE *out, const struct lines *lines)
{
	struct series *series = calloc(lines->count + 1, sizeof(*series));

	if (!series)
		return -ENOMEM;
	for (size_t i = 0; i < lines->count; i++)
		series[i] = (struct series){ .label = lines->line[i].label, .colour = lines->line[i].colour };
	html_legend(out, series, lines->count, false);
	free(series);
	return 0;
}

/* A panel of LINES, which are freed. */
static void put_panel(FILE *out, struct lines *lines, const char *key, const char *title)
{
	struct chart chart = { .kind = CHART_LINES, .key = key, .label = title, .lines = lines };

	html_figure(out, &chart, title, false);
	lines_free(lines);
}

static int put_distributions(FILE *out, const struct result *result)
{
	struct names events = { 0 };
	struct lines lines;
	char key[40];
	int code = nano_distributed(&events, result);

	for (size_t i = 0; code == 0 && i < events.count; i++) {
		code = lines_distribution(&lines, result, events.name[i]);
		if (code == 0 && i == 0) {
			fputs("<h3>How the times of single operations are distributed</h3>\n<p "
			      "class=\"soft\">The share of operations that took at most so long, over all "
			      "good "
			      "repetitions.</p>\n",
			      out);
			code = put_configs(out, result);
			fputs("<div class=\"panels\">\n", out);
		}
		snprintf(key, sizeof(key), "distribution%zu", i);
		if (code == 0)
			put_panel(out, &lines, key, events.name[i]);
	}
	if (events.count)
		fputs("</div>\n", out);
	names_free(&events);
	return code;
}

static int put_walks(FILE *out, const struct result *result)
{
	struct lines lines;
	bool any = false;
	char key[40];

	for (size_t i = 0; i < result->configs.count; i++) {
		if (lines_walks(&lines, result, result->configs.name[i]) < 0)
			return -ENOMEM;
		if (lines.count == 0)
			continue;
		if (!any) {
			fputs("<h3>Walking through memory, by footprint</h3>\n<p class=\"soft\">One step of "
			      "a "
			      "pointer chase over so much memory: where it outgrows caches and TLB, each "
			      "step "
			      "walks the page tables of guest and host.</p>\n",
			      out);
			if (put_legend(out, &lines) < 0)
				return -ENOMEM;
			fputs("<div class=\"panels\">\n", out);
		}
		any = true;
		snprintf(key, sizeof(key), "walks%zu", i);
		put_panel(out, &lines, key, result_label(result, result->configs.name[i]));
	}
	if (any)
		fputs("</div>\n", out);
	return 0;
}

int html_nano(FILE *out, const struct result *result)
{
	int code;

	if (result->costs.rows == 0)
		return 0;
	fputs("<section>\n<h2>What each event costs</h2>\n"
	      "<p class=\"soft\">An event is timed by who does it, in batches, the empty loop subtracted. "
	      "Figures are medians over repetitions; bars are 95 % intervals, the scale is logarithmic, and "
	      "k stands for thousands, M for millions. "
	      "<code>vmtax list nano</code> says what each stands for, how a guest does it and what a plain "
	      "process does instead. NA: a plain process has no such event, or this machine or configuration "
	      "cannot do it: the reasons stand below.</p>\n<div class=\"panels\">\n",
	      out);
	code = put_overview(out, result);
	fputs("</div>\n", out);
	if (code == 0)
		code = put_table(out, result, NANO_COST);
	fputs("<ul class=\"soft\">\n", out);
	if (code == 0)
		code = nano_reasons(result, put_reason, out);
	fputs("</ul>\n<details><summary>Differences to native, and ratios</summary>\n<div "
	      "class=\"panels\">\n",
	      out);
	if (code == 0)
		code = put_table(out, result, NANO_DIFFERENCE);
	if (code == 0)
		code = put_table(out, result, NANO_RATIO);
	fputs("</div>\n</details>\n", out);
	if (code == 0)
		code = put_distributions(out, result);
	if (code == 0)
		code = put_walks(out, result);
	fputs("</section>\n", out);
	return code;
}
