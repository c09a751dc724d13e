/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/predicted_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"

/* What predictions.csv says a run asks for. */

/* By program, configuration and metric; rows that have the same as they come. */
static int by_run(const void *left, const void *right, void *table)
{
	static const char *const columns[] = { "program", "config", "metric" };
	size_t a = *(const size_t *)left, b = *(const size_t *)right;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		int order = strcmp(table_text_of(table, a, columns[i]), table_text_of(table, b, columns[i]));

		if (order)
			return order;
	}
	return (a > b) - (a < b);
}

static int check_once(const struct table *t, size_t before, size_t row, struct error *error)
{
	if (!table_alike(t, before, row, "program") || !table_alike(t, before, row, "config") ||
	    !table_alike(t, before, row, "metric"))
		return 0;
	error_fail(error, 0, "keep one of them", "its total stands in line %zu, too", t->lines[before]);
	return error_at(error, "%.200s:%zu:term", t->path, t->lines[row]);
}

int predicted_check_totals(struct table *t, struct error *error)
{
	static const char *const amounts[] = { "ns", "low_ns", "high_ns", "native_ns", NULL };
	size_t *order = malloc((t->rows + 1) * sizeof(*order)), totals = 0;
	int code = table_amounts(t, amounts, 0, "predict it anew", error);

	if (order == NULL)
		return error_set(error, ENOMEM, "cannot read predictions");
	for (size_t row = 0; row < t->rows; row++)
		if (table_is(t, row, "term", "total"))
			order[totals++] = row;
	qsort_r(order, totals, sizeof(*order), by_run, t);
	for (size_t i = 1; code == 0 && i < totals; i++)
		code = check_once(t, order[i - 1], order[i], error);
	free(order);
	return code;
}

int predicted_read(struct table *predictions, const char *directory, struct error *error)
{
	char path[4300];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_predictions.name);
	code = table_read(predictions, path, &schema_predictions, error);
	return code ? code : predicted_check_totals(predictions, error);
}

int predicted_check(const struct table *predictions, const char *program, struct error *error)
{
	for (size_t row = 0; row < predictions->rows; row++)
		if (table_is(predictions, row, "program", program))
			return 0;
	error_fail(error, 0, "profile it under this name (vmtax profile --name), and predict that",
		   "no predictions of %.100s", program);
	return error_at(error, "%.250s", predictions->path);
}

int model_predicted_check(const char *directory, const char *const *programs, struct error *error)
{
	struct table predictions;
	int code = predicted_read(&predictions, directory, error);

	if (code == -ENOENT)
		error_mend(error, "name what vmtax predict --out wrote");
	for (; code == 0 && *programs; programs++)
		code = predicted_check(&predictions, *programs, error);
	table_free(&predictions);
	return code;
}

bool predicted_run(const struct table *t, const char *program, const char *config, struct simulate_run *run)
{
	bool native = strcmp(config, "native") == 0;

	*run = (struct simulate_run){ NAN, NAN };
	for (size_t row = 0; row < t->rows; row++) {
		double ns = table_number_of(t, row, native ? "native_ns" : "ns");

		if (!table_is(t, row, "term", "total") || !table_is(t, row, "program", program) ||
		    (!native && !table_is(t, row, "config", config)))
			continue;
		if (table_is(t, row, "metric", "cpu"))
			run->cpu = ns / 1e9;
		else
			run->wall = ns / 1e9;
	}
	return run->cpu > 0 && run->wall > 0;
}
