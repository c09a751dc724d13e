/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model_priv.h"
#include "model/nano_priv.h"
#include "model/provisioning_priv.h"

/* runs.csv sorted into cells: workload x configuration. */

struct cell *cells_at(const struct cells *cells, size_t workload, size_t config)
{
	return &cells->cell[workload * cells->configs.count + config];
}

const char *cells_text(const struct cells *cells, size_t row, const char *column)
{
	return table_text_of(&cells->runs, row, column);
}

double cells_number(const struct cells *cells, size_t row, const char *column)
{
	return table_number_of(&cells->runs, row, column);
}

bool flags_have(const char *flags, const char *word)
{
	size_t length = strlen(word);

	for (; *flags; flags += strspn(flags, " ")) {
		size_t this = strcspn(flags, " ");

		if (this == length && strncmp(flags, word, length) == 0)
			return true;
		flags += this;
	}
	return false;
}

static int add(size_t **rows, size_t *count, size_t row)
{
	size_t *grown = realloc(*rows, (*count + 1) * sizeof(**rows));

	if (!grown)
		return -ENOMEM;
	grown[(*count)++] = row;
	*rows = grown;
	return 0;
}

/* Blocks mostly come in order: only a resumed run adds earlier ones later. */
static void settle(const struct cells *cells, struct cell *cell)
{
	for (size_t i = cell->blocks - 1; i > 0; i--) {
		size_t swap = cell->block[i];

		if (cells_number(cells, cell->block[i - 1], "block") <= cells_number(cells, swap, "block"))
			break;
		cell->block[i] = cell->block[i - 1];
		cell->block[i - 1] = swap;
	}
}

static int sort_row(struct cells *cells, size_t row)
{
	size_t workload = names_find(&cells->workloads, cells_text(cells, row, "workload"));
	size_t config = names_find(&cells->configs, cells_text(cells, row, "config"));
	struct cell *cell;

	/* Lives are no work that could be compared, and events have costs of their own. */
	if (strcmp(cells_text(cells, row, "class"), PROVISIONING) == 0 ||
	    strcmp(cells_text(cells, row, "class"), NANO) == 0)
		return 0;
	if (workload == cells->workloads.count || config == cells->configs.count ||
	    strcmp(cells_text(cells, row, "status"), "ok") != 0)
		return 0;
	cell = cells_at(cells, workload, config);
	if (flags_have(cells_text(cells, row, "flags"), "observed"))
		return add(&cell->observed, &cell->observations, row);
	if (table_missing_of(&cells->runs, row, "block"))
		return 0;
	if (add(&cell->block, &cell->blocks, row) < 0)
		return -ENOMEM;
	settle(cells, cell);
	return 0;
}

static int sort_rows(struct cells *cells)
{
	if (names_collect(&cells->workloads, &cells->runs, "workload") < 0 ||
	    names_collect(&cells->configs, &cells->runs, "config") < 0)
		return -ENOMEM;
	cells->cell = calloc(cells->workloads.count * cells->configs.count + 1, sizeof(*cells->cell));
	if (!cells->cell)
		return -ENOMEM;
	for (size_t row = 0; row < cells->runs.rows; row++)
		if (sort_row(cells, row) < 0)
			return -ENOMEM;
	return 0;
}

int cells_read(struct cells *cells, const char *directory, struct error *error)
{
	char path[4096];
	int code;

	*cells = (struct cells){ 0 };
	snprintf(path, sizeof(path), "%s/%s", directory, schema_runs.name);
	code = table_read(&cells->runs, path, &schema_runs, error);
	if (code == -ENOENT)
		error_mend(error, "name a directory that vmtax run --out wrote");
	if (code == 0)
		code = table_unique(&cells->runs, "run", error);
	if (code == 0 && sort_rows(cells) < 0)
		code = error_set(error, ENOMEM, "cannot read %s", path);
	if (code)
		cells_free(cells);
	return code;
}

void cells_free(struct cells *cells)
{
	for (size_t i = 0; cells->cell && i < cells->workloads.count * cells->configs.count; i++) {
		free(cells->cell[i].block);
		free(cells->cell[i].observed);
	}
	free(cells->cell);
	names_free(&cells->workloads);
	names_free(&cells->configs);
	table_free(&cells->runs);
	*cells = (struct cells){ 0 };
}
