/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"
#include "model/model_priv.h"

/* hardware.csv: what formulas of event sets come to, from the counts of observed repetitions. */

struct hardware {
	struct cells cells;
	struct table counters, sets;
	size_t *row_of; /* counters.rows: the row of runs.csv; its number of rows: none that counts; owned */
	double *values; /* of one formula; owned */
	struct table_writer out;
};

/* Rows of counters.csv that sets are counted in, with the observed repetition each is of. */
static int index_counters(struct hardware *h)
{
	const struct table *runs = &h->cells.runs;
	size_t run = table_column(runs, "run"), at = 0;

	h->row_of = malloc((h->counters.rows + 1) * sizeof(*h->row_of));
	h->values = malloc((runs->rows + 1) * sizeof(*h->values));
	if (!h->row_of || !h->values)
		return -ENOMEM;
	for (size_t row = 0; row < h->counters.rows; row++) {
		h->row_of[row] = runs->rows;
		if (!table_is(&h->counters, row, "probe", "counters"))
			continue;
		for (size_t step = 0; step < runs->rows; step++, at = (at + 1) % runs->rows)
			if (table_number(runs, at, run) == table_number_of(&h->counters, row, "run"))
				break;
		if (strcmp(cells_text(&h->cells, at, "status"), "ok") == 0 &&
		    flags_have(cells_text(&h->cells, at, "flags"), "observed"))
			h->row_of[row] = at;
	}
	return 0;
}

/* Whether both rows of counters.csv are of the same workload, configuration, thread and half. */
static bool alike(const struct hardware *h, size_t a, size_t b)
{
	size_t x = h->row_of[a], y = h->row_of[b];

	return x < h->cells.runs.rows && y < h->cells.runs.rows && table_alike(&h->counters, a, b, "layer") &&
	       strcmp(cells_text(&h->cells, x, "workload"), cells_text(&h->cells, y, "workload")) == 0 &&
	       strcmp(cells_text(&h->cells, x, "config"), cells_text(&h->cells, y, "config")) == 0;
}

/* The least share of the time that an event of SET counted in what ROW is of; NaN: none did. */
static double counted_share(const struct hardware *h, size_t row, const char *set)
{
	double least = NAN;
	size_t length = strlen(set);

	for (size_t i = 0; i < h->counters.rows; i++)
		if (alike(h, row, i) && strncmp(table_text_of(&h->counters, i, "event"), set, length) == 0 &&
		    table_text_of(&h->counters, i, "event")[length] == '/' &&
		    table_number_of(&h->counters, i, "enabled_ns") > 0)
			least = fmin(least, table_number_of(&h->counters, i, "running_ns") /
						    table_number_of(&h->counters, i, "enabled_ns"));
	return least;
}

/* The formula FORMULA of event-sets.csv in what ROW, its first row in counters.csv, is of. */
static int put_formula(struct hardware *h, size_t row, size_t formula, struct error *error)
{
	const char *event = table_text_of(&h->counters, row, "event"),
		   *layer = table_text_of(&h->counters, row, "layer");
	const char *half = strchr(layer, '/');
	size_t count = 0, run = h->row_of[row];
	struct stats_estimate median;
	char thread[32];

	for (size_t i = row; i < h->counters.rows; i++)
		if (table_is(&h->counters, i, "event", event) && alike(h, row, i) &&
		    isfinite(table_number_of(&h->counters, i, "value")))
			h->values[count++] = table_number_of(&h->counters, i, "value");
	median = stats_median(h->values, count, MODEL_LEVEL);
	stats_sort(h->values, count);
	snprintf(thread, sizeof(thread), "%.*s", half ? (int)(half - layer) : 31, layer);
	table_put_text(&h->out, cells_text(&h->cells, run, "workload"));
	table_put_text(&h->out, cells_text(&h->cells, run, "class"));
	table_put_text(&h->out, cells_text(&h->cells, run, "config"));
	table_put_text(&h->out, cells_text(&h->cells, run, "label"));
	table_put_text(&h->out, thread);
	table_put_text(&h->out, half ? half + 1 : NULL);
	table_put_text(&h->out, table_text_of(&h->sets, formula, "set"));
	table_put_text(&h->out, table_text_of(&h->sets, formula, "name"));
	table_put_text(&h->out, table_text_of(&h->sets, formula, "unit"));
	table_put_text(&h->out, table_text_of(&h->sets, formula, "how") + 2);
	table_put_number(&h->out, stats_quantile(h->values, count, 0.5));
	table_put_number(&h->out, count ? median.low : NAN);
	table_put_number(&h->out, count ? median.high : NAN);
	table_put_number(&h->out, counted_share(h, row, table_text_of(&h->sets, formula, "set")));
	table_put_integer(&h->out, (int64_t)count);
	return table_end_row(&h->out, error);
}

/* Whether ROW is the first of its event, in what it is of. */
static bool is_first(const struct hardware *h, size_t row)
{
	const char *event = table_text_of(&h->counters, row, "event");

	for (size_t i = 0; i < row; i++)
		if (h->row_of[i] < h->cells.runs.rows && table_is(&h->counters, i, "event", event) &&
		    alike(h, i, row))
			return false;
	return true;
}

static int put_all(struct hardware *h, struct error *error)
{
	char event[128];
	int code = 0;

	for (size_t f = 0; f < h->sets.rows; f++) {
		if (table_text_of(&h->sets, f, "how")[0] != '=')
			continue;
		snprintf(event, sizeof(event), "%s/%s", table_text_of(&h->sets, f, "set"),
			 table_text_of(&h->sets, f, "name"));
		for (size_t row = 0; code == 0 && row < h->counters.rows; row++)
			if (h->row_of[row] < h->cells.runs.rows &&
			    table_is(&h->counters, row, "event", event) && is_first(h, row))
				code = put_formula(h, row, f, error);
	}
	return code;
}

int model_hardware_write(const char *directory, struct error *error)
{
	struct hardware h = { 0 };
	char path[4096];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_sets.name);
	code = table_read_optional(&h.sets, path, &schema_sets, error);
	if (code || h.sets.rows == 0) {
		table_free(&h.sets);
		return code;
	}
	code = cells_read(&h.cells, directory, error);
	snprintf(path, sizeof(path), "%s/%s", directory, schema_counters.name);
	if (code == 0)
		code = table_read_optional(&h.counters, path, &schema_counters, error);
	if (code == 0 && index_counters(&h) < 0)
		code = error_set(error, ENOMEM, "cannot work out what was counted");
	snprintf(path, sizeof(path), "%s/%s", directory, schema_hardware.name);
	if (code == 0)
		code = table_create(&h.out, path, &schema_hardware, error);
	if (code == 0) {
		code = put_all(&h, error);
		code = table_writer_end(&h.out, code, error);
	}
	free(h.row_of);
	free(h.values);
	table_free(&h.counters);
	table_free(&h.sets);
	cells_free(&h.cells);
	return code;
}
