/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

#define REQUESTS_SHOWN 4 /* unless all are */

static void measure(struct text_page *page, const struct grid *grid)
{
	page->name_width = text_width(grid->corner);
	for (size_t row = 0; row < grid->rows.count; row++)
		if (text_width(grid->rows.name[row]) > page->name_width)
			page->name_width = text_width(grid->rows.name[row]);
	if (page->name_width > TEXT_NAME_MOST)
		page->name_width = TEXT_NAME_MOST;
	page->name_width++;
}

static char *print_cell(const struct grid *grid, size_t row, size_t column, char text[64])
{
	struct interval cell = *grid_cell(grid, row, column);

	if (grid->points)
		return format_number(cell.value, text);
	text_print_cell(cell, text);
	if (grid->bare && !isnan(cell.value))
		*strstr(text, " [") = '\0';
	return text;
}

/* Of the widest cell of COLUMN, or of its heading, and a blank. */
static size_t cell_width(const struct grid *grid, size_t column)
{
	size_t widest = text_width(grid->columns[column].label);
	char text[64];

	widest = widest < TEXT_NAME_MOST ? widest : TEXT_NAME_MOST;
	for (size_t row = 0; row < grid->rows.count; row++) {
		size_t width = strlen(print_cell(grid, row, column, text));

		widest = width > widest ? width : widest;
	}
	return widest + 1;
}

static void put_labels(const struct text_page *page, const struct grid *grid, size_t first, size_t end)
{
	text_put_name(page->out, grid->corner, page->name_width);
	if (grid->base_ns)
		fprintf(page->out, "%*s ", TEXT_BASE - 1, grid->base_label);
	for (size_t column = first; column < end; column++)
		text_put_name(page->out, grid->columns[column].label,
			      column + 1 < end ? cell_width(grid, column) : 0);
	fputc('\n', page->out);
}

static void put_row(const struct text_page *page, const struct grid *grid, size_t row, size_t first,
		    size_t end)
{
	char text[64];

	text_put_name(page->out, grid->rows.name[row], page->name_width);
	if (grid->base_ns)
		fprintf(page->out, "%*s ", TEXT_BASE - 1,
			units_print_time(grid->base_ns[row], text, sizeof(text)));
	for (size_t column = first; column < end; column++)
		if (grid->points || grid->bare)
			text_put_name(page->out, print_cell(grid, row, column, text),
				      column + 1 == end ? 0 : cell_width(grid, column));
		else
			text_put_cell(page, *grid_cell(grid, row, column),
				      column + 1 == end ? 0 : cell_width(grid, column));
	fputc('\n', page->out);
}

static void put_medians(const struct text_page *page, const struct grid *grid, const struct result *result,
			const char *metric, const char *baseline, size_t first, size_t end)
{
	char text[16], name[64];

	snprintf(name, sizeof(name), strcmp(baseline, result->baseline) == 0 ? "median" : "vs %.20s",
		 baseline);
	text_put_name(page->out, name, page->name_width + (grid->base_ns ? TEXT_BASE : 0));
	for (size_t column = first; column < end; column++)
		fprintf(page->out, "%*s%*s", TEXT_VALUE,
			format_number(grid_median(result, metric, grid->columns[column].name, baseline, NULL),
				      text),
			column + 1 < end ? (int)cell_width(grid, column) - TEXT_VALUE : 0, "");
	fputc('\n', page->out);
}

/* The end of the columns from FIRST on that fit beside the names. */
static size_t end_of_part(const struct text_page *page, const struct grid *grid, size_t first)
{
	size_t used = page->name_width + (grid->base_ns ? TEXT_BASE : 0) + cell_width(grid, first), end;

	for (end = first + 1; end < grid->column_count; end++) {
		used += cell_width(grid, end);
		if (used > page->width + 1)
			break;
	}
	return end;
}

/* Prints GRID, in several parts where it is too wide; with medians where METRIC is given. */
void text_put_grid(struct text_page *page, const struct grid *grid, const struct result *result,
		   const char *metric)
{
	size_t parts = 0, even, end;

	measure(page, grid);
	for (size_t first = 0; first < grid->column_count; first = end_of_part(page, grid, first))
		parts++;
	even = parts ? (grid->column_count + parts - 1) / parts : 0; /* rather than one alone at last */
	for (size_t first = 0; first < grid->column_count; first = end) {
		end = end_of_part(page, grid, first);
		end = end > first + even ? first + even : end;
		put_labels(page, grid, first, end);
		for (size_t row = 0; row < grid->rows.count; row++)
			put_row(page, grid, row, first, end);
		if (!metric)
			continue;
		if (grid->rows.count > 1)
			put_medians(page, grid, result, metric, result->baseline, first, end);
		if (strcmp(result->baseline, "native-tuned") != 0 &&
		    grid_has_baseline(result, "native-tuned"))
			put_medians(page, grid, result, metric, "native-tuned", first, end);
	}
}

