/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/nano_priv.h"
#include "reports/text_priv.h"

/* What events cost, one a line: their cells differ by many orders of magnitude, so columns are as wide as
 * need be. */
#define CELL 64

/* A table of texts. */
struct cells {
	const struct grid *grid;
	void (*print)(const struct cells *cells, size_t row, size_t column, char text[CELL]);
	const struct grid *second; /* DIFFERENCE: the ratios */
	const struct result *result;
};

static void print_cost(const struct cells *cells, size_t row, size_t column, char text[CELL])
{
	const struct grid *grid = cells->grid;
	struct interval cell = *grid_cell(grid, row, column);
	size_t found = nano_row(cells->result, grid->rows.name[row], grid->columns[column].name);
	const struct table *costs = &cells->result->costs;
	char value[16], low[16], high[16];

	if (isnan(cell.value)) {
		bool none = found < costs->rows && table_is(costs, found, "status", "none");

		snprintf(text, CELL, "%s", none ? "none" : "NA");
		return;
	}
	if (grid->bare)
		snprintf(text, CELL, "%s", format_short(cell.value, value));
	else if (isnan(cell.low) || isnan(cell.high))
		snprintf(text, CELL, "%s [NA]", format_short(cell.value, value));
	else
		snprintf(text, CELL, "%s [%s,%s]", format_short(cell.value, value),
			 format_short(cell.low, low), format_short(cell.high, high));
}

/* "+27.9k (104x)" */
static void print_difference(const struct cells *cells, size_t row, size_t column, char text[CELL])
{
	double more = grid_cell(cells->grid, row, column)->value;
	const char *event = cells->grid->rows.name[row];
	size_t at = names_find(&cells->second->rows, event);
	double ratio = at < cells->second->rows.count ? grid_cell(cells->second, at, column)->value : NAN;
	char value[16], times[16];

	if (isnan(more))
		snprintf(text, CELL, "NA");
	else
		snprintf(text, CELL, "%s%s (%sx)", more > 0 ? "+" : "", format_short(more, value),
			 format_short(ratio, times));
}

static size_t width_of(const struct cells *cells, size_t column)
{
	size_t width = text_width(cells->grid->columns[column].label);
	char text[CELL];

	width = width < TEXT_NAME_MOST ? width : TEXT_NAME_MOST;
	for (size_t row = 0; row < cells->grid->rows.count; row++) {
		cells->print(cells, row, column, text);
		width = strlen(text) > width ? strlen(text) : width;
	}
	return width;
}

static size_t name_width(const struct grid *grid)
{
	size_t width = text_width(grid->corner);

	for (size_t row = 0; row < grid->rows.count; row++)
		if (text_width(grid->rows.name[row]) > width)
			width = text_width(grid->rows.name[row]);
	return width < TEXT_NAME_MOST ? width : TEXT_NAME_MOST;
}

/* Columns FIRST to END. */
static void put_part(const struct text_page *page, const struct cells *cells, size_t first, size_t end)
{
	const struct grid *grid = cells->grid;
	size_t names = name_width(grid);
	char text[CELL];

	text_put_name(page->out, grid->corner, names);
	for (size_t column = first; column < end; column++) {
		fputc(' ', page->out);
		text_put_name(page->out, grid->columns[column].label,
			      column + 1 < end ? width_of(cells, column) : 0);
	}
	fputc('\n', page->out);
	for (size_t row = 0; row < grid->rows.count; row++) {
		text_put_name(page->out, grid->rows.name[row], names);
		for (size_t column = first; column < end; column++) {
			cells->print(cells, row, column, text);
			fprintf(page->out, " %-*s", column + 1 < end ? (int)width_of(cells, column) : 0,
				text);
		}
		fputc('\n', page->out);
	}
}

/* In several parts where it is too wide. */
static void put_cells(const struct text_page *page, const struct cells *cells)
{
	size_t columns = cells->grid->column_count, end;

	for (size_t first = 0; first < columns; first = end) {
		size_t used = name_width(cells->grid) + 1 + width_of(cells, first);

		for (end = first + 1; end < columns; end++) {
			used += 1 + width_of(cells, end);
			if (used > page->width)
				break;
		}
		put_part(page, cells, first, end);
	}
}

static int put_costs(const struct text_page *page, const struct result *result)
{
	struct grid grid;
	struct cells cells = { .grid = &grid, .print = print_cost, .result = result };
	char rest[80];

	if (grid_nano(&grid, result, NANO_COST) < 0)
		return -ENOMEM;
	snprintf(rest, sizeof(rest), "in ns (k: thousands, M: millions), median%s", grid_note_bare(&grid));
	text_put_title(page, grid.title, rest);
	put_cells(page, &cells);
	grid_free(&grid);
	return 0;
}

static int put_differences(const struct text_page *page, const struct result *result)
{
	struct grid more, ratio;
	struct cells cells = { .grid = &more, .print = print_difference, .second = &ratio, .result = result };

	if (grid_nano(&more, result, NANO_DIFFERENCE) < 0)
		return -ENOMEM;
	if (grid_nano(&ratio, result, NANO_RATIO) < 0) {
		grid_free(&more);
		return -ENOMEM;
	}
	if (more.rows.count > 0 && more.column_count > 0) {
		text_put_title(page, more.title, "in ns, and as a multiple of native");
		put_cells(page, &cells);
	}
	grid_free(&more);
	grid_free(&ratio);
	return 0;
}

static void put_reason(void *argument, char mark, const char *text)
{
	const struct text_page *page = argument;

	text_put_wrapped(page, mark, text);
}

int text_put_nano(const struct text_page *page, const struct result *result)
{
	int code;

	if (result->costs.rows == 0)
		return 0;
	code = put_costs(page, result);
	if (code == 0)
		code = put_differences(page, result);
	fputc('\n', page->out);
	return code ? code : nano_reasons(result, put_reason, (void *)page);
}
