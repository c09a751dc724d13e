/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/plan_priv.h"
#include "model/predicted_priv.h"

/* Overheads that nobody measured here: a table that a user types, or predictions. They become rows as a
 * run's. */

/* A ratio and its interval. */
struct typed {
	const char *class, *config, *metric;
	double ratio, low, high;
	size_t line;
};

static int begin(struct table *table, const struct table_schema *schema, const char *path)
{
	*table = (struct table){ .schema = schema, .path = strdup(path) };
	while (schema->columns[table->columns].name)
		table->columns++;
	return table->path ? 0 : -ENOMEM;
}

/* A new row of missing cells. NULL when memory is short. */
static char **add_row(struct table *table, size_t line)
{
	size_t rows = table->rows + 1;
	char **cells = realloc(table->cells, rows * table->columns * sizeof(*cells));
	size_t *lines;

	if (cells)
		table->cells = cells;
	lines = cells ? realloc(table->lines, rows * sizeof(*lines)) : NULL;
	if (!lines)
		return NULL;
	table->lines = lines;
	table->lines[table->rows] = line;
	cells += table->rows * table->columns;
	for (size_t i = 0; i < table->columns; i++)
		cells[i] = NULL;
	table->rows = rows;
	return cells;
}

static int put_text(struct table *table, char **cells, const char *column, const char *text)
{
	cells[table_column(table, column)] = strdup(text);
	return cells[table_column(table, column)] ? 0 : -ENOMEM;
}

static int put_number(struct table *table, char **cells, const char *column, double number)
{
	char text[40];

	if (isnan(number))
		return 0;
	snprintf(text, sizeof(text), "%.17g", number);
	return put_text(table, cells, column, text);
}

static int add_ratio(struct plan_ratios *ratios, const struct typed *t)
{
	struct table *table = &ratios->overhead;
	char **cells = add_row(table, t->line);

	return cells && put_text(table, cells, "workload", t->class) == 0 &&
			       put_text(table, cells, "class", t->class) == 0 &&
			       put_text(table, cells, "config", t->config) == 0 &&
			       put_text(table, cells, "label", t->config) == 0 &&
			       put_text(table, cells, "baseline", "native") == 0 &&
			       put_text(table, cells, "metric", t->metric) == 0 &&
			       put_number(table, cells, "ratio", t->ratio) == 0 &&
			       put_number(table, cells, "low", t->low) == 0 &&
			       put_number(table, cells, "high", t->high) == 0
		       ? 0
		       : -ENOMEM;
}

/* Says that CONFIG has driver threads that poll, as a run does by the cores it held. */
static int add_polling(struct plan_ratios *ratios, const char *config, size_t line)
{
	char **cells = add_row(&ratios->runs, line);

	return cells && put_text(&ratios->runs, cells, "config", config) == 0 &&
			       put_number(&ratios->runs, cells, "cores_held", 2) == 0
		       ? 0
		       : -ENOMEM;
}

static int refuse(const struct table *table, size_t row, const char *column, const char *mend,
		  const char *what, struct error *error)
{
	error_fail(error, 0, mend, what, table_text_of(table, row, column));
	return error_at(error, "%s:%zu:%s", table->path, table->lines[row], column);
}

static int take_typed(struct plan_ratios *ratios, const struct table *table, size_t row, struct error *error)
{
	struct typed t = {
		.class = table_text_of(table, row, "class"),
		.config = table_text_of(table, row, "config"),
		.metric = "vm-cpu",
		.ratio = fleet_number(table, row, "cpu_ratio", FLEET_POSITIVE, NAN, error),
		.low = fleet_optional(table, row, "low", error),
		.high = fleet_optional(table, row, "high", error),
		.line = table->lines[row],
	};
	double driver = fleet_number(table, row, "driver", 0, -1, error);
	int code;

	if (error->what[0])
		return -EINVAL;
	if (!*t.class || !*t.config)
		return refuse(table, row, *t.class ? "config" : "class", "give a name", "a name is missing%s",
			      error);
	if (strcmp(t.config, "native") == 0)
		return refuse(table, row, "config", "leave the row out", "%s is what ratios are to", error);
	if (t.low > t.ratio || t.high < t.ratio)
		return refuse(table, row, "cpu_ratio", "give low <= cpu_ratio <= high",
			      "%s is not within its interval", error);
	code = add_ratio(ratios, &t);
	if (code == 0 && driver >= 0) {
		t.metric = "driver";
		t.ratio = driver;
		t.low = t.high = (double)NAN;
		code = add_ratio(ratios, &t);
		if (code == 0)
			code = add_polling(ratios, t.config, t.line);
	}
	return code ? error_set(error, ENOMEM, "cannot plan") : 0;
}

static int take_predicted(struct plan_ratios *ratios, const struct table *table, size_t row,
			  struct error *error)
{
	double native = table_number_of(table, row, "native_ns");
	struct typed t = { .class = table_text_of(table, row, "program"),
			   .config = table_text_of(table, row, "config"),
			   .metric = "vm-cpu",
			   .ratio = table_number_of(table, row, "ns") / native,
			   .low = table_number_of(table, row, "low_ns") / native,
			   .high = table_number_of(table, row, "high_ns") / native,
			   .line = table->lines[row] };
	int code;

	if (!table_is(table, row, "term", "total") || !table_is(table, row, "metric", "cpu") ||
	    !(t.ratio > 0))
		return 0;
	code = add_ratio(ratios, &t); /* what its driver does is among all CPU seconds */
	if (code == 0 && table_number_of(table, row, "held") > 0) {
		t.metric = "driver";
		t.ratio = t.low = t.high = 0;
		code = add_ratio(ratios, &t);
		if (code == 0)
			code = add_polling(ratios, t.config, t.line);
	}
	return code ? error_set(error, ENOMEM, "cannot plan") : 0;
}

/* Whether the first line of the file at PATH names the column "term": predictions do. */
static bool is_predictions(const char *path)
{
	FILE *file = fopen(path, "re");
	char header[4096] = "";

	if (file && !fgets(header, sizeof(header), file))
		header[0] = '\0';
	if (file)
		fclose(file);
	return strstr(header, "program,") && strstr(header, ",term,");
}

int plan_ratios_typed(struct plan_ratios *ratios, const char *path, struct error *error)
{
	bool predicted = path && is_predictions(path);
	struct table table = { 0 };
	int code;

	*ratios = (struct plan_ratios){ .baseline = "native" };
	code = begin(&ratios->runs, &schema_runs, path ? path : "") < 0 ||
			       begin(&ratios->overhead, &schema_overhead, path ? path : "") < 0
		       ? error_set(error, ENOMEM, "cannot plan")
		       : 0;
	if (code == 0 && path)
		code = table_read(&table, path, predicted ? &schema_predictions : &schema_typed, error);
	if (code == 0 && predicted)
		code = predicted_check_totals(&table, error);
	if (code == 0)
		error->what[0] = '\0';
	for (size_t row = 0; code == 0 && row < table.rows; row++)
		code = predicted ? take_predicted(ratios, &table, row, error)
				 : take_typed(ratios, &table, row, error);
	if (code == 0 && path && ratios->overhead.rows == 0) {
		error_fail(error, 0, "add a row for each class and configuration",
			   "the table has no overhead");
		code = error_at(error, "%s", path);
	}
	table_free(&table);
	if (code)
		plan_ratios_free(ratios);
	return code;
}
