/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/spent_priv.h"

/* What formulas of event sets come to: hardware.csv as grids, one a formula. */

static bool same_formula(const struct table *t, size_t a, size_t b)
{
	return table_alike(t, a, b, "set") && table_alike(t, a, b, "name");
}

/* The thread the program runs on: others are in the table alone. */
static bool is_shown(const struct table *t, size_t row)
{
	const char *thread = table_text_of(t, row, "thread");

	return !isnan(table_number_of(t, row, "value")) &&
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

	snprintf(name, sizeof(name), "%.100s %s", table_text_of(t, row, "workload"),
		 table_text_of(t, row, "half"));
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
		size_t column = names_find(&result->configs, table_text_of(t, row, "config"));

		if (!same_formula(t, row, formula) || !is_shown(t, row) || column == grid->column_count ||
		    add_row(grid, t, row, &at) < 0)
			continue;
		*grid_cell(grid, at, column) =
			(struct interval){ table_number_of(t, row, "value"), table_number_of(t, row, "low"),
					   table_number_of(t, row, "high") };
	}
	return 0;
}

int grid_hardware(struct grid *grid, const struct result *result, size_t formula)
{
	*grid = (struct grid){ .title = table_text_of(&result->hardware, formula, "name"),
			       .corner = "workload, half",
			       .axis = table_text_of(&result->hardware, formula, "unit"),
			       .points = true };
	if (fill(grid, result, formula) == 0)
		return 0;
	grid_free(grid);
	return -ENOMEM;
}

void hardware_explain(const struct result *result, size_t formula, char *line, size_t size)
{
	const struct table *t = &result->hardware;
	const char *unit = table_text_of(t, formula, "unit");
	double least = NAN;

	for (size_t row = 0; row < t->rows; row++)
		if (same_formula(t, row, formula) && is_shown(t, row))
			least = fmin(least, table_number_of(t, row, "counted"));
	snprintf(line, size, "%s%s= %s; counted %.3g %% of the time%s", strcmp(unit, "1") ? unit : "",
		 strcmp(unit, "1") ? ", " : "", table_text_of(t, formula, "formula"), 100 * least,
		 least < 1 ? " at least, not scaled" : "");
}

/* How far the set came that ROW is of. */
enum outcome { NOT_COUNTED, NO_VALUE, HAS_VALUE };

static enum outcome outcome_of(const struct table *t, size_t row)
{
	enum outcome best = NOT_COUNTED;

	for (size_t i = 0; i < t->rows; i++) {
		if (!table_alike(t, i, row, "set"))
			continue;
		if (!isnan(table_number_of(t, i, "value")))
			return HAS_VALUE;
		if (table_number_of(t, i, "counted") > 0)
			best = NO_VALUE;
	}
	return best;
}

/* The names of the sets that came as far as that, in LINE (SIZE bytes); how long. */
static size_t list_sets(const struct table *t, enum outcome outcome, char *line, size_t size)
{
	const char *last = "";
	size_t used = 0;

	for (size_t row = 0; row < t->rows; row++) {
		if (table_is(t, row, "set", last) || outcome_of(t, row) != outcome || used >= size)
			continue;
		last = table_text_of(t, row, "set");
		used += (size_t)snprintf(line + used, size - used, "%s%s", used ? ", " : "", last);
	}
	return used < size ? used : size - 1;
}

bool hardware_missing(const struct result *result, int how, char *line, size_t size)
{
	static const enum outcome outcomes[HARDWARE_MISSING] = { NOT_COUNTED, NO_VALUE };
	const struct table *machine = &result->machine;
	const char *why = "vmtax doctor says why";
	size_t used = list_sets(&result->hardware, outcomes[how], line, size);

	for (size_t row = 0; row < machine->rows; row++)
		if (table_is(machine, row, "fact", "hardware counters"))
			why = table_text_of(machine, row, "value");
	if (used && outcomes[how] == NOT_COUNTED)
		snprintf(line + used, size - used, ": nothing was counted: %s", why);
	else if (used)
		snprintf(line + used, size - used,
			 ": counted, but no formula has a value: counters.csv has the counts");
	return used > 0;
}
