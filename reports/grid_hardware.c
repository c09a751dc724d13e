/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/spent_priv.h"

/* What formulas of event sets come to: hardware.csv as grids, one a formula. */

static const char *text(const struct table *t, size_t row, const char *column)
{
	return table_text(t, row, table_column(t, column));
}

static double number(const struct table *t, size_t row, const char *column)
{
	return table_number(t, row, table_column(t, column));
}

static bool same_formula(const struct table *t, size_t a, size_t b)
{
	return strcmp(text(t, a, "set"), text(t, b, "set")) == 0 &&
	       strcmp(text(t, a, "name"), text(t, b, "name")) == 0;
}

/* The thread the program runs on: others are in the table alone. */
static bool is_shown(const struct table *t, size_t row)
{
	const char *thread = text(t, row, "thread");

	return !isnan(number(t, row, "value")) &&
	       (strcmp(thread, "program") == 0 || strcmp(thread, "vcpu0") == 0);
}

size_t hardware_next(const struct result *result, size_t from)
{
	const struct table *t = &result->hardware;

	for (size_t row = from; row < t->rows; row++) {
		size_t first = 0;

		while (first < row && !(is_shown(t, first) && same_formula(t, first, row)))
			first++;
		if (first == row && is_shown(t, row))
			return row;
	}
	return t->rows;
}

static int add_row(struct grid *grid, const struct table *t, size_t row, size_t *at)
{
	char name[160], *copy;

	snprintf(name, sizeof(name), "%.100s %s", text(t, row, "workload"), text(t, row, "half"));
	*at = names_find(&grid->rows, name);
	if (*at < grid->rows.count)
		return 0;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	grid->owned[grid->rows.count] = copy;
	return names_add(&grid->rows, copy);
}

static int fill(struct grid *grid, const struct result *result, size_t formula)
{
	const struct table *t = &result->hardware;
	size_t at, code = 0;

	grid->owned = calloc(t->rows + 1, sizeof(*grid->owned));
	for (size_t row = 0; grid->owned && row < t->rows; row++)
		if (same_formula(t, row, formula) && is_shown(t, row) && add_row(grid, t, row, &at) < 0)
			code = 1;
	if (!grid->owned || code || grid_allocate(grid, result->configs.count) < 0)
		return -ENOMEM;
	for (size_t c = 0; c < result->configs.count; c++)
		grid->columns[c] = grid_config(result, result->configs.name[c]);
	for (size_t row = 0; row < t->rows; row++) {
		size_t column = names_find(&result->configs, text(t, row, "config"));

		if (!same_formula(t, row, formula) || !is_shown(t, row) || column == grid->column_count ||
		    add_row(grid, t, row, &at) < 0)
			continue;
		*grid_cell(grid, at, column) =
			(struct interval){ number(t, row, "value"), number(t, row, "low"),
					   number(t, row, "high") };
	}
	return 0;
}

int grid_hardware(struct grid *grid, const struct result *result, size_t formula)
{
	*grid = (struct grid){ .title = text(&result->hardware, formula, "name"),
			       .corner = "workload, half",
			       .axis = text(&result->hardware, formula, "unit"),
			       .points = true };
	if (fill(grid, result, formula) == 0)
		return 0;
	grid_free(grid);
	return -ENOMEM;
}

void hardware_explain(const struct result *result, size_t formula, char *line, size_t size)
{
	const struct table *t = &result->hardware;
	const char *unit = text(t, formula, "unit");
	double least = NAN;

	for (size_t row = 0; row < t->rows; row++)
		if (same_formula(t, row, formula) && is_shown(t, row))
			least = fmin(least, number(t, row, "counted"));
	snprintf(line, size, "%s%s= %s; counted %.3g %% of the time%s", strcmp(unit, "1") ? unit : "",
		 strcmp(unit, "1") ? ", " : "", text(t, formula, "formula"), 100 * least,
		 least < 1 ? " at least, not scaled" : "");
}

/* Whether any formula of the set that ROW is of has a value. */
static bool has_value(const struct table *t, size_t row)
{
	for (size_t i = 0; i < t->rows; i++)
		if (strcmp(text(t, i, "set"), text(t, row, "set")) == 0 && !isnan(number(t, i, "value")))
			return true;
	return false;
}

bool hardware_missing(const struct result *result, char *line, size_t size)
{
	const struct table *t = &result->hardware, *machine = &result->machine;
	const char *why = "vmtax doctor says why", *last = "";
	size_t used = 0;

	for (size_t row = 0; row < t->rows; row++) {
		if (strcmp(text(t, row, "set"), last) == 0 || has_value(t, row) || used >= size)
			continue;
		last = text(t, row, "set");
		used += (size_t)snprintf(line + used, size - used, "%s%s", used ? ", " : "", last);
	}
	for (size_t row = 0; row < machine->rows; row++)
		if (strcmp(text(machine, row, "fact"), "hardware counters") == 0)
			why = text(machine, row, "value");
	if (used && used < size)
		snprintf(line + used, size - used, ": nothing was counted: %s", why);
	return used > 0;
}
