/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/compare_priv.h"

/* Result directories as rows of invocations. */

static struct compared *find_row(struct comparison *c, const struct group *g, const char *metric,
				 size_t choice)
{
	size_t first = g->cell->block[0];
	struct compared row = {
		.workload = cells_text(g->cells, first, "workload"),
		.config = cells_text(g->cells, first, "config"),
		.cache = g->cache,
		.metric = metric,
		.choice = choice,
		.program = cells_text(g->cells, first, "program_sha256"),
		.label = cells_text(g->cells, first, "label"),
	};
	struct compared *grown;

	for (size_t i = 0; i < c->rows; i++)
		if (strcmp(c->row[i].workload, row.workload) == 0 &&
		    strcmp(c->row[i].config, row.config) == 0 && strcmp(c->row[i].cache, row.cache) == 0 &&
		    strcmp(c->row[i].metric, metric) == 0 && c->row[i].choice == choice)
			return &c->row[i];
	grown = realloc(c->row, (c->rows + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	c->row = grown;
	c->row[c->rows] = row;
	return &c->row[c->rows++];
}

static int add_value(struct comparison *c, const struct group *g, const char *metric, enum side side)
{
	bool disturbed = false;
	size_t choice, first = g->cell->block[0];
	double value = group_value(g, metric, &choice, &disturbed), *grown;
	struct compared *row;

	if (!(value > 0))
		return 0;
	row = find_row(c, g, metric, choice);
	grown = row ? realloc(row->value[side], (row->count[side] + 1) * sizeof(*grown)) : NULL;
	if (!grown)
		return -ENOMEM;
	row->value[side] = grown;
	row->value[side][row->count[side]++] = log(value);
	row->disturbed |= disturbed;
	row->program_changed |= strcmp(row->program, cells_text(g->cells, first, "program_sha256")) != 0;
	row->knobs_changed |= strcmp(row->label, cells_text(g->cells, first, "label")) != 0;
	return 0;
}

/* Whether an earlier repetition of the cell has the group already. */
static bool seen(const struct group *g, size_t until)
{
	for (size_t i = 0; i < until; i++)
		if (group_has(g, g->cell->block[i]))
			return true;
	return false;
}

static int add_cell(struct comparison *c, const struct cells *cells, const struct cell *cell, enum side side,
		    const char *const *metrics)
{
	for (size_t i = 0; i < cell->blocks; i++) {
		struct group g = { cells, cell, cells_text(cells, cell->block[i], "invocation"),
				   cells_text(cells, cell->block[i], "cache") };

		for (size_t m = 0; metrics[m] && !seen(&g, i); m++)
			if (add_value(c, &g, metrics[m], side) < 0)
				return -ENOMEM;
	}
	return 0;
}

/* The machine, as far as its times depend on it. */
static int read_machine(char machine[512], const char *directory, struct error *error)
{
	static const char *const facts[] = { "cpu", "kernel", "kvm backend" };
	struct table table;
	char path[4200];
	size_t length = 0;
	int code;

	snprintf(path, sizeof(path), "%.4000s/%s", directory, schema_machine.name);
	code = table_read_optional(&table, path, &schema_machine, error);
	machine[0] = '\0';
	for (size_t i = 0; code == 0 && i < sizeof(facts) / sizeof(*facts); i++)
		for (size_t row = 0; row < table.rows; row++)
			if (strcmp(table_text(&table, row, 0), facts[i]) == 0 && length < 400)
				length += (size_t)snprintf(machine + length, 512 - length, "%s%.100s",
							   length ? ", " : "", table_text(&table, row, 1));
	table_free(&table);
	return code;
}

/* An invocation counts once, wherever it was copied to. */
static int add_invocations(struct comparison *c, const struct cells *cells, const char *directory,
			   struct error *error)
{
	struct names own = { 0 };
	int code = names_collect(&own, &cells->runs, "invocation");

	for (size_t i = 0; code == 0 && i < own.count; i++) {
		if (names_contain(&c->invocations, own.name[i])) {
			error_fail(error, 0, "give each invocation once, on one side",
				   "invocation %.80s was given before", own.name[i]);
			error_at(error, "%.250s", directory);
			names_free(&own);
			return -EINVAL;
		}
		code = names_add(&c->invocations, own.name[i]);
	}
	names_free(&own);
	return code ? error_set(error, ENOMEM, "cannot compare") : 0;
}

static int read_directory(struct comparison *c, const char *directory, enum side side,
			  const char *const *metrics, struct error *error)
{
	struct cells *grown = realloc(c->cells, (c->directories + 1) * sizeof(*grown)), *cells;
	char machine[512];
	int code;

	if (!grown)
		return error_set(error, ENOMEM, "cannot compare");
	c->cells = grown;
	cells = &c->cells[c->directories];
	code = cells_read(cells, directory, error);
	if (code)
		return code;
	c->directories++;
	code = add_invocations(c, cells, directory, error);
	if (code == 0)
		code = read_machine(machine, directory, error);
	if (code)
		return code;
	if (c->directories == 1)
		snprintf(c->machine, sizeof(c->machine), "%s", machine);
	c->machines |= strcmp(c->machine, machine) != 0;
	for (size_t i = 0; i < cells->workloads.count * cells->configs.count; i++)
		if (add_cell(c, cells, &cells->cell[i], side, metrics) < 0)
			return error_set(error, ENOMEM, "cannot compare");
	return 0;
}

static int by_place(const void *a, const void *b)
{
	size_t x = ((const struct compared *)a)->place, y = ((const struct compared *)b)->place;

	return x < y ? -1 : x > y;
}

/* Workloads in the order they were met, configurations in that of all tables. */
static int sort_rows(struct comparison *c)
{
	struct names workloads = { 0 }, configs = { 0 };
	int code = 0;

	for (size_t i = 0; i < c->rows && code == 0; i++)
		code = names_add(&workloads, c->row[i].workload) < 0 ||
				       names_add(&configs, c->row[i].config) < 0
			       ? -ENOMEM
			       : 0;
	if (code == 0) {
		names_order_configs(&configs);
		for (size_t i = 0; i < c->rows; i++)
			c->row[i].place = (names_find(&workloads, c->row[i].workload) * configs.count +
					   names_find(&configs, c->row[i].config)) *
						  c->rows +
					  i;
		qsort(c->row, c->rows, sizeof(*c->row), by_place);
	}
	names_free(&workloads);
	names_free(&configs);
	return code;
}

int comparison_read(struct comparison *c, const char *const *ours, const char *const *base,
		    const char *const *metrics, struct error *error)
{
	int code = 0;

	*c = (struct comparison){ 0 };
	for (size_t i = 0; code == 0 && ours[i]; i++)
		code = read_directory(c, ours[i], SIDE_OURS, metrics, error);
	for (size_t i = 0; code == 0 && base && base[i]; i++)
		code = read_directory(c, base[i], SIDE_BASE, metrics, error);
	if (code == 0 && sort_rows(c) < 0)
		code = error_set(error, ENOMEM, "cannot compare");
	if (code)
		comparison_free(c);
	return code;
}

void comparison_free(struct comparison *c)
{
	for (size_t i = 0; i < c->rows; i++)
		for (int side = 0; side < SIDES; side++)
			free(c->row[i].value[side]);
	for (size_t i = 0; i < c->directories; i++)
		cells_free(&c->cells[i]);
	names_free(&c->invocations);
	free(c->row);
	free(c->cells);
	*c = (struct comparison){ 0 };
}