static void put_note(void *argument, char mark, const char *text)
{
	text_put_wrapped(argument, mark, text);
}

static int put_metric(struct text_page *page, const struct result *result, const struct metric *metric)
{
	char rest[128];
	struct grid grid;

	if (grid_overhead(&grid, result, metric) < 0)
		return -ENOMEM;
	snprintf(rest, sizeof(rest), "as a multiple of %s%s", result->baseline, grid_note_bare(&grid));
	text_put_title(page, metric->title, rest);
	page->ratios = true;
	text_put_grid(page, &grid, result, metric->name);
	grid_free(&grid);
	return metric == metrics ? setup_list(result, put_note, page) : 0;
}

/* Nothing is compared: at least how long each workload took. */
static int put_times(struct text_page *page, const struct result *result)
{
	struct grid grid;
	char rest[64];

	if (grid_times(&grid, result) < 0)
		return -ENOMEM;
	snprintf(rest, sizeof(rest), "in milliseconds, median%s", grid_note_bare(&grid));
	text_put_title(page, grid.title, rest);
	page->ratios = false;
	text_put_grid(page, &grid, result, NULL);
	grid_free(&grid);
	return setup_list(result, put_note, page);
}

static int put_metrics(struct text_page *page, const struct result *result)
{
	int status = 0;

	if (!grid_has_baseline(result, result->baseline))
		return result->provisioning.rows || result->costs.rows ? 0 : put_times(page, result);
	for (const struct metric *metric = metrics; metric->name && status == 0; metric++)
		if (grid_has_metric(result, metric->name))
			status = put_metric(page, result, metric);
	return status;
}

static int put_requests(struct text_page *page, const struct result *result)
{
	struct grid grid;
	char rest[64];

	if (grid_requests(&grid, result, page->all ? REQUEST_KINDS : REQUESTS_SHOWN) < 0)
		return -ENOMEM;
	if (grid.rows.count > 0) {
		snprintf(rest, sizeof(rest), "in microseconds, median%s", grid_note_bare(&grid));
		text_put_title(page, grid.title, rest);
		page->ratios = false;
		text_put_grid(page, &grid, result, NULL);
		if (grid.left_out > 0)
			fprintf(page->out, "%zu less frequent kinds are in waterfall.csv\n", grid.left_out);
	}
	grid_free(&grid);
	return 0;
}

static int put_provisioning(struct text_page *page, const struct result *result)
{
	struct grid grid;

	for (int figure = 0; result->provisioning.rows && figure < PROVISIONING_FIGURES; figure++) {
		char rest[64];

		if (grid_provisioning(&grid, result, (enum provisioning_figure)figure) < 0)
			return -ENOMEM;
		snprintf(rest, sizeof(rest), "in %s, median%s", grid.axis, grid_note_bare(&grid));
		text_put_title(page, grid.title, rest);
		page->ratios = false;
		text_put_grid(page, &grid, result, NULL);
		grid_free(&grid);
	}
	return 0;
}

static int put_head(const struct text_page *page, const struct result *result)
{
	char *text = headline_text(result);

	if (!text)
		return -ENOMEM;
	text_put_wrapped(page, '>', text);
	free(text);
	return 0;
}

static int put_all(struct text_page *page, const struct result *result)
{
	int status = put_head(page, result);

	if (status == 0)
		status = text_put_ablation(page, result);
	if (status == 0)
		status = put_provisioning(page, result);
	if (status == 0)
		status = text_put_nano(page, result);
	if (status == 0)
		status = put_metrics(page, result);
	if (status == 0)
		status = put_requests(page, result);
	if (status == 0 && page->all)
		status = text_put_stages(page, result);
	if (status == 0)
		status = text_put_spent(page, result);
	if (status == 0)
		status = text_put_plan(page, &result->plan_summary);
	fputc('\n', page->out);
	if (status == 0)
		status = notes_list(result, put_note, page);
	if (status == 0)
		status = text_put_predicted(page, result);
	if (status == 0 && !page->all && (result->waterfall.rows || result->footprint.rows))
		text_put_wrapped(
			page, '-',
			"left out here: stages of requests, what the host spends, what observing cost each "
			"workload (report.html, vmtax report --all)");
	if (status == 0 && headline_has_bare_metal(result))
		text_put_wrapped(page, '-', headline_bare_metal);
	return status;
}

int report_text_print(struct report_page on, const char *directory, bool all, struct error *error)
{
	struct text_page page = text_page_on(on);
	struct result result;
	struct whole whole;
	int status = result_load(&result, directory, error);

	if (status < 0)
		return status;
	page.all = all;
	status = whole_open(&whole, error);
	if (status == 0) {
		page.out = whole.out;
		status = put_all(&page, &result);
		if (status < 0) {
			whole_abandon(&whole);
			error_set(error, -status, "cannot make the summary");
		} else {
			status = whole_print(&whole, on.out, "the summary", error);
		}
	}
	result_free(&result);
	return status;
}
