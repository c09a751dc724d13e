/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/predicted_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"

/* What predictions.csv says a run asks for. */

static bool is_total(const struct table *t, size_t row)
{
	return table_is(t, row, "term", "total");
}

int predicted_check_totals(struct table *t, struct error *error)
{
	static const char *const amounts[] = { "ns", "low_ns", "high_ns", "native_ns", NULL },
				 *const run[] = { "program", "config", "metric", NULL };
	size_t first, again;
	int code = table_amounts(t, amounts, 0, "predict it anew", error);

	if (code)
		return code;
	if (table_twice(t, run, is_total, &first, &again))
		return error_set(error, ENOMEM, "cannot read predictions");
	if (again == t->rows)
		return 0;
	error_fail(error, 0, "keep one of them", "its total stands in line %zu, too", t->lines[first]);
	return error_at(error, "%.200s:%zu:term", t->path, t->lines[again]);
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
